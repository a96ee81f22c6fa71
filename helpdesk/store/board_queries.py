"""What the lists of the staff screens read: exactly the columns that they show, along the indexes of the ticket table.

A queue is read in branches, one a desk, group and status, each in the order of its index and cut at the size of the
page; so a page costs the same at a hundred and at a hundred thousand open tickets.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    false,
    func,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import Session

from helpdesk.store.models import Person, Ticket
from helpdesk.store.people_models import StaffUser
from helpdesk.store.people_queries import SHOWN_NAME
from helpdesk.tickets.words import OPEN_STATUSES, Status
from helpdesk.tiers.routing import LAYER_1

KEPT_STATEMENTS = 512
"""People look at the same pages again and again, and building a statement costs more than running it."""

COUNT_LIMIT = 1000
"""Counts stop here: nobody acts on the difference between a thousand and two."""

LINE = (
    Ticket.id,
    Ticket.number,
    Ticket.subject,
    Ticket.channel,
    Ticket.desk,
    Ticket.urgent,
    Ticket.unread,
    Ticket.item,
    Ticket.catalog_version,
    Ticket.group,
    Ticket.status,
    Ticket.hold_reason,
    Ticket.attributes,
    Ticket.at_risk,
    Ticket.handling_due_at,
    Ticket.received_at,
    Ticket.response_due_at,
    Ticket.response_done_at,
    Ticket.response_verdict,
    Ticket.resolution_due_at,
    Ticket.resolution_done_at,
    Ticket.resolution_verdict,
    Ticket.starts_at,
    Ticket.visit_at,
    Ticket.visit_until,
    Person.name.label("requester_name"),
    Person.email.label("requester_email"),
    SHOWN_NAME.label("assignee"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of a queue begins: after the ticket of this urgency, time of receipt and id."""

    urgent: bool
    received_at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which tickets: at these desks, in these statuses; the rest narrows where it is given.

    `groups` are (group, desk) pairs. `waiting`: new, or handed back to Layer 1 with nobody on it. `words` are looked
    for in subject, number, and the requester's name and address.
    """

    desks: tuple[str, ...]
    statuses: tuple[str, ...] = tuple(OPEN_STATUSES)
    groups: tuple[tuple[str, str], ...] | None = None
    waiting: bool = False
    threatened: bool = False
    assignee_id: int | None = None
    item: str | None = None
    unassigned: bool = False
    requester_id: int | None = None
    words: str = ""


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.threatened:
        found.append(or_(Ticket.at_risk, Ticket.breached))
    if wanted.assignee_id is not None:
        found.append(Ticket.assignee_id == wanted.assignee_id)
    if wanted.unassigned:
        found.append(Ticket.assignee_id.is_(None))
    if wanted.item is not None:
        found.append(Ticket.item == wanted.item if wanted.item else Ticket.item.is_(None))
    if wanted.requester_id is not None:
        found.append(Ticket.requester_id == wanted.requester_id)
    if wanted.words:
        found.append(_holds(wanted.words))
    return found


def _holds(words: str) -> ColumnElement[bool]:
    return and_(
        *(
            or_(
                Ticket.subject.icontains(word, autoescape=True),
                Ticket.number.icontains(word, autoescape=True),
                Person.name.icontains(word, autoescape=True),
                Person.email.icontains(word, autoescape=True),
            )
            for word in words.split()[:6]
        )
    )


def _returned(desk: str) -> ColumnElement[bool]:
    """Handed back to Layer 1, with nobody on it."""
    goes_on = Ticket.status == Status.IN_PROGRESS.value
    return and_(Ticket.desk == desk, Ticket.group == LAYER_1, goes_on, Ticket.assignee_id.is_(None))


def _branches(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """The ranges of an index that hold the wanted tickets, each by equalities alone."""
    if wanted.assignee_id is not None and wanted.groups is None:
        # A person has few tickets: the desk is an expression here, so that their own index is the one that is used.
        own = Ticket.desk.concat("").in_(sorted(wanted.desks))
        for status in sorted(wanted.statuses):
            yield and_(own, Ticket.status == status)
        return
    if wanted.groups is not None:
        for group, desk in sorted(wanted.groups):
            for status in sorted(wanted.statuses):
                yield and_(Ticket.desk == desk, Ticket.group == group, Ticket.status == status)
        return
    for desk in sorted(wanted.desks):
        for status in sorted(wanted.statuses):
            yield and_(Ticket.desk == desk, Ticket.status == status)
        if wanted.waiting:
            yield _returned(desk)


def _after(place: Place | None, *, urgent: bool) -> ColumnElement[bool] | None:
    """What of a branch lies after `place`; None where nothing can."""
    if place is None or (place.urgent and not urgent):
        return Ticket.id > 0
    if urgent and not place.urgent:
        return None
    later = or_(Ticket.received_at > place.received_at, Ticket.id > place.id)
    return and_(Ticket.received_at >= place.received_at, later)


def _keys(wanted: Wanted, place: Place | None, limit: int) -> list[Select[Any]]:
    found = []
    narrowed, by_person = _narrowed(wanted), bool(wanted.words)
    for branch in _branches(wanted):
        for urgent in (True, False):
            after = _after(place, urgent=urgent)
            if after is None:
                continue
            inner = select(Ticket.id, Ticket.urgent, Ticket.received_at)
            if by_person:
                inner = inner.join(Person, Person.id == Ticket.requester_id)
            inner = inner.where(branch, Ticket.urgent.is_(urgent), after, *narrowed)
            part = inner.order_by(Ticket.received_at, Ticket.id).limit(limit).subquery()
            found.append(select(part))
    return found


def _lines() -> Select[*tuple[Any, ...]]:
    joined = select(*LINE).join(Person, Person.id == Ticket.requester_id)
    return joined.outerjoin(StaffUser, StaffUser.id == Ticket.assignee_id)


@lru_cache(maxsize=KEPT_STATEMENTS)
def _by_receipt(wanted: Wanted, limit: int, place: Place | None) -> Select[*tuple[Any, ...]] | None:
    keys = _keys(wanted, place, limit)
    if not keys:
        return None
    every = union_all(*keys).subquery()
    first = select(every.c.id).order_by(every.c.urgent.desc(), every.c.received_at, every.c.id).limit(limit)
    order = (Ticket.urgent.desc(), Ticket.received_at, Ticket.id)
    return _lines().where(Ticket.id.in_(first)).order_by(*order)


def by_receipt(session: Session, wanted: Wanted, limit: int, place: Place | None = None) -> list[Row[Any]]:
    """At most `limit` tickets, urgent first, then by receipt, after `place`."""
    statement = _by_receipt(wanted, limit, place)
    return [] if statement is None else list(session.execute(statement))


def _wanted(wanted: Wanted) -> list[ColumnElement[bool]]:
    branches = list(_branches(wanted))
    return [or_(*branches) if branches else false(), *_narrowed(wanted)]


_HANDLED = Ticket.handling_due_at.is_(None)
_WAITS = and_(Ticket.response_done_at.is_(None), Ticket.response_due_at.is_not(None))
_ANSWERED = and_(_HANDLED, or_(Ticket.response_done_at.is_not(None), Ticket.response_due_at.is_(None)))
_DUE = case((~_HANDLED, Ticket.handling_due_at), (_WAITS, Ticket.response_due_at), else_=Ticket.resolution_due_at)
"""What is due next: the first handling, the response while it is open, else the resolution."""
WAYS: tuple[tuple[ColumnElement[bool], Any], ...] = (
    (~_HANDLED, Ticket.handling_due_at),
    (and_(_HANDLED, _WAITS), Ticket.response_due_at),
    (and_(_ANSWERED, Ticket.resolution_due_at.is_not(None)), Ticket.resolution_due_at),
    (and_(_ANSWERED, Ticket.resolution_due_at.is_(None)), Ticket.resolution_due_at),
)
"""The ways in which a ticket can be due, each in one of them only, with its time: each way has its own index."""


def _due_keys(wanted: Wanted, limit: int) -> Iterator[Select[Any]]:
    narrowed = _narrowed(wanted)
    parts = [(and_(b, way), at) for b in _branches(replace(wanted, waiting=False)) for way, at in WAYS]
    if wanted.waiting:  # few lie there: they are sorted, along the index of the free ones
        parts += [(_returned(desk), _DUE) for desk in sorted(wanted.desks)]
    for branch, at in parts:
        inner = select(Ticket.id, at.label("due_at"), Ticket.received_at)
        if wanted.words:
            inner = inner.join(Person, Person.id == Ticket.requester_id)
        order = (at.is_(None), at) if at is _DUE else (at,)
        inner = inner.where(branch, *narrowed).order_by(*order, Ticket.received_at, Ticket.id)
        yield select(inner.limit(limit).subquery())


@lru_cache(maxsize=KEPT_STATEMENTS)
def _by_due(wanted: Wanted, limit: int, offset: int) -> Select[*tuple[Any, ...]] | None:
    keys = list(_due_keys(wanted, limit + offset))
    if not keys:
        return None
    every = union(*keys).subquery()  # a ticket that two branches hold is one line
    order = (every.c.due_at.is_(None), every.c.due_at, every.c.received_at, every.c.id)
    first = select(every).order_by(*order).limit(limit).offset(offset).subquery()
    shown = _lines().join(first, first.c.id == Ticket.id)
    return shown.order_by(first.c.due_at.is_(None), first.c.due_at, first.c.received_at, first.c.id)


def by_due(session: Session, wanted: Wanted, limit: int, offset: int = 0) -> list[Row[Any]]:
    """At most `limit` tickets by what is due first; those without a due stand last."""
    statement = _by_due(wanted, limit, offset)
    return [] if statement is None else list(session.execute(statement))


def by_search(session: Session, wanted: Wanted, limit: int, offset: int = 0) -> list[Row[Any]]:
    """At most `limit` tickets that hold the words, the latest first, whatever their status."""
    places = [Ticket.desk.in_(sorted(wanted.desks)), Ticket.status.in_(sorted(wanted.statuses)), *_narrowed(wanted)]
    statement = _lines().where(*places).order_by(Ticket.received_at.desc(), Ticket.id.desc())
    return list(session.execute(statement.limit(limit).offset(offset)))


def by_numbers(session: Session, desks: Collection[str], numbers: Collection[str]) -> list[Row[Any]]:
    """The lines of these tickets, as far as they are at these desks."""
    if not numbers:
        return []
    return list(session.execute(_lines().where(Ticket.number.in_(numbers), Ticket.desk.in_(sorted(desks)))))


@lru_cache(maxsize=KEPT_STATEMENTS)
def _counts(views: tuple[Wanted, ...]) -> Select[*tuple[Any, ...]]:
    columns = []
    for wanted in views:
        parts = [select(Ticket.id).where(branch, *_narrowed(wanted)).limit(COUNT_LIMIT) for branch in _branches(wanted)]
        every = union_all(*(select(part.subquery()) for part in parts or [select(Ticket.id).where(false())]))
        columns.append(select(func.count()).select_from(every.limit(COUNT_LIMIT).subquery()).scalar_subquery())
    return select(*columns)


def counts(session: Session, views: Iterable[Wanted]) -> list[int]:
    """How many tickets each view holds, at most COUNT_LIMIT, in one statement; at least one view."""
    return [int(n) for n in session.execute(_counts(tuple(views))).one()]


def newest_id(session: Session) -> int:
    """The highest ticket id that exists; 0 for none."""
    return session.scalar(select(func.max(Ticket.id))) or 0


def newer(session: Session, wanted: Wanted, since: int) -> int:
    """How many of the wanted tickets are newer than the ticket id `since`."""
    some = select(Ticket.id).where(Ticket.id > since, *_wanted(wanted)).limit(COUNT_LIMIT).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0
