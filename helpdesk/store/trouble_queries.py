"""What went wrong and waits for somebody: quarantined messages, undelivered messages, channels that do not answer."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Row, Select, func, literal, literal_column, or_, select, union_all
from sqlalchemy.orm import Session, undefer

from helpdesk.store.mail_models import Destination, Heartbeat, Mailbox, OutboxMessage, RawMessage, Submission
from helpdesk.store.models import Ticket

QUARANTINED, CAPPED = "quarantined", "held"
STUCK = ("failed", CAPPED, "unknown", "unsendable")
"""The states of outgoing messages that time alone does not mend."""

_IN_FLOOD = RawMessage.state == literal_column("'flood'")
"""A literal, so that SQLite takes the index of these alone."""
SLOW = timedelta(minutes=5)
"""A message that still waits after so long is shown, with the error of its last try."""


def _at(desks: Collection[str], *, everything: bool) -> ColumnElement[bool]:
    mine = RawMessage.desk.in_(sorted(desks))
    return or_(mine, RawMessage.desk.is_(None)) if everything else mine


@dataclass(frozen=True, slots=True)
class Troubles:
    """How many messages lie in quarantine (a flood counts as one), and how many outgoing ones are stuck, by desk; None:
    of no desk.

    `capped`: outgoing ones that only the hourly cap of their recipient holds back; they are not stuck.
    """

    held: dict[str | None, int]
    stuck: dict[str | None, int]
    capped: dict[str | None, int]

    def at(self, desks: Collection[str]) -> tuple[int, int]:
        """(in quarantine, stuck) at these desks; those of no desk count wherever they may be seen."""
        wanted = (*desks, None)
        return sum(self.held.get(desk, 0) for desk in wanted), sum(self.stuck.get(desk, 0) for desk in wanted)

    def capped_at(self, desks: Collection[str]) -> int:
        """How many outgoing messages of these desks the hourly cap holds back."""
        return sum(self.capped.get(desk, 0) for desk in desks)


def troubles(session: Session, desks: Collection[str], *, everything: bool) -> Troubles:
    """What waits for somebody at these desks, in one statement. `everything`: messages of no desk count too."""
    held = select(literal(QUARANTINED).label("kind"), RawMessage.desk.label("desk"), func.count().label("messages"))
    held = held.where(RawMessage.state == "quarantined", _at(desks, everything=everything)).group_by(RawMessage.desk)
    senders = select(RawMessage.desk, RawMessage.sender).where(_IN_FLOOD, RawMessage.desk.in_(sorted(desks)))
    each = senders.group_by(RawMessage.desk, RawMessage.sender).subquery()
    bundles = select(literal(QUARANTINED), each.c.desk, func.count()).group_by(each.c.desk)
    stuck = select(OutboxMessage.state, OutboxMessage.desk, func.count())
    stuck = stuck.where(OutboxMessage.state.in_(STUCK), OutboxMessage.desk.in_(sorted(desks)))
    found = Troubles({}, {}, {})
    both: CompoundSelect[*tuple[Any, ...]] = union_all(
        held, bundles, stuck.group_by(OutboxMessage.state, OutboxMessage.desk)
    )
    named = {QUARANTINED: found.held, CAPPED: found.capped}
    for row in session.execute(both):
        counted = named.get(row.kind, found.stuck)
        counted[row.desk] = counted.get(row.desk, 0) + row.messages
    return found


def quarantined(
    session: Session, desks: Collection[str], limit: int, before: int, *, everything: bool
) -> list[Row[Any]]:
    """Messages in quarantine, the latest first, with ids below `before` (0: from the newest)."""
    columns = (RawMessage.id, RawMessage.desk, RawMessage.source, RawMessage.reason, RawMessage.received_at)
    head = func.substr(RawMessage.body, 1, 8192).label("head")
    statement = select(*columns, head).where(RawMessage.state == "quarantined", _at(desks, everything=everything))
    if before:
        statement = statement.where(RawMessage.id < before)
    return list(session.execute(statement.order_by(RawMessage.id.desc()).limit(limit)))


def floods(session: Session, desks: Collection[str], limit: int = 50) -> list[Row[Any]]:
    """The bundles of mails from one sender that came too fast: desk, sender, how many, from when to when; the largest
    first.
    """
    mails = func.count().label("mails")
    first, last = func.min(RawMessage.received_at).label("first"), func.max(RawMessage.received_at).label("last")
    newest = func.max(RawMessage.id).label("newest")
    statement = select(RawMessage.desk, RawMessage.sender, mails, first, last, newest)
    statement = statement.where(_IN_FLOOD, RawMessage.desk.in_(sorted(desks)))
    return list(
        session.execute(statement.group_by(RawMessage.desk, RawMessage.sender).order_by(mails.desc()).limit(limit))
    )


def raw_message(session: Session, raw_id: int, desks: Collection[str], *, everything: bool) -> RawMessage | None:
    """A message in quarantine or in a flood with its bytes, if these desks may see it."""
    statement = select(RawMessage).options(undefer(RawMessage.body))
    return session.scalar(
        statement.where(
            RawMessage.id == raw_id,
            RawMessage.state.in_(("quarantined", "flood")),
            _at(desks, everything=everything),
        )
    )


def undelivered(session: Session, desks: Collection[str], now: datetime, limit: int, before: int = 0) -> list[Row[Any]]:
    """Outgoing messages that are stuck or have waited long, the latest first, with ids below `before`."""
    waiting = OutboxMessage.state.in_(("pending", "claimed")) & (OutboxMessage.created_at < now - SLOW)
    statement = _outgoing().where(OutboxMessage.desk.in_(sorted(desks)), or_(OutboxMessage.state.in_(STUCK), waiting))
    if before:
        statement = statement.where(OutboxMessage.id < before)
    return list(session.execute(statement.order_by(OutboxMessage.id.desc()).limit(limit)))


def undelivered_tickets(session: Session, ticket_ids: Collection[int]) -> set[int]:
    """Those of these tickets about which a message could not be delivered."""
    failed = select(OutboxMessage.ticket_id).where(OutboxMessage.state == "failed")
    return {found for found in session.scalars(failed.where(OutboxMessage.ticket_id.in_(ticket_ids))) if found}


def _outgoing() -> Select[*tuple[Any, ...]]:
    columns = (
        OutboxMessage.id,
        OutboxMessage.desk,
        OutboxMessage.kind,
        OutboxMessage.recipient,
        OutboxMessage.state,
        OutboxMessage.attempts,
        OutboxMessage.error,
        OutboxMessage.doubt,
        OutboxMessage.created_at,
        OutboxMessage.next_try_at,
        Ticket.number,
    )
    return select(*columns).outerjoin(Ticket, Ticket.id == OutboxMessage.ticket_id)


def silent_mailboxes(session: Session, desks: Collection[str]) -> list[Row[Any]]:
    """The mailboxes of these desks that cannot be read just now, or not in full."""
    columns = (Mailbox.name, Mailbox.desk, Mailbox.account, Mailbox.failed_at, Mailbox.trouble)
    failed = (Mailbox.desk.in_(sorted(desks)), Mailbox.active, Mailbox.failed_at.is_not(None))
    return list(session.execute(select(*columns).where(*failed).order_by(Mailbox.desk, Mailbox.name)))


def silent_submissions(session: Session, desks: Collection[str]) -> list[Row[Any]]:
    """The desks of these whose mail is not taken just now."""
    of_desks = select(Submission.desk, Submission.failed_at).where(Submission.desk.in_(sorted(desks)))
    return list(session.execute(of_desks.order_by(Submission.desk)))


def resting_destinations(session: Session, desks: Collection[str], now: datetime, limit: int = 50) -> list[Row[Any]]:
    """The domains to which these desks send nothing just now, with until when; the longest resting ones first."""
    columns = (Destination.desk, Destination.domain, Destination.rests_until)
    statement = select(*columns).where(Destination.desk.in_(sorted(desks)), Destination.rests_until > now)
    return list(session.execute(statement.order_by(Destination.rests_until.desc()).limit(limit)))


def held_for(session: Session, desks: Collection[str], why: str) -> tuple[int, int]:
    """How many messages of these desks are held for that reason, and the id of the newest of them."""
    held = (OutboxMessage.state == CAPPED, OutboxMessage.error == why, OutboxMessage.desk.in_(sorted(desks)))
    count, newest = session.execute(select(func.count(), func.max(OutboxMessage.id)).where(*held)).one()
    return count, newest or 0


def worker_seen_at(session: Session) -> datetime | None:
    """When a worker was last seen; None for never."""
    return session.scalar(select(func.max(Heartbeat.seen_at)))
