"""A stored mail becomes a ticket, or part of one: raw state, ticket, entries and outbox in one transaction."""

from dataclasses import dataclass, replace

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from helpdesk.channels.base import Inbound, Machine
from helpdesk.store.behind import behind_of
from helpdesk.store.mail_models import OutboxMessage, RawMessage
from helpdesk.store.models import Ticket
from helpdesk.store.rows import one_at_a_time
from helpdesk.tickets.addresses import without_return_mark
from helpdesk.tickets.permission import Requester
from helpdesk.tickets.sign_ups import looks_like_a_sign_up
from helpdesk.tickets.words import Channel
from helpdesk.usecases.ahead import Earlier, ahead_of
from helpdesk.usecases.bouncing import arrives_from, file_bounce, file_delay
from helpdesk.usecases.context import Context
from helpdesk.usecases.floods import FLOOD, RELEASED, UNPROVED, flooding
from helpdesk.usecases.joining import Answer, in_window, join
from helpdesk.usecases.linking import CLAIMED, link_tickets
from helpdesk.usecases.matching import await_parents, is_proved, match, remember_ids
from helpdesk.usecases.opening import Opening, open_ticket, person_for
from helpdesk.usecases.raw import Claim, finish_raw
from helpdesk.usecases.redaction import without_links_of_ours
from helpdesk.usecases.returning import naming_what_came_back
from helpdesk.usecases.rewritten import note_added, rewritten
from helpdesk.usecases.staff_mail import Done, work_by_mail

NO_SUBJECT = "(tanpa subjek)"
TOO_MANY = "one of too many from this sender"
SIGN_UP = "looks like a one-time code or a confirmation for another service"
FORMER = 3
MOST_COMPARED = 5
"""So many mails under one Message-ID are held against a later one word by word."""
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
    by_address = context.own_addresses()
    everybody = (*mail.delivered_to, *(a.email for a in mail.to), *(a.email for a in mail.cc))
    recipients = map(without_return_mark, everybody)
    return next((by_address[a] for a in recipients if a in by_address), None)


def _finish(session: Session, raw: Claim, state: str, outcome: Outcome, ticket: Ticket | None = None) -> Outcome:
    finish_raw(session, raw, state, outcome.reason, ticket.id if ticket else None)
    if ahead := ahead_of(session):
        ahead.finished(raw, state, ticket.id if ticket else None)
    return outcome


COLUMNS = (
    RawMessage.id, RawMessage.desk, RawMessage.content_hash, RawMessage.state, RawMessage.ticket_id, RawMessage.sender
)  # fmt: skip
_OTHERS = (RawMessage.id != bindparam("raw_id"), RawMessage.state != "received")
_SAME_ID = (
    select(*COLUMNS).where(RawMessage.message_id == bindparam("same"), *_OTHERS).order_by(RawMessage.id).limit(200)
)
_SAME_CONTENT = (
    select(*COLUMNS).where(RawMessage.content_hash == bindparam("same"), *_OTHERS).order_by(RawMessage.id).limit(200)
)


def _earlier(session: Session, raw: Claim) -> list[Earlier]:
    """What came before under the same Message-ID, oldest first: copies, other content, or at another desk."""
    ahead = ahead_of(session)
    known = ahead.earlier(raw) if ahead is not None else None
    if known is not None:
        return known
    statement, same = (_SAME_ID, raw.message_id) if raw.message_id else (_SAME_CONTENT, raw.content_hash)
    found = session.connection().execute(statement, {"same": same, "raw_id": raw.id})
    return [Earlier(*row) for row in found]


def _answer(mail: Inbound, raw: Claim, mark: str = "") -> Answer:
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


def _copies(context: Context, mail: Inbound) -> tuple[tuple[str, str, str], ...]:
    """The people in copy, without our own desks and without the sender.

    Whoever writes under another's name must not get the answers by putting himself in copy.
    """
    if not is_proved(mail):
        return ()
    own = {*context.own_addresses(), mail.sender.email, ""}
    people = {a.email: a.name for a in (*mail.to, *mail.cc) if without_return_mark(a.email) not in own}
    return tuple((address, name, "cc") for address, name in list(people.items())[:COPIES])


