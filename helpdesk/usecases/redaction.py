"""Private links that come back: a requester quotes our letter, and staff must not be able to act with his link."""

import re
from dataclasses import replace

from helpdesk.channels.base import Inbound

_DASH = r"(?:-|%2D|&#0{0,5}45;|&#x0{0,5}2D;)"
_FOLD = r"(?:=?\r?\n[ \t>|]{0,20})?"
_TOKEN = re.compile(rf"[0-9]{{1,12}}{_FOLD}{_DASH}(?:{_FOLD}[0-9a-f]){{40}}", re.IGNORECASE)
"""As `access.link_token` makes it, also where a mail program encoded its dash or broke it over quoted lines."""

GONE = "…"


def without_private_links(text: str) -> str:
    """The text with the token of each private link replaced by `…`; in time linear in its length."""
    return _TOKEN.sub(GONE, text)


def without_links_of_ours(mail: Inbound) -> Inbound:
    """The mail as it may be shown to all staff; what was received stays as it is in the raw message."""
    return replace(
        mail,
        subject=without_private_links(mail.subject),
        text=without_private_links(mail.text),
        reply_text=without_private_links(mail.reply_text),
        html=without_private_links(mail.html),
    )
