"""What the desk knows of its mailboxes: how far they were read, whether they answer, and who reads them."""

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, update
from sqlalchemy.orm import Session

from helpdesk.store.mail_models import Heartbeat, Mailbox

READER_LEASE = timedelta(seconds=60)
FORGET_WORKER_AFTER = timedelta(days=1)
BEGINNING = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def mailbox_for(session: Session, desk: str, now: datetime, *, take_all: bool) -> Mailbox:
    """The row of a desk's mailbox; a new one reads from the moment it was configured, or everything."""
    mailbox = session.get(Mailbox, desk)
    if mailbox is None:
        mailbox = Mailbox(desk=desk, since=BEGINNING if take_all else now.replace(microsecond=0))
        session.add(mailbox)
        session.flush()
    return mailbox


def take_reader(session: Session, desk: str, reader: str, now: datetime) -> bool:
    """True when `reader` may read the mailbox for the next minute; one process at a time does."""
    taken = session.scalar(
        update(Mailbox)
        .where(
            Mailbox.desk == desk,
            or_(Mailbox.reader == reader, Mailbox.lease_until.is_(None), Mailbox.lease_until < now),
        )
        .values(reader=reader, lease_until=now + READER_LEASE)
        .returning(Mailbox.desk)
    )
    return taken is not None


def give_up_reader(session: Session, desk: str, reader: str) -> None:
    """Let another process read the mailbox at once."""
    session.execute(
        update(Mailbox).where(Mailbox.desk == desk, Mailbox.reader == reader).values(reader="", lease_until=None)
    )


def note_opened(session: Session, desk: str, uidvalidity: int, now: datetime) -> int:
    """The mailbox was opened; the UID to read on from: 0 when its UIDVALIDITY is another one than before."""
    mailbox = session.get_one(Mailbox, desk)
    if mailbox.uidvalidity != uidvalidity:
        mailbox.uidvalidity, mailbox.last_uid = uidvalidity, 0
    mailbox.opened_at, mailbox.failed_at, mailbox.error = now, None, ""
    return mailbox.last_uid


def note_read(session: Session, desk: str, uid: int) -> None:
    """Everything up to this UID has been stored."""
    session.execute(update(Mailbox).where(Mailbox.desk == desk, Mailbox.last_uid < uid).values(last_uid=uid))


def note_searched(session: Session, desk: str, began: datetime) -> None:
    """Everything that had arrived when the search began has been stored."""
    session.execute(update(Mailbox).where(Mailbox.desk == desk).values(searched_at=began))


def note_fetch_failed(session: Session, desk: str, now: datetime, error: str) -> None:
    """The mailbox does not answer."""
    session.execute(update(Mailbox).where(Mailbox.desk == desk).values(failed_at=now, error=error[:500]))


def note_smtp(session: Session, desk: str, now: datetime, error: str) -> None:
    """The submission server does not answer."""
    session.execute(update(Mailbox).where(Mailbox.desk == desk).values(smtp_failed_at=now, smtp_error=error[:500]))


def note_smtp_well(session: Session, desk: str) -> None:
    """The submission server answers (again)."""
    session.execute(
        update(Mailbox)
        .where(Mailbox.desk == desk, Mailbox.smtp_failed_at.is_not(None))
        .values(smtp_failed_at=None, smtp_error="")
    )


def beat(session: Session, worker: str, now: datetime) -> None:
    """The worker was seen; workers that have been silent for a day are forgotten on this occasion."""
    row = session.get(Heartbeat, worker)
    if row is None:
        session.add(Heartbeat(worker=worker, seen_at=now))
        session.execute(delete(Heartbeat).where(Heartbeat.seen_at < now - FORGET_WORKER_AFTER))
    else:
        row.seen_at = now
