"""What passes between the desk and the child process that reads mails: JSON and bytes, never objects.

The child has seen hostile input. What it hands back is taken apart here field by field, each of the kind it has to be;
nothing in it names a class or calls a function, as a pickle does (docs/adr/0025).
"""

import json
import struct
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_type_hints

from helpdesk.channels.base import Address, Attachment, Inbound, Machine

HEAD = struct.Struct("!cIQ")
"""Before each message: its kind, the length of its JSON, and that of the bytes behind it."""
ASKED, READ, UNREADABLE, FAILED, READY = b"Q", b"R", b"U", b"F", b"+"


class Garbled(ValueError):
    """What came back is no answer."""


@dataclass(frozen=True, slots=True)
class Question:
    """What the child is asked beside the bytes of the mail; as for `reading.read`."""

    authserv_id: str
    own_addresses: tuple[str, ...]


def frame(kind: bytes, value: object, pieces: Sequence[bytes] = ()) -> list[bytes]:
    """The parts of one message, to be sent one after the other; `pieces` are not copied."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return [HEAD.pack(kind, len(text), sum(map(len, pieces))) + text, *pieces]


def asked(authserv_id: str, own_addresses: Collection[str], raw: bytes) -> list[bytes]:
    """The question about one mail."""
    return frame(ASKED, [authserv_id, list(own_addresses)], [raw])


def question(text: bytes) -> Question:
    """The question, from its JSON."""
    authserv_id, own_addresses = json.loads(text)
    return Question(authserv_id, tuple(own_addresses))


def answered(mail: Inbound) -> list[bytes]:
    """The answer for a mail that could be read; its files follow the JSON as they are."""
    value: dict[str, Any] = {name: getattr(mail, name) for name in FIELDS}
    value |= {name: [[a.email, a.name] for a in value[name]] for name, kind in FIELDS.items() if kind is _people}
    value["sender"] = [mail.sender.email, mail.sender.name]
    value["files"] = [[a.name, a.media_type, a.content_id, a.inline, len(a.content)] for a in mail.attachments]
    return frame(READ, value, [a.content for a in mail.attachments])


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Garbled("no text")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise Garbled("no flag")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise Garbled("no list")
    return tuple(_text(part) for part in value)


def _address(value: object) -> Address:
    email, name = _texts(value)
    return Address(email, name)


def _people(value: object) -> tuple[Address, ...]:
    if not isinstance(value, list):
        raise Garbled("no list")
    return tuple(_address(part) for part in value)


def _files(listed: object, content: memoryview) -> tuple[Attachment, ...]:
    if not isinstance(listed, list):
        raise Garbled("no list")
    files, at = [], 0
    for name, media_type, content_id, inline, size in listed:
        if not isinstance(size, int) or not 0 <= size <= len(content) - at:
            raise Garbled("a file of another size")
        data = bytes(content[at : at + size])
        files.append(Attachment(_text(name), _text(media_type), data, _text(content_id), _flag(inline)))
        at += size
    if at != len(content):
        raise Garbled("bytes of no file")
    return tuple(files)


_KINDS: Mapping[object, Callable[[Any], Any]] = {
    str: _text, bool: _flag, Address: _address, Machine: Machine, tuple[str, ...]: _texts, tuple[Address, ...]: _people
}  # fmt: skip
FIELDS = {
    name: _KINDS[kind] for name, kind in get_type_hints(Inbound).items() if name not in ("received_at", "attachments")
}
"""The fields of a mail that travel as JSON, each with the function that takes it only as what it has to be."""


def understood(text: bytes | bytearray, content: memoryview, received_at: datetime) -> Inbound:
    """The mail that the child has read. Raises Garbled where the answer is none."""
    try:
        value = json.loads(text)
        return Inbound(
            received_at=received_at,
            attachments=_files(value["files"], content),
            **{name: take(value[name]) for name, take in FIELDS.items()},
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise Garbled(str(error)[:100]) from error


def reason(text: bytes | bytearray) -> str:
    """The words of an answer that is no mail. Raises Garbled."""
    try:
        return _text(json.loads(text))[:500]
    except (ValueError, RecursionError) as error:
        raise Garbled(str(error)[:100]) from error
