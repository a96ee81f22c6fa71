"""Asking, in a few statements, what the decisions about several mails will ask one after the other."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import bindparam, func, literal, select, union_all
from sqlalchemy.orm import Session

from helpdesk.channels.base import Inbound
from helpdesk.store.mail_models import MessageKey, OutboxMessage, RawMessage
from helpdesk.store.models import Participant, Person, Ticket
from helpdesk.store.rows import all_one_at_a_time
from helpdesk.usecases.ahead import Ahead, Earlier, Key, goes_by
from helpdesk.usecases.caps import HELD, HOUR
from helpdesk.usecases.context import Context
from helpdesk.usecases.intake import COLUMNS, counted_as
from helpdesk.usecases.matching import nearest_ids
from helpdesk.usecases.raw import Claim

Value = TypeVar("Value")

MOST = 1_000
"""At most so many earlier messages, or tickets on which the ids are known, are kept; more are asked for one by one."""

PATIENCE = 500
"""Milliseconds. Several tickets are locked, in an order that others do not keep to. Who waits gives way, before
PostgreSQL finds a deadlock (after 1 s) and fails somebody else.
"""

_EARLIER = select(*COLUMNS).where(RawMessage.state != "received").order_by(RawMessage.id).limit(MOST)
_SAME_ID = _EARLIER.add_columns(RawMessage.message_id).where(
    RawMessage.message_id.in_(bindparam("wanted", expanding=True))
)
_SAME_CONTENT = _EARLIER.where(RawMessage.content_hash.in_(bindparam("wanted", expanding=True)))
_KEYS = (
    select(MessageKey.message_id, MessageKey.awaited, MessageKey.ticket_id)
    .where(MessageKey.message_id.in_(bindparam("wanted", expanding=True)))
    .limit(MOST)
)
_PEOPLE = select(Person).where(Person.email.in_(bindparam("wanted", expanding=True)))
_ANSWERED = (
    select(literal("answered").label("what"), OutboxMessage.recipient.label("who"), func.count().label("number"))
    .where(
        OutboxMessage.recipient.in_(bindparam("wanted", expanding=True)),
        OutboxMessage.automatic,
        OutboxMessage.state != HELD,
        OutboxMessage.created_at > bindparam("hour"),
    )
    .group_by(OutboxMessage.recipient)
)
_OF_LATE = (
    select(RawMessage.sender)
    .where(
        RawMessage.sender.in_(bindparam("senders", expanding=True)),
        RawMessage.received_at > bindparam("since"),
        RawMessage.received_at <= bindparam("until"),
        RawMessage.state != "suppressed",
    )
    .limit(bindparam("most"))
    .subquery()
)
_WROTE = select(literal("wrote"), _OF_LATE.c.sender, func.count()).group_by(_OF_LATE.c.sender)
_OF_SENDERS = union_all(_ANSWERED, _WROTE)
_TAKING_PART = select(Participant.ticket_id, Participant.address).where(
    Participant.ticket_id.in_(bindparam("tickets", expanding=True)),
    Participant.address.in_(bindparam("wanted", expanding=True)),
)
_LOCKED = (
    select(Ticket)
    .where(Ticket.id.in_(bindparam("tickets", expanding=True)))
    .order_by(Ticket.id)
    .with_for_update(of=Ticket)
)


def _filled(values: Collection[Value]) -> list[Value]:
    """The values, the last one repeated up to a power of two: so there are few forms of a statement to prepare."""
    listed = list(values)
    return listed + listed[-1:] * ((1 << (len(listed) - 1).bit_length()) - len(listed)) if listed else []


def look_ahead(session: Session, context: Context, mails: Sequence[tuple[Claim, Inbound]]) -> Ahead:
    """Ask ahead what will be asked while it is decided in this session about these claimed mails.

    Nobody else decides about the like of them meanwhile, and the tickets that they may join are locked.
    """
    ahead = Ahead()
    same = {mail.message_id[:500] or mail.content_hash for _raw, mail in mails}
    all_one_at_a_time(session, same, patience=PATIENCE)
    ahead.agreed = frozenset(same)
    _ask_for_earlier(session, ahead, [mail for _raw, mail in mails])
    _ask_about_senders(session, context, ahead, mails)
    _ask_for_tickets(session, ahead, [mail for _raw, mail in mails])
    goes_by(session, ahead)
    return ahead


def _ask_for_earlier(session: Session, ahead: Ahead, mails: Sequence[Inbound]) -> None:
    ids = {mail.message_id[:500] for mail in mails if mail.message_id}
    rows = session.connection().execute(_SAME_ID, {"wanted": _filled(ids)}).all() if ids else []
    if len(rows) < MOST:
        ahead.same_id = {identifier: [] for identifier in ids}
        for row in rows:
            ahead.same_id[row.message_id].append(Earlier(*row[:-1]))
    hashes = {mail.content_hash for mail in mails if not mail.message_id}
    rows = session.connection().execute(_SAME_CONTENT, {"wanted": _filled(hashes)}).all() if hashes else []
    if len(rows) < MOST:
        ahead.same_content = {content: [] for content in hashes}
        for row in rows:
            ahead.same_content[row.content_hash].append(Earlier(*row))


def _ask_about_senders(
    session: Session, context: Context, ahead: Ahead, mails: Sequence[tuple[Claim, Inbound]]
) -> None:
    addresses = {mail.sender.email for _raw, mail in mails if mail.sender.email}
    if not addresses:
        return
    wanted = {"wanted": _filled(addresses)}
    found = {person.email or "": person for person in session.scalars(_PEOPLE, wanted)}
    ahead.people = {address: found.get(address) for address in addresses}
    senders = {counted_as(mail) for _raw, mail in mails if mail.sender.email}
    most = context.settings.flood_mails * len(senders)
    asked = {"hour": context.now - HOUR, "senders": _filled(senders), "most": most, **_window(context, mails)}
    rows = session.connection().execute(_OF_SENDERS, {**wanted, **asked}).all()
    ahead.answered = dict.fromkeys(addresses, 0) | {row.who: row.number for row in rows if row.what == "answered"}
    wrote = {row.who: row.number for row in rows if row.what == "wrote"}
    if sum(wrote.values()) < most:
        ahead.senders = dict.fromkeys(senders, 0) | wrote


def _window(context: Context, mails: Sequence[tuple[Claim, Inbound]]) -> dict[str, datetime]:
    """The time in which too many mails of one sender are a flood, of all these mails together: rather too long."""
    times = [raw.received_at for raw, _mail in mails]
    return {"since": min(times) - timedelta(minutes=context.settings.flood_minutes), "until": max(times)}


def _ask_for_tickets(session: Session, ahead: Ahead, mails: Sequence[Inbound]) -> None:
    ids = {i for mail in mails for i in (*nearest_ids(mail), mail.message_id, *mail.other_ids) if i}
    rows = session.connection().execute(_KEYS, {"wanted": _filled(ids)}).all() if ids else []
    if len(rows) == MOST:
        return
    ahead.keys = {identifier: [] for identifier in ids}
    for identifier, awaited, ticket_id in rows:
        ahead.keys[identifier].append(Key(awaited, ticket_id))
    pairs = {
        (key.ticket_id, mail.sender.email)
        for mail in mails
        for identifier in {*nearest_ids(mail), mail.message_id}
        for key in ahead.keys.get(identifier, ())
        if key.awaited == (identifier == mail.message_id) and mail.sender.email
    }
    if pairs:
        _ask_who_takes_part(session, ahead, pairs)


def _ask_who_takes_part(session: Session, ahead: Ahead, pairs: Collection[tuple[int, str]]) -> None:
    tickets, addresses = {ticket for ticket, _address in pairs}, {address for _ticket, address in pairs}
    asked = {"tickets": _filled(tickets), "wanted": _filled(addresses)}
    there = {(row.ticket_id, row.address) for row in session.connection().execute(_TAKING_PART, asked)}
    ahead.taking_part = {pair: pair in there for pair in pairs}
    joined = sorted({ticket for ticket, _address in there & set(pairs)})
    if joined:
        ahead.tickets = {ticket.id: ticket for ticket in session.scalars(_LOCKED, {"tickets": _filled(joined)})}
