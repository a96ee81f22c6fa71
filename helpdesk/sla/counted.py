"""What counted towards a deadline and what did not: hours by the clock, whole days by their dates."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from helpdesk.sla.facts import Facts, Timeline
from helpdesk.sla.hours import WorkingCalendar
from helpdesk.sla.norms import DayCount, Fixed, Span, Unit
from helpdesk.sla.phrases import Teller
from helpdesk.sla.rules import StageDue
from helpdesk.sla.spans import without

MOST_PIECES = 4
WORKING_UNITS = frozenset({Unit.MINUTE, Unit.HOUR, Unit.WORKING_DAY})


def by_whole_days(span: Span | None) -> bool:
    """True for working days of which the first does not count and the last one counts to its close."""
    return span is not None and span.unit is Unit.WORKING_DAY and span.day_count is DayCount.END_OF_DAY


def span_of(due: StageDue) -> Span | None:
    """The span of a stage that has a fixed one."""
    norm = due.stage.norm if due.stage is not None else None
    return norm.span if isinstance(norm, Fixed) else None


def counting(line: Timeline, facts: Facts, calendar: WorkingCalendar, tell: Teller) -> Iterator[str]:
    """The sentences about what counted, for a deadline that a span of time makes; none without one."""
    start, due, span = line.resolution.starts_at, line.resolution.due_at, line.span
    if start is None or due is None or span is None or due <= start:
        return
    if span.unit not in WORKING_UNITS:
        yield tell.say("calendar days")
        if not line.pauses and not line.extended:
            yield from _moved_on(span, start, due, calendar, tell)
        return
    if by_whole_days(span):
        yield from _whole_days(line, span, calendar, tell)
    else:
        yield from _working_time(line, span, calendar, tell)
    begun = min(start, facts.cycle_started_at or facts.starts_at or facts.received_at)
    skipped = list(_skipped(begun, due, calendar, tell, whole_days=by_whole_days(span)))
    if skipped:
        yield tell.say("skipped", what=tell.listed(skipped))


def _whole_days(line: Timeline, span: Span, calendar: WorkingCalendar, tell: Teller) -> Iterator[str]:
    """The dates that count: not that of the start, then each working day up to the due one."""
    start, due = line.resolution.starts_at, line.resolution.due_at
    assert start is not None
    assert due is not None
    first, last = calendar.day(start), calendar.day(due)
    yield tell.say("end of day", day=tell.day(first))
    days = [day for n in range((last - first).days) if calendar.is_working_day(day := first + timedelta(days=n + 1))]
    if days and len(days) <= MOST_PIECES and not line.pauses:
        yield tell.say("counted dates", days=tell.listed([tell.day(day) for day in days]))
    elif days:
        phrase = "counted whole days with pauses" if line.pauses else "counted whole days"
        yield tell.say(phrase, first=tell.day(days[0]), last=tell.day(days[-1]), amount=tell.span(span))


def _working_time(line: Timeline, span: Span, calendar: WorkingCalendar, tell: Teller) -> Iterator[str]:
    start, due = line.resolution.starts_at, line.resolution.due_at
    assert start is not None
    assert due is not None
    pieces = without(calendar.pieces(start, due), line.pauses)
    if len(pieces) <= MOST_PIECES:
        yield tell.say("counted", pieces="; ".join(_piece(begin, end, tell) for begin, end in pieces))
    else:
        words = {"first": tell.day(calendar.day(pieces[0][0])), "last": tell.day(calendar.day(pieces[-1][0]))}
        yield tell.say("counted days", amount=tell.span(span), **words)


def _piece(begin: datetime, end: datetime, tell: Teller) -> str:
    day = tell.day(begin.astimezone(tell.zone).date())
    return f"{day} {tell.clock(begin)}–{tell.clock(end)} ({tell.duration(int((end - begin).total_seconds()))})"


def _moved_on(span: Span, start: datetime, due: datetime, calendar: WorkingCalendar, tell: Teller) -> Iterator[str]:
    """Where the days end, and which days off lie between that and the due time."""
    amount = int(span.amount)
    if span.unit is Unit.MONTH:
        ends = calendar.on_wall(start, months=amount)
    else:
        ends = calendar.on_wall(start, days=amount * (7 if span.unit is Unit.WEEK else 1))
    off = list(_days_off(ends, due, calendar, tell)) if ends < due else []
    if off:
        yield tell.say("moved on", when=tell.when(ends), what=tell.listed(off))


def off_between(start: datetime, end: datetime, calendar: WorkingCalendar, tell: Teller) -> Iterator[str]:
    """The sentence that names the days off between two instants; none where every day is worked."""
    off = list(_days_off(start, end, calendar, tell))
    if off:
        yield tell.say("off between", what=tell.listed(off))


def _skipped(
    start: datetime, due: datetime, calendar: WorkingCalendar, tell: Teller, *, whole_days: bool
) -> Iterator[str]:
    gaps = [(end, begin) for (_, end), (begin, _) in pairwise(calendar.pieces(start, due)) if end < begin]
    breaks = {f"{tell.clock(a)}–{tell.clock(b)}" for a, b in gaps if calendar.day(a) == calendar.day(b)}
    if breaks and not whole_days:
        yield tell.say("break", times=", ".join(sorted(breaks)))
    if not whole_days and any(calendar.day(a) != calendar.day(b) for a, b in gaps):
        yield tell.say("night")
    yield from _days_off(start, due, calendar, tell)


def _days_off(start: datetime, end: datetime, calendar: WorkingCalendar, tell: Teller) -> Iterator[str]:
    """Weekdays that nobody works on, and closed days by name with their dates, from one instant's day to another's."""
    first, last = calendar.day(start), calendar.day(end)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    for weekday in sorted({day.weekday() for day in days if not calendar.rules.hours_of(day)}):
        yield tell.weekday(weekday)
    dates: dict[str, list[str]] = {}
    for day, name in calendar.closed_days(start, end):
        dates.setdefault(tell.name(name), []).append(tell.date(day))
    for holiday, closed in dates.items():
        yield f"{holiday} ({', '.join(closed)})"
