"""Making a ticket: its number, its first message, its participants, its automatic reply. One transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from helpdesk.channels.base import Attachment
from helpdesk.store.blobs import BlobStore
from helpdesk.store.mail_models import MessageKey
from helpdesk.store.models import Entry, Event, File, Participant, Person, Ticket
from helpdesk.store.rows import keep, keep_if_new, write, write_known
from helpdesk.tickets.events import SILENT
from helpdesk.tickets.permission import Actor, Staff
from helpdesk.tickets.words import Action, EntryKind, Status
from helpdesk.tiers.routing import LAYER_1
from helpdesk.usecases.ahead import ahead_of
from helpdesk.usecases.answers import mark_urgent
from helpdesk.usecases.clocks import Standing, refresh
from helpdesk.usecases.context import Context
from helpdesk.usecases.deed import actor_kind, actor_name
from helpdesk.usecases.documents import as_said, is_complete
from helpdesk.usecases.editions import edition_at, keep_edition
from helpdesk.usecases.messages import render_entry
from helpdesk.usecases.notices import enqueue, is_ours
from helpdesk.usecases.numbering import next_number
from helpdesk.usecases.promising import promised


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a new ticket is made of; every value has been checked before. `copies` are (address, name, kind).

    `called`: the requester's name as given this time, where the desk knows the person by another one. `documents`:
    the ids of the item's documents that came with it. `told`: what more the opening event keeps.
    `answerable`: the automatic reply goes out; `tellable`: so may later automatic messages, such as the one about the
    resolution. `reply_held`: why the automatic reply waits for staff (`caps`), if it does.
    """

    desk: str
    channel: str
    requester: Person
    subject: str
    text: str
    received_at: datetime
    called: str = ""
    shown_text: str | None = None
    html: str | None = None
    item: str | None = None
    type: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    event_at: datetime | None = None
    documents: tuple[str, ...] = ()
    told: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""
    copies: tuple[tuple[str, str, str], ...] = ()
    attachments: tuple[Attachment, ...] = ()
    answerable: bool = True
    tellable: bool = True
    answers: tuple[str, ...] = ()
    raw_id: int | None = None
    message_id: str = ""
    mark: str = ""
    reply_held: str = ""


_PERSON = select(Person).where(Person.email == bindparam("email"))


def person_for(
    session: Session, now: datetime, *, email: str = "", name: str = "", phone: str = "", proved: bool = False
) -> Person:
    """The person of that address (or, without one, a new person).

    What is not known of a person yet is filled in only where staff say it or the address is `proved`: a stranger must
    not give somebody else's record a telephone number of his own.
    """
    email = email.strip().lower()
    person = _known_as(session, email) if email else None
    if person is None:
        return _new_person(session, Person(email=email or None, name=name[:200], phone=phone[:40], created_at=now))
    if proved:
        person.name = person.name or name[:200]
        person.phone = person.phone or phone[:40]
    return person


def _new_person(session: Session, person: Person) -> Person:
    """Two processes may meet the same new address at once: the second one finds the first one's row."""
    if not keep_if_new(session, person, "email"):
        person = session.scalars(_PERSON, {"email": person.email}).one()
    ahead = ahead_of(session)
    if ahead is not None and person.email in ahead.people:
        ahead.people[person.email] = person
    return person


def _known_as(session: Session, email: str) -> Person | None:
    ahead = ahead_of(session)
    if ahead is not None and email in ahead.people:
        return ahead.people[email]
    return session.scalar(_PERSON, {"email": email})


def attach(session: Session, blobs: BlobStore, entry_id: int, attachments: tuple[Attachment, ...]) -> None:
    """Keep the files of an entry: the bytes first, under their hash, then the rows."""
    for attachment in attachments:
        write(
            session,
            File,
            entry_id=entry_id,
            sha256=blobs.put(attachment.content, session),
            name=attachment.name[:255],
            media_type=attachment.media_type[:100],
            size=len(attachment.content),
            content_id=attachment.content_id[:255],
            inline=attachment.inline,
        )


def _ticket_row(context: Context, opening: Opening, number: str, edition: str) -> Ticket:
    ticket = Ticket(
        number=number,
        desk=opening.desk,
        status=Status.NEW,
        type=opening.type,
        item=opening.item,
        channel=opening.channel,
        group=LAYER_1,
        tier=context.tier(LAYER_1),
        requester_id=opening.requester.id,
        cycle=1,
        subject=opening.subject[:500],
        priority=3,
        attributes=dict(opening.attributes),
        catalog_version=edition,
        received_at=opening.received_at,
        created_at=context.now,
        event_at=opening.event_at,
    )
    item = context.item(opening.item, edition)
    if is_complete(item, opening.attributes, opening.documents):
        ticket.starts_at = opening.received_at
    mark_urgent(ticket, item)
    return ticket


