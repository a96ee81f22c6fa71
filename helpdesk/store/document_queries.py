"""Tickets that wait for documents: whether the requester was told, and whether something may have come since."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.store.mail_models import Mailbox, OutboxMessage, RawMessage
from helpdesk.store.models import Entry, Event, File, Hold
from helpdesk.tickets.words import Action, EntryKind, HoldReason


def files_since_hold(session: Session, ticket_ids: Collection[int]) -> dict[int, datetime]:
    """By ticket, when the latest message with a file came since its running documents hold began (aware UTC).

    Left out where somebody has ticked a document of the ticket since: the message was looked at.
    """
    if not ticket_ids:
        return {}
    came = (
        select(Entry.ticket_id, func.max(Entry.created_at).label("at"))
        .join(Hold, Hold.ticket_id == Entry.ticket_id)
        .where(
            Entry.ticket_id.in_(sorted(ticket_ids)),
            Hold.ended_at.is_(None),
            Hold.reason == HoldReason.DOCUMENTS.value,
            Entry.kind == EntryKind.REQUESTER_MESSAGE.value,
            Entry.created_at >= Hold.started_at,
            select(File.id).where(File.entry_id == Entry.id, File.inline.is_(False)).exists(),
        )
        .group_by(Entry.ticket_id)
    )
    found = {row.ticket_id: row.at for row in session.execute(came)}
    ticked = _last_ticks(session, found)
    return {ticket: at for ticket, at in found.items() if ticket not in ticked or ticked[ticket] < at}


def list_sent_at(session: Session, ticket_id: int, asked_at: datetime) -> datetime | None:
    """When the list of what is missing, asked for at `asked_at`, went out to the requester (aware UTC).

    None while it has not, and where it came back or could not be sent.
    """
    sent = (
        OutboxMessage.ticket_id == ticket_id,
        OutboxMessage.kind == "documents",
        OutboxMessage.state == "sent",
        OutboxMessage.created_at >= asked_at,
    )
    return session.scalar(select(func.max(OutboxMessage.sent_at)).where(*sent))


def mail_is_read(session: Session, desk: str, until: datetime, *, fetched: bool) -> bool:
    """True when every mail that the desk had got by `until` has been looked at; `fetched`: from a mailbox."""
    waiting = select(RawMessage.id).where(
        RawMessage.state == "received", RawMessage.received_at <= until, RawMessage.desk == desk
    )
    if session.scalar(waiting.limit(1)) is not None:
        return False
    searched = session.scalar(select(Mailbox.searched_at).where(Mailbox.desk == desk))
    return not fetched or (searched is not None and searched > until)


def _last_ticks(session: Session, ticket_ids: Collection[int]) -> dict[int, datetime]:
    if not ticket_ids:
        return {}
    columns = (Event.ticket_id, Event.at, Event.data)
    of = (Event.ticket_id.in_(sorted(ticket_ids)), Event.action == Action.SET.value)
    rows = session.execute(select(*columns).where(*of).order_by(Event.id))
    return {row.ticket_id: row.at for row in rows if (row.data or {}).get("documents")}
