"""Operational clocks (OLA): each stay of a ticket at a group has one of its own; the public clock knows none of it.

All times are aware. Every hold stops an operational clock: whoever waits is not the group.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from helpdesk.sla.hours import WorkingCalendar
from helpdesk.sla.norms import Span
from helpdesk.sla.spans import Pause, merged, span_end, within
from helpdesk.tickets.stays import Stay


@dataclass(frozen=True, slots=True)
class Hop:
    """A stay with its times, in working seconds.

    `dwell_seconds` without `held_seconds`, both by the calendar of the public clock, so that all of them add up to
    its working time. `used_seconds` and `due_at` by the group's own calendar; `due_at` None where it has no target.
    """

    stay: Stay
    dwell_seconds: int
    held_seconds: int
    used_seconds: int
    due_at: datetime | None = None

    def is_late(self, now: datetime) -> bool:
        """True when the group has not done its part, or not handed the ticket over, by the due."""
        ended = self.stay.done_at or self.stay.to_at or now
        return self.due_at is not None and ended.replace(microsecond=0) > self.due_at


def _less(calendar: WorkingCalendar, start: datetime, end: datetime, held: Sequence[Pause]) -> tuple[int, int]:
    """The working seconds between two instants without the holds, and those of the holds."""
    paused = sum(calendar.between(a, b) for a, b in within(held, start, max(start, end)))
    return calendar.between(start, end) - paused, paused


def hops(
    stays: Iterable[Stay],
    holds: Iterable[Pause],
    public: WorkingCalendar,
    own: Callable[[str], WorkingCalendar],
    target: Callable[[str], Span | None],
    now: datetime,
) -> tuple[Hop, ...]:
    """The operational clock of each stay. `own` and `target` are of a group; a new stay begins a new clock."""
    held = merged(holds)
    return tuple(_hop(stay, held, public, own(stay.group), target(stay.group), now) for stay in stays)


def _hop(
    stay: Stay, held: Sequence[Pause], public: WorkingCalendar, own: WorkingCalendar, target: Span | None, now: datetime
) -> Hop:
    end = now if stay.to_at is None else stay.to_at
    dwell, paused = _less(public, stay.from_at, end, held)
    done = min(end, stay.done_at or end)
    used, _held = _less(own, stay.from_at, done, held)
    due = span_end(target, stay.from_at, own, within(held, stay.from_at, max(done, stay.from_at))) if target else None
    return Hop(stay, dwell, paused, used, due)
