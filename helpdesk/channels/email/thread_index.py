"""Outlook's Thread-Index: it groups by this field, not by References (MS-OXOMSG section 2.2.1.3).

An index is a header of 22 bytes and a block of 5 bytes for each answer. An answer carries the index of what it answers
and one block more; a copy without a block, or an index of our own making, would split the conversation.
"""

import binascii
import re
from datetime import UTC, datetime
from hashlib import sha256

from helpdesk.channels.email.wire import parse

HEADER, BLOCK = 22, 5
MOST_BLOCKS = 200
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_WHITE = re.compile(r"\s+")
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")


def decoded(index: str) -> bytes:
    """The bytes of an index; none where it is no header and whole blocks."""
    try:
        data = binascii.a2b_base64(_WHITE.sub("", index[:4096]), strict_mode=True)
    except (ValueError, binascii.Error):
        return b""
    blocks, rest = divmod(len(data) - HEADER, BLOCK)
    return data if rest == 0 and 0 <= blocks < MOST_BLOCKS else b""


def _begun(data: bytes) -> int:
    """When the conversation began, in units of 100 ns since 1601: after a reserved byte 1, or without one."""
    return int.from_bytes(data[1:6], "big") << 24 if data[1] == 1 else int.from_bytes(data[:6], "big") << 16


def child_of(parent: str, at: datetime, seed: str) -> str:
    """The index of an answer to the message with the index `parent`, written at `at` (aware); empty without a parent.

    `seed` stands for the four random bits, so that the same answer always has the same index.
    """
    data = decoded(parent)
    if not data:
        return ""
    passed = (at - _EPOCH) // datetime.resolution * 10 - _begun(data)
    passed = max(passed, 0)
    late = passed >> 49  # more than 1.7 years: counted in larger units
    delta = (passed >> 23 if late else passed >> 18) & 0x7FFFFFFF
    random = sha256(seed.encode()).digest()[0] & 0xF0
    block = ((1 << 31 if late else 0) | delta).to_bytes(4, "big") + bytes([random])
    return binascii.b2a_base64(data + block, newline=False).decode("ascii")


def index_in(head: bytes) -> str:
    """The Thread-Index that the head of a raw message states; empty where none stands there that can be read."""
    fields = parse(_END_OF_HEAD.split(head, maxsplit=1)[0])
    return next((value for value in fields.values("thread-index") if decoded(value)), "")
