"""The bridge between a ticket's rows and the pure clocks: what was decided by events and holds, cached on the row.

Once a cycle has ended its clocks are those that its last event keeps; until then they are computed, with the
calendar as it is now.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.catalog.model import Item
from helpdesk.sla.clock import FIRST_HANDLING
from helpdesk.sla.facts import Facts, HoldPeriod, Timeline
from helpdesk.sla.hours import WorkingCalendar
from helpdesk.sla.promises import renewed_due
from helpdesk.sla.quiet import may_go_at
from helpdesk.sla.verdict import (
    at_risk,
    has_lapsed,
    is_breached,
    is_late,
    next_check,
    resolution_verdict,
    response_verdict,
)
from helpdesk.sla.window import reopen_until
from helpdesk.store.document_queries import list_sent
from helpdesk.store.models import Event, Hold, Ticket
from helpdesk.tickets.events import ALARMED, REMINDER, WARNED, EventFact, History, described, fold, moment
from helpdesk.tickets.words import Action, CancelReason, Channel, HoldReason, Status
from helpdesk.usecases.context import Context
from helpdesk.usecases.measuring import measured
from helpdesk.usecases.standards import calendar_for

APOLOGY = "apology"
"""The event of an apology; nobody's action, so no part of the lifecycle."""
ONCE_A_CYCLE = (APOLOGY, WARNED, ALARMED)
DEFAULT_REOPEN_DAYS = 7
_ACTIONS = {action.value: action for action in Action}
ENDED = ("response_due_at", "response_done_at", "resolution_due_at", "resolution_done_at")
RECORDED_BY_HAND = (Channel.PHONE, Channel.WALK_IN)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a ticket stands by its clocks: its history, the timeline, and the calendar and item they rest on.

    `apologised`: the apology for a breach of this cycle has been sent; `reminded`: the requester was reminded of the
    documents that the running hold waits for. `noticed`: the notices that staff have had of this cycle.
    """

    history: History
    facts: Facts
    timeline: Timeline
    calendar: WorkingCalendar
    item: Item | None
    apologised: bool = False
    reminded: bool = False
    noticed: frozenset[str] = frozenset()


def history_of(events: Iterable[Event]) -> History:
    """The history that the events of one ticket, oldest first, add up to."""
    return fold(EventFact(_ACTIONS[e.action], e.actor, e.at, e.data) for e in events if e.action in _ACTIONS)


def _periods(session: Session, ticket: Ticket, item: Item | None, holds: Iterable[Hold]) -> tuple[HoldPeriod, ...]:
    return tuple(
        HoldPeriod(h.reason, h.started_at, h.ended_at, *_told(session, ticket, item, h) if item else ()) for h in holds
    )


def _told(session: Session, ticket: Ticket, item: Item, hold: Hold) -> tuple[datetime | None, datetime | None]:
    """When the requester got the list of what is missing, and until when it said that there is time; only asked for
    where a deadline of theirs depends on it.
    """
    if item.target.requester_deadline is None or hold.ended_at is not None or hold.reason != HoldReason.DOCUMENTS:
        return None, None
    return list_sent(session, ticket.id, hold.started_at)


def facts_of_history(history: History, holds: tuple[HoldPeriod, ...], created_at: datetime) -> Facts:
    """What the clocks need to know, from the events and the hold ledger."""
    return Facts(
        received_at=history.received_at,
        channel=history.channel,
        attributes={name: str(value) for name, value in history.attributes.items()},
        recorded_at=created_at if history.channel in RECORDED_BY_HAND else None,
        event_at=history.event_at,
        starts_at=history.starts_at,
        agreed_due_at=history.agreed_due_at,
        extended_due_at=history.extended_due_at,
        extended_at=history.extended_at,
        holds=holds,
        first_action_at=history.first_action_at,
        fulfilled_at=history.fulfilled_at,
        resolved_at=history.resolved_at,
        cancelled_at=history.cancelled_at,
        cycle_started_at=history.cycle_started_at,
    )


def events_of(session: Session, ticket: Ticket) -> list[Event]:
    """The ticket's events, oldest first."""
    return list(session.scalars(select(Event).where(Event.ticket_id == ticket.id).order_by(Event.id)))


