"""A message that we sent came back: filed on its ticket, the address marked; it never reopens or answers."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpdesk.channels.base import Inbound
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Entry, Person, Ticket
from helpdesk.tickets.words import Channel, EntryKind
from helpdesk.usecases.raw import Claim

BOUNCE_MARK = "bounce"


def _bounced_message(session: Session, mail: Inbound) -> OutboxMessage | None:
    ids = tuple(i for i in (mail.original_message_id, *mail.in_reply_to, *mail.references) if i)
    if not ids:
        return None
    return session.scalar(
        select(OutboxMessage).where(OutboxMessage.message_id.in_(ids)).order_by(OutboxMessage.id.desc()).limit(1)
    )


def file_bounce(session: Session, raw: Claim, mail: Inbound) -> Ticket | None:
    """Tie a bounce to the outbox row that it reports; the ticket, or None when we never sent that message."""
    message = _bounced_message(session, mail)
    ticket = session.get(Ticket, message.ticket_id) if message and message.ticket_id else None
    if message is None or ticket is None:
        return None
    if not mail.bounce_recipients or message.recipient in mail.bounce_recipients:
        message.state, message.error = "failed", f"returned: {mail.subject}"[:500]
        session.execute(update(Person).where(Person.email == message.recipient).values(undeliverable=True))
    session.add(
        Entry(
            ticket_id=ticket.id,
            kind=EntryKind.WORK_NOTE,
            channel=Channel.EMAIL,
            author_name=mail.sender.name or mail.sender.email,
            author_address=mail.sender.email,
            text=mail.text,
            mark=BOUNCE_MARK,
            raw_id=raw.id,
            created_at=raw.received_at,
        )
    )
    ticket.unread = True
    return ticket
