"""Recording a ticket for somebody who called, came to the counter, wrote a nota dinas, or asks through a program."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from helpdesk.catalog.model import Item
from helpdesk.store.models import Person, Ticket
from helpdesk.store.people_models import IdempotencyKey
from helpdesk.tickets.errors import Forbidden, invalid
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.permission import Staff
from helpdesk.tickets.verification import Verified
from helpdesk.tickets.words import Action, Channel
from helpdesk.usecases.answers import checked_attributes, checked_event
from helpdesk.usecases.callers import chosen_caller
from helpdesk.usecases.context import Context
from helpdesk.usecases.opening import Opening, open_ticket, person_for
from helpdesk.usecases.short_notice import mention

_EMAIL = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9-]{1,63}")
_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{3,38}")
MADE_HERE = frozenset({Channel.PORTAL, Channel.API})
"""Channels on which a request arrives in the moment in which its ticket is made."""
CLOCK_DIFFERENCE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as told to the desk."""

    name: str
    email: str = ""
    phone: str = ""
    id: int | None = None


VERIFIED, LETTER = "verified", "letter"
"""In the data of an opening: how the person was known to be who they say; number and date of a nota dinas."""


def _desk(context: Context, staff: Staff, desk_id: str) -> str:
    if desk_id not in context.catalog.desks or not staff.works_at(desk_id):
        raise invalid("desk", _("Unknown desk: %(desk)s."), desk=desk_id[:60])
    if not staff.is_agent(desk_id):
        raise Forbidden(_("Only Layer 1 of the desk records tickets."))
    return desk_id


def _item(context: Context, desk_id: str, item_id: str | None) -> Item | None:
    if item_id is None:
        return None
    item = context.catalog.items.get(item_id)
    if item is None or item.id not in context.desk(desk_id).items:
        raise invalid("item", _("This desk does not offer such an item."))
    return item


def _channel(value: str) -> str:
    if value not in tuple(Channel):
        raise invalid("channel", _("Unknown channel: %(channel)s."), channel=value[:60])
    return value


def _received(context: Context, channel: str, received_at: datetime | None, reason: str) -> datetime:
    """Now, or an earlier time with a reason: when somebody called, or the platform's own time (behaviour section 3).

    The portal and the interface have no other clock than this one. A caller's clock may be a little slow.
    """
    if received_at is None or received_at == context.now:
        return context.now
    if received_at > context.now:
        raise invalid("received_at", _("The time of receipt lies in the future."))
    if context.now - received_at <= CLOCK_DIFFERENCE:
        return received_at
    if channel in MADE_HERE:
        raise invalid("received_at", _("A ticket of this channel is received when it is made."))
    if not reason.strip():
        raise invalid("reason", _("An earlier time of receipt needs a reason."))
    return received_at


def _caller(given: Mapping[str, Any]) -> Caller:
    name = " ".join(str(given.get("name") or "").split())
    email, phone = str(given.get("email") or "").strip().lower(), str(given.get("phone") or "").strip()
    if not name:
        raise invalid("requester.name", _("The name of the requester is needed."))
    if email and (len(email) > 320 or not _EMAIL.fullmatch(email)):
        raise invalid("requester.email", _("This is not an e-mail address."))
    if phone and not _PHONE.fullmatch(phone):
        raise invalid("requester.phone", _("This is not a telephone number."))
    return Caller(name, email, phone, given.get("id"))


def _person(session: Session, context: Context, desk: str, caller: Caller) -> Person:
    """The person who was chosen from those whom the desk knows, else whoever has that address, else somebody new."""
    chosen = chosen_caller(session, desk, caller.id, caller.email) if caller.id else None
    if chosen is not None:
        chosen.phone = chosen.phone or caller.phone[:40]
        return chosen
    return person_for(session, context.now, email=caller.email, name=caller.name, phone=caller.phone, proved=True)


def _letter(given: Mapping[str, Any], today: date) -> dict[str, str]:
    """Number and date of a nota dinas, as the event keeps them. Raises Invalid for one that is not written yet."""
    number, written = " ".join(str(given.get("number") or "").split())[:100], given.get("date")
    if isinstance(written, datetime):
        raise invalid("letter.date", _("This is not a date."))
    if written is not None and written > today:
        raise invalid("letter.date", _("The letter is dated in the future."))
    told = {"number": number, "date": written.isoformat() if written else ""}
    return {name: value for name, value in told.items() if value}


