"""Where the embedded mail server keeps its mail: one SQLite file, flushed to the disk before a message is accepted."""

import sqlite3
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS mailbox (
    id INTEGER PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL, uid_validity INTEGER NOT NULL,
    last_uid INTEGER NOT NULL DEFAULT 0, UNIQUE (owner, name));
CREATE TABLE IF NOT EXISTS message (
    mailbox INTEGER NOT NULL REFERENCES mailbox ON DELETE CASCADE, uid INTEGER NOT NULL,
    received_at INTEGER NOT NULL, flags TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (mailbox, uid));
"""


@dataclass(frozen=True, slots=True)
class KeptMailbox:
    """A mailbox as the file knows it: RFC 3501's UIDVALIDITY and the last UID that was ever given away."""

    id: int
    name: str
    uid_validity: int
    last_uid: int


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """A message as the file knows it; `received_at` is its INTERNALDATE, an aware UTC time in whole seconds."""

    uid: int
    received_at: datetime
    flags: tuple[str, ...]
    content: bytes


class MailFile:
    """The mail of all accounts. Every method is one transaction that is on the disk when it returns.

    Raises sqlite3.Error when the disk refuses; nothing has changed then.
    """

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.executescript(SCHEMA)

    def close(self) -> None:
        """Fold the write-ahead log into the file."""
        self._db.close()

    def mailboxes(self, owner: str) -> list[KeptMailbox]:
        """The mailboxes of one account, in the order of their making."""
        rows = self._db.execute(
            "SELECT id, name, uid_validity, last_uid FROM mailbox WHERE owner = ? ORDER BY id", (owner,)
        )
        return [KeptMailbox(*row) for row in rows]

    def messages(self, mailbox: int) -> list[KeptMessage]:
        """The messages of one mailbox, by UID."""
        rows = self._db.execute(
            "SELECT uid, received_at, flags, content FROM message WHERE mailbox = ? ORDER BY uid", (mailbox,)
        )
        return [KeptMessage(uid, datetime.fromtimestamp(at, UTC), tuple(f.split()), raw) for uid, at, f, raw in rows]

    def make_mailbox(self, owner: str, name: str) -> KeptMailbox:
        """A new, empty mailbox; its UIDVALIDITY is above every one that this file ever gave (RFC 3501, 2.3.1.1)."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            (highest,) = self._db.execute("PRAGMA user_version").fetchone()
            validity = max(int(time.time()), highest + 1)
            self._db.execute(f"PRAGMA user_version = {validity:d}")
            made = self._db.execute(
                "INSERT INTO mailbox (owner, name, uid_validity) VALUES (?, ?, ?) RETURNING id", (owner, name, validity)
            ).fetchone()
        return KeptMailbox(made[0], name, validity, 0)

    def drop_mailbox(self, mailbox: int) -> None:
        """Delete a mailbox with its messages."""
        self._db.execute("DELETE FROM mailbox WHERE id = ?", (mailbox,))

    def rename_mailbox(self, mailbox: int, name: str) -> None:
        """Give a mailbox another name; its UIDVALIDITY and UIDs stay."""
        self._db.execute("UPDATE mailbox SET name = ? WHERE id = ?", (name, mailbox))

    def add(self, mailbox: int, received_at: datetime, flags: Iterable[str], content: bytes) -> int:
        """Keep a message; gives its UID, which was never given before in this mailbox."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            uid = self._next_uid(mailbox)
            self._db.execute(
                "INSERT INTO message VALUES (?, ?, ?, ?, ?)",
                (mailbox, uid, int(received_at.timestamp()), " ".join(sorted(flags)), content),
            )
        return uid

    def copy(self, mailbox: int, uid: int, destination: int, *, move: bool) -> int:
        """Copy or move a message; gives its UID in the destination. Flags and INTERNALDATE go along."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            new_uid = self._next_uid(destination)
            self._db.execute(
                "INSERT INTO message SELECT ?, ?, received_at, flags, content FROM message"
                " WHERE mailbox = ? AND uid = ?",
                (destination, new_uid, mailbox, uid),
            )
            if move:
                self._db.execute("DELETE FROM message WHERE mailbox = ? AND uid = ?", (mailbox, uid))
        return new_uid

    def set_flags(self, mailbox: int, uid: int, flags: Iterable[str]) -> None:
        """Replace the flags of a message."""
        self._db.execute(
            "UPDATE message SET flags = ? WHERE mailbox = ? AND uid = ?", (" ".join(sorted(flags)), mailbox, uid)
        )

    def expunge(self, mailbox: int, uids: Iterable[int]) -> None:
        """Delete messages; their UIDs are never given again."""
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("DELETE FROM message WHERE mailbox = ? AND uid = ?", [(mailbox, u) for u in uids])

    def _next_uid(self, mailbox: int) -> int:
        row = self._db.execute(
            "UPDATE mailbox SET last_uid = last_uid + 1 WHERE id = ? RETURNING last_uid", (mailbox,)
        ).fetchone()
        return int(row[0])
