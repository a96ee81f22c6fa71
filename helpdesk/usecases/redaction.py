"""Private links and ids that come back: who quotes our letter must not hand on what only he may act with.

A requester's link opens his ticket; an id of a notice lets the member of staff who got it answer by mail.
"""

import re
from dataclasses import replace

from helpdesk.channels.base import Inbound

_DASH = r"(?:-|%2D|&#0{0,5}45;|&#x0{0,5}2D;)"
_FOLD = r"(?:=?\r?\n[ \t>|]{0,20})?"
_TOKEN = re.compile(rf"[0-9]{{1,12}}{_FOLD}{_DASH}(?:{_FOLD}[0-9a-f]){{40}}", re.IGNORECASE)
"""As `access.link_token` makes it, also where a mail program encoded its dash or broke it over quoted lines."""

_STAFF_TOKEN = re.compile(
    rf"s[0-9]{{1,12}}{_FOLD}{_DASH}{_FOLD}[0-9]{{1,12}}{_FOLD}{_DASH}(?:{_FOLD}[0-9a-f]){{32}}(?![0-9a-f])",
    re.IGNORECASE,
)
"""As `staff_tokens` makes it."""
_PRIVATE = re.compile(f"(?:{_TOKEN.pattern})|(?:{_STAFF_TOKEN.pattern})".encode(), re.IGNORECASE)
_CHARACTER = re.compile(rb"[0-9A-Za-z]")

GONE = "…"


def without_private_links(text: str) -> str:
    """The text with the token of each private link replaced by `…`; in time linear in its length."""
    return _TOKEN.sub(GONE, text)


def without_private_ids(text: str) -> str:
    """The text without private links and without what a notice to staff is answered by; in linear time."""
    return _STAFF_TOKEN.sub(GONE, without_private_links(text))


def masked(raw: bytes) -> bytes:
    """A raw message of the same length, with `x` over what stands in its clear text of both; in linear time."""
    return _PRIVATE.sub(lambda found: _CHARACTER.sub(b"x", found[0]), raw)


def without_links_of_ours(mail: Inbound) -> Inbound:
    """The mail as it may be shown to all staff; what was received stays as it is in the raw message."""
    return replace(
        mail,
        subject=without_private_links(mail.subject),
        text=without_private_links(mail.text),
        reply_text=without_private_links(mail.reply_text),
        html=without_private_links(mail.html),
    )