def _told(given: Mapping[str, Any], channel: str, today: date) -> dict[str, Any]:
    """What the opening keeps of how the matter reached the desk."""
    told: dict[str, Any] = dict(given.get("told") or {})
    if given.get(VERIFIED):
        told[VERIFIED] = Verified(given[VERIFIED]).value
    letter = _letter(given.get(LETTER) or {}, today) if channel == Channel.NOTA_DINAS else {}
    return told | ({LETTER: letter} if letter else {})


def _handed_over(item: Item | None, given: Mapping[str, Any]) -> tuple[str, ...]:
    """The documents of the item that came with the request, in its order."""
    return tuple(d.id for d in item.documents if d.id in (given.get("documents") or ())) if item else ()


def _words(given: Mapping[str, Any]) -> tuple[str, str]:
    subject, text = " ".join(str(given.get("subject") or "").split()), str(given.get("text") or "").strip()
    if not subject:
        raise invalid("subject", _("A subject is needed."))
    if not text:
        raise invalid("text", _("Write a text."))
    return subject, text


def create_ticket(session: Session, context: Context, staff: Staff, given: Mapping[str, Any]) -> Ticket:
    """Record a ticket for somebody else; it has a number afterwards. The caller commits.

    Who asks later than the standard wants is told so, whatever the channel: here no form of the portal said it.

    `given` are the fields of `POST /tickets`, already of the right types: desk, channel, subject, text, requester
    {name, email?, phone?}, item?, attributes?, event_at?, received_at? (aware; earlier than now needs `reason`). From
    the counter also: requester.id (of somebody whom the desk knows), documents (ids of those that were handed over),
    verified, letter {number?, date?}, told (what more the opening event keeps). Raises Forbidden and Invalid.
    """
    desk = _desk(context, staff, str(given.get("desk") or ""))
    item = _item(context, desk, given.get("item"))
    channel = _channel(str(given.get("channel") or ""))
    attributes = checked_attributes(item, dict(given.get("attributes") or {}))
    reason = str(given.get("reason") or "").strip()
    received_at = _received(context, channel, given.get("received_at"), reason)
    zone = context.desk(desk).zone
    event_at = checked_event(given.get("event_at"), received_at, zone)
    told = _told(given, channel, context.now.astimezone(zone).date())
    caller = _caller(given.get("requester") or {})
    subject, text = _words(given)
    opening = Opening(
        desk=desk,
        channel=channel,
        requester=_person(session, context, desk, caller),
        called=caller.name,
        subject=subject,
        text=text,
        received_at=received_at,
        item=item.id if item else None,
        type=item.types[0].value if item else None,
        attributes=attributes,
        event_at=event_at,
        documents=_handed_over(item, given),
        told=told,
        why=reason,
    )
    ticket = open_ticket(session, context, staff, opening)
    mention(session, context, ticket, Action.OPEN)
    return ticket


def _fingerprint(given: Mapping[str, Any]) -> str:
    text = json.dumps(given, sort_keys=True, ensure_ascii=True, default=lambda value: value.isoformat())
    return hashlib.sha256(text.encode()).hexdigest()


def _earlier(session: Session, staff: Staff, key: str, fingerprint: str) -> Ticket | None:
    """The ticket that this key made before. Raises Invalid when it came with other fields then."""
    row = session.scalar(select(IdempotencyKey).where(IdempotencyKey.user_id == staff.id, IdempotencyKey.key == key))
    if row is None:
        return None
    if row.request_hash != fingerprint:
        raise invalid("Idempotency-Key", _("This key was used before with other fields."))
    return session.get(Ticket, row.ticket_id)


def create_ticket_once(session: Session, context: Context, staff: Staff, given: Mapping[str, Any], key: str) -> Ticket:
    """Like `create_ticket`, but a repetition with the same key and fields gives the ticket made the first time."""
    fingerprint = _fingerprint(given)
    earlier = _earlier(session, staff, key, fingerprint)
    if earlier is not None:
        return earlier
    ticket = create_ticket(session, context, staff, given)
    session.add(
        IdempotencyKey(user_id=staff.id, key=key, request_hash=fingerprint, ticket_id=ticket.id, created_at=context.now)
    )
    try:
        session.flush()
    except IntegrityError:  # the same request came twice at once, and the other one was first
        session.rollback()
        first = _earlier(session, staff, key, fingerprint)
        if first is None:
            raise
        return first
    return ticket
