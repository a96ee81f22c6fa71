"""What the desk knows of its mailboxes: how far they were read, whether they answer, and who reads them."""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import case, delete, or_, select, update
from sqlalchemy.orm import Session

from helpdesk.store.mail_models import Heartbeat, Mailbox, Submission

READER_LEASE = timedelta(seconds=60)
FORGET_WORKER_AFTER = timedelta(days=1)
BEGINNING = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
OVERLAP = timedelta(minutes=5)
"""So much earlier than the last search of the mailbox that it replaces a new one is read; copies are recognised."""
AWAY, REFUSED, DISK, MARKS = "away", "refused", "disk", "marks"
"""The troubles of a mailbox, see `store.mail_models.Mailbox`."""


def mailbox_for(session: Session, desk: str, now: datetime, *, take_all: bool, account: str = "") -> Mailbox:
    """The row of a desk's mailbox; a new one reads from the moment it was configured, or everything.

    A mailbox that takes the place of another one of the desk is read from where that one was left.
    """
    rows = {row.account: row for row in session.scalars(select(Mailbox).where(Mailbox.desk == desk))}
    found = rows.get(account) or rows.get("")  # one that was read before accounts were told apart
    if found is not None:
        found.account, found.active = account or found.account, True
        return found
    left = [row.searched_at for row in rows.values() if not row.active and row.searched_at is not None]
    since = max(left) - OVERLAP if left else now.replace(microsecond=0)
    name = desk if not rows else f"{desk}#{hashlib.sha256(account.encode()).hexdigest()[:12]}"
    mailbox = Mailbox(name=name, desk=desk, account=account, since=BEGINNING if take_all else since)
    session.add(mailbox)
    session.flush()
    return mailbox


def note_configured(session: Session, accounts: Iterable[tuple[str, str]]) -> None:
    """These (desk, account) are all mailboxes there are; troubles of others concern nobody any more.

    A row from before accounts were told apart is that of the desk's first one.
    """
    wanted: dict[str, list[str]] = {}
    for desk, account in accounts:
        wanted.setdefault(desk, []).append(account)
    for row in session.scalars(select(Mailbox)):
        here = wanted.get(row.desk, [])
        row.account = row.account or next(iter(here), "")
        row.active = row.account in here
        if not row.active:
            row.failed_at, row.trouble, row.error = None, "", ""


def take_reader(session: Session, name: str, reader: str, now: datetime) -> bool:
    """True when `reader` may read the mailbox for the next minute; one process at a time does."""
    taken = session.scalar(
        update(Mailbox)
        .where(
            Mailbox.name == name,
            or_(Mailbox.reader == reader, Mailbox.lease_until.is_(None), Mailbox.lease_until < now),
        )
        .values(reader=reader, lease_until=now + READER_LEASE)
        .returning(Mailbox.name)
    )
    return taken is not None


def give_up_reader(session: Session, name: str, reader: str) -> None:
    """Let another process read the mailbox at once."""
    session.execute(
        update(Mailbox).where(Mailbox.name == name, Mailbox.reader == reader).values(reader="", lease_until=None)
    )


def note_opened(session: Session, name: str, uidvalidity: int, now: datetime, uidnext: int = 0) -> None:
    """The mailbox was opened. With another UIDVALIDITY it is read from its first UID again.

    `uidnext` (0: not known) below what was reached means that it was put back from a backup: UIDs come again.
    """
    mailbox = session.get_one(Mailbox, name)
    if mailbox.uidvalidity != uidvalidity:
        mailbox.uidvalidity, mailbox.last_uid, mailbox.flagged_uid, mailbox.compared_at = uidvalidity, 0, 0, None
    elif uidnext and uidnext <= mailbox.last_uid:
        mailbox.last_uid, mailbox.compared_at = uidnext - 1, None
        mailbox.flagged_uid = min(mailbox.flagged_uid, mailbox.last_uid)
    mailbox.opened_at, mailbox.failed_at, mailbox.trouble, mailbox.error = now, None, "", ""


def note_read(session: Session, name: str, uid: int, now: datetime) -> None:
    """Everything up to this UID has been stored; whoever reads the mailbox goes on doing so."""
    lease = case((Mailbox.reader != "", now + READER_LEASE), else_=None)
    furthest = case((Mailbox.last_uid < uid, uid), else_=Mailbox.last_uid)
    session.execute(update(Mailbox).where(Mailbox.name == name).values(last_uid=furthest, lease_until=lease))


def note_searched(session: Session, name: str, began: datetime) -> None:
    """Everything that had arrived when the search began has been stored."""
    mailbox = session.get_one(Mailbox, name)
    mailbox.searched_at = began
    if mailbox.trouble != MARKS:
        mailbox.failed_at, mailbox.trouble, mailbox.error = None, "", ""


def note_marked(session: Session, name: str, uid: int) -> None:
    """Everything up to this UID is marked at the server as handled."""
    mailbox = session.get_one(Mailbox, name)
    mailbox.flagged_uid = uid
    if mailbox.trouble == MARKS:
        mailbox.failed_at, mailbox.trouble, mailbox.error = None, "", ""


def note_compared(session: Session, name: str, now: datetime) -> None:
    """All that lies in the mailbox was held against what is stored."""
    session.execute(update(Mailbox).where(Mailbox.name == name).values(compared_at=now))


def note_fetch_failed(session: Session, name: str, now: datetime, error: str, trouble: str = AWAY) -> None:
    """The mailbox cannot be read, or not in full; `trouble` says why. The time stays that of the first failure."""
    first = case((Mailbox.trouble == trouble, Mailbox.failed_at), else_=now)
    values = {"failed_at": first, "trouble": trouble, "error": error[:500]}
    session.execute(update(Mailbox).where(Mailbox.name == name).values(values))


def note_smtp(session: Session, desk: str, now: datetime, error: str) -> None:
    """The submission server does not answer."""
    row = session.get(Submission, desk)
    if row is None:
        session.add(Submission(desk=desk, failed_at=now, error=error[:500]))
    else:
        row.failed_at, row.error = now, error[:500]


def note_smtp_well(session: Session, desk: str) -> None:
    """The submission server answers (again)."""
    session.execute(delete(Submission).where(Submission.desk == desk))


def beat(session: Session, worker: str, now: datetime) -> None:
    """The worker was seen; workers that have been silent for a day are forgotten on this occasion."""
    row = session.get(Heartbeat, worker)
    if row is None:
        session.add(Heartbeat(worker=worker, seen_at=now))
        session.execute(delete(Heartbeat).where(Heartbeat.seen_at < now - FORGET_WORKER_AFTER))
    else:
        row.seen_at = now
