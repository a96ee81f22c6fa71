"""Which tickets that wait for documents have had a file since: nobody knows yet whether it is one of them."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

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


def _last_ticks(session: Session, ticket_ids: Collection[int]) -> dict[int, datetime]:
    if not ticket_ids:
        return {}
    columns = (Event.ticket_id, Event.at, Event.data)
    of = (Event.ticket_id.in_(sorted(ticket_ids)), Event.action == Action.SET.value)
    rows = session.execute(select(*columns).where(*of).order_by(Event.id))
    return {row.ticket_id: row.at for row in rows if (row.data or {}).get("documents")}
