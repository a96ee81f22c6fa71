"""Raw messages: stored before anything is decided, claimed once, quarantined when they cannot be understood."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from helpdesk.failpoints import failpoint
from helpdesk.store.behind import new_ids
from helpdesk.store.mail_models import RawMessage
from helpdesk.store.rows import change
from helpdesk.tickets.words import Channel

TRIES = 3
RETRY_AFTER = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5))

SET_ASIDE = ("quarantined", "flood")
"""The states in which a message waits for staff."""
FINISHED = ("desk", "content_hash", "message_id", "state", "reason", "ticket_id", "sender")

# Statements of the hot path are built once: building one costs more than running it.
_STORE = {
    "postgresql": postgres_insert(RawMessage).on_conflict_do_nothing(),
    "sqlite": sqlite_insert(RawMessage).on_conflict_do_nothing(),
}
_STORED = select(RawMessage.id).where(RawMessage.id.in_(bindparam("raw_ids", expanding=True)))
_CLAIM = (
    select(RawMessage.id, RawMessage.desk, RawMessage.received_at)
    .where(RawMessage.id == bindparam("raw_id"), RawMessage.state == "received")
    .with_for_update(skip_locked=True)
)
_CLAIM_ALL = (
    select(RawMessage.id, RawMessage.desk, RawMessage.received_at, RawMessage.state)
    .where(RawMessage.id.in_(bindparam("raw_ids", expanding=True)))
    .order_by(RawMessage.id)
    .with_for_update(skip_locked=True)
)
_FINISH = (
    update(RawMessage.__table__)  # type: ignore[arg-type]
    .where(RawMessage.id == bindparam("raw_id"))
    .values({name: bindparam(f"new_{name}") for name in FINISHED})
)
_SAME_BYTES = (
    select(RawMessage.id)
    .where(
        RawMessage.content_hash == bindparam("sha256"),
        RawMessage.desk == bindparam("of_desk"),
        RawMessage.id != bindparam("raw_id"),
        RawMessage.state != "received",
    )
    .limit(1)
)


def store_raw(
    session: Session,
    *,
    channel: str,
    external_id: str,
    body: bytes,
    received_at: datetime,
    now: datetime,
    desk: str | None = None,
    source: str = "",
) -> int | None:
    """Keep what arrived, byte for byte; its row's id, or None when this delivery is known already.

    The caller commits before it marks the message as handled at its source.
    """
    arrived = Arrived(channel, external_id, body, received_at, desk, source)
    return store_all_raw(session, [arrived], now)[0]


@dataclass(frozen=True, slots=True)
class Arrived:
    """A message as it came; `received_at` is aware UTC, `external_id` its identity at its source."""

    channel: str
    external_id: str
    body: bytes
    received_at: datetime
    desk: str | None
    source: str


def store_all_raw(session: Session, messages: Sequence[Arrived], now: datetime) -> list[int | None]:
    """Like `store_raw` for each of them; their ids rise in this order."""
    ids = new_ids(session, RawMessage, len(messages))
    values = [{"id": identity, **_as_it_came(message, now)} for identity, message in zip(ids, messages, strict=True)]
    session.connection().execute(_STORE[session.get_bind().dialect.name], values)
    stored = set(session.connection().scalars(_STORED, {"raw_ids": ids}))
    return [identity if identity in stored else None for identity in ids]


def _as_it_came(message: Arrived, now: datetime) -> dict[str, object]:
    return {
        "channel": message.channel,
        "external_id": message.external_id,
        "desk": message.desk,
        "source": message.source,
        "sha256": hashlib.sha256(message.body).hexdigest(),
        "content_hash": "",
        "message_id": "",
        "state": "received",
        "reason": "",
        "attempts": 0,
        "next_try_at": now,
        "received_at": message.received_at,
        "stored_at": now,
        "size": len(message.body),
        "body": message.body,
    }


@dataclass(slots=True)
class Claim:
    """A raw message that is ours to decide about, without its body. `received_at` is aware UTC."""

    id: int
    desk: str | None
    received_at: datetime
    content_hash: str = ""
    message_id: str = ""
    sender: str = ""


def claim_raw(session: Session, raw_id: int) -> Claim | None:
    """The raw message, locked, when it still waits to be processed; None when somebody else has done it."""
    row = session.connection().execute(_CLAIM, {"raw_id": raw_id}).first()
    return Claim(row.id, row.desk, row.received_at) if row else None


def claim_all(session: Session, raw_ids: Sequence[int]) -> dict[int, Claim]:
    """Those of the raw messages that still wait, by their ids, locked until the transaction ends.

    Nobody else can take a later one before an earlier one of them meanwhile.
    """
    found = session.connection().execute(_CLAIM_ALL, {"raw_ids": list(raw_ids)})
    # The state is looked at here: as a condition it makes SQLite read the index of all that wait.
    return {row.id: Claim(row.id, row.desk, row.received_at) for row in found if row.state == "received"}


def finish_raw(session: Session, raw: Claim, state: str, reason: str, ticket_id: int | None) -> None:
    """Keep what was decided about a claimed message."""
    failpoint("intake.after_ticket_before_state")
    values = (raw.desk, raw.content_hash, raw.message_id, state, reason, ticket_id, raw.sender)
    named = {f"new_{name}": value for name, value in zip(FINISHED, values, strict=True)}
    change(session, _FINISH, raw.id, {"raw_id": raw.id, **named})


def waiting(session: Session, now: datetime, limit: int = 50) -> list[int]:
    """The ids of raw mails whose time to be processed has come, oldest first."""
    return list(
        session.scalars(
            select(RawMessage.id)
            .where(RawMessage.state == "received", RawMessage.channel == Channel.EMAIL, RawMessage.next_try_at <= now)
            .order_by(RawMessage.id)
            .limit(limit)
        )
    )


def quarantine(session: Session, raw_id: int, reason: str) -> str:
    """Set a message that cannot be read aside for staff, with its raw bytes and the reason.

    The same bytes once more, as after a change of UIDVALIDITY, are not shown again: then what is known of them.
    """
    raw = session.get(RawMessage, raw_id)
    if raw is None or raw.state != "received":
        return ""
    raw.content_hash = raw.sha256  # nothing could be read that would tell two copies apart
    raw.state, raw.reason = "quarantined", reason[:500]
    known = session.scalar(_SAME_BYTES, {"sha256": raw.sha256, "of_desk": raw.desk, "raw_id": raw_id})
    if known is not None:
        raw.state, raw.reason = "suppressed", f"same mail as raw message {known}"
    return raw.reason if known is not None else ""


def put_off(session: Session, raw_id: int, now: datetime) -> None:
    """Try again a little later, without counting it: the fault was not the message's."""
    session.execute(
        update(RawMessage)
        .where(RawMessage.id == raw_id, RawMessage.state == "received")
        .values(next_try_at=now + RETRY_AFTER[0])
    )


def note_failure(session: Session, raw_id: int, now: datetime, reason: str) -> None:
    """Count a failed try; after the third the message goes into quarantine and the queue goes on."""
    raw = session.get(RawMessage, raw_id)
    if raw is None or raw.state != "received":
        return
    raw.attempts += 1
    raw.reason = reason[:500]
    if raw.attempts >= TRIES:
        raw.state = "quarantined"
    else:
        raw.next_try_at = now + RETRY_AFTER[raw.attempts - 1]


def release(session: Session, raw_id: int, now: datetime) -> bool:
    """Put a message back into the queue; False when it is neither in quarantine nor in a flood."""
    raw = session.get(RawMessage, raw_id)
    if raw is None or raw.state not in SET_ASIDE:
        return False
    raw.state, raw.attempts, raw.next_try_at, raw.released_at = "received", 0, now, now
    return True


def discard(session: Session, raw_id: int, by: str, reason: str) -> bool:
    """Set a message aside for good; it is kept, with who and why. False when not in quarantine or in a flood."""
    raw = session.get(RawMessage, raw_id)
    if raw is None or raw.state not in SET_ASIDE:
        return False
    raw.state, raw.reason = "suppressed", f"discarded by {by}: {reason}"[:500]
    return True
