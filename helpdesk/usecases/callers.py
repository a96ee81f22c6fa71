"""Finding the person who calls or stands at the counter, among those whom the desk knows already."""

import re
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from helpdesk.store.chat_models import ChatAccount
from helpdesk.store.models import Person, Ticket
from helpdesk.tickets.words import OPEN_STATUSES

MOST = 8
LEAST_LETTERS, LEAST_DIGITS = 2, 4
_PUNCTUATION = "+ -.()"


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody whom the desk knows. `open`: (number, subject) of their open tickets there, the newest first.

    `by_chat`: known by a chat alone, where everybody calls themselves what they like; what is asked for in their name
    is shown there.
    """

    id: int
    name: str
    email: str
    phone: str
    open: tuple[tuple[str, str], ...] = ()
    by_chat: bool = False


def tail_of(phone: str) -> str:
    """The digits of a telephone number without what stands before it at home or abroad: 0812…, +62 812… -> 812…."""
    return re.sub(r"^(?:62|0)", "", re.sub(r"\D", "", phone))


def _digits(column: ColumnElement[str]) -> ColumnElement[str]:
    found: ColumnElement[str] = column
    for sign in _PUNCTUATION:
        found = func.replace(found, sign, "")
    return found


def _at(desk: str) -> ColumnElement[bool]:
    """Who has a ticket at that desk, or writes to it by chat: nobody else is that desk's business."""
    asked = exists().where(Ticket.requester_id == Person.id, Ticket.desk == desk)
    return or_(asked, exists().where(ChatAccount.person_id == Person.id, ChatAccount.desk == desk))


def _like(typed: str) -> ColumnElement[bool] | None:
    """By telephone, by address or by name, as what was typed looks; None for too little."""
    if typed and not re.search(r"[^\d+ ().-]", typed):
        tail = tail_of(typed)
        return _digits(Person.phone.expression).contains(tail) if len(tail) >= LEAST_DIGITS else None
    words = typed.split()[:4]
    if len("".join(words)) < LEAST_LETTERS:
        return None
    return and_(
        *(or_(Person.name.icontains(w, autoescape=True), Person.email.icontains(w, autoescape=True)) for w in words)
    )


def _open_tickets(session: Session, desk: str, people: list[int]) -> dict[int, list[tuple[str, str]]]:
    rows = session.execute(
        select(Ticket.requester_id, Ticket.number, Ticket.subject)
        .where(Ticket.requester_id.in_(people), Ticket.desk == desk, Ticket.status.in_(sorted(OPEN_STATUSES)))
        .order_by(Ticket.id.desc())
        .limit(5 * MOST)
    )
    found: dict[int, list[tuple[str, str]]] = {}
    for row in rows:
        found.setdefault(row.requester_id, []).append((row.number, row.subject))
    return found


def find_callers(session: Session, desk: str, typed: str) -> tuple[Known, ...]:
    """At most 8 people whom the desk knows and whose name, address or telephone is like `typed`, the latest first."""
    like = _like(" ".join(typed[:100].split()))
    if like is None:
        return ()
    latest = select(func.max(Ticket.id)).where(Ticket.requester_id == Person.id).scalar_subquery()
    people = list(session.scalars(select(Person).where(like, _at(desk)).order_by(latest.desc(), Person.id).limit(MOST)))
    ids = [person.id for person in people]
    tickets = _open_tickets(session, desk, ids)
    chatting = set(session.scalars(select(ChatAccount.person_id).where(ChatAccount.person_id.in_(ids))))
    return tuple(
        Known(p.id, p.name, p.email or "", p.phone, tuple(tickets.get(p.id, ())[:3]), not p.email and p.id in chatting)
        for p in people
    )


def chosen_caller(session: Session, desk: str, person_id: int, email: str) -> Person | None:
    """The person chosen from that list; None where the desk does not know them, or another address was given since."""
    person = session.scalar(select(Person).where(Person.id == person_id, _at(desk)))
    return person if person is not None and (person.email or "") == email else None
