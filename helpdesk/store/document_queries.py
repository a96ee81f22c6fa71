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


def list_sent(session: Session, ticket_id: int, asked_at: datetime) -> tuple[datetime | None, datetime | None]:
    """When the list of what is missing, asked for at `asked_at`, went out to the requester, and the latest time until
    which the list or its reminder told the requester to have (aware UTC).

    None and None while it has not gone out, and where it came back or could not be sent.
    """
    sent = select(OutboxMessage.kind, OutboxMessage.sent_at, OutboxMessage.context).where(
        OutboxMessage.ticket_id == ticket_id,
        OutboxMessage.kind.in_(("documents", "reminder")),
        OutboxMessage.state == "sent",
        OutboxMessage.created_at >= asked_at,
    )
    rows = session.execute(sent).all()
    lists = [row.sent_at for row in rows if row.kind == "documents" and row.sent_at is not None]
    if not lists:
        return None, None
    told = (row.context.get("lapse_at") for row in rows)
    return max(lists), max((datetime.fromisoformat(lapse) for lapse in told if lapse), default=None)


def mail_is_read(session: Session, desk: str, until: datetime, *, fetched: bool) -> bool:
    """True when every mail that the desk had got by `until` has been looked at; `fetched`: from a mailbox."""
    waiting = select(RawMessage.id).where(
        RawMessage.state == "received", RawMessage.received_at <= until, RawMessage.desk == desk
    )
    if session.scalar(waiting.limit(1)) is not None:
        return False
    of_desk = select(Mailbox.searched_at).where(Mailbox.desk == desk, Mailbox.active)
    times = list(session.scalars(of_desk))
    searched = min((at for at in times if at is not None), default=None) if None not in times else None
    return not fetched or (searched is not None and searched > until)


def _last_ticks(session: Session, ticket_ids: Collection[int]) -> dict[int, datetime]:
    if not ticket_ids:
        return {}
    columns = (Event.ticket_id, Event.at, Event.data)
    of = (Event.ticket_id.in_(sorted(ticket_ids)), Event.action == Action.SET.value)
    rows = session.execute(select(*columns).where(*of).order_by(Event.id))
    return {row.ticket_id: row.at for row in rows if (row.data or {}).get("documents")}
