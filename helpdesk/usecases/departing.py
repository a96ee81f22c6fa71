"""A staff user leaves, or comes back: no row is ever deleted, since the history of tickets names its people."""

from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from helpdesk.store.models import Event, Ticket
from helpdesk.store.people_models import ApiToken, StaffUser, WebSession
from helpdesk.tickets.errors import invalid
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.events import MACHINE, RELEASED
from helpdesk.tickets.words import OPEN_STATUSES
from helpdesk.usecases.people import hash_password

BY = "helpdesk user deactivate"


def _user(session: Session, name: str, *, active: bool) -> StaffUser:
    user = session.scalar(select(StaffUser).where(StaffUser.name == name, StaffUser.active.is_(active)))
    if user is None:
        raise invalid("name", _("There is no such user."))
    return user


def _end_sessions(session: Session, user: StaffUser) -> None:
    session.execute(delete(WebSession).where(WebSession.user_id == user.id))


def deactivate(session: Session, now: datetime, name: str) -> list[str]:
    """End the user's sessions and tokens at once and let nobody sign in under the name; the numbers of their tickets.

    What is open, or may be reopened, has nobody on it afterwards, so that it stands among the free tickets of its
    group; an event says so. Raises Invalid when no active user has the name.
    """
    user = _user(session, name, active=True)
    user.active = False
    _end_sessions(session, user)
    session.execute(
        update(ApiToken).where(ApiToken.user_id == user.id, ApiToken.revoked_at.is_(None)).values(revoked_at=now)
    )
    theirs = select(Ticket).where(
        Ticket.assignee_id == user.id,
        or_(Ticket.status.in_([s.value for s in OPEN_STATUSES]), Ticket.reopen_until > now),
    )
    return [
        _release(session, now, ticket, name)
        for ticket in session.scalars(theirs.order_by(Ticket.id).with_for_update(of=Ticket))
    ]


def _release(session: Session, now: datetime, ticket: Ticket, name: str) -> str:
    ticket.assignee_id = None
    session.add(
        Event(
            ticket_id=ticket.id,
            action=RELEASED,
            actor=MACHINE,
            by=BY,
            at=now,
            from_status=ticket.status,
            to_status=ticket.status,
            why=name,
            data={"assignee": name},
        )
    )
    return ticket.number


def activate(session: Session, name: str, password: str) -> None:
    """Let somebody who left come back, with the same roles and a new password. Raises Invalid."""
    user = _user(session, name, active=False)
    user.password_hash, user.active = hash_password(password), True


def change_password(session: Session, name: str, password: str) -> None:
    """Set a new password and end the user's sessions; tokens stay. Raises Invalid."""
    user = _user(session, name, active=True)
    user.password_hash = hash_password(password)
    _end_sessions(session, user)