def standing(
    session: Session,
    context: Context,
    ticket: Ticket,
    *,
    events: Iterable[Event] | None = None,
    holds: Iterable[Hold] | None = None,
) -> Standing:
    """How the ticket stands at the context's `now`; `events` and `holds` save the queries where they are at hand."""
    if events is None:
        events = events_of(session, ticket)
    if holds is None:
        holds = session.scalars(select(Hold).where(Hold.ticket_id == ticket.id).order_by(Hold.id))
    events = tuple(events)
    history = history_of(events)
    item = context.item(history.item, ticket.catalog_version)
    facts = facts_of_history(history, _periods(session, ticket, item, holds), ticket.created_at)
    calendar = calendar_for(context.catalog, ticket.desk, item)
    told = frozenset(e.action for e in events if e.action in ONCE_A_CYCLE and e.data.get("cycle") == history.cycle)
    last = next((e.action for e in reversed(events) if e.action in (REMINDER, Action.HOLD)), None)
    return Standing(
        history,
        facts,
        measured(facts, item, calendar, context.now),
        calendar,
        item,
        apologised=APOLOGY in told,
        reminded=last == REMINDER,
        noticed=told - {APOLOGY},
    )


def refresh(
    session: Session,
    context: Context,
    ticket: Ticket,
    *,
    events: Iterable[Event] | None = None,
    holds: Iterable[Hold] | None = None,
) -> Standing:
    """Compute the clocks and cache them on the row, with the instant at which the sweep must look again."""
    now = standing(session, context, ticket, events=events, holds=holds)
    ticket.reopen_until = window(context, ticket.desk, now.item, now.history.fulfilled_at, now.history.resolved_at)
    if now.history.ended:
        _cache_ended(ticket, now.history)
        return now
    line = now.timeline
    ticket.response_due_at, ticket.response_done_at = line.response.due_at, line.response.done_at
    ticket.resolution_due_at, ticket.resolution_done_at = line.resolution.due_at, line.resolution.done_at
    ticket.response_verdict = response_verdict(line)
    ticket.resolution_verdict = None
    ticket.handling_due_at = _awaited_handling(line)
    ticket.breached = is_late(line, context.now)
    risks = (at_risk(line.response, context.now), at_risk(line.resolution, context.now), _warned(line, context))
    ticket.at_risk = any(risks)
    ticket.next_check_at = next_look(context, ticket, now)
    return now


def next_look(context: Context, ticket: Ticket, now: Standing, *, noticed: bool = False) -> datetime | None:
    """When the sweep must look again; at once where something is owed already. `noticed`: staff have been seen to."""
    if owes_apology(now, context.now) or has_lapsed(now.timeline, context.now):
        return context.now
    moments = [reminder_at(now, context.now), next_check(now.timeline, context.now)]
    if not noticed and owed_notice(ticket, now, context.now):
        moments.append(calendar_for(context.catalog, ticket.desk).next_working(context.now))
    return min((at for at in moments if at is not None), default=None)


def owed_notice(ticket: Ticket, now: Standing, moment: datetime) -> str | None:
    """The notice that staff have not had of this cycle: WARNED before the breach, ALARMED after it; None for none.

    A warning whose time was past before the ticket was there, or before it was reopened, is never given (case 50).
    """
    clock, history = now.timeline.resolution, now.history
    if clock.done_at is not None or history.resolved_at is not None or history.cancelled_at is not None:
        return None
    if is_breached(clock, moment):
        return ALARMED if ALARMED not in now.noticed else None
    since = (history.cycle_started_at or ticket.created_at).replace(microsecond=0)
    if WARNED in now.noticed or not at_risk(clock, moment) or clock.at_risk_at is None or clock.at_risk_at < since:
        return None
    return WARNED


def reminder_at(now: Standing, moment: datetime) -> datetime | None:
    """When the requester is to be reminded of the missing documents; None when not at all, or no more."""
    planned, lapse = now.timeline.remind_at, now.timeline.lapse_at
    if planned is None or lapse is None or now.reminded:
        return None
    goes = planned if moment < planned else may_go_at(planned, moment, now.calendar)
    return goes if goes < lapse else None


