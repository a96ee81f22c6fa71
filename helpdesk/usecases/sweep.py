"""What time brings about: tickets at risk, breached, closed at the end of their window. Driven by `next_check_at`."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpdesk.store.models import Event, Ticket
from helpdesk.tickets.permission import Machine
from helpdesk.tickets.words import Action, Status
from helpdesk.usecases.clocks import new_promise, refresh
from helpdesk.usecases.context import Context
from helpdesk.usecases.deed import Deed
from helpdesk.usecases.handling import perform
from helpdesk.usecases.notices import tell_requester

WORKER = Machine("worker")


def due_tickets(session: Session, context: Context, limit: int = 50) -> list[Ticket]:
    """The tickets that something is due on, locked; the cost grows with what is due, not with what is open."""
    return list(
        session.scalars(
            select(Ticket)
            .where(Ticket.next_check_at <= context.now)
            .order_by(Ticket.next_check_at)
            .limit(limit)
            .with_for_update(skip_locked=True, of=Ticket)
        )
    )


def put_off_check(session: Session, ticket_id: int, until: datetime) -> None:
    """Look at a ticket again later; its row is left as it is otherwise."""
    session.execute(update(Ticket).where(Ticket.id == ticket_id).values(next_check_at=until))


def check(session: Session, context: Context, ticket: Ticket) -> None:
    """Do what is due on one ticket: close it after its window, mark risk and breach, apologise once per cycle."""
    if ticket.status == Status.RESOLVED and ticket.reopen_until and ticket.reopen_until <= context.now:
        perform(session, context, WORKER, ticket, Action.CLOSE)
        return
    was_breached = ticket.breached
    refresh(session, context, ticket)
    if ticket.breached and not was_breached and _owes_apology(ticket, context):
        _apologise(session, context, ticket)


def _owes_apology(ticket: Ticket, context: Context) -> bool:
    due = ticket.resolution_due_at
    working = ticket.status in (Status.NEW, Status.IN_PROGRESS, Status.ON_HOLD)
    return working and due is not None and due < context.now and ticket.resolution_done_at is None


def _apologise(session: Session, context: Context, ticket: Ticket) -> None:
    """One apology per cycle with a new time; the event that says so makes it once, whoever asks again."""
    told = select(Event.data).where(Event.ticket_id == ticket.id, Event.action == "apology")
    if any(data.get("cycle") == ticket.cycle for data in session.scalars(told)):
        return
    session.add(
        Event(
            ticket_id=ticket.id,
            action="apology",
            actor="machine",
            by=WORKER.name,
            at=context.now,
            from_status=ticket.status,
            to_status=ticket.status,
            data={"cycle": ticket.cycle},
        )
    )
    assert ticket.resolution_due_at is not None
    new_due = new_promise(session, context, ticket)
    data = {"due_at": ticket.resolution_due_at.isoformat(), "new_due_at": new_due.isoformat() if new_due else None}
    tell_requester(Deed(session, context, WORKER, ticket, Action.NOTE), "apology", data)
