"""The kinds of fields that requests have: strict about types, bounded in length, with translatable messages."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, NoReturn

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from helpdesk.tickets.errors import marked as _

WORDING = {
    "required": _("This field is needed."),
    "null": _("This field may not be empty."),
    "validator_failed": _("This value is not allowed."),
}
NOT_A_TIME = _("A time like 2026-11-23T08:00:00+07:00 is needed.")
NOT_WHOLE = _("A whole number is needed.")
LONG, MEDIUM = 20_000, 2_000
FIRST_YEAR, LAST_YEAR = 2000, 2100
LARGEST_NUMBER = 2**53
DAY_OR_TIME = "A date of the desk's calendar, or a time with an offset."
DAY_OR_TIME_FORMATS = [{"format": "date"}, {"format": "date-time"}]


class Phrase(str):
    """A message id with its own parameters."""

    __slots__ = ("params",)

    params: Mapping[str, object]

    def __new__(cls, msgid: str, **params: object) -> "Phrase":
        """The message id; it is translated and filled in where it is shown."""
        phrase = super().__new__(cls, msgid)
        phrase.params = params
        return phrase


def refuse(phrase: str) -> NoReturn:
    """Refuse a value with a phrase."""
    raise ValidationError(phrase)


def _worded(given: dict[str, Any], **messages: str) -> dict[str, Any]:
    return {**given, "error_messages": {**WORDING, **messages}}


class Words(fields.String):
    """A text of at most `limit` characters without NUL and lone surrogates.

    `line` makes it one line; `minimum` 1 refuses a blank one.
    """

    def __init__(self, limit: int, *, line: bool = False, minimum: int = 0, **given: Any) -> None:
        self.limit, self.line, self.minimum = limit, line, minimum
        super().__init__(
            validate=[self._bounded, validate.Length(min=minimum or None, max=limit)],
            **_worded(given, invalid=_("A text is needed.")),
        )

    def _bounded(self, text: str) -> None:
        if len(text) > self.limit:
            refuse(Phrase(_("At most %(limit)s characters."), limit=self.limit))
        if self.minimum and not text.strip():
            refuse(WORDING["required"])

    def _deserialize(self, value: Any, attr: str | None, data: Any, **given: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **given)
        if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
            refuse(_("The text has characters that cannot be stored."))
        return " ".join(text.split()) if self.line else text


class Choice(fields.String):
    """One of a closed vocabulary; `msgid` says what is unknown."""

    def __init__(self, allowed: tuple[str, ...], msgid: str, **given: Any) -> None:
        super().__init__(validate=validate.OneOf(allowed, error=msgid), **_worded(given, invalid=msgid))


class Whole(fields.Integer):
    """A whole number of JSON: not true, not 3.0, not "3"."""

    def __init__(self, lowest: int, highest: int, **given: Any) -> None:
        given = _worded(given, invalid=NOT_WHOLE)
        super().__init__(strict=True, validate=[self._within, validate.Range(lowest, highest)], **given)
        self._lowest, self._highest = lowest, highest

    def _within(self, value: int) -> None:
        if not self._lowest <= value <= self._highest:
            named = Phrase(
                _("A number from %(lowest)s to %(highest)s is needed."), lowest=self._lowest, highest=self._highest
            )
            refuse(named)

    def _validated(self, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            refuse(NOT_WHOLE)
        return value


class Moment(fields.AwareDateTime):
    """An ISO 8601 time with an offset, kept as UTC."""

    def __init__(self, **given: Any) -> None:
        lacks_offset = _("The time needs an offset, like +07:00.")
        messages = {"invalid": NOT_A_TIME, "format": NOT_A_TIME, "invalid_awareness": lacks_offset}
        super().__init__(format="iso", **_worded(given, **messages))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **given: Any) -> datetime:
        if not isinstance(value, str):
            refuse(NOT_A_TIME)
        moment: datetime = super()._deserialize(value, attr, data, **given)
        if not FIRST_YEAR <= moment.year < LAST_YEAR:
            refuse(_("The year lies too far away."))
        return moment.astimezone(UTC)


class DayOrMoment(fields.Field[Any]):
    """A calendar date like 2026-06-08, or an ISO 8601 time with an offset, kept as UTC.

    A date alone is one of the desk's calendar and comes out as a `date`: what time of day it stands for says the use
    case, which knows the desk. It is for times that people agree on as days (an event, a promised day, an extension);
    the start of a clock and a receipt are moments, and a day would decide a verdict by a guess.
    """

    def __init__(self, **given: Any) -> None:
        metadata = {"type": "string", "description": DAY_OR_TIME, "anyOf": DAY_OR_TIME_FORMATS}
        super().__init__(metadata=metadata, **_worded(given))

    def _deserialize(self, value: Any, attr: str | None, data: Any, **given: Any) -> Any:
        day = as_day(value) if isinstance(value, str) else None
        if day is None:
            return Moment().deserialize(value, attr, data, **given)
        return day if FIRST_YEAR <= day.year < LAST_YEAR else refuse(_("The year lies too far away."))


def as_day(text: str) -> date | None:
    """The calendar date that a text of the form 2026-06-08 is; None for anything else."""
    try:
        return date.fromisoformat(text) if len(text) == len("2026-06-08") else None
    except ValueError:
        return None


class Listed(fields.List[Any]):
    """A list of at most `most` values."""

    def __init__(self, inner: fields.Field[Any], most: int, **given: Any) -> None:
        self._most = most
        super().__init__(
            inner,
            validate=[self._few, validate.Length(max=most)],
            **_worded(given, invalid=_("A list is needed.")),
        )

    def _few(self, values: list[Any]) -> None:
        if len(values) > self._most:
            refuse(Phrase(_("At most %(limit)s entries."), limit=self._most))


class AttributeValue(fields.Field[Any]):
    """A text or a whole number."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **given: Any) -> Any:
        if isinstance(value, int) and not isinstance(value, bool):
            return value if abs(value) <= LARGEST_NUMBER else refuse(_("This number is too large."))
        return Words(MEDIUM).deserialize(value, attr, data, **given)


