"""Mails as a mailbox lists and holds them, and in what portions they are fetched."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

BATCH_BYTES = 4_194_304
BATCH_MAILS = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """One mail as the mailbox lists it. `internal_date` is aware UTC; `size` is what the server says."""

    uid: int
    size: int
    internal_date: datetime


@dataclass(frozen=True, slots=True)
class Fetched:
    """One mail as the mailbox holds it. `internal_date` is aware UTC.

    `complete` is False where the mail is larger than the limit: `raw` then holds its first 65,536 bytes only.
    """

    uid: int
    uidvalidity: int
    internal_date: datetime
    raw: bytes
    size: int
    complete: bool = True


def portions(listed: Sequence[Listed], max_bytes: int) -> Iterator[list[Listed]]:
    """Groups of mails that together are small enough to be fetched at once; a very large one comes alone."""
    portion: list[Listed] = []
    total = 0
    for entry in listed:
        if portion and (total + entry.size > BATCH_BYTES or len(portion) >= BATCH_MAILS or entry.size > max_bytes):
            yield portion
            portion, total = [], 0
        portion.append(entry)
        total += entry.size
    if portion:
        yield portion
