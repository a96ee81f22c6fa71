"""A message joins a ticket that exists: what it does to the ticket, by who sent it and where the ticket stands."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.channels.base import Attachment
from helpdesk.store.blobs import BlobStore
from helpdesk.store.models import Entry, Ticket
from helpdesk.tickets.conversation import is_thanks_alone
from helpdesk.tickets.permission import Machine, Requester
from helpdesk.tickets.words import Action, EntryKind, HoldReason, Status
from helpdesk.usecases.context import Context
from helpdesk.usecases.handling import perform
from helpdesk.usecases.opening import attach

DOCUMENT_MARK = "document"
"""The mark of the entry that brought a document due after fulfilment."""
THANKS_MARK = "thanks"
"""The mark of an entry that says no more than thank you."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A message for a ticket, from whatever channel. `machine`: not written by a person, so it changes nothing."""

    channel: str
    address: str
    name: str
    text: str
    received_at: datetime
    shown_text: str | None = None
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()
    machine: bool = False
    mark: str = ""
    raw_id: int | None = None


def in_window(ticket: Ticket, now: datetime) -> bool:
    """True while the ticket is open, or may still be reopened; a cancelled one is over, whatever went before."""
    if Status(ticket.status).is_open:
        return True
    if ticket.status == Status.CANCELLED:
        return False
    return ticket.reopen_until is not None and now < ticket.reopen_until


def _add_entry(session: Session, context: Context, ticket: Ticket, answer: Answer) -> Entry:
    entry = Entry(
        ticket_id=ticket.id,
        kind=EntryKind.REQUESTER_MESSAGE,
        channel=answer.channel,
        author_name=answer.name[:200],
        author_address=answer.address[:320],
        text=answer.text,
        shown_text=answer.shown_text,
        html=answer.html,
        mark=answer.mark,
        raw_id=answer.raw_id,
        created_at=answer.received_at,
    )
    session.add(entry)
    session.flush()
    attach(session, BlobStore(context.settings.data), entry.id, answer.attachments)
    return entry


def _resumes(ticket: Ticket) -> bool:
    """Any answer ends a `requester` hold; whether the documents are complete is for staff to say."""
    return ticket.hold_reason == HoldReason.REQUESTER


def _awaited_document(session: Session, context: Context, ticket: Ticket, answer: Answer) -> bool:
    """True when the item wants a document after fulfilment, none has come yet, and this message brings a file."""
    item = context.item(ticket.item, ticket.catalog_version)
    due = item is not None and any(d.after_fulfilment for d in item.documents)
    if not due or not any(not a.inline for a in answer.attachments):
        return False
    came = select(Entry.id).where(Entry.ticket_id == ticket.id, Entry.mark == DOCUMENT_MARK).limit(1)
    return session.scalar(came) is None


def join(session: Session, context: Context, ticket: Ticket, answer: Answer) -> Entry:
    """Add the message to the ticket and do what it means (behaviour section 3).

    Only a person who is the requester resumes or reopens; everybody else's words are shown to staff. The caller has
    made sure that the sender takes part and that the window is not over.
    """
    document = not answer.machine and _after_fulfilment(ticket) and _awaited_document(session, context, ticket, answer)
    entry = _add_entry(session, context, ticket, answer)
    if document:
        entry.mark = DOCUMENT_MARK
    if answer.machine:
        return entry
    thanks = is_thanks_alone(answer.shown_text or answer.text) and not answer.attachments
    if _after_fulfilment(ticket) and (thanks or document):
        entry.mark = entry.mark or THANKS_MARK
        return entry
    ticket.unread = True
    if answer.address in {ticket.requester.email, ticket.requester.phone}:
        _requester_spoke(session, context, ticket, answer)
    return entry


def _after_fulfilment(ticket: Ticket) -> bool:
    return ticket.status in (Status.FULFILLED, Status.RESOLVED, Status.CLOSED)


def _requester_spoke(session: Session, context: Context, ticket: Ticket, answer: Answer) -> None:
    actor = Requester(ticket.requester_id, answer.address, answer.name)
    if ticket.status == Status.ON_HOLD and _resumes(ticket):
        _resume(session, context, ticket)
    elif ticket.status in (Status.RESOLVED, Status.CLOSED):
        reason = (answer.shown_text or answer.text)[:500]
        perform(session, context, actor, ticket, Action.REOPEN, {"reason": reason})


def _resume(session: Session, context: Context, ticket: Ticket) -> None:
    perform(session, context, Machine("answer"), ticket, Action.RESUME, {"reason": "answer of the requester"})
