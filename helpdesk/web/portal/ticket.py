"""The ticket page of a requester: what of a ticket is public, and what the requester may do now.

Everything here is chosen, nothing is left out afterwards: only the kinds of entries named in PUBLIC are ever read, so
work notes, labels, groups, files of notes and the history of the staff side cannot slip onto a page.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from helpdesk.sla.norms import StartKind
from helpdesk.store.models import Entry, File, Hold, Ticket
from helpdesk.tickets.permission import Requester, may_now
from helpdesk.tickets.words import Action, EntryKind, HoldReason, Status
from helpdesk.usecases.answers import asked_attributes
from helpdesk.usecases.clocks import Standing, events_of, standing
from helpdesk.usecases.context import Context
from helpdesk.usecases.deed import facts_of
from helpdesk.usecases.documents import Line, State, awaited, checklist, still_needed
from helpdesk.usecases.joining import in_window
from helpdesk.usecases.staging import as_recorded
from helpdesk.usecases.standards import explain_for
from helpdesk.web.portal.fields import AttributeField, attribute_fields
from helpdesk.web.portal.progress import Promise, Step, promise, steps, until
from helpdesk.web.portal.standard import Present
from helpdesk.web.portal.times import working_amount
from helpdesk.web.portal.words import _
from helpdesk.web.ticket.view import Visit
from helpdesk.web.ticket.visit import kinds_for_requesters, visit

PUBLIC = (EntryKind.REQUESTER_MESSAGE, EntryKind.PUBLIC_REPLY, EntryKind.AUTOMATIC_REPLY)
PARTS = "\n\n---\n\n"
OUT, AUTO = "out", "auto"


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of a public entry."""

    id: int
    name: str
    size: str


@dataclass(frozen=True, slots=True)
class Said:
    """One item of the conversation; `side` is its CSS class: empty for the requester, out, auto.

    `whole`: the message with what it quotes, where `text` leaves something out.
    """

    who: str
    side: str
    at: str
    iso: str
    text: str
    files: tuple[Attached, ...]
    whole: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document that may be uploaded in the field of that name. `missing`: the desk, or the clock, waits for it."""

    field: str
    name: str
    missing: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the page of a ticket shows."""

    number: str
    subject: str
    item: str
    desk: str
    steps: tuple[Step, ...]
    promise: Promise
    story: tuple[str, ...]
    used: str
    holds: tuple[str, ...]
    wanted: tuple[Wanted, ...]
    questions: tuple[AttributeField, ...]
    answers: Mapping[str, str]
    unknown: str
    talk: tuple[Said, ...]
    latest: Said | None
    awaits_you: bool
    may_confirm: bool
    may_reopen: bool
    may_reply: bool
    may_withdraw: bool
    reopen_until: str
    rating: int | None
    comment: str
    visit: Visit


def file_size(size: int) -> str:
    """`12 kB`, `3,4 MB`."""
    return f"{max(1, round(size / 1000))} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB".replace(".", ",")


def public_entries(session: Session, ticket: Ticket) -> list[Entry]:
    """The entries that the requester may read, oldest first: own messages and what the desk said to them.

    What others in copy wrote to the desk was not written to the requester and stays with the desk.
    """
    own = {ticket.requester.email, ticket.requester.phone, ""}
    statement = (
        select(Entry)
        .where(Entry.ticket_id == ticket.id, Entry.kind.in_([str(k) for k in PUBLIC]))
        .options(selectinload(Entry.files))
        .order_by(Entry.id)
    )
    found = session.scalars(statement)
    return [e for e in found if e.kind != EntryKind.REQUESTER_MESSAGE or e.author_address in own]


def public_file(session: Session, ticket: Ticket, file_id: int) -> File | None:
    """A file of a public entry of this ticket, else None."""
    return next((f for e in public_entries(session, ticket) for f in e.files if f.id == file_id), None)


def _text(entry: Entry, language: str) -> str:
    """The words of an entry; of an automatic message, which is kept in both languages, the reader's one."""
    text = entry.shown_text or entry.text
    if entry.kind == EntryKind.AUTOMATIC_REPLY:
        parts = text.split(PARTS)
        if len(parts) == 2:
            return parts[1 if language == "en" else 0]
    return text


def _said(entry: Entry, ticket: Ticket, at: Present) -> Said:
    who = {
        EntryKind.REQUESTER_MESSAGE: ticket.requester.name or entry.author_name or _("You"),
        EntryKind.PUBLIC_REPLY: entry.author_name or at.desk.name,
        EntryKind.AUTOMATIC_REPLY: _("Automatic message"),
    }
    sides = {EntryKind.PUBLIC_REPLY: OUT, EntryKind.AUTOMATIC_REPLY: AUTO}
    kind = EntryKind(entry.kind)
    return Said(
        who=who[kind],
        side=sides.get(kind, ""),
        at=at.when(entry.created_at),
        iso=entry.created_at.astimezone(at.desk.zone).isoformat(timespec="minutes"),
        text=_text(entry, at.language),
        files=tuple(Attached(f.id, f.name, file_size(f.size)) for f in entry.files),
        whole=entry.text if kind == EntryKind.REQUESTER_MESSAGE and entry.shown_text not in ("", entry.text) else "",
    )


