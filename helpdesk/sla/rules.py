"""The deadline that a norm gives in one situation: the interpreter of `norms.py`, one small function a kind."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from helpdesk.sla.hours import WorkingCalendar
from helpdesk.sla.norms import (
    AT_START,
    Anchor,
    AsAgreed,
    ByAttribute,
    ByChannel,
    ByQuantity,
    CalendarAnchored,
    EventRelative,
    Fixed,
    Norm,
    Span,
    Stage,
    Stages,
    Unit,
)
from helpdesk.sla.quantities import quantity, span_for
from helpdesk.sla.spans import Pause, span_end, working_seconds

EVENT_STAGE = "event"
MOST_REPETITIONS = 1000  # beyond it nobody can plan: the date must be agreed


class Basis(StrEnum):
    """What a deadline rests on."""

    SPAN = "span"
    AGREED = "agreed"
    EVENT = "event"
    DATE = "date"
    STAGES = "stages"
    NO_RULE = "no rule"


@dataclass(frozen=True, slots=True)
class StageDue:
    """One stage: when it starts and is due (UTC), None where that is not known or the standard states no time.

    `stage` is the step of a staged norm that it comes from, `count` how often it is repeated; `expected_at` the lower
    end of a range.
    """

    name: str
    starts_at: datetime | None
    due_at: datetime | None
    done_at: datetime | None = None
    stage: Stage | None = None
    count: int = 1
    expected_at: datetime | None = None


class Deadline(NamedTuple):
    """What a norm comes to. `expected_at` is the lower end of a range; `missing` the attributes not given;
    `approximate`: the standard says "about" the span.

    A tuple, since each stage of each open ticket makes one when a holiday is added.
    """

    due_at: datetime | None
    basis: Basis
    span: Span | None = None
    expected_at: datetime | None = None
    missing: tuple[str, ...] = ()
    stages: tuple[StageDue, ...] = ()
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class Situation:
    """What a norm looks at. `event_at` and `agreed_at` may be dates alone; `pauses` are merged and closed.

    `reopened`: a later cycle, counted from the reopen, for which the event is past. `follows`: see `span_end`.
    """

    calendar: WorkingCalendar
    channel: str
    attributes: Mapping[str, str]
    event_at: date | datetime | None = None
    agreed_at: date | datetime | None = None
    pauses: tuple[Pause, ...] = ()
    reopened: bool = False
    follows: bool = False


def day_of(moment: date | datetime, calendar: WorkingCalendar) -> date:
    """The date of an event or agreement, in the calendar's zone where a time is given."""
    return calendar.day(moment) if isinstance(moment, datetime) else moment


def deadline(norm: Norm, start: datetime, situation: Situation) -> Deadline:
    """The deadline of `norm` counted from `start`. Raises NotAQuantity, NoWorkingTime."""
    match norm:
        case Fixed():
            return _fixed(norm, start, situation)
        case AsAgreed():
            return _agreed(situation)
        case ByQuantity():
            return _by_quantity(norm, start, situation)
        case ByChannel():
            return deadline(norm.cases.get(situation.channel, norm.default), start, situation)
        case ByAttribute():
            return _by_attribute(norm, start, situation)
        case EventRelative():
            return _event_relative(norm, start, situation)
        case CalendarAnchored():
            return _calendar_anchored(norm, start, situation.calendar)
        case Stages():
            return _staged(norm, start, situation)


def _fixed(norm: Fixed, start: datetime, situation: Situation) -> Deadline:
    calendar, pauses, follows = situation.calendar, situation.pauses, situation.follows
    due = span_end(norm.span, start, calendar, pauses, follows=follows)
    lower = norm.lower
    expected = None if lower is None else span_end(lower, start, calendar, pauses, follows=follows)
    return Deadline(due, Basis.SPAN, norm.span, expected, approximate=norm.approximate)


