"""Reading one mailbox: raw first, committed, only then marked as handled at the server, then processed."""

import hashlib
import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.channels.base import ChannelError
from helpdesk.channels.email.imap_batches import Fetched, Listed
from helpdesk.failpoints import failpoint
from helpdesk.store.db import reading, unit_of_work
from helpdesk.store.mail_models import Mailbox, RawMessage
from helpdesk.tickets.words import Channel
from helpdesk.usecases.batches import gathered, process_all
from helpdesk.usecases.mailboxes import (
    MARKS,
    mailbox_for,
    note_compared,
    note_fetch_failed,
    note_marked,
    note_opened,
    note_read,
    note_searched,
)
from helpdesk.usecases.processing import Desk, Stored
from helpdesk.usecases.raw import quarantine, store_raw

log = logging.getLogger(__name__)


class OpenMailbox(Protocol):
    """What polling needs of a mailbox that is connected and selected, with the UIDVALIDITY of its folder."""

    uidvalidity: int

    def fetch_new(self, after_uid: int, since: datetime | None) -> Iterator[Fetched]:
        """The messages after a UID that arrived at or after `since`, oldest first."""

    def mark_handled(self, uids: Iterable[int]) -> None:
        """Mark messages as handled at the server."""


class ListableMailbox(OpenMailbox, Protocol):
    """What comparing needs of one, too; `uidnext` is 0 where the server does not say."""

    uidnext: int
    max_bytes: int

    def list_mails(self, after_uid: int, since: datetime | None) -> Iterator[Sequence[Listed]]:
        """All that lies there, listed, in portions."""

    def fetch(self, listed: Sequence[Listed]) -> Iterator[Fetched]:
        """These messages."""


def opened(desk: Desk, desk_id: str, mailbox: OpenMailbox, account: str = "") -> str:
    """Note that the mailbox answers; its name. It is read from its first UID again when its UIDVALIDITY has changed."""
    with unit_of_work() as session:
        row = mailbox_for(session, desk_id, desk.now(), take_all=desk.settings.take_all_mail, account=account)
        note_opened(session, row.name, mailbox.uidvalidity, desk.now(), getattr(mailbox, "uidnext", 0))
        return row.name


def external_id(name: str, uidvalidity: int, uid: int) -> str:
    """The identity of a delivery: mailbox, UIDVALIDITY, UID."""
    return f"{name}:{uidvalidity}:{uid}"


def _store(session: Session, row: Mailbox, mail: Fetched, now: datetime) -> int | None:
    """The id of the new raw message; None when this delivery is stored already.

    A mailbox that was put back from a backup gives UIDs to new mails that others had: then the bytes differ.
    """
    identity = external_id(row.name, mail.uidvalidity, mail.uid)
    digest = hashlib.sha256(mail.raw).hexdigest()
    raw_id = None
    for distinct in (identity, f"{identity}:{digest[:16]}"):
        raw_id = store_raw(
            session,
            channel=Channel.EMAIL,
            external_id=distinct,
            desk=row.desk,
            source="imap",
            body=mail.raw,
            received_at=mail.internal_date,
            now=now,
        )
        if raw_id is not None or _stored_digest(session, distinct) == digest:
            break
    if raw_id is not None and not mail.complete:
        quarantine(session, raw_id, f"{mail.size} bytes: only its beginning was fetched, all of it is in the mailbox")
    return raw_id


def _stored_digest(session: Session, identity: str) -> str | None:
    here = (RawMessage.channel == Channel.EMAIL, RawMessage.external_id == identity)
    return session.scalar(select(RawMessage.sha256).where(*here))


def _take_all(desk: Desk, name: str, mailbox: OpenMailbox, mails: Iterable[Fetched]) -> int:
    """Store, mark, process, batch by batch; the number of new messages."""
    return sum(_take(desk, name, mailbox, batch) for batch in gathered(mails, lambda mail: len(mail.raw)))


