"""Which destinations rest: a domain that takes nothing must not keep the sender from all the others.

Kept in the database, so that all workers leave it alone, and one that starts anew too.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from helpdesk.store.mail_models import Destination

TROUBLES_IN_A_ROW = 3
"""So many messages in a row that a destination did not take make it rest."""
SLOW_SECONDS = 20.0
"""A destination that failed and took so long about it rests at once."""
RESTS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""The rests, longer each time; then one message is tried."""
MOST_RESTING = 100
FORGET_AFTER = timedelta(days=1)
"""A destination with which nothing was tried for so long begins anew."""


def domain_of(recipient: str) -> str:
    """What stands behind the `@` of an address, in lower case."""
    return recipient.rpartition("@")[2].lower()


def resting(session: Session, now: datetime) -> list[tuple[str, str]]:
    """(desk, domain) of those that are left alone now; at most a hundred, the longest resting ones."""
    left_alone = select(Destination.desk, Destination.domain).where(Destination.rests_until > now)
    found = session.execute(left_alone.order_by(Destination.rests_until.desc()).limit(MOST_RESTING))
    return [(row.desk, row.domain) for row in found]


def is_well(session: Session, desk: str, recipient: str) -> None:
    """The server took a message for it, or refused it for good: it answers. The caller commits."""
    session.execute(delete(Destination).where(Destination.desk == desk, Destination.domain == domain_of(recipient)))


def is_in_trouble(session: Session, desk: str, recipient: str, now: datetime, seconds: float) -> None:
    """A message for it failed for now, after so many seconds. The caller commits, and repeats it on IntegrityError:
    another worker came upon the same destination for the first time at the same moment.
    """
    session.execute(delete(Destination).where(Destination.tried_at < now - FORGET_AFTER))
    key = (desk, domain_of(recipient))
    row = session.get(Destination, key, with_for_update=True)
    if row is None:
        row = Destination(desk=key[0], domain=key[1], in_a_row=0, rests=0)
        session.add(row)
    row.tried_at = now
    row.in_a_row += TROUBLES_IN_A_ROW if seconds >= SLOW_SECONDS else 1
    if row.in_a_row >= TROUBLES_IN_A_ROW:
        row.rests_until = now + RESTS[min(row.rests, len(RESTS) - 1)]
        row.rests += 1