def _agreed(situation: Situation) -> Deadline:
    calendar, agreed = situation.calendar, situation.agreed_at
    if agreed is None:
        return Deadline(None, Basis.AGREED)
    due = calendar.back_to_working(agreed) if isinstance(agreed, datetime) else calendar.close_of_day(agreed)
    return Deadline(due, Basis.AGREED)


def earliest(candidates: list[Deadline], missing: tuple[str, ...]) -> Deadline:
    """Of the deadlines still possible the earliest; it names what is missing to choose among them."""
    dues = [(candidate.due_at, place) for place, candidate in enumerate(candidates) if candidate.due_at is not None]
    chosen = candidates[min(dues)[1] if dues else 0]
    return chosen._replace(missing=tuple(dict.fromkeys((*missing, *chosen.missing))))


def _by_quantity(norm: ByQuantity, start: datetime, situation: Situation) -> Deadline:
    value = situation.attributes.get(norm.attribute)
    if value is None:
        spans = [step.span for step in norm.steps]
        return earliest([_fixed(Fixed(span), start, situation) for span in spans], (norm.attribute,))
    span = span_for(norm, quantity(value))
    return _agreed(situation) if span is None else _fixed(Fixed(span), start, situation)


def _by_attribute(norm: ByAttribute, start: datetime, situation: Situation) -> Deadline:
    possible: list[Deadline] = []
    missing: list[str] = []
    for case in norm.cases:
        given = {name: situation.attributes.get(name) for name in case.when}
        if any(value is not None and value not in case.when[name] for name, value in given.items()):
            continue
        possible.append(deadline(case.norm, start, situation))
        unknown = [name for name, value in given.items() if value is None]
        missing += unknown
        if not unknown:
            break
    return earliest(possible, tuple(missing)) if possible else Deadline(None, Basis.NO_RULE)


def _event_relative(norm: EventRelative, start: datetime, situation: Situation) -> Deadline:
    calendar, event = situation.calendar, situation.event_at
    if situation.reopened:  # the event is past: only what follows on it can be counted anew
        event = calendar.day(start) if norm.anchor is Anchor.AFTER else None
    stage = norm.event_stage and not situation.reopened
    if event is None:
        awaited = (StageDue(EVENT_STAGE, calendar.next_working(start), None),) if stage else ()
        return Deadline(None, Basis.EVENT, norm.span, stages=awaited)
    day = day_of(event, calendar)
    if norm.anchor is Anchor.ON or norm.span is None:
        due = calendar.close_of_day(day)
    elif norm.anchor is Anchor.BEFORE:
        due = _before(norm.span, event, day, calendar)
    else:
        due = _after(norm.span, day, calendar)
    stages = (StageDue(EVENT_STAGE, calendar.next_working(start), _end_of_event(day, calendar)),) if stage else ()
    return Deadline(due, Basis.EVENT, norm.span, stages=stages)


def _end_of_event(day: date, calendar: WorkingCalendar) -> datetime:
    """An event on a closed day cannot be served before that day, so its stage ends with the day and is not moved."""
    return calendar.close_of_day(day) if calendar.is_working_day(day) else calendar.end_of(day) - timedelta(seconds=1)


def _before(span: Span, event: date | datetime, day: date, calendar: WorkingCalendar) -> datetime:
    count = int(span.amount)
    match span.unit:
        case Unit.WORKING_DAY:
            return calendar.close_of_day(calendar.nth_working_day_before(day, count))
        case Unit.MINUTE | Unit.HOUR:
            end = event if isinstance(event, datetime) else calendar.end_of(day - timedelta(days=1))
            return calendar.subtract(end, working_seconds(span))
        case Unit.MONTH:
            noon = calendar.end_of(day) - timedelta(hours=12)
            return calendar.close_of_day(calendar.day(calendar.on_wall(noon, months=-count)))
    return calendar.close_of_day(day - timedelta(days=count * (7 if span.unit is Unit.WEEK else 1)))


