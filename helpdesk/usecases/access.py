"""Private links and one-time codes: how a requester proves who they are without an account."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from helpdesk.store.models import Event, Ticket
from helpdesk.store.people_models import AccessLink, OneTimeCode
from helpdesk.store.rows import LARGEST_ID
from helpdesk.tickets.errors import Invalid
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.words import Status

CODE_LIFE = timedelta(minutes=15)
CODE_TRIES = 5
CODES_PER_HOUR = 5
LINK_LIFE_AFTER_END = timedelta(days=30)


def signed(secret: str, *parts: object) -> str:
    """The HMAC-SHA-256 (hex) of the parts under the secret key; the first part says what it is for."""
    text = "\x1f".join(str(p) for p in parts)
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def link_for(session: Session, ticket_id: int, address: str, purpose: str, now: datetime) -> AccessLink:
    """The link of that ticket, address and purpose, made when there is none yet, made anew when it was revoked."""
    link = session.scalar(
        select(AccessLink).where(
            AccessLink.ticket_id == ticket_id, AccessLink.address == address, AccessLink.purpose == purpose
        )
    )
    if link is not None and link.revoked_at is not None:
        link.nonce, link.revoked_at = secrets.token_urlsafe(32), None  # the tokens given out before stay dead
    if link is None:
        nonce = secrets.token_urlsafe(32)
        link = AccessLink(ticket_id=ticket_id, address=address, purpose=purpose, nonce=nonce, created_at=now)
        session.add(link)
        session.flush()
    return link


def link_token(secret: str, link: AccessLink) -> str:
    """The token that opens the link: its id and an HMAC over the row; the row alone does not give it."""
    return f"{link.id}-{signed(secret, 'link', link.id, link.ticket_id, link.address, link.purpose, link.nonce)[:40]}"


def _expired(session: Session, ticket: Ticket, now: datetime) -> bool:
    if ticket.status not in {Status.CLOSED, Status.CANCELLED}:
        return False
    ended = session.scalar(
        select(func.max(Event.at)).where(Event.ticket_id == ticket.id, Event.to_status == ticket.status)
    )
    return ended is not None and now > ended + LINK_LIFE_AFTER_END


def open_link(session: Session, secret: str, token: str, now: datetime) -> AccessLink | None:
    """The link that a token opens; None for a wrong, revoked or expired one (30 days after closing)."""
    head, _dash, _rest = token.partition("-")
    if not head.isascii() or not head.isdigit() or len(token) > 80 or int(head) > LARGEST_ID:
        return None
    link = session.get(AccessLink, int(head))
    if link is None or link.revoked_at or not hmac.compare_digest(link_token(secret, link).encode(), token.encode()):
        return None
    ticket = session.get(Ticket, link.ticket_id)
    return None if ticket is None or _expired(session, ticket, now) else link


def revoke_links(session: Session, ticket_id: int, now: datetime) -> int:
    """Revoke every link of a ticket; the number of those that were alive."""
    done = session.execute(
        update(AccessLink)
        .where(AccessLink.ticket_id == ticket_id, AccessLink.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def new_code(session: Session, secret: str, address: str, now: datetime) -> str:
    """A six-digit code for an address, good for 15 minutes. Raises Invalid after 5 in an hour."""
    recent = select(func.count()).where(
        OneTimeCode.address == address, OneTimeCode.created_at > now - timedelta(hours=1)
    )
    if (session.scalar(recent) or 0) >= CODES_PER_HOUR:
        raise Invalid(_("Too many codes were asked for; please wait an hour."))
    code = f"{secrets.randbelow(1_000_000):06d}"
    session.add(
        OneTimeCode(
            address=address, code_hash=signed(secret, "code", address, code), created_at=now, expires_at=now + CODE_LIFE
        )
    )
    return code


def use_code(session: Session, secret: str, address: str, code: str, now: datetime) -> bool:
    """True when the code is the newest one of the address, alive, unused, and tried at most five times.

    A wrong try is counted, so the caller commits in both cases.
    """
    row = session.scalar(
        select(OneTimeCode)
        .where(OneTimeCode.address == address)
        .order_by(OneTimeCode.id.desc())
        .limit(1)
        .with_for_update()
    )
    if row is None or row.used_at or row.expires_at < now or row.tries >= CODE_TRIES:
        return False
    row.tries += 1
    if not hmac.compare_digest(row.code_hash, signed(secret, "code", address, code.strip())):
        return False
    row.used_at = now
    return True