def _opening_event(context: Context, actor: Actor, opening: Opening, ticket: Ticket) -> Event:
    data: dict[str, Any] = {"received_at": opening.received_at.isoformat(), "channel": opening.channel}
    data |= {k: v for k, v in (("item", opening.item), ("type", opening.type)) if v}
    if opening.attributes:
        data["attributes"] = dict(opening.attributes)
    if opening.event_at:
        data["event_at"] = opening.event_at.isoformat()
    if opening.documents:
        data["documents"] = as_said(
            context.item(opening.item, ticket.catalog_version), dict.fromkeys(opening.documents, True)
        )
    if ticket.starts_at:
        data["starts_at"] = ticket.starts_at.isoformat()
    if not opening.tellable:
        data[SILENT] = True
    data |= opening.told
    return Event(
        action=Action.OPEN,
        actor=actor_kind(actor),
        by=actor_name(actor),
        at=context.now,
        to_status=Status.NEW,
        why=opening.why,
        data=data,
    )


def _first_entry(session: Session, context: Context, actor: Actor, ticket: Ticket, opening: Opening) -> int:
    entry_id = write_known(
        session,
        Entry,
        ticket_id=ticket.id,
        kind=EntryKind.REQUESTER_MESSAGE,
        channel=opening.channel,
        author_id=actor.id if isinstance(actor, Staff) else None,
        author_name=opening.called[:200] or opening.requester.name,
        author_address=opening.requester.email or opening.requester.phone,
        text=opening.text,
        shown_text=opening.shown_text,
        html=opening.html,
        mark=opening.mark,
        raw_id=opening.raw_id,
        created_at=opening.received_at,
    )
    attach(session, BlobStore(context.settings.data), entry_id, opening.attachments)
    if opening.message_id and not is_ours(session, opening.message_id):
        write(session, MessageKey, message_id=opening.message_id, ticket_id=ticket.id, entry_id=entry_id)
    return entry_id


def _participants(session: Session, ticket: Ticket, opening: Opening) -> None:
    people = {}
    if opening.requester.email:
        people[opening.requester.email] = (opening.requester.name, "requester")
    for address, name, kind in opening.copies:
        people.setdefault(address.lower(), (name, kind))
    for address, (name, kind) in people.items():
        write(session, Participant, ticket_id=ticket.id, address=address, name=name[:200], kind=kind)


def _acknowledge(session: Session, context: Context, ticket: Ticket, opening: Opening, now: Standing) -> None:
    """The automatic reply with the number: at most one per ticket and address."""
    entry_id = write_known(
        session,
        Entry,
        ticket_id=ticket.id,
        kind=EntryKind.AUTOMATIC_REPLY,
        channel=opening.channel,
        text=render_entry(context, ticket, "acknowledgement", promised(now, ticket, opening.documents)),
        created_at=context.now,
    )
    if opening.requester.email:
        enqueue(
            session, context, ticket, entry_id, "acknowledgement", opening.requester.email,
            name=opening.requester.name, automatic=True, once=True, answers=opening.answers, held=opening.reply_held,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Opened:
    """A ticket that was made just now, how its clocks stand, and its first message, None where there is none."""

    ticket: Ticket
    standing: Standing
    entry_id: int | None


def open_ticket(session: Session, context: Context, actor: Actor, opening: Opening) -> Ticket:
    """Make the ticket with its event, message, participants, clocks and automatic reply; it has an id afterwards."""
    return opened(session, context, actor, opening).ticket


def opened(session: Session, context: Context, actor: Actor, opening: Opening) -> Opened:
    """The same, with what was known while it was made."""
    keep_edition(session, context.catalog, context.now)
    edition = edition_at(session, context.catalog, context.desk(opening.desk), opening.received_at)
    ticket = _ticket_row(context, opening, next_number(session, context, opening.desk), edition)
    event = _opening_event(context, actor, opening, ticket)
    now = refresh(session, context, ticket, events=(event,), holds=())
    keep(session, ticket)
    if ahead := ahead_of(session):
        ahead.tickets[ticket.id] = ticket
    event.ticket_id = ticket.id
    keep(session, event)
    says = opening.text or opening.attachments or opening.raw_id is not None
    entry_id = _first_entry(session, context, actor, ticket, opening) if says else None
    _participants(session, ticket, opening)
    if opening.answerable:
        _acknowledge(session, context, ticket, opening, now)
    return Opened(ticket, now, entry_id)
