"""What the ticket page reads besides the ticket itself, each in one statement with the columns that are shown."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, func, null, select
from sqlalchemy.orm import Session, aliased

from helpdesk.store.chat_models import ChatAccount
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Entry, File, Hold, Participant, Ticket, TicketLink
from helpdesk.store.people_models import StaffUser
from helpdesk.store.people_queries import SHOWN_NAME

MOST_LABELS = 30


def entries(session: Session, ticket_id: int) -> list[Row[Any]]:
    """The conversation, oldest first; of a designed mail only whether there is one."""
    columns = (
        Entry.id,
        Entry.kind,
        Entry.channel,
        Entry.author_name,
        Entry.author_address,
        Entry.text,
        Entry.shown_text,
        Entry.html.is_not(None).label("designed"),
        Entry.mark,
        Entry.earlier,
        Entry.created_at,
    )
    order = (Entry.created_at, Entry.id)
    return list(session.execute(select(*columns).where(Entry.ticket_id == ticket_id).order_by(*order)))


def last_words(session: Session, ticket_id: int) -> list[Row[Any]]:
    """The requester's latest message and what was written after it last, as `entries` gives them: for the preview."""
    columns = (
        Entry.id,
        Entry.kind,
        Entry.channel,
        Entry.author_name,
        Entry.author_address,
        func.substr(Entry.text, 1, 4000).label("text"),
        func.substr(Entry.shown_text, 1, 4000).label("shown_text"),
        Entry.html.is_not(None).label("designed"),
        Entry.mark,
        null().label("earlier"),
        Entry.created_at,
    )
    latest = select(func.max(Entry.id)).where(Entry.ticket_id == ticket_id)
    asked = latest.where(Entry.kind == "requester-message").scalar_subquery()
    spoken = latest.where(Entry.kind != "automatic-reply").scalar_subquery()
    return list(session.execute(select(*columns).where(Entry.id.in_([asked, spoken])).order_by(Entry.id)))


def files(session: Session, ticket_id: int) -> list[Row[Any]]:
    """The attachments of a ticket's entries."""
    columns = (File.id, File.entry_id, File.name, File.size)
    statement = select(*columns).join(Entry, Entry.id == File.entry_id).where(Entry.ticket_id == ticket_id)
    return list(session.execute(statement.order_by(File.id)))


def deliveries(session: Session, ticket_id: int) -> list[Row[Any]]:
    """How far the outgoing messages of a ticket have come."""
    columns = (
        OutboxMessage.id,
        OutboxMessage.entry_id,
        OutboxMessage.recipient,
        OutboxMessage.state,
        OutboxMessage.doubt,
        OutboxMessage.error,
        OutboxMessage.told_at,
    )
    statement = select(*columns).where(OutboxMessage.ticket_id == ticket_id).order_by(OutboxMessage.id)
    return list(session.execute(statement))


def holds(session: Session, ticket_id: int) -> list[Hold]:
    """The hold ledger of a ticket, oldest first."""
    return list(session.scalars(select(Hold).where(Hold.ticket_id == ticket_id).order_by(Hold.id)))


def copies(session: Session, ticket_id: int) -> list[Row[Any]]:
    """The people in copy."""
    columns = (Participant.address, Participant.name, Participant.kind)
    statement = select(*columns).where(Participant.ticket_id == ticket_id, Participant.kind != "requester")
    return list(session.execute(statement.order_by(Participant.id)))


def links(session: Session, ticket_id: int) -> list[Row[Any]]:
    """The other tickets that this one is linked to: their number, desk and subject, the kind, and the direction."""
    other = aliased(Ticket)
    columns = (other.number, other.desk, other.subject, TicketLink.kind, TicketLink.from_id)
    there = (TicketLink.from_id == ticket_id) & (other.id == TicketLink.to_id)
    back = (TicketLink.to_id == ticket_id) & (other.id == TicketLink.from_id)
    return list(session.execute(select(*columns).join(other, there | back).order_by(TicketLink.id)))


def other_tickets(session: Session, requester_id: int, ticket_id: int, desks: Collection[str]) -> int:
    """How many other tickets the requester has at these desks, at most a hundred."""
    at_desks = (Ticket.requester_id == requester_id, Ticket.id != ticket_id, Ticket.desk.in_(sorted(desks)))
    some = select(Ticket.id).where(*at_desks).limit(100).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def earlier_labels(session: Session, item: str | None, desk: str) -> list[str]:
    """The labels given lately at this desk, those of the same item first."""
    latest = func.max(Ticket.id)
    labelled = Ticket.label.is_not(None)
    of_item = select(Ticket.label).where(labelled, Ticket.desk == desk, Ticket.item == item)
    found = list(session.scalars(of_item.group_by(Ticket.label).order_by(latest.desc()).limit(MOST_LABELS)))
    return [label for label in found if label]


def assignee_name(session: Session, user_id: int | None) -> str:
    """The name that people read of a staff user; empty for nobody."""
    if user_id is None:
        return ""
    return session.scalar(select(SHOWN_NAME).where(StaffUser.id == user_id)) or ""


def file_of(session: Session, ticket_id: int, file_id: int) -> File | None:
    """An attachment, if it belongs to the ticket."""
    return session.scalar(
        select(File).join(Entry, Entry.id == File.entry_id).where(File.id == file_id, Entry.ticket_id == ticket_id)
    )


def designed_mail(session: Session, ticket_id: int, entry_id: int) -> str | None:
    """The HTML of an entry as it arrived, if the entry belongs to the ticket."""
    return session.scalar(select(Entry.html).where(Entry.id == entry_id, Entry.ticket_id == ticket_id))


def chat_accounts(session: Session, person_id: int) -> list[str]:
    """The ids of a person on the chat platforms, by which events name them where no address is known."""
    return list(session.scalars(select(ChatAccount.account).where(ChatAccount.person_id == person_id)))
