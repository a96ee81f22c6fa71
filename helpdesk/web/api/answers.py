"""Tickets, desks and the catalogue as JSON. A page of tickets costs four queries, however many there are."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.catalog.model import Catalog, Desk
from helpdesk.catalog.rendering import as_plain
from helpdesk.sla.clock import stopping
from helpdesk.store.models import Entry, Event, File, Ticket
from helpdesk.store.people_models import StaffUser
from helpdesk.tickets.words import Status
from helpdesk.usecases.clocks import events_of, standing
from helpdesk.usecases.context import Context
from helpdesk.usecases.staging import as_recorded

Row = Any
When = Callable[[datetime | None], str | None]


def _when(context: Context, desk_id: str) -> When:
    desk = context.catalog.desks.get(desk_id)

    def local(moment: datetime | None) -> str | None:
        if moment is None:
            return None
        return moment.astimezone(desk.zone if desk else None).isoformat(timespec="seconds")

    return local


def _by_ticket(rows: Iterable[Row]) -> Mapping[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.ticket_id].append(row)
    return found


def _entries(session: Session, ids: Sequence[int]) -> Mapping[int, list[Row]]:
    columns = (Entry.id, Entry.ticket_id, Entry.kind, Entry.channel, Entry.author_name, Entry.created_at, Entry.text)
    return _by_ticket(session.execute(select(*columns).where(Entry.ticket_id.in_(ids)).order_by(Entry.id)))


def _events(session: Session, ids: Sequence[int]) -> Mapping[int, list[Row]]:
    columns = (
        Event.id,
        Event.ticket_id,
        Event.action,
        Event.by,
        Event.at,
        Event.from_status,
        Event.to_status,
        Event.why,
    )
    return _by_ticket(session.execute(select(*columns).where(Event.ticket_id.in_(ids)).order_by(Event.id)))


def _files(session: Session, ids: Sequence[int]) -> Mapping[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    columns = (File.id, File.entry_id, File.name, File.media_type, File.size)
    wanted = select(*columns).join(Entry, Entry.id == File.entry_id).where(Entry.ticket_id.in_(ids)).order_by(File.id)
    for row in session.execute(wanted):
        found[row.entry_id].append(row)
    return found


def _assignees(session: Session, tickets: Sequence[Ticket]) -> Mapping[int, str]:
    ids = {t.assignee_id for t in tickets if t.assignee_id is not None}
    if not ids:
        return {}
    rows = session.execute(select(StaffUser.id, StaffUser.name).where(StaffUser.id.in_(ids)))
    return {row.id: row.name for row in rows}


def _clock_is_held(context: Context, ticket: Ticket) -> bool:
    """True while a hold stops the resolution clock of the ticket; without an item there is no clock to stop."""
    item = context.item(ticket.item, ticket.catalog_version)
    if ticket.status != Status.ON_HOLD:
        return False
    return ticket.hold_reason in stopping(item.target if item else None, ticket.attributes)


def _entry(row: Row, files: Sequence[Row], when: When) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "channel": row.channel,
        "author": row.author_name,
        "at": when(row.created_at),
        "text": row.text,
        "attachments": [{"id": f.id, "name": f.name, "media_type": f.media_type, "size": f.size} for f in files],
    }


def _event(row: Row, when: When) -> dict[str, Any]:
    return {
        "action": row.action,
        "by": row.by,
        "at": when(row.at),
        "from": row.from_status,
        "to": row.to_status,
        "why": row.why,
    }


def stages_json(session: Session, context: Context, ticket: Ticket) -> list[dict[str, Any]]:
    """The plan of a ticket's procedure with the recorded ends of its stages; none for another kind of norm."""
    when, events = _when(context, ticket.desk), events_of(session, ticket)
    now = standing(session, context, ticket, events=events)
    line = as_recorded(now.timeline, now.item, events)
    return [
        {
            "name": due.name,
            "name_en": due.stage.english or due.name,
            "step": due.stage.step,
            "starts_at": when(due.starts_at),
            "due_at": when(due.due_at),
            "ended_at": when(due.done_at),
        }
        for due in line.stages
        if due.stage is not None
    ]


def _ticket(context: Context, ticket: Ticket, assignee: str | None, when: When) -> dict[str, Any]:
    requester = ticket.requester
    return {
        "number": ticket.number,
        "status": ticket.status,
        "type": ticket.type,
        "item": ticket.item,
        "desk": ticket.desk,
        "channel": ticket.channel,
        "tier": ticket.tier,
        "group": ticket.group,
        "assignee": assignee,
        "requester": {"name": requester.name, "email": requester.email, "phone": requester.phone or None},
        "subject": ticket.subject,
        "priority": ticket.priority,
        "label": ticket.label,
        "received_at": when(ticket.received_at),
        "response": {
            "due_at": when(ticket.response_due_at),
            "done_at": when(ticket.response_done_at),
            "verdict": ticket.response_verdict,
        },
        "resolution": {
            "due_at": when(ticket.resolution_due_at),
            "done_at": when(ticket.resolution_done_at),
            "verdict": ticket.resolution_verdict,
            "on_hold": _clock_is_held(context, ticket),
        },
        "fulfilled_at": when(ticket.fulfilled_at),
        "reopen_until": when(ticket.reopen_until),
        "closed_at": when(ticket.closed_at),
        "rating": ticket.rating,
    }


def etag_of(ticket: Ticket, entries: Sequence[Row], events: Sequence[Row]) -> str:
    """The tag of a ticket's state: the row's version, the last entry and the last event."""
    last = [rows[-1].id if rows else 0 for rows in (entries, events)]
    return f"{ticket.version}.{last[0]}.{last[1]}"


def tickets_json(session: Session, context: Context, tickets: Sequence[Ticket]) -> list[tuple[dict[str, Any], str]]:
    """Each ticket as the interface shows it, with its tag."""
    ids = [t.id for t in tickets]
    if not ids:
        return []
    entries, events, files = _entries(session, ids), _events(session, ids), _files(session, ids)
    names, answers = _assignees(session, tickets), []
    for ticket in tickets:
        when, mine, done = _when(context, ticket.desk), entries.get(ticket.id, []), events.get(ticket.id, [])
        answer = _ticket(context, ticket, names.get(ticket.assignee_id or 0), when)
        answer["entries"] = [_entry(row, files.get(row.id, ()), when) for row in mine]
        answer["events"] = [_event(row, when) for row in done]
        answers.append((answer, etag_of(ticket, mine, done)))
    return answers


def desk_json(desk: Desk) -> dict[str, Any]:
    """A desk as the interface shows it."""
    return {
        "id": desk.id,
        "name": desk.name,
        "prefix": desk.prefix,
        "time_zone": desk.zone.key,
        "email": desk.email,
        "phone": desk.phone,
        "whatsapp": desk.whatsapp,
        "groups": list(desk.groups),
        "items": list(desk.items),
    }


def catalog_json(catalog: Catalog) -> dict[str, Any]:
    """The catalogue in force as the interface shows it: without the desks, which have an address of their own."""
    return {key: value for key, value in as_plain(catalog).items() if key != "desks"}
