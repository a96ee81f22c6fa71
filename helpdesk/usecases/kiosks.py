"""Devices at a counter that nobody signs in at: an unguessable address for each, until staff revoke it."""

import hmac
import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.store.counter_models import Kiosk
from helpdesk.tickets.permission import Staff
from helpdesk.usecases.access import signed
from helpdesk.usecases.context import Context

NUMBERS, SCREEN = "numbers", "screen"
KINDS = (NUMBERS, SCREEN)


def open_kiosk(session: Session, context: Context, staff: Staff, desk: str, kind: str) -> Kiosk:
    """A new device of the desk; its address is `kiosk_token`."""
    kiosk = Kiosk(desk=desk, kind=kind, nonce=secrets.token_urlsafe(32), created_by=staff.name, created_at=context.now)
    session.add(kiosk)
    session.flush()
    return kiosk


def kiosk_token(secret: str, kiosk: Kiosk) -> str:
    """What stands in the device's address: its id and an HMAC over the row."""
    return f"{kiosk.id}-{signed(secret, 'kiosk', kiosk.id, kiosk.desk, kiosk.kind, kiosk.nonce)[:40]}"


def kiosk_of(session: Session, context: Context, token: str, kind: str) -> Kiosk | None:
    """The device of that token and kind; None for a wrong or a revoked one, and where its desk is no more."""
    head = token.partition("-")[0]
    if not head.isascii() or not head.isdigit() or len(head) > 9 or len(token) > 80:
        return None
    kiosk = session.get(Kiosk, int(head))
    if kiosk is None or kiosk.revoked_at or kiosk.kind != kind or kiosk.desk not in context.catalog.desks:
        return None
    right = kiosk_token(context.settings.secret_key, kiosk)
    return kiosk if hmac.compare_digest(right.encode(), token.encode()) else None


def kiosks_of(session: Session, desk: str) -> list[Kiosk]:
    """The devices of a desk that are not revoked."""
    return list(session.scalars(select(Kiosk).where(Kiosk.desk == desk, Kiosk.revoked_at.is_(None)).order_by(Kiosk.id)))
