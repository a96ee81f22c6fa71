"""A message joins a ticket that exists: what it does to the ticket, by who sent it and where the ticket stands."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from helpdesk.channels.base import Attachment
from helpdesk.store.blobs import BlobStore
from helpdesk.store.models import Entry, Ticket
from helpdesk.store.rows import keep
from helpdesk.tickets.conversation import is_thanks_alone
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.permission import Machine, Requester
from helpdesk.tickets.words import Action, EntryKind, HoldReason, Status
from helpdesk.usecases.clocks import refresh
from helpdesk.usecases.context import Context
from helpdesk.usecases.deed import Deed
from helpdesk.usecases.describing import describe
from helpdesk.usecases.documents import Line
from helpdesk.usecases.handling import perform
from helpdesk.usecases.informing import tell_of_answer
from helpdesk.usecases.opening import attach
from helpdesk.usecases.supplying import awaited_now

DOCUMENT_MARK = "document"
"""The mark of an entry that brought an awaited document."""
THANKS_MARK = "thanks"
"""The mark of an entry that says no more than thank you."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A message for a ticket, from whatever channel. `machine`: not written by a person, so it changes nothing.

    `documents`: the keys of the documents that its sender says it brings. `complains`: its sender says that the work is
    not done, so that its files are not the document that is due after fulfilment. `person_id`: who sent it, where the
    channel knows people by more than an address. `brings_files`: files that come after the words.
    """

    channel: str
    address: str
    name: str
    text: str
    received_at: datetime
    shown_text: str | None = None
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()
    documents: tuple[str, ...] = ()
    complains: bool = False
    machine: bool = False
    mark: str = ""
    raw_id: int | None = None
    person_id: int | None = None
    brings_files: bool = False


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
    keep(session, entry)
    attach(session, BlobStore(context.settings.data), entry.id, answer.attachments)
    return entry


def _resumes(ticket: Ticket) -> bool:
    """Any answer ends a `requester` hold; whether the documents are complete is for staff to say."""
    return ticket.hold_reason == HoldReason.REQUESTER


def _brought(session: Session, context: Context, ticket: Ticket, answer: Answer) -> tuple[Line, ...]:
    """The awaited documents that this message brings: those it names, and after fulfilment any that are due.

    Before fulfilment a mail with files ticks nothing off: nobody knows yet what they are, staff will see.
    """
    if answer.machine or answer.complains or not any(a.content and not a.inline for a in answer.attachments):
        return ()
    due = awaited_now(session, context, ticket) if answer.documents or _after_fulfilment(ticket) else ()
    named = tuple(line for line in due if line.key in answer.documents)
    return named or (due if _after_fulfilment(ticket) else ())


def join(session: Session, context: Context, ticket: Ticket, answer: Answer) -> Entry:
    """Add the message to the ticket and do what it means (behaviour section 3).

    Only a person who is the requester resumes, reopens or ticks a document off; everybody else's words are shown to
    staff. The caller has made sure that the sender takes part and that the window is not over.
    """
    documents = _brought(session, context, ticket, answer)
    entry = _add_entry(session, context, ticket, answer)
    if documents:
        entry.mark = DOCUMENT_MARK
    if answer.machine:
        return entry
    own = is_requesters(ticket, answer)
    ticked = own and _tick_off(session, context, ticket, answer, documents)
    thanks = is_thanks_alone(answer.shown_text or answer.text) and not (answer.attachments or answer.brings_files)
    if _after_fulfilment(ticket) and (thanks or documents):
        entry.mark = entry.mark or THANKS_MARK
        ticket.unread = ticket.unread or bool(documents and not ticked)
        return entry
    ticket.unread = True
    if own:
        _requester_spoke(session, context, ticket, answer)
    tell_of_answer(session, context, ticket, entry)
    return entry


def is_requesters(ticket: Ticket, answer: Answer) -> bool:
    """True where the requester of the ticket sent it."""
    if answer.person_id is not None:
        return answer.person_id == ticket.requester_id
    return answer.address in {ticket.requester.email, ticket.requester.phone}


def _tick_off(session: Session, context: Context, ticket: Ticket, answer: Answer, documents: tuple[Line, ...]) -> bool:
    """Tick off what the requester brought; where a message may be any of several documents, staff say which."""
    keys = [line.key for line in documents if line.key in answer.documents or len(documents) == 1]
    if not keys:
        return False
    session.flush()
    actor = Requester(ticket.requester_id, answer.address, answer.name)
    fields = {"documents": dict.fromkeys(keys, True)}
    # The message does this, not an action of the requester's, who may `set` attributes alone (docs/adr/0015).
    describe(Deed(session, context, actor, ticket, Action.SET, fields))
    session.flush()
    refresh(session, context, ticket)
    return True


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
    perform(session, context, Machine("answer"), ticket, Action.RESUME, {"reason": _("answer of the requester")})
