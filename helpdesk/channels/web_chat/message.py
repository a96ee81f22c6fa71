"""A message that was written in the browser: how it is kept raw, and what it says."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from helpdesk.channels.chat.model import Choice, Kind, Media, Said
from helpdesk.channels.text import one_line, storable

LONGEST = 4000
"""Characters of one message."""
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a visitor sent with one form. `key`: the same for the same form, however often it is sent.

    `pressed`: the choice of a button that was offered. `language`: the one that the visitor switched the page to, "".
    """

    desk: str
    account: str
    key: str
    text: str = ""
    name: str = ""
    language: str = ""
    pressed: Choice | None = None
    media: Sequence[Media] = ()

    def to_json(self) -> bytes:
        """The message as it is kept raw, always the same bytes for the same message."""
        kept = {
            "account": self.account,
            "desk": self.desk,
            "text": self.text,
            "name": self.name,
            "payload": self.pressed.payload if self.pressed else "",
            "media": [asdict(file) for file in self.media],
        }
        return json.dumps(kept, ensure_ascii=False, sort_keys=True).encode()

    def said(self, at: datetime) -> Said:
        """The message in the words of every chat; `at` (aware UTC) is when it came."""
        pressed = self.pressed
        return Said(
            bot=self.desk,
            account=self.account,
            id=self.key,
            at=at,
            kind=Kind.CHOICE if pressed else _kind(self.media),
            name=self.name,
            text=pressed.title if pressed else self.text,
            payload=pressed.payload if pressed else "",
            language=self.language,
            media=tuple(self.media),
        )


def media_in(body: bytes) -> tuple[Media, ...]:
    """The files of a message that was kept raw."""
    return tuple(Media(**file) for file in json.loads(body)["media"])


def typed_text(text: str) -> str:
    """What was typed, storable, with plain line ends."""
    return storable(text).replace("\r\n", "\n").replace("\r", "\n").strip()


def typed_name(text: str) -> str:
    """A name on one line."""
    return one_line(text)[:LONGEST_NAME]


def _kind(media: Sequence[Media]) -> Kind:
    if not media:
        return Kind.TEXT
    types = {file.media_type.partition("/")[0] for file in media}
    whole = {"image": Kind.IMAGE, "audio": Kind.AUDIO, "video": Kind.VIDEO}
    return whole.get(types.pop(), Kind.DOCUMENT) if len(types) == 1 else Kind.DOCUMENT
