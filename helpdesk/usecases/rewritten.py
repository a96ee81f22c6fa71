"""The same mail a second time, rewritten on its way: a list or a gateway added a footer or chose another encoding.

Its bytes differ, so its content does too (`content_hash`), and yet whoever wrote it wrote once. It counts as the same
where Message-ID, sender, Date, subject, files and words are the same, but for one piece that was put before or behind
the words. Date and words together are what a sender who reuses ids does not repeat (threats E15): such mails differ.

Nothing gets lost by it. Words that only the later copy has are noted on the ticket, the bytes of both stay stored, and
a mail whose sender is proved is never taken for a copy of one whose sender is not: else whoever knows an id could come
first with a beginning of the text, and the true one would be silenced.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.channels.base import Inbound
from helpdesk.channels.email.reading import date_and_subject_in
from helpdesk.store.mail_models import RawMessage
from helpdesk.store.models import Entry
from helpdesk.tickets.words import Channel, EntryKind
from helpdesk.usecases.floods import UNPROVED
from helpdesk.usecases.matching import is_proved
from helpdesk.usecases.raw import Claim

HEAD = 65_536
"""Bytes of a stored mail within which its header ends."""
ADDED = 4_000
"""Characters that a footer or a banner has at most."""
COPY_MARK = "copy"
"""The mark of a note with the words that only a later copy has."""
_WHITE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Rewritten:
    """What the later copy says beside what the earlier one says (may be empty), and the earlier one's entry."""

    entry: Entry
    added: str


def rewritten(session: Session, mail: Inbound, earlier_id: int, sender: str) -> Rewritten | None:
    """What a mail has beside an earlier one under its Message-ID, where it is the same one rewritten; else None.

    `earlier_id`: the row of the earlier raw message; `sender`: what that row says of its sender.
    """
    trusted = (mail.sender.email,) if is_proved(mail) else (mail.sender.email, f"{UNPROVED}{mail.sender.email}"[:320])
    entry = session.scalar(select(Entry).where(Entry.raw_id == earlier_id).order_by(Entry.id).limit(1))
    if not mail.date or not mail.sender.email or sender not in trusted or entry is None:
        return None
    # An entry of staff holds their own words only; such a mail in a second mailbox waits in quarantine.
    if entry.author_id is not None or not _same_files(entry, mail) or not _same_head(session, mail, earlier_id):
        return None
    if not _one_piece_apart(_WHITE.sub("", entry.html or ""), _WHITE.sub("", mail.html)):
        return None
    added = _added(entry.text.split(), mail.text.split())
    return None if added is None else Rewritten(entry, added)


def note_added(session: Session, raw: Claim, mail: Inbound, copy: Rewritten) -> None:
    """Show staff the words that only this copy has, should they be more than a footer; nothing else happens."""
    if copy.added:
        session.add(
            Entry(
                ticket_id=copy.entry.ticket_id,
                kind=EntryKind.WORK_NOTE,
                channel=Channel.EMAIL,
                author_name=mail.sender.name or mail.sender.email,
                author_address=mail.sender.email,
                text=copy.added,
                mark=COPY_MARK,
                raw_id=raw.id,
                created_at=raw.received_at,
            )
        )


def _same_head(session: Session, mail: Inbound, earlier_id: int) -> bool:
    """Both were written at the same second, with one subject; a gateway may have put a mark before it."""
    head = session.scalar(select(func.substr(RawMessage.body, 1, HEAD)).where(RawMessage.id == earlier_id))
    date, subject = date_and_subject_in(bytes(head or b""))
    same_subject = mail.subject.endswith(subject) or subject.endswith(mail.subject)
    return same_subject and _moment(date) == _moment(mail.date)


def _moment(date: str) -> datetime | str:
    """When a Date field says; as it stands where it says nothing."""
    try:
        return parsedate_to_datetime(date)
    except (ValueError, TypeError, IndexError, OverflowError):
        return date


def _same_files(entry: Entry, mail: Inbound) -> bool:
    ours = sorted(file.sha256 for file in entry.files)
    return len(ours) == len(mail.attachments) and ours == sorted(_sha256(a.content) for a in mail.attachments)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _added(before: list[str], after: list[str]) -> str | None:
    """The words that stand before or behind those of the earlier mail; "" for none, None where the words differ.

    Line breaks do not count, encodings break lines anew; and the earlier one may be the longer one.
    """
    shorter, longer = sorted((before, after), key=len)
    count = len(longer) - len(shorter)
    if count and not shorter:
        return None  # nothing would be contained in everything
    if longer[: len(shorter)] == shorter:
        piece = " ".join(longer[len(shorter) :])
    elif longer[count:] == shorter:
        piece = " ".join(longer[:count])
    else:
        return None
    if len(piece) > ADDED:
        return None
    return piece if longer is after else ""


def _one_piece_apart(one: str, other: str) -> bool:
    """True where the longer text is the shorter one with a single piece of at most twice ADDED put in somewhere."""
    shorter, longer = sorted((one, other), key=len)
    if len(longer) - len(shorter) > 2 * ADDED or (longer and not shorter):
        return False
    return _common(shorter, longer) + _common(shorter[::-1], longer[::-1]) >= len(shorter)


def _common(one: str, other: str) -> int:
    """The length of the beginning that both have; by halves, since two million characters one by one are slow."""
    known, most = 0, min(len(one), len(other))
    while known < most:
        middle = (known + most + 1) // 2
        if one[known:middle] == other[known:middle]:
            known = middle
        else:
            most = middle - 1
    return known
