"""A stored mail becomes a ticket, or part of one: raw state, ticket, entries and outbox in one transaction."""

from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.orm import Session

from helpdesk.channels.base import Inbound, Machine
from helpdesk.store.mail_models import MessageKey, RawMessage
from helpdesk.store.models import Entry, Ticket
from helpdesk.tickets.permission import Requester
from helpdesk.tickets.words import Channel
from helpdesk.usecases.bouncing import file_bounce
from helpdesk.usecases.context import Context
from helpdesk.usecases.joining import Answer, in_window, join
from helpdesk.usecases.linking import link_tickets
from helpdesk.usecases.matching import match
from helpdesk.usecases.opening import Opening, open_ticket, person_for

NO_SUBJECT = "(tanpa subjek)"
COPIES = 40
"""At most so many people in copy are taken from one mail (mail-cases 4.4)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message: opened, continued, duplicate, ignored or quarantined."""

    outcome: str
    ticket: str | None = None
    reason: str = ""


def desk_of(context: Context, mail: Inbound) -> str | None:
    """The desk that a mail is addressed to, by its recipients; None when it names none."""
    by_address = {desk.email.lower(): desk.id for desk in context.catalog.desks.values() if desk.email}
    recipients = (*mail.delivered_to, *(a.email for a in mail.to), *(a.email for a in mail.cc))
    return next((by_address[a] for a in recipients if a in by_address), None)


def _finish(raw: RawMessage, state: str, outcome: Outcome, ticket: Ticket | None = None) -> Outcome:
    raw.state, raw.reason = state, outcome.reason
    raw.ticket_id = ticket.id if ticket else None
    return outcome


def _known_copy(session: Session, raw: RawMessage) -> RawMessage | None:
    """An earlier message at the same desk with the same id and the same content."""
    if not raw.message_id:
        return None
    return session.scalar(
        select(RawMessage)
        .where(
            RawMessage.content_hash == raw.content_hash,
            RawMessage.message_id == raw.message_id,
            RawMessage.desk == raw.desk,
            RawMessage.id != raw.id,
            RawMessage.state == "ticketed",
        )
        .limit(1)
    )


def _same_id(session: Session, raw: RawMessage) -> RawMessage | None:
    """An earlier message that made a ticket under the same Message-ID: at another desk, or with other content."""
    if not raw.message_id:
        return None
    return session.scalar(
        select(RawMessage)
        .where(RawMessage.message_id == raw.message_id, RawMessage.id != raw.id, RawMessage.ticket_id.is_not(None))
        .order_by(RawMessage.id)
        .limit(1)
    )


def _answer(mail: Inbound, raw: RawMessage, mark: str = "") -> Answer:
    return Answer(
        channel=Channel.EMAIL,
        address=mail.sender.email,
        name=mail.sender.name,
        text=mail.text,
        shown_text=mail.reply_text if mail.reply_text != mail.text else None,
        html=mail.html or None,
        attachments=mail.attachments,
        machine=mail.machine is not Machine.NO,
        mark=mark or ("auto-reply" if mail.machine is Machine.AUTO_REPLY else ""),
        raw_id=raw.id,
        received_at=raw.received_at,
    )


def _remember_id(session: Session, raw: RawMessage, ticket: Ticket, entry_id: int | None) -> None:
    if not raw.message_id:
        return
    row = {"message_id": raw.message_id, "ticket_id": ticket.id, "entry_id": entry_id}
    if session.get_bind().dialect.name == "postgresql":
        session.execute(postgres_insert(MessageKey).values(row).on_conflict_do_nothing())
    else:
        session.execute(insert(MessageKey).prefix_with("OR IGNORE").values(row))


def _copies(context: Context, mail: Inbound) -> tuple[tuple[str, str, str], ...]:
    """The people in copy, without our own desks and without the sender."""
    own = {desk.email.lower() for desk in context.catalog.desks.values()} | {mail.sender.email, ""}
    people = {a.email: a.name for a in (*mail.to, *mail.cc) if a.email not in own}
    return tuple((address, name, "cc") for address, name in list(people.items())[:COPIES])


