"""Slowing down guesses: attempts are counted in the database, so that every process and every restart knows them.

An attempt that is turned away is not counted, so the wait always ends; who keeps guessing only delays himself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from flask import request
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from helpdesk.store.people_models import Attempt

FORGET_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` attempts of one subject within `window`."""

    subject: str
    most: int
    window: timedelta = timedelta(minutes=15)


def caller_address() -> str:
    """Where the request comes from, as the connection says, or the proxies that are trusted; IPv6 by its /64."""
    text = request.remote_addr or ""
    try:
        address = ip_address(text)
    except ValueError:
        return text[:60]
    if isinstance(address, IPv6Address):
        return ":".join(address.exploded.split(":")[:4])
    return str(address)


def is_over(database: Session, kind: str, limits: Iterable[Limit], now: datetime) -> bool:
    """True when one of the subjects has used up its attempts of this kind."""
    return any(_count(database, kind, limit, now) >= limit.most for limit in limits)


def _count(database: Session, kind: str, limit: Limit, now: datetime) -> int:
    counted = select(func.count()).where(
        Attempt.kind == kind, Attempt.subject == limit.subject, Attempt.at > now - limit.window
    )
    return database.scalar(counted) or 0


def count(database: Session, kind: str, limits: Iterable[Limit], now: datetime) -> None:
    """Count one attempt for each subject, and forget what is older than a day. The caller commits."""
    database.execute(delete(Attempt).where(Attempt.kind == kind, Attempt.at < now - FORGET_AFTER))
    database.add_all(Attempt(kind=kind, subject=limit.subject[:400], at=now) for limit in limits)


def forgive(database: Session, kind: str, subject: str) -> None:
    """Forget the attempts of one subject: it has proved itself. The caller commits."""
    database.execute(delete(Attempt).where(Attempt.kind == kind, Attempt.subject == subject))