def _hold_in_words(hold: Hold, at: Present) -> str:
    why = {
        HoldReason.DOCUMENTS: _("waiting for documents from you"),
        HoldReason.REQUESTER: _("waiting for your answer"),
        HoldReason.VENDOR: _("waiting for a third party"),
        HoldReason.INTERNAL: _("waiting for another unit"),
    }[HoldReason(hold.reason)]
    if hold.ended_at is None:
        return _("%(why)s since %(start)s", why=why, start=at.when(hold.started_at))
    return _("%(why)s from %(start)s to %(end)s", why=why, start=at.when(hold.started_at), end=at.when(hold.ended_at))


def _used(now: Standing) -> str:
    clock = now.timeline.resolution
    if clock.starts_at is None:
        return ""
    return _("Time used so far: %(amount)s.", amount=working_amount(clock.elapsed_seconds // 60))


def _unknown(now: Standing, language: str) -> str:
    """The questions without whose answers the earliest deadline counts, as far as the requester is asked them."""
    asked = {a.id: a.name.get(language) for a in asked_attributes(now.item)}
    return ", ".join(asked[name] for name in now.timeline.missing if name in asked)


def _story(ticket: Ticket, now: Standing, at: Present) -> tuple[str, ...]:
    """How the deadline came about; a cancelled ticket has none any more."""
    if ticket.status == Status.CANCELLED:
        return ()
    return explain_for(now.item, now.timeline, now.facts, now.calendar, at.language, ids=False)


def _running(holds: Sequence[Hold]) -> Hold | None:
    return next((h for h in reversed(holds) if h.ended_at is None), None)


def document_field(key: str) -> str:
    """The name of the upload field of a document: any text may be a key, but not a field's name."""
    return f"doc-{hashlib.sha256(key.encode()).hexdigest()[:16]}"


def _wanted(lines: Sequence[Line], missing: Sequence[Line], language: str) -> tuple[Wanted, ...]:
    """The documents that may be supplied now, those that the ticket waits for first."""
    ordered = sorted(lines, key=lambda line: line not in missing)
    return tuple(
        Wanted(document_field(x.key), x.name.get(language), x in missing or x.state is State.LATER) for x in ordered
    )


def _visit(session: Session, context: Context, ticket: Ticket, at: Present, *, may: bool) -> Visit:
    return visit(
        session,
        context,
        ticket,
        at.language,
        when=lambda moment: until(moment, at),
        names=kinds_for_requesters,
        may=may,
    )


def ticket_page(session: Session, context: Context, ticket: Ticket, requester: Requester, at: Present) -> Page:
    """The page of a ticket for its requester, as of the context's now."""
    holds = list(session.scalars(select(Hold).where(Hold.ticket_id == ticket.id).order_by(Hold.id)))
    events = events_of(session, ticket)
    now = standing(session, context, ticket, events=events, holds=holds)
    now = replace(now, timeline=as_recorded(now.timeline, now.item, events))
    facts = facts_of(ticket, context)
    reopens = may_now(requester, Action.REOPEN, facts)
    item, running = now.item, _running(holds)
    lines = checklist(item, ticket.attributes, events, running)
    to_start = now.timeline.awaiting is StartKind.DOCUMENTS
    missing = still_needed(lines, to_start=to_start)
    open_to_answer = in_window(ticket, context.now)
    talk = tuple(_said(e, ticket, at) for e in public_entries(session, ticket))
    return Page(
        number=ticket.number,
        subject=ticket.subject,
        item=item.name.get(at.language) if item else "",
        desk=at.desk.name,
        steps=steps(ticket),
        promise=promise(ticket, now, running, at, tuple(line.name.get(at.language) for line in missing)),
        story=_story(ticket, now, at),
        used=_used(now) if Status(ticket.status).is_open else "",
        holds=tuple(_hold_in_words(h, at) for h in holds),
        questions=attribute_fields(item, at.language) if may_now(requester, Action.SET, facts) else (),
        answers={f"attr-{name}": str(value) for name, value in ticket.attributes.items()},
        unknown=_unknown(now, at.language),
        wanted=_wanted(awaited(lines, ticket.status), missing, at.language) if open_to_answer else (),
        talk=talk,
        latest=next((said for said in reversed(talk) if said.side == OUT), None),
        awaits_you=ticket.hold_reason in (HoldReason.DOCUMENTS, HoldReason.REQUESTER) or (to_start and bool(missing)),
        may_confirm=may_now(requester, Action.CONFIRM, facts),
        may_reopen=reopens,
        may_reply=Status(ticket.status).is_open and open_to_answer,
        may_withdraw=may_now(requester, Action.CANCEL, facts),
        reopen_until=until(ticket.reopen_until, at) if ticket.reopen_until and reopens else "",
        rating=ticket.rating,
        comment=ticket.rating_comment,
        visit=_visit(session, context, ticket, at, may=item is not None and may_now(requester, Action.SET, facts)),
    )
