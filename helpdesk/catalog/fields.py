"""The building blocks of the catalogue's schema: marshmallow fields that turn written words into values.

Every value arrives as text (nodes.py), so a field alone decides what a word means; messages are for the file's writer.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from marshmallow import Schema, ValidationError, fields

from helpdesk.catalog.model import Text
from helpdesk.catalog.spans import read_span

E = TypeVar("E", bound=StrEnum)


class AboutKey(str):
    """A complaint about a key itself, not about the value that stands behind it."""

    __slots__ = ()


class Part(Schema):
    """A schema whose complaints are written for the reader of a catalogue."""

    def __init__(self, *, partial: bool = False) -> None:
        super().__init__(partial=partial)
        known = ", ".join(sorted(self.fields))
        self.error_messages = {
            **self.error_messages,
            "unknown": AboutKey(f"unknown key; known here: {known}"),
            "type": "must be keys with values",
        }


class Said(fields.Field[Any]):
    """A field with our own wording of the two commonest complaints."""

    default_error_messages = {"required": "is missing", "null": "has no value"}  # noqa: RUF012  # as the base has it

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:  # noqa: ARG002
        return self.read(value)

    def read(self, value: Any) -> Any:
        """What `value` means. Raises ValidationError with a message for the writer of the file."""
        return value


def _text(value: object, what: str = "a single value") -> str:
    if not isinstance(value, str):
        raise ValidationError(f"must be {what}")
    return value


class Word(Said):
    """A text that is not empty."""

    def read(self, value: Any) -> str:
        return _word(value)


def _word(value: object) -> str:
    text = _text(value, "a text").strip()
    if not text:
        raise ValidationError("must not be empty")
    return text


class Matching(Word):
    """A word of a certain form; `says` describes the form."""

    def __init__(self, pattern: str, says: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pattern = re.compile(pattern, re.ASCII)
        self.says = says

    def read(self, value: Any) -> str:
        word = super().read(value)
        if not self.pattern.fullmatch(word):
            raise ValidationError(f'"{word[:60]}" is not {self.says}')
        return word


class Number(Said):
    """A whole number within bounds."""

    def __init__(self, least: int = 1, most: int = 100_000, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.least, self.most = least, most

    def read(self, value: Any) -> int:
        return whole_number(value, self.least, self.most)


def whole_number(value: object, least: int = 1, most: int = 100_000) -> int:
    """The whole number that `value` is written as. Raises ValidationError outside of the bounds."""
    text = _text(value, "a whole number")
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not least <= int(text) <= most:
        raise ValidationError(f'"{text[:60]}" is not a whole number from {least} to {most}')
    return int(text)


class YesNo(Said):
    """true or false."""

    def read(self, value: Any) -> bool:
        word = _text(value, "true or false")
        if word not in {"true", "false"}:
            raise ValidationError(f'"{word[:60]}" is neither true nor false')
        return word == "true"


class Percent(Said):
    """A share such as 75%, as a fraction between 0 and 1."""

    def read(self, value: Any) -> float:
        word = _text(value, "a share such as 75%")
        if not re.fullmatch(r"[1-9]\d?%", word, re.ASCII):
            raise ValidationError(f'"{word[:60]}" is not a share from 1% to 99%')
        return int(word[:-1]) / 100


class Day(Said):
    """A date, year-month-day."""

    def read(self, value: Any) -> date:
        return read_day(value)


def read_day(value: object) -> date:
    """The date that `value` is written as. Raises ValidationError."""
    word = _text(value, "a date such as 2026-11-23")
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", word, re.ASCII):
            raise ValueError(word)
        return date.fromisoformat(word)
    except ValueError:
        raise ValidationError(f'"{word[:60]}" is not a date such as 2026-11-23') from None


class OneOf(Said):
    """A member of a closed vocabulary."""

    def __init__(self, words: type[StrEnum], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.words = words

    def read(self, value: Any) -> StrEnum:
        return one_of(value, self.words)


def one_of(value: object, words: type[E]) -> E:
    """The member of `words` that `value` names. Raises ValidationError that lists them."""
    word = _text(value, "one word")
    try:
        return words(word)
    except ValueError:
        raise ValidationError(f'"{word[:60]}" is not one of: {", ".join(words)}') from None


class SpanField(Said):
    """A span of time."""

    def read(self, value: Any) -> Any:
        try:
            return read_span(_text(value, 'a span of time such as "4 working hours"'))
        except ValueError as error:
            raise ValidationError(str(error)) from error


class TextSchema(Part):
    id = Word(required=True)
    en = Word(required=True)


class OfSchema(Said):
    """Keys with values by a schema; `make` builds the value when all of it is right.

    What is right of a faulty part is passed on, so that other checks still find their faults.
    """

    def __init__(self, schema: Callable[[], Schema], make: Callable[..., Any] | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.schema, self.make = schema, make

    def read(self, value: Any) -> Any:
        try:
            loaded = self.schema().load(value)
        except ValidationError as error:
            raise ValidationError(error.messages, valid_data=None if self.make else error.valid_data) from error
        return self.make(**loaded) if self.make else loaded


class Wording(OfSchema):
    """A wording in both languages."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(_TEXT, Text, **kwargs)


