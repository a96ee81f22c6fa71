"""What time brings about: tickets at risk, breached, closed at the end of their window. Driven by `next_check_at`."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpdesk.sla.verdict import has_lapsed
from helpdesk.store.models import Ticket
from helpdesk.tickets.permission import Machine
from helpdesk.tickets.words import Action, CancelReason, HoldReason, Status
from helpdesk.usecases.alerting import tell_staff
from helpdesk.usecases.clocks import (
    APOLOGY,
    Standing,
    new_promise,
    next_look,
    owed_notice,
    owes_apology,
    refresh,
    reminder_at,
    standing,
)
from helpdesk.usecases.context import Context
from helpdesk.usecases.deed import Deed
from helpdesk.usecases.handling import perform
from helpdesk.usecases.lapsing import remind, something_may_have_come
from helpdesk.usecases.notices import tell_requester
from helpdesk.usecases.standards import calendar_for

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
    """Do what is due on one ticket: close it after its window, remind and lapse, mark risk and breach, apologise,
    warn staff and tell their supervisors.
    """
    if ticket.status == Status.RESOLVED and ticket.reopen_until and ticket.reopen_until <= context.now:
        perform(session, context, WORKER, ticket, Action.CLOSE)
        return
    if ticket.hold_reason == HoldReason.DOCUMENTS and _waited_long_enough(session, context, ticket):
        return
    now = refresh(session, context, ticket)
    if owes_apology(now, context.now):
        _apologise(Deed(session, context, WORKER, ticket, Action.NOTE), now)
    notice = owed_notice(ticket, now, context.now)
    if notice is not None and calendar_for(context.catalog, ticket.desk).is_working(context.now):
        tell_staff(Deed(session, context, WORKER, ticket, Action.NOTE), notice)
        session.flush()
        ticket.next_check_at = next_look(context, ticket, refresh(session, context, ticket), noticed=True)
    else:
        session.flush()
        refresh(session, context, ticket)


def _waited_long_enough(session: Session, context: Context, ticket: Ticket) -> bool:
    """Remind the requester of missing documents, or let the ticket lapse; True when that was all there is to do."""
    now = standing(session, context, ticket)
    if not has_lapsed(now.timeline, context.now):
        if reminder_at(now, context.now) == context.now:
            remind(Deed(session, context, WORKER, ticket, Action.NOTE), now.timeline)
            session.flush()
        return False
    wait = something_may_have_come(session, context, ticket, now.timeline)
    if wait is not None:
        session.flush()
        put_off_check(session, ticket.id, context.now + wait)
        return True
    perform(session, context, WORKER, ticket, Action.CANCEL, {"reason": CancelReason.LAPSED})
    return True


def _apologise(deed: Deed, now: Standing) -> None:
    """An apology with a new time, if there is one; its event makes it one per cycle, whoever looks again.

    A worker that was down until after the new time says that there is none yet: the breach is as long ago as it is.
    """
    deed.noted(APOLOGY, {"cycle": deed.ticket.cycle})
    assert deed.ticket.resolution_due_at is not None
    new_due = new_promise(now, deed.context.now)
    data = {"due_at": deed.ticket.resolution_due_at.isoformat(), "new_due_at": new_due.isoformat() if new_due else None}
    tell_requester(deed, "apology", data)