def owes_apology(now: Standing, moment: datetime) -> bool:
    """True when the resolution is over its time, nobody has fulfilled it, and this cycle has had no apology."""
    history, clock = now.history, now.timeline.resolution
    over = history.resolved_at is not None or history.cancelled_at is not None or clock.done_at is not None
    return not over and not now.apologised and is_breached(clock, moment)


def window(
    context: Context, desk_id: str, item: Item | None, fulfilled_at: datetime | None, resolved_at: datetime | None
) -> datetime | None:
    """The end of the reopen window; None while nothing is fulfilled."""
    if fulfilled_at is None:
        return None
    calendar = calendar_for(context.catalog, desk_id, item)
    return reopen_until(fulfilled_at, calendar, item.reopen_days if item else DEFAULT_REOPEN_DAYS, resolved_at)


def _awaited_handling(line: Timeline) -> datetime | None:
    """When the first handling is due, while nobody has begun it; not every item has such a stage."""
    return next((s.due_at for s in line.stages if s.name == FIRST_HANDLING and s.done_at is None), None)


def _warned(line: Timeline, context: Context) -> bool:
    """An unclassified e-mail past its warning time: at risk, since its norm is not known yet."""
    clock = line.response
    return clock.provisional and clock.done_at is None and clock.due_at is not None and clock.due_at < context.now


def _cache_ended(ticket: Ticket, history: History) -> None:
    for name in ENDED:
        setattr(ticket, name, moment(history.ended.get(name)))
    ticket.response_verdict = history.ended.get("response_verdict")
    ticket.resolution_verdict = history.ended.get("resolution_verdict")
    ticket.breached = "breached" in str(ticket.resolution_verdict or "")
    ticket.handling_due_at = None
    ticket.at_risk = False
    ticket.next_check_at = ticket.reopen_until if ticket.status == Status.RESOLVED else None


def end_of_cycle(
    session: Session, context: Context, ticket: Ticket, cancelled: CancelReason | None = None
) -> Mapping[str, Any]:
    """What the event that ends a cycle keeps for good: both clocks and their verdicts, as of now."""
    before = standing(session, context, ticket)
    now = context.now
    facts = replace(before.facts, cancelled_at=now) if cancelled else replace(before.facts, resolved_at=now)
    line = measured(facts, before.item, before.calendar, context.now)
    kept: dict[str, Any] = {
        "response_due_at": line.response.due_at,
        "response_done_at": line.response.done_at,
        "resolution_due_at": line.resolution.due_at,
        "resolution_done_at": line.resolution.done_at,
    }
    kept = {name: value.isoformat() if value else None for name, value in kept.items()}
    answered = response_verdict(line, ended_at=context.now, cancelled=cancelled)
    kept["response_verdict"] = answered.value if answered else None
    resolved = resolution_verdict(line, context.now, cancelled=cancelled)
    kept["resolution_verdict"] = resolved.value if resolved else None
    return kept


def due_before_and_after(
    session: Session, context: Context, ticket: Ticket, data: Mapping[str, Any]
) -> tuple[datetime | None, datetime | None]:
    """The deadline of the resolution as it is, and as it would be after an event with this data."""
    now = standing(session, context, ticket)
    history = described(now.history, data)
    facts = facts_of_history(history, now.facts.holds, ticket.created_at)
    item = context.item(history.item, ticket.catalog_version)
    after = measured(facts, item, calendar_for(context.catalog, ticket.desk, item), context.now)
    return now.timeline.resolution.due_at, after.resolution.due_at


def new_promise(now: Standing, moment: datetime) -> datetime | None:
    """The new time after a breach: the same norm counted from the breach, or the date that a supervisor entered.

    None where none can be counted, and where it has passed at `moment`: nobody is promised a time that is over.
    """
    due = now.timeline.resolution.due_at
    if now.item is None or due is None:
        return None
    facts = now.facts if now.history.promised else replace(now.facts, agreed_due_at=None)
    renewed = renewed_due(facts, now.item.target, now.calendar, due)
    return renewed if renewed is not None and renewed > moment else None