class Rendered(OfSchema):
    """Words of a standard: in both languages, or a text alone where nobody has rendered it, as (text, English)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(_TEXT, Text, load_default=("", ""), **kwargs)

    def read(self, value: Any) -> tuple[str, str]:
        if not isinstance(value, dict):
            return _word(value), ""
        text = super().read(value)
        return text.id, text.en


class TableOf(Said):
    """Entries by id; complaints are kept by id, and right entries stay although others are wrong.

    `key` turns a key into what it means and raises ValidationError. `absent` is said of a key without a value.
    """

    def __init__(
        self, entry: fields.Field[Any], key: Callable[[str], Any], *, absent: str = "has no value", **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.entry, self.key, self.absent = entry, key, absent

    def read(self, value: Any) -> Any:
        if not isinstance(value, dict):
            raise ValidationError("must be keys with values")
        result: dict[Any, Any] = {}
        wrong: dict[str, Any] = {}
        for name, given in value.items():
            try:
                key = self._key(name)
                if given is None:
                    raise ValidationError(self.absent)
                result[key] = self.entry.deserialize(given)
            except ValidationError as error:
                wrong[name] = error.messages
                result[name] = error.valid_data if isinstance(error.valid_data, dict) else {}
        if wrong:
            raise ValidationError(wrong, valid_data=result)
        return result

    def _key(self, name: str) -> Any:
        try:
            return self.key(name)
        except ValidationError as error:
            raise ValidationError([AboutKey(message) for message in error.messages]) from error


class ListOf(Said):
    """A list; `single` allows one value without the list around it."""

    def __init__(self, entry: fields.Field[Any], *, single: bool = False, least: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.entry, self.single, self.least = entry, single, least

    def read(self, value: Any) -> Any:
        if self.single and isinstance(value, str):
            value = [value]
        if not isinstance(value, list):
            raise ValidationError("must be a list")
        if len(value) < self.least:
            raise ValidationError("must not be empty")
        result, wrong = [], {}
        for index, given in enumerate(value):
            try:
                result.append(self.entry.deserialize(given))
            except ValidationError as error:
                wrong[index] = error.messages
                result.append(error.valid_data if isinstance(error.valid_data, dict) else None)
        if wrong:
            raise ValidationError(wrong, valid_data=tuple(result))  # type: ignore[arg-type]  # passed on as it is
        return tuple(result)


def once(schema: type[Part]) -> Callable[[], Part]:
    """The one instance of `schema`, made when it is first needed."""
    made: list[Part] = []

    def get() -> Part:
        if not made:
            made.append(schema())
        return made[0]

    return get


_TEXT = once(TextSchema)
