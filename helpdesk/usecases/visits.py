"""Booking a time for work on site or for a visit: slots of the desk's working calendar, so many at once.

A ticket has at most one; it stands on the ticket, and every change of it is an event of `set`.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.catalog.model import Catalog, Desk
from helpdesk.store.models import Ticket
from helpdesk.store.rows import one_at_a_time
from helpdesk.tickets.errors import invalid
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.events import moment
from helpdesk.tickets.words import OPEN_STATUSES, Status
from helpdesk.usecases.context import Context
from helpdesk.usecases.deed import Deed
from helpdesk.usecases.notices import tell_requester
from helpdesk.usecases.standards import calendar_for

ON_SITE, AT_DESK, CANCELLED = "site", "desk", "none"
KINDS = (ON_SITE, AT_DESK, CANCELLED)
"""What the field `visit` of `set` says: staff come to the requester, the requester comes to the desk, nobody does."""
OFFERED_DAYS = 10
HOLDING = tuple(sorted(OPEN_STATUSES - {Status.FULFILLED}))
"""Only tickets on which work goes on keep their time from others."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A time that can be booked, aware UTC; `day` is that of the desk's calendar."""

    day: date
    starts_at: datetime
    ends_at: datetime


def _cut(catalog: Catalog, desk: Desk, first: date, last: date) -> Iterator[Slot]:
    """The slots of the desk from the first to the last day: whole ones, within a stretch of working time each."""
    calendar, length = calendar_for(catalog, desk.id), timedelta(minutes=desk.visit_minutes)
    for opens, closes in calendar.pieces(calendar.end_of(first - timedelta(days=1)), calendar.end_of(last)):
        starts_at = opens
        while starts_at + length <= closes:
            yield Slot(calendar.day(starts_at), starts_at, starts_at + length)
            starts_at += length


def _taken(
    session: Session, desk: str, first: datetime, last: datetime, besides: int
) -> list[tuple[datetime, datetime]]:
    """The times that other tickets of the desk have booked between two instants."""
    rows = select(Ticket.visit_at, Ticket.visit_until).where(
        Ticket.desk == desk,
        Ticket.visit_at < last,
        Ticket.visit_until > first,
        Ticket.status.in_(HOLDING),
        Ticket.id != besides,
    )
    return [(row.visit_at, row.visit_until) for row in session.execute(rows)]


def _free(session: Session, desk: Desk, slots: list[Slot], besides: int) -> tuple[Slot, ...]:
    if not slots:
        return ()
    taken = Counter(_taken(session, desk.id, slots[0].starts_at, slots[-1].ends_at, besides))

    def at_once(slot: Slot) -> int:
        return sum(n for (start, end), n in taken.items() if start < slot.ends_at and end > slot.starts_at)

    return tuple(slot for slot in slots if at_once(slot) < desk.visits_at_once)


def free_slots(session: Session, context: Context, ticket: Ticket) -> tuple[Slot, ...]:
    """What can be booked for the ticket in the next 10 working days; nothing where its desk books no visits."""
    desk = context.catalog.desks.get(ticket.desk)
    if desk is None or not desk.visits_at_once:
        return ()
    calendar = calendar_for(context.catalog, desk.id)
    today = calendar.day(context.now)
    last = calendar.nth_working_day_after(today, OFFERED_DAYS)
    slots = [slot for slot in _cut(context.catalog, desk, today, last) if slot.starts_at > context.now]
    return _free(session, desk, slots, ticket.id)


def is_closed_then(catalog: Catalog, ticket: Ticket) -> bool:
    """True when the desk does not work at the booked time any more: a holiday came, or other hours."""
    if ticket.visit_at is None or ticket.visit_until is None:
        return False
    length = int((ticket.visit_until - ticket.visit_at).total_seconds())
    return calendar_for(catalog, ticket.desk).between(ticket.visit_at, ticket.visit_until) < length


def booked(deed: Deed) -> dict[str, Any]:
    """What the event keeps of a booking, changed or cancelled; nothing where nothing changes.

    Raises Invalid for a time that is over, closed or no slot of the desk, for a full one, and where none is booked.
    """
    kind, asked = deed.fields.get("visit"), deed.fields.get("visit_at")
    if kind is None and asked is None:
        return {}
    before = _as_data(deed.ticket)
    if kind == CANCELLED:
        if before is None:
            raise invalid("visit", _("No visit is booked."))
        return {"visit": None, "visit_before": before}
    if asked is None and deed.ticket.visit_at is None:
        raise invalid("visit_at", _("Choose a time."))
    slot = _slot(deed, asked) if asked is not None and asked != deed.ticket.visit_at else None
    after = {
        "kind": kind or deed.ticket.visit_kind or ON_SITE,
        "starts_at": slot.starts_at.isoformat() if slot else (before or {}).get("starts_at"),
        "ends_at": slot.ends_at.isoformat() if slot else (before or {}).get("ends_at"),
    }
    return {} if after == before else {"visit": after, "visit_before": before}


def _as_data(ticket: Ticket) -> dict[str, Any] | None:
    if ticket.visit_at is None or ticket.visit_until is None:
        return None
    times = {"starts_at": ticket.visit_at.isoformat(), "ends_at": ticket.visit_until.isoformat()}
    return {"kind": ticket.visit_kind or ON_SITE, **times}


def _slot(deed: Deed, asked: datetime) -> Slot:
    """The slot that begins then and has room; bookings of a desk are checked one after the other."""
    desk, session = deed.desk, deed.session
    if asked <= deed.context.now:
        raise invalid("visit_at", _("This time is over; choose a later one."))
    day = calendar_for(deed.context.catalog, desk.id).day(asked)
    slot = next((s for s in _cut(deed.context.catalog, desk, day, day) if s.starts_at == asked), None)
    if slot is None or not desk.visits_at_once:
        raise invalid("visit_at", _("The desk has no visits at this time; choose one of those that are offered."))
    one_at_a_time(session, f"visits of {desk.id}")
    if not _free(session, desk, [slot], deed.ticket.id):
        raise invalid("visit_at", _("Somebody else has just taken this time; choose another one."))
    return slot


def take_over(ticket: Ticket, data: dict[str, Any] | None) -> None:
    """What the event says of the visit, on the row."""
    said = data or {}
    ticket.visit_at, ticket.visit_until = moment(said.get("starts_at")), moment(said.get("ends_at"))
    ticket.visit_kind = said.get("kind")


def tell_of_visit(deed: Deed, data: dict[str, Any]) -> None:
    """Tell the requester when it is, that it is another time, or that it is cancelled."""
    now, before = data["visit"], data["visit_before"]
    told = now or before
    tell_requester(deed, "visit", {"visit": told, "cancelled": now is None, "changed": bool(now and before)})
