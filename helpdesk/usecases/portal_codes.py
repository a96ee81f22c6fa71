"""One-time codes for "My tickets": asking for one, using it, and the tickets that an address then sees."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Person, Ticket
from helpdesk.tickets.addresses import is_nobodys
from helpdesk.tickets.permission import Requester
from helpdesk.tickets.words import Channel
from helpdesk.usecases.access import new_code, use_code
from helpdesk.usecases.caps import first_state
from helpdesk.usecases.context import Context
from helpdesk.usecases.notices import new_message_id


def enqueue_code(session: Session, context: Context, desk_id: str, address: str, code: str) -> OutboxMessage:
    """The mail with a code, from that desk. The dispatcher clears `context`, and with it the code, once it is sent."""
    # Not counted against the hourly cap: codes have one of their own, and a held code would be of no use later.
    state, why = first_state(session, context, desk_id, address, channel=Channel.EMAIL, automatic=False)
    message = OutboxMessage(
        desk=desk_id,
        channel=Channel.EMAIL,
        kind="code",
        automatic=True,
        recipient=address,
        message_id=new_message_id(context.address(desk_id)),
        context={"code": code},
        state=state,
        error=why,
        next_try_at=context.now,
        created_at=context.now,
    )
    session.add(message)
    return message


def _latest_desk(session: Session, context: Context, address: str) -> str | None:
    """The desk of the newest ticket of the address; None when it has none."""
    newest = (
        select(Ticket.desk)
        .join(Person, Ticket.requester_id == Person.id)
        .where(Person.email == address)
        .order_by(Ticket.id.desc())
        .limit(1)
    )
    desk = session.scalar(newest)
    return desk if desk in context.catalog.desks else None


def ask_code(session: Session, context: Context, address: str) -> None:
    """Send a code to an address that has tickets; for any other address the same happens, but no mail leaves.

    Raises Invalid when too many were asked for, known address or not. The caller commits.
    """
    code = new_code(session, context.settings.secret_key, address, context.now)
    desk = _latest_desk(session, context, address)
    if desk is not None and not is_nobodys(address):
        enqueue_code(session, context, desk, address, code)


def prove(session: Session, context: Context, address: str, code: str) -> bool:
    """True when the code proves the address. The caller commits in both cases."""
    return use_code(session, context.settings.secret_key, address, code, context.now)


def tickets_of(session: Session, address: str, limit: int, before_id: int | None = None) -> list[Ticket]:
    """The tickets of an address, newest first; `before_id` goes on from an earlier page."""
    statement = select(Ticket).join(Person, Ticket.requester_id == Person.id).where(Person.email == address)
    if before_id is not None:
        statement = statement.where(Ticket.id < before_id)
    return list(session.scalars(statement.order_by(Ticket.id.desc()).limit(limit)))


def own_ticket(session: Session, address: str, number: str) -> tuple[Ticket, Requester] | None:
    """The ticket of that number when the address is its requester's, with who that is; else None."""
    ticket = session.scalar(select(Ticket).where(Ticket.number == number))
    if ticket is None or not address or ticket.requester.email != address:
        return None
    return ticket, Requester(ticket.requester_id, address, ticket.requester.name)
