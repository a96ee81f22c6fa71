"""Too many mails from one sender: kept as one bundle for staff, while everybody else is served.

Source: threats E24, mail-cases 6. A bundle is what one sender wrote to one desk and nobody has decided about yet.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, func, select, update
from sqlalchemy.orm import Session

from helpdesk.store.mail_models import OutboxMessage, RawMessage
from helpdesk.usecases.ahead import ahead_of
from helpdesk.usecases.caps import HELD, HOUR, OVER_CAP, PENDING
from helpdesk.usecases.context import Context
from helpdesk.usecases.raw import Claim

FLOOD = "flood"
"""The state of a raw message that belongs to a bundle."""
RELEASED = "released"
UNPROVED = "unproved:"
"""Before the sender of a bundle, where somebody else wrote under that address or may have."""
DELIBERATE = "ingest"
"""The source of mails that somebody takes in from files by hand: however many, they were meant to come."""

_RECENT = (
    select(RawMessage.id)
    .where(
        RawMessage.sender == bindparam("by"),
        RawMessage.received_at > bindparam("since"),
        RawMessage.received_at <= bindparam("until"),
        RawMessage.state != "suppressed",
    )
    .limit(bindparam("most"))
)


def flooding(session: Session, context: Context, raw: Claim) -> str:
    """FLOOD when the sender of this claimed mail sent more than the limit within the window before it, else empty.

    RELEASED for what staff let out of a bundle: it is served, without an automatic reply. Of the replies to that sender
    that still wait, all but the first are held: one an hour is enough in a flood.
    """
    most = context.settings.flood_mails
    if not raw.sender or most == 0 or _surely_few(session, raw, most):
        return ""
    window = timedelta(minutes=context.settings.flood_minutes)
    asked = {"by": raw.sender, "since": raw.received_at - window, "until": raw.received_at, "most": most}
    if len(session.connection().execute(_RECENT, asked).all()) < most:
        return ""
    let = session.execute(select(RawMessage.source, RawMessage.released_at).where(RawMessage.id == raw.id)).one()
    if let.source == DELIBERATE:
        return ""
    if let.released_at is not None:
        return RELEASED
    _hold_replies(session, raw.sender, context.now)
    return FLOOD


def _surely_few(session: Session, raw: Claim, most: int) -> bool:
    ahead = ahead_of(session)
    return ahead is not None and ahead.senders.get(raw.sender, most) < most


def _hold_replies(session: Session, address: str, now: datetime) -> None:
    ours = (OutboxMessage.recipient == address, OutboxMessage.automatic, OutboxMessage.created_at > now - HOUR)
    first = select(func.min(OutboxMessage.id)).where(*ours).scalar_subquery()
    held = {"state": HELD, "error": OVER_CAP}
    waits = (*ours, OutboxMessage.state == PENDING, OutboxMessage.id > first)
    session.execute(update(OutboxMessage).where(*waits).values(held))


def release_flood(session: Session, desk: str, sender: str, now: datetime) -> int:
    """Let a bundle be processed like other mail, without automatic replies; the number of its mails."""
    bundle = update(RawMessage).where(*_bundle(desk, sender))
    done = session.execute(bundle.values(state="received", attempts=0, next_try_at=now, released_at=now))
    return int(done.rowcount)  # type: ignore[attr-defined]


def discard_flood(session: Session, desk: str, sender: str, by: str, reason: str) -> int:
    """Set a bundle aside for good; its bytes stay stored, with who and why. The number of its mails."""
    why = f"discarded by {by}: {reason}"[:500]
    done = session.execute(update(RawMessage).where(*_bundle(desk, sender)).values(state="suppressed", reason=why))
    return int(done.rowcount)  # type: ignore[attr-defined]


def _bundle(desk: str, sender: str) -> tuple[ColumnElement[bool], ...]:
    return RawMessage.state == FLOOD, RawMessage.desk == desk, RawMessage.sender == sender
