"""When the open tickets are due, as a whole."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, or_, select, union_all
from sqlalchemy.orm import Session

from helpdesk.store.models import Ticket
from helpdesk.tickets.words import Status

OPEN = tuple(status.value for status in Status if status.is_open)
_HANDLED = Ticket.handling_due_at.is_(None)
_ANSWERED = or_(Ticket.response_done_at.is_not(None), Ticket.response_due_at.is_(None))


def latest_open_due(session: Session, desks: Collection[str], after: datetime) -> datetime | None:
    """The latest resolution deadline of an open ticket that lies after an instant; None where none does.

    A branch for each index that holds open tickets by desk and status: what is due sooner is not read, but for the few
    tickets that still wait for their first answer.
    """
    open_late = (Ticket.desk.in_(sorted(desks)), Ticket.status.in_(OPEN), Ticket.resolution_due_at > after)
    branches = ((_HANDLED, _ANSWERED), (Ticket.response_done_at.is_(None),), (Ticket.handling_due_at.is_not(None),))
    latest = [select(func.max(Ticket.resolution_due_at).label("at")).where(*open_late, *branch) for branch in branches]
    found = [at for at in session.scalars(union_all(*latest)) if at is not None]
    return max(found, default=None)
