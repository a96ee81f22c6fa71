"""Two telephones with both chat platforms on them: what their owners wrote, and what the desk said to them."""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import httpx

from helpdesk.channels.chat.model import Choice
from helpdesk.demo.installation import REQUESTERS
from helpdesk.demo.telegram_bot import FakeBot, Sent
from helpdesk.demo.whatsapp_platform import Platform, Taken
from helpdesk.timepiece import Now

WHATSAPP, TELEGRAM = "whatsapp", "telegram"
PICTURES = ("image/png", "image/jpeg")
_UNIT = 2
"""Bytes of a UTF-16 unit, in which Telegram counts."""


class Mark(StrEnum):
    """How far a message has come: written, at the desk, delivered, read; or lost."""

    WAITS = "waits"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Paper:
    """A file in a conversation."""

    name: str
    media_type: str
    content: bytes


@dataclass(slots=True)
class Bubble:
    """One message on a telephone. `ref`: the platform's id of it. `at`: aware UTC; `born`: the same, monotonic."""

    number: int
    own: bool
    at: datetime
    text: str = ""
    choices: tuple[Choice, ...] = ()
    papers: tuple[Paper, ...] = ()
    mark: str = ""
    ref: str = ""
    edited: bool = False
    born: float = field(default_factory=time.monotonic)


@dataclass(frozen=True, slots=True)
class Press:
    """A button that is pressed, and the message under which it stands."""

    choice: Choice
    under: Bubble


@dataclass(slots=True)
class Thread:
    """The conversation of one person on one platform. `version` rises with every change."""

    person: str
    account: str
    bubbles: list[Bubble] = field(default_factory=list)
    version: int = 0
    unseen: int = 0

    def add(self, **given: Any) -> Bubble:
        """One more message at the end."""
        bubble = Bubble(len(self.bubbles), **given)
        self.bubbles.append(bubble)
        self.version += 1
        self.unseen += 0 if bubble.own else 1
        return bubble

    def set_mark(self, bubble: Bubble, mark: str) -> None:
        """Another mark."""
        if bubble.mark != mark:
            bubble.mark = mark
            self.version += 1


class Side(ABC):
    """One platform, as the two people see it."""

    def __init__(self, now: Now, accounts: Sequence[str]) -> None:
        self.now, self.lock = now, threading.RLock()
        self.threads = {name: Thread(name, account) for name, account in zip(REQUESTERS, accounts, strict=True)}
        self._pulled = 0

    def _of(self, account: str) -> Thread | None:
        return next((thread for thread in self.threads.values() if thread.account == account), None)

    @abstractmethod
    def pull(self) -> None:
        """Take what the desk has said since."""

    @abstractmethod
    def say(self, person: str, text: str, paper: Paper | None) -> None:
        """The person writes."""

    @abstractmethod
    def press(self, person: str, press: Press) -> None:
        """The person presses a button."""

    def see(self, person: str) -> None:
        """The person looks at the conversation."""
        with self.lock:
            self.threads[person].unseen = 0


class WhatsAppSide(Side):
    """WhatsApp: webhooks to the desk, marks of what was delivered and read back to it."""

    DELIVERED_AFTER = 0.6
    """Seconds; the desk has noted by then under which id it sent the message."""

    def __init__(self, api: Platform, bot: str, now: Now) -> None:
        super().__init__(now, ("6281200009001", "6281200009002"))
        self._api, self._bot = api, bot

    def pull(self) -> None:
        """What was sent is delivered, and read where somebody has looked at it since."""
        with self.lock:
            new, self._pulled = self._api.taken[self._pulled :], len(self._api.taken)
            for taken in new:
                thread = self._of(taken.account)
                if thread is not None:
                    thread.add(own=False, at=self.now(), mark=Mark.SENT, ref=taken.id, **self._shown(taken))
            waiting = [
                (thread, bubble)
                for thread in self.threads.values()
                for bubble in thread.bubbles[-50:]
                if not bubble.own and bubble.mark != self._due(thread, bubble)
            ]
        for thread, bubble in waiting:
            self._tell(thread, bubble)

    def _due(self, thread: Thread, bubble: Bubble) -> str:
        """The mark that the message should have by now: one step after the other."""
        if bubble.mark == Mark.SENT:
            return Mark.DELIVERED if time.monotonic() - bubble.born >= self.DELIVERED_AFTER else Mark.SENT
        return Mark.READ if not thread.unseen else bubble.mark

    def _tell(self, thread: Thread, bubble: Bubble) -> None:
        word = self._due(thread, bubble)
        try:
            taken = self._api.tells(bubble.ref, word) == httpx.codes.OK
        except httpx.HTTPError:
            taken = False
        if taken:
            with self.lock:
                bubble.mark = word

    def _shown(self, taken: Taken) -> dict[str, Any]:
        kind = str(taken.body["type"])
        part = taken.body[kind]
        if kind == "text":
            return {"text": part["body"]}
        if kind == "interactive":
            return {"text": part["body"]["text"], "choices": tuple(_choices(part["action"]))}
        if kind == "template":
            return {"text": self._template(part)}
        kept = self._api.files[part["id"]]
        paper = Paper(
            part.get("filename") or f"{kind}.{kept.media_type.rpartition('/')[2]}", kept.media_type, kept.content
        )
        return {"text": part.get("caption", ""), "papers": (paper,)}

    def _template(self, part: dict[str, Any]) -> str:
        known = next(row for row in self._api.templates if row["name"] == part["name"])
        text = str(known["components"][0]["text"])
        values = [p["text"] for c in part.get("components", []) for p in c["parameters"]]
        for number, value in enumerate(values, 1):
            text = text.replace(f"{{{{{number}}}}}", str(value))
        return text

    def say(self, person: str, text: str, paper: Paper | None) -> None:
        """By the webhook, which stores it before it answers."""
        if paper is None:
            self._send(person, "text", {"body": text}, text=text)
            return
        media_id = self._api.keep(paper.content, paper.media_type)
        part = {"id": media_id, "mime_type": paper.media_type} | ({"caption": text} if text else {})
        if paper.media_type in PICTURES:
            self._send(person, "image", part, text=text, papers=(paper,))
        else:
            self._send(person, "document", part | {"filename": paper.name}, text=text, papers=(paper,))

    def press(self, person: str, press: Press) -> None:
        """The answer names the message under which the button was."""
        choice, under = press.choice, press.under
        kind = "list_reply" if len(under.choices) > 3 or choice.hint else "button_reply"
        part = {"type": kind, kind: {"id": choice.payload, "title": choice.title}}
        self._send(person, "interactive", part, text=choice.title, context={"from": self._bot, "id": under.ref})

    def _send(
        self,
        person: str,
        kind: str,
        part: dict[str, Any],
        *,
        text: str,
        papers: tuple[Paper, ...] = (),
        context: dict[str, str] | None = None,
    ) -> None:
        self.pull()
        thread = self.threads[person]
        with self.lock:
            bubble = thread.add(own=True, at=self.now(), text=text, papers=papers, mark=Mark.WAITS)
        more = {"context": context} if context else {}
        try:
            status = self._api.says(self._bot, thread.account, kind, part, name=REQUESTERS[person], **more)
        except httpx.HTTPError:
            status = 0
        with self.lock:
            thread.set_mark(bubble, Mark.SENT if status == httpx.codes.OK else Mark.FAILED)