class Attributes(fields.Dict):
    """Attributes of an item by name; which there are says the catalogue."""

    def __init__(self, **given: Any) -> None:
        super().__init__(
            keys=Words(80),
            values=AttributeValue(error_messages={**WORDING}, metadata={"type": ["string", "integer"]}),
            **_worded(given, invalid=_("An object is needed.")),
        )


class Truth(fields.Boolean):
    """true or false of JSON, and nothing that only looks like it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **given: Any) -> bool:
        if not isinstance(value, bool):
            refuse(_("true or false is needed."))
        return bool(super()._deserialize(value, attr, data, **given))


class Documents(fields.Dict):
    """Whether each document is there, by the id that the catalogue gives it or the text that a hold asked for."""

    def __init__(self, **given: Any) -> None:
        super().__init__(
            keys=Words(200),
            values=Truth(error_messages={**WORDING}),
            validate=validate.Length(max=100, error=_("Too many documents at once.")),
            **_worded(given, invalid=_("An object is needed.")),
        )


class StageEnd(Moment):
    """When a stage ended: an ISO 8601 time with an offset, true for now, false to take it back."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **given: Any) -> Any:
        return value if isinstance(value, bool) else super()._deserialize(value, attr, data, **given)


class Stages(fields.Dict):
    """The ends of stages, by their names or numbers in the standard."""

    def __init__(self, **given: Any) -> None:
        super().__init__(
            keys=Words(200),
            values=StageEnd(metadata={"type": ["string", "boolean"]}),
            validate=validate.Length(max=100, error=_("Too many stages at once.")),
            **_worded(given, invalid=_("An object is needed.")),
        )


class Form(Schema):
    """The base of every request: a field that is not listed is an error."""

    error_messages = {  # noqa: RUF012 - marshmallow declares it so
        "unknown": _("This field is not known here."),
        "type": _("An object is needed."),
    }

    class Meta:
        """Refuse what is not listed."""

        unknown = RAISE
