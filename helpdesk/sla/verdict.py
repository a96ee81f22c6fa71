"""How a clock stands and ended, and when the sweep must look at it next. Source: behaviour section 4."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from helpdesk.sla.clock import FIRST_HANDLING
from helpdesk.sla.facts import Clock, Timeline
from helpdesk.sla.rules import Basis
from helpdesk.tickets.words import CancelReason, Verdict

_ONE_SECOND = timedelta(seconds=1)


def is_breached(clock: Clock, now: datetime) -> bool:
    """True when the clock was not stopped at or before its due and `now` is past it. A warning time is no due."""
    if clock.due_at is None or clock.provisional:
        return False
    return (clock.done_at or now).replace(microsecond=0) > clock.due_at


def is_late(timeline: Timeline, now: datetime) -> bool:
    """True when the response, the resolution or the first handling is past its due.

    The stages of a staged norm are a plan: only the planned end of them all is due.
    """
    handling = (Clock(s.starts_at, s.due_at, s.done_at) for s in timeline.stages if s.name == FIRST_HANDLING)
    return any(is_breached(clock, now) for clock in (timeline.response, timeline.resolution, *handling))


def at_risk(clock: Clock, now: datetime) -> bool:
    """True from `at_risk_at` until the due, while the clock runs."""
    if clock.due_at is None or clock.at_risk_at is None or clock.done_at is not None:
        return False
    return clock.at_risk_at <= now and not is_breached(clock, now)


def has_lapsed(timeline: Timeline, now: datetime) -> bool:
    """True when the requester's own deadline is over; what comes at its last second is in time."""
    return timeline.lapse_at is not None and now.replace(microsecond=0) > timeline.lapse_at


def verdict(
    clock: Clock, ended_at: datetime, *, extended: bool = False, cancelled: CancelReason | None = None
) -> Verdict | None:
    """The verdict of a clock whose cycle ended at `ended_at`; None where there is nothing to keep (no due).

    Met if and only if done at or before due. A cancelled ticket is excluded, or lapsed.
    """
    if cancelled is not None:
        return Verdict.LAPSED if cancelled is CancelReason.LAPSED else Verdict.EXCLUDED
    if clock.due_at is None or clock.provisional:
        return None
    if is_breached(clock, ended_at):
        return Verdict.BREACHED_AFTER_EXTENSION if extended else Verdict.BREACHED
    return Verdict.MET_AFTER_EXTENSION if extended else Verdict.MET


def response_verdict(
    timeline: Timeline, *, ended_at: datetime | None = None, cancelled: CancelReason | None = None
) -> Verdict | None:
    """The verdict on the response, as soon as it was given and the item is known; without an answer when all ends.

    A ticket that was answered keeps what it earned; one cancelled before is excluded.
    """
    clock = timeline.response
    if clock.done_at is not None:
        return verdict(clock, clock.done_at)
    return None if ended_at is None else verdict(clock, ended_at, cancelled=cancelled)


def resolution_verdict(
    timeline: Timeline, ended_at: datetime, *, cancelled: CancelReason | None = None
) -> Verdict | None:
    """The verdict of the cycle that ended at `ended_at` by being resolved or cancelled."""
    return verdict(timeline.resolution, ended_at, extended=timeline.extended, cancelled=cancelled)


def next_check(timeline: Timeline, now: datetime) -> datetime | None:
    """The next instant after `now` at which a clock becomes at risk or breached, or a reminder or lapse falls due.

    None when nothing will happen by time alone: all is done, on hold or without a due. The end of the reopen window
    is `window.reopen_until`.
    """
    return min((moment for moment in _moments(timeline, now) if moment > now), default=None)


def _moments(timeline: Timeline, now: datetime) -> Iterator[datetime]:
    yield from _clock_moments(timeline.response)
    # On hold a counted due moves with the present, unless nothing was left of its time when the hold began; an agreed
    # date or an event stands.
    due = timeline.resolution.due_at
    stands = timeline.basis not in (Basis.SPAN, Basis.STAGES) or (due is not None and due <= now)
    if stands or not timeline.resolution.on_hold:
        yield from _clock_moments(timeline.resolution)
    for stage in timeline.stages:
        if stage.name == FIRST_HANDLING and stage.due_at is not None and stage.done_at is None:
            yield stage.due_at + _ONE_SECOND
    if timeline.remind_at is not None:
        yield timeline.remind_at
    if timeline.lapse_at is not None:
        yield timeline.lapse_at + _ONE_SECOND  # what comes at the closing second still counts


def _clock_moments(clock: Clock) -> Iterator[datetime]:
    if clock.done_at is not None or clock.due_at is None:
        return
    if clock.at_risk_at is not None:
        yield clock.at_risk_at
    yield clock.due_at + _ONE_SECOND  # at the due itself it may still be met
