"""A message that we sent came back, or is late: filed on its ticket; it never reopens or answers (mail-cases 7)."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from helpdesk.channels.base import Inbound
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Entry, Person, Ticket
from helpdesk.tickets.words import Channel, EntryKind
from helpdesk.usecases.caps import HOUR
from helpdesk.usecases.context import Context
from helpdesk.usecases.opening import person_for
from helpdesk.usecases.raw import Claim
from helpdesk.usecases.returning import marked_ids, returned_ids

BOUNCE_MARK, DELAY_MARK = "bounce", "delay"
MOST_AN_HOUR = 100
"""At most so many reports are filed on one ticket within an hour; more than a mail to everybody in copy brings."""


def _message(session: Session, ids: tuple[str, ...]) -> OutboxMessage | None:
    if not ids:
        return None
    return session.scalar(
        select(OutboxMessage).where(OutboxMessage.message_id.in_(ids)).order_by(OutboxMessage.id.desc()).limit(1)
    )


def _reported(session: Session, context: Context, mail: Inbound) -> tuple[OutboxMessage | None, Ticket | None, bool]:
    """The message that a mail system reports on, its ticket, and whether the report shows what only a mail system
    that had the message knows: the address that it was to be returned to, or the mark in its header.

    (None, None, False) for none, and for more reports on one ticket than there can be.
    """
    secret = context.settings.secret_key
    tied = _message(session, returned_ids(secret, mail) + marked_ids(secret, mail, context.own_addresses()))
    named = (mail.original_message_id, *mail.in_reply_to, *mail.references)
    message = tied or _message(session, tuple(i for i in named if i))
    ticket = session.get(Ticket, message.ticket_id) if message and message.ticket_id else None
    if ticket is None or _too_many(session, context, ticket):
        return None, None, False
    return message, ticket, tied is not None


def _too_many(session: Session, context: Context, ticket: Ticket) -> bool:
    of_late = (Entry.ticket_id == ticket.id, Entry.created_at > context.now - HOUR)
    reports = select(func.count()).where(*of_late, Entry.mark.in_((BOUNCE_MARK, DELAY_MARK)))
    return (session.scalar(reports) or 0) >= MOST_AN_HOUR


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


def file_bounce(session: Session, context: Context, raw: Claim, mail: Inbound) -> Ticket | None:
    """Tie a bounce to the outbox row that it reports; the ticket, or None when we never sent that message.

    A Message-ID alone is read by everybody who gets an answer to it. Nobody in copy must silence the requester by it,
    nor the requester staff: such a report is shown to staff, but marks no address and keeps no message from leaving.
    """
    message, ticket, tied = _reported(session, context, mail)
    if message is None or ticket is None:
        return None
    if tied or not mail.bounce_recipients or message.recipient in mail.bounce_recipients:
        if tied or message.state in ("sent", "unknown"):
            message.state, message.error = "failed", f"returned: {mail.subject}"[:500]
        if tied:
            mark_undeliverable(session, message)
    _file(session, raw, mail, ticket, BOUNCE_MARK)
    ticket.unread = True
    return ticket


def file_delay(session: Session, context: Context, raw: Claim, mail: Inbound) -> Ticket | None:
    """Note on its ticket that a message of ours is still on its way; nothing else changes. None for an unknown one."""
    _about, ticket, _tied = _reported(session, context, mail)
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