def _after(span: Span, day: date, calendar: WorkingCalendar) -> datetime:
    if span.unit is Unit.WORKING_DAY:
        return calendar.close_of_day(calendar.nth_working_day_after(day, int(span.amount)))
    return span_end(span, calendar.end_of(day), calendar)


def _calendar_anchored(norm: CalendarAnchored, start: datetime, calendar: WorkingCalendar) -> Deadline:
    """The first such date whose deadline does not lie before the start.

    Asked for on Saturday 31 January, when 30 January was the last working day, "31 January" is that of the next year:
    the clock starts on Monday, as every clock does, and that is after the date. This year's would be a deadline that
    was over before anybody could begin.
    """
    day = calendar.day(start).replace(day=1)
    while True:
        following = (day + timedelta(days=31)).replace(day=1)
        last = (following - timedelta(days=1)).day
        if norm.month in (None, day.month):
            due = calendar.close_of_day(day.replace(day=min(norm.day, last)))
            if due >= start:
                return Deadline(due, Basis.DATE)
        day = following


def _repetitions(stage: Stage, attributes: Mapping[str, str]) -> tuple[int, tuple[str, ...]]:
    """How often a stage is done, and the attribute that is missing to know it."""
    if isinstance(stage.repeat, int):
        return stage.repeat, ()
    value = attributes.get(stage.repeat)
    return (stage.times, (stage.repeat,)) if value is None else (stage.times * quantity(value), ())


def _repeated(norm: Norm, count: int, start: datetime, situation: Situation) -> Deadline:
    """The end of the last repetition: each begins when the one before is due, as if written down so many times."""
    found = deadline(norm, start, situation)
    if count > MOST_REPETITIONS:
        return _agreed(situation)._replace(missing=found.missing)
    if count == 1:
        return found
    following = _followed(situation)
    for _ in range(count - 1):
        if found.due_at is not None:
            found = deadline(norm, found.due_at, following)
    return found._replace(expected_at=None)


def _followed(situation: Situation) -> Situation:
    return situation if situation.follows else replace(situation, follows=True)


def _awaited(stage: Stage, before: str | None) -> tuple[str, ...]:
    """The names of the stages that a stage waits for; none for one that begins with the clock."""
    if stage.after:
        return () if stage.after == (AT_START,) else stage.after
    return () if before is None else (before,)


def _latest(ends: list[datetime | None]) -> datetime | None:
    """The last of the ends; None while one of them is not known."""
    known = [end for end in ends if end is not None]
    return max(known) if len(known) == len(ends) else None


def _staged(norm: Stages, start: datetime, situation: Situation) -> Deadline:
    """Each stage starts when those it waits for are due; one without a norm adds nothing to the planned end."""
    following = _followed(situation)
    ends: dict[str, datetime | None] = {}
    dues: list[StageDue] = []
    missing: list[str] = []
    for stage in norm.stages:
        awaited = _awaited(stage, dues[-1].name if dues else None)
        begin = _latest([ends[name] for name in awaited]) if awaited else start
        planned, lacks = _stage_due(stage, begin, following if awaited else situation)
        missing += lacks
        ends[stage.name] = begin if stage.norm is None else planned.due_at
        dues.append(planned)
    due, lacking = _latest(list(ends.values())), tuple(dict.fromkeys(missing))
    return Deadline(due, Basis.STAGES, missing=lacking, stages=tuple(dues))


def _stage_due(stage: Stage, begin: datetime | None, situation: Situation) -> tuple[StageDue, tuple[str, ...]]:
    """One stage that may begin at `begin`, if that is known, and the attributes that are missing to know its end."""
    starts = None if begin is None else situation.calendar.next_working(begin)
    if begin is None or stage.norm is None:
        return StageDue(stage.name, starts, None, stage=stage), ()
    count, unknown = _repetitions(stage, situation.attributes)
    found = _repeated(stage.norm, count, begin, situation)
    due = StageDue(stage.name, starts, found.due_at, stage=stage, count=count, expected_at=found.expected_at)
    return due, (*unknown, *found.missing)
