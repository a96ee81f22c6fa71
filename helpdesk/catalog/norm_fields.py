"""Time norms as the catalogue writes them (docs/catalogue.md) -> the frozen norms of the clocks."""

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import ValidationError, post_load

from helpdesk.catalog.fields import (
    ListOf,
    Matching,
    Number,
    OfSchema,
    Part,
    Rendered,
    Said,
    SpanField,
    TableOf,
    Word,
    YesNo,
    once,
    whole_number,
)
from helpdesk.catalog.keys import AN_ATTRIBUTE_ID, Members
from helpdesk.catalog.spans import read_fixed, read_span
from helpdesk.sla.norms import (
    AT_START,
    Anchor,
    AsAgreed,
    ByAttribute,
    ByChannel,
    ByQuantity,
    CalendarAnchored,
    Case,
    EventRelative,
    Span,
    Stage,
    Stages,
    Step,
    Unit,
)
from helpdesk.sla.rules import MOST_REPETITIONS
from helpdesk.tickets.words import Channel

AS_AGREED = "as agreed"
ON_EVENT = "on the event date"
_DAYS_OF = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class NormField(Said):
    """Any norm; inside another norm there are no stages."""

    def __init__(self, *, inside: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.inside = inside

    def read(self, value: Any) -> Any:
        if isinstance(value, str):
            return _norm_in_words(value)
        if not isinstance(value, dict):
            raise ValidationError("must be a time norm")
        forms = [form for form in FORMS if form in value and not (self.inside and form == "stages")]
        if len(forms) != 1:
            known = ", ".join(form for form in FORMS if not (self.inside and form == "stages"))
            raise ValidationError(f"must have exactly one of the keys {known}")
        try:
            return FORMS[forms[0]]().load(value)
        except ValidationError as error:
            raise ValidationError(error.messages) from error  # half a norm is none


def _norm_in_words(text: str) -> Any:
    words = " ".join(text.split())
    if words == AS_AGREED:
        return AsAgreed()
    if words == ON_EVENT:
        return EventRelative(Anchor.ON)
    try:
        return read_fixed(words)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def condition_field() -> TableOf:
    """Values of attributes: `{severity: [medium, heavy], doable: "yes"}`; all of them must hold."""
    return TableOf(ListOf(Word(), single=True), AN_ATTRIBUTE_ID, required=True)


def conditions(loaded: Mapping[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
    """Loaded conditions as sets of values."""
    return {attribute: frozenset(values) for attribute, values in loaded.items()}


class StepsField(Said):
    """`{4: 1 working day, 8: 2 working days}`: up to and including so many."""

    def read(self, value: Any) -> tuple[Step, ...]:
        if not isinstance(value, dict) or not value:
            raise ValidationError("must be steps such as {4: 1 working day, 8: 2 working days}")
        steps: list[Step] = []
        wrong: dict[str, list[str]] = {}
        for key, given in value.items():
            try:
                step = Step(whole_number(key), read_span(given if isinstance(given, str) else ""))
                _refuse_falling(steps[-1] if steps else None, step)
                steps.append(step)
            except ValidationError as error:
                wrong[key] = list(error.messages)
            except ValueError as error:
                wrong[key] = [str(error)]
        if wrong:
            raise ValidationError(wrong)
        return tuple(steps)


def _refuse_falling(before: Step | None, step: Step) -> None:
    if before is None:
        return
    if step.upto <= before.upto:
        raise ValidationError(f"steps must rise: {step.upto} comes after {before.upto}")
    if step.span.unit is before.span.unit and step.span.amount < before.span.amount:
        raise ValidationError(f"steps must rise: {step.upto} take less time than {before.upto}")


class FormulaSchema(Part):
    each = Number(required=True)
    add = SpanField(required=True)


class BeyondField(OfSchema):
    """`as agreed`, or `{each: 5, add: 2 working days}`."""

    def read(self, value: Any) -> Any:
        if value == AS_AGREED:
            return None
        if isinstance(value, str):
            raise ValidationError(f'must be "{AS_AGREED}" or a formula such as {{each: 5, add: 2 working days}}')
        return super().read(value)


class ByQuantitySchema(Part):
    by_quantity = Word(required=True)
    steps = StepsField(required=True)
    beyond = BeyondField(once(FormulaSchema), required=True)

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> ByQuantity:
        formula, last = data["beyond"], data["steps"][-1]
        if formula is None:
            return ByQuantity(data["by_quantity"], data["steps"])
        add: Span = formula["add"]
        if add.unit is not last.span.unit:
            raise ValidationError({"beyond": {"add": ["must have the unit of the last step"]}})
        return ByQuantity(data["by_quantity"], data["steps"], formula["each"], add)


class ByChannelSchema(Part):
    by_channel = TableOf(NormField(inside=True), Members(Channel), required=True)
    otherwise = NormField(inside=True, required=True)

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> ByChannel:
        return ByChannel({str(channel): norm for channel, norm in data["by_channel"].items()}, data["otherwise"])


class CaseSchema(Part):
    when = condition_field()
    norm = NormField(inside=True, required=True)

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> Case:
        return Case(conditions(data["when"]), data["norm"])


class ByAttributeSchema(Part):
    by_attribute = ListOf(OfSchema(once(CaseSchema)), required=True)

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> ByAttribute:
        return ByAttribute(data["by_attribute"])


class BeforeSchema(Part):
    before_event = SpanField(required=True)
    event_stage = YesNo(load_default=False)

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> EventRelative:
        return EventRelative(Anchor.BEFORE, data["before_event"], event_stage=data["event_stage"])


class AfterSchema(Part):
    after_event = SpanField(required=True)
    event_stage = YesNo(load_default=False)

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> EventRelative:
        if data["after_event"].unit is not Unit.WORKING_DAY:
            raise ValidationError({"after_event": ["must be in working days"]})
        return EventRelative(Anchor.AFTER, data["after_event"], event_stage=data["event_stage"])


class DayOfYearSchema(Part):
    day = Number(1, 31, required=True)
    month = Number(1, 12, load_default=None)

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> CalendarAnchored:
        month = data["month"]
        if month is not None and data["day"] > _DAYS_OF[month - 1]:
            raise ValidationError({"day": [f"month {month} has no day {data['day']}"]})
        return CalendarAnchored(data["day"], month)


class ByDateSchema(Part):
    by_date = OfSchema(once(DayOfYearSchema), required=True)

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> CalendarAnchored:
        anchored: CalendarAnchored = data["by_date"]
        return anchored


class RepeatField(Said):
    """A number, the id of the attribute that gives it, or so many for each one of it: `2 per units`."""

    def read(self, value: Any) -> dict[str, int | str]:
        if not isinstance(value, str) or value.isdigit():
            return {"repeat": whole_number(value, 1, MOST_REPETITIONS)}
        first, per, attribute = " ".join(value.split()).partition(" per ")
        if not per:
            return {"repeat": AN_ATTRIBUTE_ID(first)}
        return {"repeat": AN_ATTRIBUTE_ID(attribute), "times": whole_number(first, 1, MOST_REPETITIONS)}


class StageSchema(Part):
    norm = NormField(inside=True, load_default=None)
    en = Word(load_default="")
    step = Word(load_default="")
    performed_by = Word(load_default="")
    checked_by = Word(load_default="")
    repeat = RepeatField(load_default=dict)
    after = ListOf(Word(), single=True, load_default=())
    note = Rendered()

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> Callable[[str], Stage]:
        """What makes the stage of a name: the name is the key before it."""
        repeat, english = data.pop("repeat"), data.pop("en")
        note, note_english = data.pop("note")
        return lambda name: Stage(name, english=english, note=note, note_english=note_english, **repeat, **data)


class StagesSchema(Part):
    stages = TableOf(
        OfSchema(once(StageSchema)), Matching(r".{1,200}", "the name of a stage").deserialize, required=True
    )

    @post_load
    def _make(self, data: dict[str, Any], **_kwargs: Any) -> Stages:
        made: list[Stage] = []
        wrong: dict[str, Any] = {}
        for name, make in data["stages"].items():
            stage = make(name)
            unknown = _not_earlier(stage, {before.name for before in made})
            if name == AT_START:
                wrong[name] = [f'"{AT_START}" cannot be the name of a stage: `after` means the start by it']
            elif unknown:
                wrong[name] = {"after": unknown}
            made.append(stage)
        if wrong or not made:
            raise ValidationError({"stages": wrong or ["must not be empty"]})
        return Stages(tuple(made))


def _not_earlier(stage: Stage, earlier: set[str]) -> dict[int, list[str]]:
    """What `after` names that is no earlier stage, by its place in the list."""
    if AT_START in stage.after:
        return {} if len(stage.after) == 1 else {stage.after.index(AT_START): [f'"{AT_START}" stands alone']}
    absent = [(index, name) for index, name in enumerate(stage.after) if name not in earlier]
    return {index: [f'"{name[:60]}" is not an earlier stage'] for index, name in absent}


FORMS: dict[str, Callable[[], Part]] = {
    "by_quantity": once(ByQuantitySchema),
    "by_channel": once(ByChannelSchema),
    "by_attribute": once(ByAttributeSchema),
    "before_event": once(BeforeSchema),
    "after_event": once(AfterSchema),
    "by_date": once(ByDateSchema),
    "stages": once(StagesSchema),
}
