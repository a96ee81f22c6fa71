"""Reading one desk's mailbox: raw first, committed, only then marked as handled at the server, then processed."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from helpdesk.failpoints import failpoint
from helpdesk.store.db import unit_of_work
from helpdesk.tickets.words import Channel
from helpdesk.usecases.batches import gathered, process_all
from helpdesk.usecases.mailboxes import mailbox_for, note_opened, note_read, note_searched
from helpdesk.usecases.processing import Desk, Stored
from helpdesk.usecases.raw import quarantine, store_raw


class FetchedMail(Protocol):
    """A message as it lies in the mailbox; `internal_date` is an aware UTC time."""

    @property
    def uid(self) -> int: ...
    @property
    def uidvalidity(self) -> int: ...
    @property
    def internal_date(self) -> datetime: ...
    @property
    def raw(self) -> bytes: ...
    @property
    def size(self) -> int: ...
    @property
    def complete(self) -> bool: ...


class OpenMailbox(Protocol):
    """What polling needs of a mailbox that is connected and selected, with the UIDVALIDITY of its folder."""

    uidvalidity: int

    def fetch_new(self, after_uid: int, since: datetime | None) -> Iterator[FetchedMail]:
        """The messages after a UID that arrived at or after `since`, oldest first."""

    def mark_handled(self, uids: Iterable[int]) -> None:
        """Mark messages as handled at the server."""


def opened(desk: Desk, desk_id: str, mailbox: OpenMailbox) -> None:
    """Note that the mailbox answers, and begin again from the first UID when its UIDVALIDITY has changed."""
    with unit_of_work() as session:
        mailbox_for(session, desk_id, desk.now(), take_all=desk.settings.take_all_mail)
        note_opened(session, desk_id, mailbox.uidvalidity, desk.now())


def external_id(desk_id: str, mail: FetchedMail) -> str:
    """The identity of a delivery: mailbox, UIDVALIDITY, UID."""
    return f"{desk_id}:{mail.uidvalidity}:{mail.uid}"


def _store(desk: Desk, desk_id: str, mails: Sequence[FetchedMail]) -> list[int | None]:
    with unit_of_work() as session:
        ids = [_store_one(session, desk, desk_id, mail) for mail in mails]
        note_read(session, desk_id, max(mail.uid for mail in mails))
    return ids


def _store_one(session: Session, desk: Desk, desk_id: str, mail: FetchedMail) -> int | None:
    raw_id = store_raw(
        session,
        channel=Channel.EMAIL,
        external_id=external_id(desk_id, mail),
        desk=desk_id,
        source="imap",
        body=mail.raw,
        received_at=mail.internal_date,
        now=desk.now(),
    )
    if raw_id is not None and not mail.complete:
        quarantine(session, raw_id, f"{mail.size} bytes: only its beginning was fetched, all of it is in the mailbox")
    return raw_id


def poll(desk: Desk, desk_id: str, mailbox: OpenMailbox) -> int:
    """Store, mark and process everything new; the number of new messages. ChannelError when the server fails.

    Raw messages and the UID reached are one commit, made before the server hears of it: a kill at any point leaves
    a message either at the server as it was, or stored here. Of a mail above the size limit there is only the
    beginning: it goes into quarantine, and stays as it is at the server.
    """
    began = desk.now()
    with unit_of_work() as session:
        row = mailbox_for(session, desk_id, began, take_all=desk.settings.take_all_mail)
        after, since = row.last_uid, row.since
    count = 0
    failpoint("intake.before_fetch")
    for mails in gathered(mailbox.fetch_new(after, since), lambda mail: len(mail.raw)):
        failpoint("intake.after_fetch_before_commit")
        ids = _store(desk, desk_id, mails)
        failpoint("intake.after_commit_before_flag")
        if whole := [mail.uid for mail in mails if mail.complete]:
            mailbox.mark_handled(whole)
        failpoint("intake.after_flag")
        new = [
            (raw_id, Stored(mail.raw, mail.internal_date, desk_id))
            for raw_id, mail in zip(ids, mails, strict=True)
            if raw_id is not None and mail.complete
        ]
        process_all(desk, new)
        count += len(new)
    with unit_of_work() as session:
        note_searched(session, desk_id, began)
    return count
