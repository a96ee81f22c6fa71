"""The end of a span of time in its own unit, with the pauses that stop it counted in the same unit."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from fractions import Fraction

from helpdesk.sla.hours import WorkingCalendar
from helpdesk.sla.norms import DayCount, Span, Unit

Pause = tuple[datetime, datetime]

_WORKING_SECONDS = {Unit.MINUTE: 60, Unit.HOUR: 3600}
_ONE_SECOND = timedelta(seconds=1)


def merged(pauses: Iterable[Pause]) -> tuple[Pause, ...]:
    """The pauses in order, those that overlap or touch made one, empty ones left out."""
    result: list[Pause] = []
    for start, end in sorted(pauses):
        if start >= end:
            continue
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return tuple(result)


def within(pauses: Iterable[Pause], start: datetime, end: datetime) -> tuple[Pause, ...]:
    """The parts of the pauses that lie between two instants."""
    cut = ((max(a, start), min(b, end)) for a, b in pauses)
    return tuple((a, b) for a, b in cut if a < b)


def without(stretches: Iterable[Pause], pauses: Sequence[Pause]) -> list[Pause]:
    """The stretches of time less the pauses, which are merged."""
    left: list[Pause] = []
    for start, end in stretches:
        begin = start
        for pause_start, pause_end in within(pauses, start, end):
            if begin < pause_start:
                left.append((begin, pause_start))
            begin = pause_end
        if begin < end:
            left.append((begin, end))
    return left


def working_seconds(span: Span) -> int:
    """The working seconds of a span in minutes or hours, cut off to whole seconds. KeyError for other units."""
    return int(span.amount * _WORKING_SECONDS[span.unit])


def span_end(
    span: Span, start: datetime, calendar: WorkingCalendar, pauses: Sequence[Pause] = (), *, follows: bool = False
) -> datetime:
    """When `span` from `start` ends. A pause moves the end by its length in the span's unit.

    A pause that begins at or after the end came too late to move it. `pauses` are merged. `follows`: the span follows
    on something that ended at `start`, so that a start at closing time belongs to the day that closes.
    """
    if follows and span.day_count is DayCount.END_OF_DAY:
        start -= _ONE_SECOND
    relevant = tuple((max(a, start), b) for a, b in pauses if b > start) if pauses else ()
    if span.unit in _WORKING_SECONDS:
        return _seconds_end(working_seconds(span), start, calendar, relevant)
    if span.unit is Unit.WORKING_DAY:
        return _days_end(span, start, calendar, relevant)
    return _wall_end(span, start, calendar, relevant)


def span_before(span: Span, end: datetime, calendar: WorkingCalendar) -> datetime:
    """The working instant or close that lies `span` before `end`: for days the same time of day so many days earlier.

    A time of day at which nobody works then moves back to the close before it.
    """
    if span.unit in _WORKING_SECONDS:
        return calendar.subtract(end, working_seconds(span))
    amount = int(span.amount)
    if span.unit is Unit.WORKING_DAY:
        day = calendar.day(end)
        earlier = calendar.on_wall(end, days=(calendar.nth_working_day_before(day, amount) - day).days)
    elif span.unit is Unit.MONTH:
        earlier = calendar.on_wall(end, months=-amount)
    else:
        earlier = calendar.on_wall(end, days=-amount * (7 if span.unit is Unit.WEEK else 1))
    return calendar.back_to_working(earlier)


def _seconds_end(seconds: int, start: datetime, calendar: WorkingCalendar, pauses: Sequence[Pause]) -> datetime:
    end = calendar.add(start, seconds)
    for pause_start, pause_end in pauses:
        if pause_start >= end:
            break
        seconds += calendar.between(pause_start, pause_end)
        end = calendar.add(start, seconds)
    return end


def _days_end(span: Span, start: datetime, calendar: WorkingCalendar, pauses: Sequence[Pause]) -> datetime:
    days: int | Fraction = int(span.amount)
    end = calendar.add_working_days(start, days, span.day_count)
    for pause_start, pause_end in pauses:
        if pause_start >= end:
            break
        days += calendar.working_days(pause_start, pause_end, span.day_count)
        end = calendar.add_working_days(start, days, span.day_count)
    return end


def _wall_end(span: Span, start: datetime, calendar: WorkingCalendar, pauses: Sequence[Pause]) -> datetime:
    amount = int(span.amount)
    days, months = (0, amount) if span.unit is Unit.MONTH else (amount * (7 if span.unit is Unit.WEEK else 1), 0)
    if not pauses:
        return calendar.add_days(start, days, months=months)
    begin = calendar.next_working(start)
    due = calendar.on_wall(begin, days=days, months=months)
    end = calendar.next_working(due)
    for pause_start, pause_end in pauses:
        if pause_end <= begin:  # over before anything ran
            continue
        if pause_start >= end:
            break
        # What was left when the pause began is left when it ends; nothing, when only the move to opening time was.
        due = pause_end + max(due - max(pause_start, begin), timedelta())
        end = calendar.next_working(due)
    return end
