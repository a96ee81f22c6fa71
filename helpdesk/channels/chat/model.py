"""What arrives from a chat platform and what leaves to one, in one vocabulary for all of them.

A line is one address of a desk on a platform: a telephone number of WhatsApp, a bot of Telegram, the web chat of a
desk. `bot` names it as the platform does (phone number id, bot id; the web chat: the desk's id). `account` is the
platform's own id of a person, a text: no platform promises a number, nor a telephone number.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from helpdesk.channels.base import Attachment

VARIABLE = re.compile(r"\{\{\s*([^{}\s]{1,60})\s*\}\}")
"""Where a template takes a value."""


class Kind(StrEnum):
    """What kind of message a person sent."""

    TEXT = "text"
    CHOICE = "choice"
    IMAGE = "image"
    DOCUMENT = "document"
    AUDIO = "audio"
    VIDEO = "video"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACT = "contact"
    UNSUPPORTED = "unsupported"


class Progress(StrEnum):
    """How far a message of ours has come, in rising order; FAILED may follow any of them."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A file that lies at the platform. `size` in bytes, None where unknown; `sha256` in hex, "" where not stated.

    `fault`: why it can never be fetched ("too large", what the platform says), else "".
    """

    id: str
    name: str = ""
    media_type: str = ""
    size: int | None = None
    sha256: str = ""
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message of a person. All strings can be stored; `at` is the platform's own time, aware UTC.

    `id` is unique per line and account. `text` is everything that can be read: words, caption, a place as a map link,
    contacts as lines. `payload` is the data of the button that was pressed, `press_id` what the platform wants
    acknowledged for it. `reply_to` names the message that is answered, `album` what belongs together. `phone` is the
    sender's own, in digits with a leading +, only where the platform vouches for it. `private`: a conversation of one
    person with the desk, not a group or a channel. `language`: what the platform says the person reads, a hint ("id",
    "en", "").
    """

    bot: str
    account: str
    id: str
    at: datetime
    kind: Kind = Kind.TEXT
    name: str = ""
    phone: str = ""
    text: str = ""
    payload: str = ""
    press_id: str = ""
    reply_to: str = ""
    album: str = ""
    forwarded: bool = False
    private: bool = True
    language: str = ""
    media: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """A person changed a message of theirs: `said` is the new version under the old id."""

    said: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """A person took a message of theirs back."""

    bot: str
    account: str
    id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reacted:
    """A person put a sign on a message of ours or theirs; `sign` "" where it was taken away."""

    bot: str
    account: str
    message_id: str
    sign: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Progressed:
    """The platform says how far a message of ours has come. `code` and `why` where it failed."""

    bot: str
    account: str
    message_id: str
    progress: Progress
    at: datetime
    code: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reachability:
    """A person shut the desk out (blocked the bot), or let it in again."""

    bot: str
    account: str
    reachable: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """An account goes on under another id (a group that became a supergroup, a changed number)."""

    bot: str
    account: str
    to: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """Something that means nothing to us yet; it is kept, and shown to administrators. `what` says in a word or two."""

    bot: str
    what: str


ChatEvent = Said | Edited | Deleted | Reacted | Progressed | Reachability | Moved | Unknown


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that can be pressed: at most 64 bytes of `payload`, a short `title`, a longer `hint` or none."""

    payload: str
    title: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A message that the platform approved beforehand, with the values of its variables in order."""

    name: str
    language: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApprovedTemplate:
    """A message that was approved. `body` holds `{{1}}` to `{{variables}}`; each needs a value when it is sent."""

    name: str
    language: str
    category: str
    body: str
    variables: int

    def filled(self, values: tuple[str, ...]) -> str:
        """The body with these values, as the person will read it; a value is never taken for a variable.

        Raises ValueError where there are more or fewer values than variables.
        """
        if len(values) != self.variables:
            raise ValueError(f"{self.name}: {self.variables} values are needed")
        return VARIABLE.sub(lambda found: values[int(found[1]) - 1], self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatOutbound:
    """One message to one person: a text with choices, files, or a template. `reply_to` quotes a message of theirs."""

    bot: str
    account: str
    text: str = ""
    choices: Sequence[Choice] = ()
    files: tuple[Attachment, ...] = ()
    template: Template | None = None
    reply_to: str = ""


class Line(Protocol):
    """How the product speaks on one line of a platform. All raise ChannelError; none may put a secret into it."""

    text_limit: int
    """Characters of one text message; longer ones are cut into several before they get here."""

    def send(self, message: ChatOutbound) -> tuple[str, ...]:
        """Send; the platform's ids of what was sent, the text's first."""

    def fetch(self, media: Media, limit: int) -> bytes:
        """The bytes of a file, at most `limit` of them."""

    def acknowledge(self, press_id: str) -> None:
        """Tell the platform that a pressed button was noticed; nothing where it wants no such word."""

    def templates(self) -> tuple[ApprovedTemplate, ...]:
        """What was approved beforehand; nothing where the platform knows no such thing."""

    def close(self) -> None:
        """Close connections; never raises."""
