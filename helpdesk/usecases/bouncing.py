"""A message that we sent came back, or is late: filed on its ticket; it never reopens or answers (mail-cases 7)."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpdesk.channels.base import Inbound
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Entry, Person, Ticket
from helpdesk.tickets.addresses import returned_id
from helpdesk.tickets.words import Channel, EntryKind
from helpdesk.usecases.opening import person_for
from helpdesk.usecases.raw import Claim

BOUNCE_MARK, DELAY_MARK = "bounce", "delay"


def _message(session: Session, ids: tuple[str, ...]) -> OutboxMessage | None:
    if not ids:
        return None
    return session.scalar(
        select(OutboxMessage).where(OutboxMessage.message_id.in_(ids)).order_by(OutboxMessage.id.desc()).limit(1)
    )


def _reported(session: Session, mail: Inbound) -> tuple[OutboxMessage | None, bool]:
    """The message that a mail system reports on, and whether the address that it wrote to says which one it is."""
    tied = _message(session, tuple(i for i in map(returned_id, mail.delivered_to) if i))
    if tied is not None:
        return tied, True
    named = (mail.original_message_id, *mail.in_reply_to, *mail.references)
    return _message(session, tuple(i for i in named if i)), False


def _file(session: Session, raw: Claim, mail: Inbound, ticket: Ticket, mark: str) -> None:
    session.add(
        Entry(
            ticket_id=ticket.id,
            kind=EntryKind.WORK_NOTE,
            channel=Channel.EMAIL,
            author_name=mail.sender.name or mail.sender.email,
            author_address=mail.sender.email,
            text=mail.text,
            mark=mark,
            raw_id=raw.id,
            created_at=raw.received_at,
        )
    )


def file_bounce(session: Session, raw: Claim, mail: Inbound) -> Ticket | None:
    """Tie a bounce to the outbox row that it reports; the ticket, or None when we never sent that message.

    Without a return address of ours it must name the recipient: somebody who has read our Message-ID may make it up.
    """
    message, tied = _reported(session, mail)
    ticket = session.get(Ticket, message.ticket_id) if message and message.ticket_id else None
    if message is None or ticket is None:
        return None
    if tied or not mail.bounce_recipients or message.recipient in mail.bounce_recipients:
        message.state, message.error = "failed", f"returned: {mail.subject}"[:500]
        mark_undeliverable(session, message)
    _file(session, raw, mail, ticket, BOUNCE_MARK)
    ticket.unread = True
    return ticket


def file_delay(session: Session, raw: Claim, mail: Inbound) -> Ticket | None:
    """Note on its ticket that a message of ours is still on its way; nothing else changes. None for an unknown one."""
    message, _tied = _reported(session, mail)
    ticket = session.get(Ticket, message.ticket_id) if message and message.ticket_id else None
    if ticket is not None:
        _file(session, raw, mail, ticket, DELAY_MARK)
    return ticket


def mark_undeliverable(session: Session, message: OutboxMessage) -> None:
    """Mail to this address comes back: staff see it when they write, and no automatic mail goes there any more."""
    person = person_for(session, message.created_at, email=message.recipient, name=message.recipient_name)
    person.undeliverable = True


def arrives_from(session: Session, address: str) -> None:
    """Somebody wrote from this address, so mail reaches it (again)."""
    session.execute(
        update(Person).where(Person.email == address, Person.undeliverable).values(undeliverable=False),
        execution_options={"synchronize_session": "fetch"},
    )
