"""Messages out of files, folders, Maildirs and mbox files, each with a name that says which one it is."""

import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

_SEPARATOR = re.compile(
    rb"\AFrom [^\n]*(?:\n|\Z)"
    rb"|(?:(?<=\n\n)|(?<=\n\r\n))From [^\n]*(?:\d:\d\d[^\n]*\b\d{4}\b[^\n]*(?:\n|\Z)|\n(?=[!-9;-~]{1,76}:))"
)
"""What begins a mail in an mbox: with a time and a year, or before a field. Not all programs quote other such lines."""
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_RECEIVED = re.compile(rb"(?im)^received:((?:[^\n]*\n[ \t])*[^\n]*)$")


Found = tuple[str, bytes | OSError | ValueError]
"""The name of a message, and its raw bytes or why they cannot be read."""


def messages(argument: str) -> Iterator[Found]:
    """Every message of one argument (`-`: one on standard input); what cannot be read does not hide the others."""
    if argument == "-":
        yield "-", without_envelope(sys.stdin.buffer.read())
        return
    try:
        yield from _below(argument, Path(argument))
    except (OSError, ValueError) as error:  # a folder that may not be listed; a name with NUL
        yield argument, error


def _below(argument: str, path: Path) -> Iterator[Found]:
    if not path.is_dir():
        yield from _file(argument, path)
    elif (path / "cur").is_dir() and (path / "new").is_dir():
        yield from _maildir(argument, path)
    else:
        for entry in sorted(p for p in path.rglob("*") if p.is_file() or not p.exists()):
            yield from _file(str(entry), entry)


def _maildir(argument: str, path: Path) -> Iterator[Found]:
    delivered = sorted((p for folder in ("cur", "new") for p in (path / folder).iterdir()), key=lambda p: p.name)
    for number, entry in enumerate(delivered, start=1):
        try:
            yield f"{argument}#{number}", entry.read_bytes()
        except OSError as error:
            yield f"{argument}#{number}", error


def _file(name: str, path: Path) -> Iterator[Found]:
    try:
        raw = path.read_bytes()
    except (OSError, ValueError) as error:
        yield name, error
        return
    yield from _parts(name, raw)


def _parts(name: str, raw: bytes) -> Iterator[tuple[str, bytes]]:
    if not raw.startswith(b"From "):
        yield name, raw
        return
    starts = list(_SEPARATOR.finditer(raw))
    ends = [following.start() for following in starts[1:]] + [len(raw)]
    for number, (start, end) in enumerate(zip(starts, ends, strict=True), start=1):
        yield f"{name}#{number}", _QUOTED_FROM.sub(rb"\1", raw[start.end() : end])


def without_envelope(raw: bytes) -> bytes:
    """The message without the `From ` line that mbox files and some transfer agents put before it."""
    return raw.partition(b"\n")[2] if raw.startswith(b"From ") else raw


def received_at(raw: bytes, now: datetime) -> datetime:
    """The date of the topmost Received field (RFC 5321, 4.4), in UTC; `now` without one, and for one in the future."""
    head = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0]
    found = _RECEIVED.search(head)
    if found is None:
        return now
    try:
        date = parsedate_to_datetime(found[1].decode("ascii", "replace").rpartition(";")[2].strip())
        at = (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return now
    return min(at, now)