def _open(session: Session, context: Context, raw: Claim, mail: Inbound, mark: str, *, guessed: bool) -> Ticket:
    """`guessed`: it names a ticket that its sender has no part in; then nobody gets anything by being in copy."""
    assert raw.desk is not None
    person = person_for(session, context.now, email=mail.sender.email, name=mail.sender.name)
    if person.undeliverable and is_proved(mail):
        arrives_from(session, mail.sender.email)
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
        copies=() if guessed else _copies(context, mail),
        attachments=mail.attachments,
        answerable=mail.answerable and mail.machine is Machine.NO and is_proved(mail),
        tellable=mail.tellable and mail.machine is Machine.NO and is_proved(mail),
        answers=(raw.message_id,) if raw.message_id else (),
        raw_id=raw.id,
        message_id=raw.message_id,
        mark=mark,
    )
    ticket = open_ticket(session, context, Requester(person.id, mail.sender.email, mail.sender.name), opening)
    if mail.other_ids:
        remember_ids(session, ticket.id, None, mail.other_ids[:FORMER])
    if is_proved(mail) and not guessed:
        await_parents(session, mail, ticket)
    return ticket


def receive_mail(session: Session, context: Context, raw: Claim, mail: Inbound) -> Outcome:
    """Decide about a stored and claimed mail. The caller commits.

    Unknown desk and mails without a usable sender go into quarantine; nothing is dropped without a reason.
    """
    mail = naming_what_came_back(context.settings.secret_key, without_links_of_ours(mail))
    raw.content_hash, raw.message_id, raw.sender = mail.content_hash, mail.message_id[:500], counted_as(mail)
    raw.desk = raw.desk or desk_of(context, mail)
    if raw.desk is None:
        return _finish(session, raw, "quarantined", Outcome("quarantined", reason="addressed to no desk"))
    ahead = ahead_of(session)
    if ahead is None or (raw.message_id or raw.content_hash) not in ahead.agreed:
        one_at_a_time(session, raw.message_id or raw.content_hash)
    earlier = _earlier(session, raw)
    copy = next((e for e in earlier if e.desk == raw.desk and e.content_hash == raw.content_hash), None)
    copy = copy or _rewritten(session, raw, mail, earlier)
    if copy is not None:
        ticket = _of(session, copy)
        known = Outcome("duplicate", ticket.number if ticket else None, f"same mail as raw message {copy.id}")
        return _finish(session, raw, "suppressed", known, ticket)
    if mail.machine is Machine.BOUNCE:
        return _bounced(session, context, raw, mail)
    if mail.delayed and (late := file_delay(session, context, raw, mail)):
        return _finish(session, raw, "ticketed", Outcome("continued", late.number, "delay"), late)
    if not mail.sender.email:
        return _finish(session, raw, "quarantined", Outcome("quarantined", reason="no usable sender address"))
    if mail.sender.email in context.own_addresses():
        return _from_ourselves(session, context, raw, mail)
    by_staff = work_by_mail(session, context, raw, mail, again=bool(earlier))
    if by_staff is not None:
        return _told_by_staff(session, context, raw, by_staff)
    flood = flooding(session, context, raw)
    if flood == FLOOD:
        return _finish(session, raw, FLOOD, Outcome("quarantined", reason=TOO_MANY))
    mail = replace(mail, answerable=mail.answerable and flood != RELEASED)
    return _join_or_open(session, context, raw, mail, [e for e in earlier if e.ticket_id and raw.message_id])


def _rewritten(session: Session, raw: Claim, mail: Inbound, earlier: list[Earlier]) -> Earlier | None:
    """The earlier mail that this one is, rewritten on another way to the same desk."""
    here = [e for e in earlier if e.desk == raw.desk and e.ticket_id and raw.message_id]
    for known in here[:MOST_COMPARED]:
        if copy := rewritten(session, mail, known.id, known.sender):
            note_added(session, raw, mail, copy)
            return known
    return None


def counted_as(mail: Inbound) -> str:
    """Whose mail counts together as a flood: what others send under somebody's address is not counted as theirs."""
    return mail.sender.email if is_proved(mail) or not mail.sender.email else f"{UNPROVED}{mail.sender.email}"[:320]


def _set_aside(session: Session, context: Context, raw: Claim, reason: str) -> Outcome:
    """Into quarantine, or into the bundle of a sender of too many."""
    if flooding(session, context, raw) == FLOOD:
        return _finish(session, raw, FLOOD, Outcome("quarantined", reason=TOO_MANY))
    return _finish(session, raw, "quarantined", Outcome("quarantined", reason=reason))