def _take(desk: Desk, name: str, mailbox: OpenMailbox, batch: Sequence[Fetched]) -> int:
    failpoint("intake.after_fetch_before_commit")
    with unit_of_work() as session:
        row, now = session.get_one(Mailbox, name), desk.now()
        stored = [(_store(session, row, mail, now), mail) for mail in batch]
        note_read(session, name, max(mail.uid for mail in batch), now)
        desk_id = row.desk
    failpoint("intake.after_commit_before_flag")
    if whole := [mail.uid for mail in batch if mail.complete]:
        _mark(desk, name, mailbox, whole)
    failpoint("intake.after_flag")
    new = [
        (raw_id, Stored(mail.raw, mail.internal_date, desk_id))
        for raw_id, mail in stored
        if raw_id is not None and mail.complete
    ]
    process_all(desk, new)
    return len(new)


def _mark(desk: Desk, name: str, mailbox: OpenMailbox, uids: Sequence[int]) -> bool:
    """A mailbox that lets nobody mark or move is read all the same; a lost link shows with the next command."""
    try:
        mailbox.mark_handled(uids)
    except ChannelError as error:
        log.warning("mailbox %s: mails could not be marked as handled: %s", name, error)
        with unit_of_work() as session:
            note_fetch_failed(session, name, desk.now(), str(error), MARKS)
        return False
    return True


def poll(desk: Desk, name: str, mailbox: OpenMailbox) -> int:
    """Store, mark and process everything new; the number of new messages. ChannelError when the server fails.

    The raw messages and the UID reached are one commit, made before the server hears of it: a kill at any point leaves
    a message either at the server as it was, or stored here. Of a mail above the size limit there is only the
    beginning: it goes into quarantine, and stays as it is at the server.
    """
    began = desk.now()
    with reading() as session:
        row = session.get_one(Mailbox, name)
        after, since, all_marked = row.last_uid, row.since, row.flagged_uid == row.last_uid
    failpoint("intake.before_fetch")
    count = _take_all(desk, name, mailbox, mailbox.fetch_new(after, since))
    with unit_of_work() as session:
        row = session.get_one(Mailbox, name)
        if all_marked and row.trouble != MARKS:
            note_marked(session, name, row.last_uid)
        note_searched(session, name, began)
    return count


def compare(desk: Desk, name: str, mailbox: ListableMailbox) -> int:
    """Hold all that lies in the mailbox against what is stored; the number of messages that were missing.

    It finds what a search above the last UID does not: mails that became visible late, and those of a mailbox that was
    put back from a backup. What is stored but was never marked, because of a kill or a lost link, is marked.
    """
    began, found, marked = desk.now(), 0, True
    with reading() as session:
        row = session.get_one(Mailbox, name)
        since, flagged, last = row.since, row.flagged_uid, row.last_uid
    for listed in mailbox.list_mails(0, since):
        here = [mail for mail in listed if mail.uid <= last]
        missing = _missing(name, mailbox.uidvalidity, here)
        found += _take_all(desk, name, mailbox, mailbox.fetch([mail for mail in here if mail.uid in missing]))
        unmarked = [mail.uid for mail in here if mail.uid > flagged and mail.uid not in missing]
        small = {mail.uid for mail in here if mail.size <= mailbox.max_bytes}
        marked = _mark(desk, name, mailbox, [uid for uid in unmarked if uid in small]) and marked
    with unit_of_work() as session:
        if marked:
            note_marked(session, name, last)
        note_compared(session, name, began)
    if found:
        log.warning("mailbox %s: %d mails were missing and have been fetched", name, found)
    return found


def _missing(name: str, uidvalidity: int, listed: Sequence[Listed]) -> Collection[int]:
    """The UIDs of these that are not stored, or under which another mail is stored: its date tells."""
    ids = {external_id(name, uidvalidity, mail.uid): mail for mail in listed}
    columns = (RawMessage.external_id, RawMessage.received_at)
    with reading() as session:
        of_these = (RawMessage.channel == Channel.EMAIL, RawMessage.external_id.in_(sorted(ids)))
        dates = {row.external_id: row.received_at for row in session.execute(select(*columns).where(*of_these))}
        odd = [identity for identity, mail in ids.items() if dates.get(identity) != mail.internal_date]
        return {ids[i].uid for i in odd if i not in dates or not _again(session, i, ids[i].internal_date)}


def _again(session: Session, identity: str, date: datetime) -> bool:
    """True when a mail of this date is stored under a UID that another one had before."""
    between = RawMessage.external_id.between(f"{identity}:", f"{identity};")
    here = (RawMessage.channel == Channel.EMAIL, between, RawMessage.received_at == date)
    return session.scalar(select(RawMessage.id).where(*here).limit(1)) is not None
