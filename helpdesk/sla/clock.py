"""A ticket's clocks as one pure function of its facts, its norm, a calendar and the present.

All times are aware; results are in UTC and whole seconds. Nothing is counted up anywhere: the same facts always give
the same timeline. Source: behaviour section 4.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from math import floor

from helpdesk.sla.facts import Clock, Facts, HoldPeriod, Timeline
from helpdesk.sla.hours import WorkingCalendar
from helpdesk.sla.norms import EventRelative, Norm, StartKind, Target
from helpdesk.sla.rules import EVENT_STAGE, Deadline, Situation, StageDue, day_of, deadline
from helpdesk.sla.spans import Pause, merged, span_before, span_end, within, working_seconds

__all__ = ["Clock", "Facts", "HoldPeriod", "StageDue", "Timeline", "stopping", "stops", "timeline"]

FIRST_HANDLING = "first handling"
UNCLASSIFIED_MINUTES = 30  # an e-mail is warned about after so many working minutes while its item is unknown

_ANSWERED_BY_MACHINE = frozenset({"portal", "whatsapp", "telegram", "web-chat", "api"})
_ANSWERED_BY_RECORDING = frozenset({"phone", "walk-in"})


def timeline(
    facts: Facts,
    response_norm_minutes: int | None,
    target: Target | None,
    calendar: WorkingCalendar,
    now: datetime,
    *,
    warn_at: float = 0.75,
) -> Timeline:
    """The clocks at `now`. `target` None: no item is chosen yet. Raises NotAQuantity, NoWorkingTime.

    `response_norm_minutes`: the item's norm for e-mail and nota dinas in working minutes, None where it has none.
    """
    response = _response(facts, response_norm_minutes, target, calendar, now=now, warn_at=warn_at)
    if target is None:
        return Timeline(response, Clock())
    first_handling = _first_handling(facts, target, calendar)
    start = _start(facts, target)
    remind, lapse = _requester_deadline(facts, target, calendar)
    if start is None:
        waits = target.start.kind
        return Timeline(response, Clock(), first_handling, awaiting=waits, remind_at=remind, lapse_at=lapse)
    done = _done(facts, target.norm)
    end = _first_of(done, facts.cancelled_at, now)
    pauses = within(_pauses(facts, target, end), start, max(start, end)) if facts.holds else ()
    found = _deadline(facts, target, start, calendar, pauses)
    clock = _measured(
        start, found.due_at, done, end, pauses=pauses, calendar=calendar, warn_at=warn_at, on_hold=_waits(facts, target)
    )
    return Timeline(
        response,
        clock,
        first_handling + _with_event_done(found.stages, facts),
        basis=found.basis,
        span=found.span,
        expected_at=found.expected_at,
        missing=found.missing,
        pauses=pauses,
        extended=facts.extended_due_at is not None,
        approximate=found.approximate,
        remind_at=remind,
        lapse_at=lapse,
    )


def _first_of(*moments: datetime | None) -> datetime:
    return min(moment for moment in moments if moment is not None)


def _whole(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


# --- response ------------------------------------------------------------------------------------------------------


def _response(
    facts: Facts,
    minutes: int | None,
    target: Target | None,
    calendar: WorkingCalendar,
    *,
    now: datetime,
    warn_at: float,
) -> Clock:
    if target is not None and minutes is None:
        return Clock()
    received = _whole(facts.received_at)
    if facts.channel in _ANSWERED_BY_MACHINE:
        return Clock(received, received, received, remaining_seconds=0)
    if facts.channel in _ANSWERED_BY_RECORDING:
        recorded = _whole(facts.recorded_at or received)
        return Clock(received, recorded, recorded, remaining_seconds=0)
    due = calendar.add(received, 60 * (minutes or UNCLASSIFIED_MINUTES))
    done = facts.first_action_at
    end = _first_of(done, facts.cancelled_at, now)
    return _measured(received, due, done, end, calendar=calendar, warn_at=warn_at, provisional=target is None)


# --- resolution ----------------------------------------------------------------------------------------------------


def _start(facts: Facts, target: Target) -> datetime | None:
    if facts.cycle_started_at is not None:
        return facts.cycle_started_at
    return facts.received_at if target.start.kind is StartKind.RECEIVED else facts.starts_at


def _ends_when_resolved(norm: Norm) -> bool:
    return isinstance(norm, EventRelative) and norm.event_stage


def _done(facts: Facts, norm: Norm) -> datetime | None:
    return facts.resolved_at if _ends_when_resolved(norm) else facts.fulfilled_at


def stops(reason: str, target: Target, attributes: Mapping[str, str]) -> bool:
    """True when a hold for `reason` stops the resolution clock of a request with these attributes."""
    if reason not in target.stops:
        return False
    only_when = target.stops_when.get(reason, {})
    return all(attributes.get(name) in values for name, values in only_when.items())


def stopping(target: Target | None, attributes: Mapping[str, object]) -> frozenset[str]:
    """The hold reasons that stop the resolution clock of a request with these attributes; none without a target."""
    if target is None:
        return frozenset()
    known = {name: str(value) for name, value in attributes.items()}
    return frozenset(reason for reason in target.stops if stops(reason, target, known))


def _pauses(facts: Facts, target: Target, end: datetime) -> tuple[Pause, ...]:
    stopping = (hold for hold in facts.holds if stops(hold.reason, target, facts.attributes))
    return merged((hold.from_at, end if hold.to_at is None else hold.to_at) for hold in stopping)


def _waits(facts: Facts, target: Target) -> bool:
    if _done(facts, target.norm) is not None or facts.cancelled_at is not None:
        return False
    return any(hold.to_at is None and stops(hold.reason, target, facts.attributes) for hold in facts.holds)


def _situation(facts: Facts, calendar: WorkingCalendar, start: datetime, pauses: tuple[Pause, ...]) -> Situation:
    reopened = facts.cycle_started_at is not None
    agreed = facts.agreed_due_at
    if reopened and agreed is not None and day_of(agreed, calendar) < calendar.day(start):
        agreed = None  # it was agreed for the cycle before
    return Situation(calendar, facts.channel, facts.attributes, facts.event_at, agreed, pauses, reopened)


def _deadline(
    facts: Facts, target: Target, start: datetime, calendar: WorkingCalendar, pauses: tuple[Pause, ...]
) -> Deadline:
    found = deadline(target.norm, start, _situation(facts, calendar, start, pauses))
    if facts.extended_due_at is None:
        return found
    due = calendar.back_to_working(facts.extended_due_at)
    for begin, end in pauses:  # those before the extension are in the extended date already
        if facts.extended_at is not None and facts.extended_at < end and begin < due:
            due = calendar.add(due, calendar.between(max(begin, facts.extended_at), end))
    return found._replace(due_at=due)


def _measured(
    start: datetime,
    due: datetime | None,
    done: datetime | None,
    end: datetime,
    *,
    pauses: tuple[Pause, ...] = (),
    calendar: WorkingCalendar,
    warn_at: float,
    on_hold: bool = False,
    provisional: bool = False,
) -> Clock:
    begin = calendar.next_working(start)
    elapsed = calendar.between(begin, end) - _paused(pauses, calendar)
    stopped = None if done is None else _whole(done)
    if due is None:
        return Clock(begin, None, stopped, on_hold, elapsed, provisional=provisional)
    relevant = within(pauses, begin, max(begin, due)) if pauses else ()
    risk = None if on_hold else _at_risk_at(begin, due, relevant, calendar, warn_at=warn_at)
    return Clock(begin, due, stopped, on_hold, elapsed, calendar.between(end, due), risk, provisional)


def _paused(pauses: tuple[Pause, ...], calendar: WorkingCalendar) -> int:
    return sum(calendar.between(begin, end) for begin, end in pauses)


def _at_risk_at(
    start: datetime, due: datetime, pauses: tuple[Pause, ...], calendar: WorkingCalendar, *, warn_at: float
) -> datetime:
    """Counted back from the due, over the pauses that lie between."""
    left = floor((calendar.between(start, due) - _paused(pauses, calendar)) * (1 - warn_at))
    moment = calendar.subtract(due, left)
    for begin, end in reversed(pauses):
        if end <= moment:
            break
        left += calendar.between(begin, end)
        moment = calendar.subtract(due, left)
    return max(moment, start)


# --- what goes with it ---------------------------------------------------------------------------------------------


def _first_handling(facts: Facts, target: Target, calendar: WorkingCalendar) -> tuple[StageDue, ...]:
    if target.first_handling is None:
        return ()
    starts = calendar.next_working(facts.received_at)
    due = calendar.add(starts, working_seconds(target.first_handling))
    return (StageDue(FIRST_HANDLING, starts, due, facts.first_action_at),)


def _with_event_done(stages: tuple[StageDue, ...], facts: Facts) -> tuple[StageDue, ...]:
    if facts.fulfilled_at is None:
        return stages
    return tuple(replace(s, done_at=facts.fulfilled_at) if s.name == EVENT_STAGE else s for s in stages)


def _requester_deadline(
    facts: Facts, target: Target, calendar: WorkingCalendar
) -> tuple[datetime | None, datetime | None]:
    """When the reminder goes out and when the ticket lapses, on a running documents hold.

    Counted from the delivery of the list, and never before the time that was told: nobody misses a deadline that he
    was never told. A holiday that is taken away again shortens no wait; one that is added lengthens it.
    """
    rule = target.requester_deadline
    hold = next((h for h in facts.holds if h.reason == "documents" and h.to_at is None and h.told_at), None)
    if rule is None or hold is None or hold.told_at is None:
        return None, None
    asked = hold.told_at
    lapse = max(span_end(rule.span, asked, calendar), hold.told_lapse_at or asked)
    return max(asked, span_before(rule.remind, lapse, calendar)) if rule.remind else None, lapse
