"""Message ids and reply tokens: what ties a message to earlier ones (RFC 5322 section 3.6.4)."""

import hashlib
import re
from collections.abc import Iterable

from helpdesk.channels.email.wire import Part
from helpdesk.channels.text import one_line

MAX_IDS = 200
MAX_ID = 500
MAX_VALUE = 65_536
SLICE = 2**20
BRACKETED = re.compile(r"<([^<>]{1,998})>")
TOKEN = re.compile(r"\+([A-Za-z0-9_-]{16,})@")
ORIGINAL = re.compile(r"^original-message-id[ \t]*:[ \t]*([^\r\n]{1,998})", re.IGNORECASE | re.MULTILINE)
TOKEN_FIELDS = ("to", "cc", "delivered-to", "x-original-to")
TRANSPORT = re.compile(
    r"return-path|received(?:-.+)?|delivered-to|x-original-to|authentication-results|arc-.+|dkim-signature"
    r"|envelope-to|delivery-date|x-envelope-to|status|x-status|x-uid|x-keywords|x-mozilla-.+"
)


def message_ids(values: Iterable[str]) -> tuple[str, ...]:
    """The ids in the fields, without `<>`, in order, each once; loose words are taken where no bracket stands."""
    found: dict[str, None] = {}
    for value in values:
        for word in BRACKETED.findall(value[:MAX_VALUE]) or re.split(r"[\s,;<>]+", value[:MAX_VALUE]):
            identifier = "".join(one_line(word).split())[:MAX_ID]
            if identifier:
                found[identifier] = None
            if len(found) >= MAX_IDS:
                return tuple(found)
    return tuple(found)


def receipt_of(message: Part) -> tuple[str, ...]:
    """The mail that a read receipt is about, which may name it nowhere else (RFC 8098 section 3.2.5)."""
    notices = (part for part in message.walk() if part.media_type == "message/disposition-notification")
    named = (found[1] for part in notices if (found := ORIGINAL.search(part.text()[:MAX_VALUE])))
    return message_ids(named)


def reply_tokens(message: Part) -> tuple[str, ...]:
    """The tokens of plus-addresses that the message was sent to (`desk+TOKEN@domain`), in the case they came in."""
    text = " ".join(value[:MAX_VALUE] for name in TOKEN_FIELDS for value in message.values(name))
    return tuple(dict.fromkeys(TOKEN.findall(text)))


def _end(body: bytes) -> int:
    """The length of `body` without the line ends behind it."""
    end = len(body)
    while end:
        start = max(0, end - SLICE)
        if kept := body[start:end].rstrip(b"\r\n"):
            return start + len(kept)
        end = start
    return 0


def content_hash(message: Part) -> str:
    """SHA-256 over the message without the fields that transport adds, whatever the folding and the line ends."""
    digest = hashlib.sha256()
    for name, value in message.fields:
        if not TRANSPORT.fullmatch(name):
            digest.update(name.encode("ascii") + b":" + b" ".join(value.split()) + b"\n")
    digest.update(b"\n")
    body, at = message.body, 0
    end = _end(body)
    while at < end:  # in slices: a copy of 25 MB would double what the mail takes
        until = min(at + SLICE, end)
        until += body[until - 1 : until + 1] == b"\r\n" and until < end
        digest.update(body[at:until].replace(b"\r\n", b"\n"))
        at = until
    return digest.hexdigest()
