"""The list of tickets: filters, and pages by the place after the last one seen, in the order of receipt."""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NoReturn

from sqlalchemy import ColumnElement, Select, and_, literal, or_, select, tuple_, union_all
from sqlalchemy.orm import Session

from helpdesk.store.db import UTCDateTime
from helpdesk.store.models import Person, Ticket
from helpdesk.store.people_models import StaffUser
from helpdesk.tickets.errors import Invalid, invalid
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.permission import Staff
from helpdesk.usecases.context import Context

Place = tuple[datetime, int]


def cursor_after(ticket: Ticket) -> str:
    """An opaque word for the place after this ticket."""
    place = json.dumps([ticket.received_at.astimezone(UTC).isoformat(), ticket.id])
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def place_of(cursor: str) -> Place:
    """The place that a cursor names. Raises Invalid for a word that we never gave."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        received_at, ticket_id = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        moment = datetime.fromisoformat(received_at)
        good = moment.tzinfo is not None and type(ticket_id) is int and 0 < ticket_id < 2**53
        return (moment.astimezone(UTC), ticket_id) if good else _not_ours()
    except (ValueError, TypeError, OverflowError, RecursionError):
        return _not_ours()


def _not_ours() -> NoReturn:
    raise invalid("cursor", _("This cursor is not one of ours.")) from None


def _desks(context: Context, staff: Staff, asked: str | None) -> list[str]:
    mine = [desk for desk in context.catalog.desks if staff.works_at(desk)]
    if asked is None:
        return mine
    if asked not in mine:
        raise invalid("desk", _("Unknown desk: %(desk)s."), desk=asked[:60])
    return [asked]


def _known(context: Context, name: str, value: str) -> None:
    vocabulary = {"item": context.catalog.items, "group": context.catalog.groups}[name]
    if value not in vocabulary:
        raise Invalid(_("Unknown value: %(value)s."), {name: _("Unknown value: %(value)s.")}, value=value[:80])


def _like(text: str) -> str:
    return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def _matches(text: str) -> ColumnElement[bool]:
    pattern = _like(text.strip())
    columns = (Ticket.number, Ticket.subject, Person.name, Person.email)
    return or_(*(column.ilike(pattern, escape="\\") for column in columns))


def _conditions(context: Context, asked: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for name in ("item", "group"):
        if asked.get(name):
            _known(context, name, asked[name])
            found.append(getattr(Ticket, name) == asked[name])
    if asked.get("status"):
        found.append(Ticket.status == asked["status"])
    if asked.get("assignee"):
        found.append(
            Ticket.assignee_id == select(StaffUser.id).where(StaffUser.name == asked["assignee"]).scalar_subquery()
        )
    if asked.get("q", "").strip():
        found.append(_matches(asked["q"]))
    if asked.get("cursor"):
        received_at, last_id = place_of(asked["cursor"])
        last = tuple_(literal(received_at, UTCDateTime()), literal(last_id))
        found.append(tuple_(Ticket.received_at, Ticket.id) > last)
    return found


def _of_desk(desk: str, conditions: list[ColumnElement[bool]], limit: int) -> Select[Any]:
    """The first tickets of one desk: an index gives them in order, however many tickets there are."""
    page = (
        select(Ticket.id, Ticket.received_at)
        .join(Person, Person.id == Ticket.requester_id)
        .where(and_(Ticket.desk == desk, *conditions))
        .order_by(Ticket.received_at, Ticket.id)
        .limit(limit)
        .subquery()
    )
    return select(page)


def page_of(
    session: Session, context: Context, staff: Staff, asked: Mapping[str, Any]
) -> tuple[Sequence[Ticket], str | None]:
    """The tickets of the caller's desks that match, and the cursor of the next page (None on the last).

    `asked`: desk, status, item, group, assignee, q, limit, cursor. Raises Invalid for unknown values.
    """
    limit, conditions = int(asked["limit"]), _conditions(context, asked)
    desks = _desks(context, staff, asked.get("desk"))
    if not desks:
        return [], None
    pages = union_all(*(_of_desk(desk, conditions, limit + 1) for desk in desks)).subquery()
    ids = select(pages.c.id).order_by(pages.c.received_at, pages.c.id).limit(limit + 1)
    wanted = select(Ticket).where(Ticket.id.in_(list(session.scalars(ids)))).order_by(Ticket.received_at, Ticket.id)
    tickets = session.scalars(wanted).all()
    if len(tickets) <= limit:
        return tickets, None
    return tickets[:limit], cursor_after(tickets[limit - 1])