def _choices(action: dict[str, Any]) -> list[Choice]:
    if "buttons" in action:
        return [Choice(b["reply"]["id"], b["reply"]["title"]) for b in action["buttons"]]
    rows = [row for section in action["sections"] for row in section["rows"]]
    return [Choice(row["id"], row["title"], row.get("description", "")) for row in rows]


class TelegramSide(Side):
    """Telegram: updates wait until the desk's worker has asked for them."""

    def __init__(self, bot: FakeBot, now: Now) -> None:
        super().__init__(now, ("700100001", "700100002"))
        self._bot = bot
        for thread in self.threads.values():
            bot.meet(int(thread.account), REQUESTERS[thread.person])

    def pull(self) -> None:
        """What the bot has sent, and which of the people's messages the desk has taken."""
        with self.lock:
            new, self._pulled = self._bot.sent[self._pulled :], len(self._bot.sent)
            for sent in new:
                thread = self._of(str(sent.chat_id))
                if thread is not None:
                    thread.add(own=False, at=self.now(), ref=str(sent.message_id), **_of_bot(sent))
            waits = {number for number, _update in self._bot.updates}
            for thread in self.threads.values():
                for bubble in thread.bubbles[-50:]:
                    if bubble.own and bubble.mark == Mark.WAITS and not waits:
                        thread.set_mark(bubble, Mark.SENT)

    def say(self, person: str, text: str, paper: Paper | None) -> None:
        """An update that waits until it is asked for."""
        thread, more = self.threads[person], dict[str, Any]()
        if paper is not None:
            more = {"caption": text} if text else {}
            if paper.media_type in PICTURES:
                more["photo"] = [self._bot.file(paper.content, width=1280, height=960)]
            else:
                more["document"] = self._bot.file(paper.content, file_name=paper.name, mime_type=paper.media_type)
        self.pull()
        with self.lock:
            number = self._bot.say(int(thread.account), "" if paper else text, name=REQUESTERS[person], **more)
            papers = (paper,) if paper else ()
            thread.add(own=True, at=self.now(), text=text, papers=papers, mark=Mark.WAITS, ref=str(number))

    def press(self, person: str, press: Press) -> None:
        """A press is no message there: the button's title is shown here all the same, to be seen again."""
        thread = self.threads[person]
        self.pull()
        with self.lock:
            self._bot.press(int(thread.account), press.choice.payload)
            thread.add(own=True, at=self.now(), text=press.choice.title, mark=Mark.WAITS)

    def edit(self, person: str, number: int, text: str) -> None:
        """The new words take the place of the old ones. LookupError for a message that has none of its own."""
        thread = self.threads[person]
        with self.lock:
            found = (b for b in thread.bubbles if b.number == number and b.own and b.ref and not b.papers)
            if (bubble := next(found, None)) is None:
                raise LookupError
            self._bot.edit(int(thread.account), int(bubble.ref), text)
            bubble.text, bubble.edited = text, True
            thread.set_mark(bubble, Mark.WAITS)
            thread.version += 1


def _of_bot(sent: Sent) -> dict[str, Any]:
    papers = tuple(Paper(name, _type_of(sent.method), content) for name, content in sent.files)
    choices = tuple(Choice(data, title) for row in sent.buttons for title, data in row)
    return {"text": _with_stars(sent), "choices": choices, "papers": papers}


def _type_of(method: str) -> str:
    return "image/png" if method == "sendPhoto" else "application/octet-stream"


def _with_stars(sent: Sent) -> str:
    """What is bold stands between stars, as everywhere else here."""
    whole = sent.text.encode("utf-16-le")
    for offset, length in sorted(sent.bold, reverse=True):
        begin, end = offset * _UNIT, (offset + length) * _UNIT
        star = "*".encode("utf-16-le")
        whole = whole[:begin] + star + whole[begin:end] + star + whole[end:]
    return whole.decode("utf-16-le")
