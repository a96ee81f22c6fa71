"""Two telephones with both chat platforms on them: what their owners wrote, and what the desk said to them."""

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from helpdesk.channels.chat.model import Choice
from helpdesk.demo.installation import REQUESTERS
from helpdesk.timepiece import Now

WHATSAPP, TELEGRAM = "whatsapp", "telegram"
PICTURES = ("image/png", "image/jpeg")


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