def _from_ourselves(session: Session, context: Context, raw: Claim, mail: Inbound) -> Outcome:
    """Our own mail that came back is known; anything else under our address needs a person. No desk is a requester."""
    ours = raw.message_id and session.scalar(select(exists().where(OutboxMessage.message_id == raw.message_id)))
    if ours or mail.machine is Machine.AUTO_REPLY:
        return _finish(session, raw, "suppressed", Outcome("ignored", reason="a message of our own came back"))
    return _set_aside(session, context, raw, "sent under an address of our own")


def _told_by_staff(session: Session, context: Context, raw: Claim, done: Done) -> Outcome:
    if done.state == "quarantined":
        return _set_aside(session, context, raw, done.reason)
    outcome = Outcome(
        "continued" if done.state == "ticketed" else "ignored", done.ticket.number if done.ticket else None, done.reason
    )
    return _finish(session, raw, done.state, outcome, done.ticket)


def _bounced(session: Session, context: Context, raw: Claim, mail: Inbound) -> Outcome:
    ticket = file_bounce(session, context, raw, mail)
    if ticket is not None:
        return _finish(session, raw, "ticketed", Outcome("continued", ticket.number, "bounce"), ticket)
    return _set_aside(session, context, raw, "bounce of a message that is not known here")


def _belongs_to(context: Context, raw: Claim, mail: Inbound, ticket: Ticket) -> bool:
    """A mail to another desk continues the ticket, unless the ticket's own desk was addressed too and got its copy."""
    if ticket.desk == raw.desk:
        return True
    own = context.own_addresses()
    return ticket.desk not in {own.get(address) for address in mail.delivered_to}


def _mark(raw: Claim, mail: Inbound, twins: list[Earlier]) -> str:
    if not is_proved(mail):
        return "unproved"
    return "same-id" if any(twin.desk == raw.desk for twin in twins) else ""


def _is_sign_up(mail: Inbound) -> bool:
    """A code or a link with which another service finds out who reads our mail (threats S01)."""
    by_machine = not mail.tellable or mail.machine is not Machine.NO
    return by_machine and looks_like_a_sign_up(mail.subject, mail.text)


def _join_or_open(session: Session, context: Context, raw: Claim, mail: Inbound, twins: list[Earlier]) -> Outcome:
    account = context.settings.mail.get(raw.desk or "")
    found = match(session, mail, raw.desk, account.authserv_id if account else "")
    ticket, mark = found.joins, _mark(raw, mail, twins)
    if ticket is not None:
        _lock(session, ticket)
        if _belongs_to(context, raw, mail, ticket) and in_window(ticket, context.now):
            _arrives(session, mail.sender.email)
            entry = join(session, context, ticket, _answer(mail, raw, mark))
            remember_ids(session, ticket.id, entry.id, (raw.message_id, *mail.other_ids[:FORMER]))
            return _finish(session, raw, "ticketed", Outcome("continued", ticket.number), ticket)
        if mail.machine is Machine.AUTO_REPLY:
            return _finish(
                session, raw, "suppressed", Outcome("ignored", ticket.number, "automatic answer after the window")
            )
    if ticket is None and _is_sign_up(mail):
        return _finish(session, raw, "quarantined", Outcome("quarantined", reason=SIGN_UP))
    opened = _open(session, context, raw, mail, mark, guessed=found.claimed is not None)
    twin = _of(session, twins[0]) if twins else None
    for other, kind in ((ticket, "follow-up"), (found.claimed, CLAIMED), (twin, "same-message")):
        if other is not None and other.id != opened.id:
            link_tickets(session, context, opened, other, kind)
    return _finish(session, raw, "ticketed", Outcome("opened", opened.number), opened)


def _lock(session: Session, ticket: Ticket) -> None:
    ahead = ahead_of(session)
    if ahead is None or ticket.id not in ahead.tickets:
        session.refresh(ticket, with_for_update={"of": Ticket})
        if behind := behind_of(session):
            behind.renew_ids()  # somebody may have said something on this ticket since some were reserved


def _arrives(session: Session, address: str) -> None:
    """Mail reaches the address, whatever was known of it."""
    ahead = ahead_of(session)
    if ahead is not None and address in ahead.people:
        person = ahead.people[address]
        if person is None or not person.undeliverable:
            return
    arrives_from(session, address)


def _of(session: Session, raw: Earlier) -> Ticket | None:
    return session.get(Ticket, raw.ticket_id) if raw.ticket_id else None