def _open(session: Session, context: Context, raw: RawMessage, mail: Inbound, mark: str) -> Ticket:
    assert raw.desk is not None
    person = person_for(session, context.now, email=mail.sender.email, name=mail.sender.name)
    shown = mail.reply_text if mail.reply_text and mail.reply_text != mail.text else None
    opening = Opening(
        desk=raw.desk,
        channel=Channel.EMAIL,
        requester=person,
        subject=mail.subject.strip() or NO_SUBJECT,
        text=mail.text,
        shown_text=shown,
        html=mail.html or None,
        received_at=raw.received_at,
        copies=_copies(context, mail),
        attachments=mail.attachments,
        answerable=mail.answerable and mail.machine is Machine.NO and mail.dmarc != "fail",
        answers=(raw.message_id,) if raw.message_id else (),
        raw_id=raw.id,
        mark=mark,
    )
    return open_ticket(session, context, Requester(person.id, mail.sender.email, mail.sender.name), opening)


def receive_mail(session: Session, context: Context, raw: RawMessage, mail: Inbound) -> Outcome:
    """Decide about a stored and claimed mail. The caller commits.

    Unknown desk and mails without a usable sender go into quarantine; nothing is dropped without a reason.
    """
    raw.content_hash, raw.message_id = mail.content_hash, mail.message_id[:500]
    raw.desk = raw.desk or desk_of(context, mail)
    if raw.desk is None:
        return _finish(raw, "quarantined", Outcome("quarantined", reason="addressed to no desk"))
    copy = _known_copy(session, raw)
    if copy is not None:
        ticket = session.get(Ticket, copy.ticket_id) if copy.ticket_id else None
        known = Outcome("duplicate", ticket.number if ticket else None, f"same mail as raw message {copy.id}")
        return _finish(raw, "suppressed", known, ticket)
    if mail.machine is Machine.BOUNCE:
        return _bounced(session, raw, mail)
    if not mail.sender.email:
        return _finish(raw, "quarantined", Outcome("quarantined", reason="no usable sender address"))
    return _join_or_open(session, context, raw, mail)


def _bounced(session: Session, raw: RawMessage, mail: Inbound) -> Outcome:
    ticket = file_bounce(session, raw, mail)
    if ticket is None:
        reason = "bounce of a message that is not known here"
        return _finish(raw, "quarantined", Outcome("quarantined", reason=reason))
    return _finish(raw, "ticketed", Outcome("continued", ticket.number, "bounce"), ticket)


def _join_or_open(session: Session, context: Context, raw: RawMessage, mail: Inbound) -> Outcome:
    account = context.settings.mail.get(raw.desk or "")
    authserv_id = account.authserv_id if account else ""
    found = match(session, mail, authserv_id)
    twin = _same_id(session, raw)
    ticket = found.joins
    if ticket is not None and ticket.desk == raw.desk and in_window(ticket, context.now):
        mark = "same-id" if twin is not None else ""
        entry = join(session, context, ticket, _answer(mail, raw, mark))
        _remember_id(session, raw, ticket, entry.id)
        return _finish(raw, "ticketed", Outcome("continued", ticket.number), ticket)
    if mail.machine is Machine.AUTO_REPLY and ticket is not None:
        return _finish(raw, "suppressed", Outcome("ignored", ticket.number, "automatic answer after the window"))
    mark = "same-id" if twin is not None and twin.desk == raw.desk else ""
    opened = _open(session, context, raw, mail, mark)
    _remember_id(session, raw, opened, session.scalar(select(Entry.id).where(Entry.ticket_id == opened.id).limit(1)))
    if ticket is not None:
        link_tickets(session, context, opened, ticket, "follow-up")
    if found.claimed is not None:
        link_tickets(session, context, opened, found.claimed, "claimed-number")
    if twin is not None and twin.ticket_id is not None:
        other = session.get(Ticket, twin.ticket_id)
        if other is not None and other.id != opened.id:
            link_tickets(session, context, opened, other, "same-message")
    return _finish(raw, "ticketed", Outcome("opened", opened.number), opened)
