"""One bot of the local Bot API: what people said to it, what it said to them, and the files between them."""

import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]
_NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}
_FUTURE = 10
"""An offset so far beyond the newest update is one from before the numbers began anew, and is passed over."""


class Refused(Exception):
    """The Bot API says no: an HTTP status with words, and parameters such as `retry_after`."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters


@dataclass(slots=True)
class Sent:
    """One message of the bot's. `files`: name and bytes; `buttons`: title and data, in rows; `bold`: offset, length."""

    method: str
    chat_id: int
    message_id: int
    text: str = ""
    files: list[tuple[str, bytes]] = field(default_factory=list)
    buttons: list[list[tuple[str, str]]] = field(default_factory=list)
    reply_to: int | None = None
    bold: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Webhook:
    """Where updates are brought to, and how that went."""

    url: str = ""
    secret: str = ""
    error: str = ""
    error_at: int = 0


class FakeBot:
    """A bot and all its chats. Everything is done under `changed`, which wakes whoever waits for updates.

    `first`: from where updates and messages are numbered, for a bot whose numbers go on after a restart.
    """

    def __init__(self, token: str, now: Callable[[], datetime] | None = None, first: int = 0) -> None:
        self.token, self.id = token, int(token.partition(":")[0])
        self._now = now or (lambda: datetime.now(UTC))
        self.changed = threading.Condition()
        self.updates: list[tuple[int, Json]] = []
        self.webhook = Webhook()
        self.sent: list[Sent] = []
        self.acknowledged: list[str] = []
        self.blocked: set[int] = set()
        self.asks = 0
        self._allowed: set[str] | None = None
        self._files: dict[str, bytes] = {}
        self._expired: set[str] = set()
        self._chats: dict[int, Json] = {}
        self._next_update, self._next_message, self._next_press = first + 10_000, first + 1, first + 1

    def date(self) -> int:
        """The time as Telegram states it: seconds since 1970."""
        return int(self._now().timestamp())

    # What people do.

    def say(self, chat_id: int, text: str = "", *, name: str = "", language: str = "id", **fields: Any) -> int:
        """A person writes to the bot, which gets to know the person thereby; the message's id."""
        with self.changed:
            chat, number = self._chat(chat_id, name), self._message_id()
            message: Json = {"message_id": number, "date": self.date(), "chat": chat} | fields
            message["from"] = {key: chat[key] for key in ("id", "first_name")} | {"language_code": language}
            self.push({"message": message | ({"text": text} if text else {})})
            return number

    def meet(self, chat_id: int, name: str) -> None:
        """A person has begun the chat before."""
        with self.changed:
            self._chat(chat_id, name)

    def edit(self, chat_id: int, message_id: int, text: str) -> None:
        """A person changes what they wrote."""
        chat, date = self._chat(chat_id), self.date()
        message = {"message_id": message_id, "date": date, "edit_date": date, "chat": chat, "from": chat, "text": text}
        self.push({"edited_message": message})

    def press(self, chat_id: int, data: str) -> str:
        """A person presses a button under the newest message that has one with this data; the press's id.

        Raises LookupError where there is no such button.
        """
        with self.changed:
            under = next(s for s in reversed(self.sent) if s.chat_id == chat_id and data in _data(s))
            press, self._next_press = f"p{self._next_press}", self._next_press + 1
            chat = self._chat(chat_id)
            keyboard = [[{"text": title, "callback_data": d} for title, d in row] for row in under.buttons]
            message = {"message_id": under.message_id, "date": self.date(), "chat": chat, "text": under.text}
            message["reply_markup"] = {"inline_keyboard": keyboard}
            self.push({"callback_query": {"id": press, "from": chat, "message": message, "data": data}})
            return press

    def block(self, chat_id: int, *, blocked: bool = True) -> None:
        """A person shuts the bot out, or lets it in again."""
        with self.changed:
            (self.blocked.add if blocked else self.blocked.discard)(chat_id)
            status = {"status": "kicked" if blocked else "member"}
            self.push({"my_chat_member": {"chat": self._chat(chat_id), "date": self.date(), "new_chat_member": status}})

    def file(self, content: bytes, **fields: Any) -> Json:
        """A file that a person has sent, as a message names it: give it to `say` as `document=`."""
        file_id = f"file{len(self._files)}"
        self._files[file_id] = content
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": len(content)} | fields

    def forget(self, file_id: str, *, for_good: bool = False) -> None:
        """The path of the file has expired; `for_good`: the file is gone, too."""
        self._expired.add(file_id)
        if for_good:
            del self._files[file_id]

    def push(self, update: Json, update_id: int | None = None) -> int:
        """Put an update at the end of those that wait; its number, or 0 where the bot did not ask for its kind."""
        with self.changed:
            kind = next(iter(update), "")
            if kind in _NOT_BY_DEFAULT if self._allowed is None else kind not in self._allowed:
                return 0
            number = self._next_update if update_id is None else update_id
            self._next_update = number + 1
            self.updates.append((number, {"update_id": number} | update))
            self.changed.notify_all()
            return number

    # What the interface needs.

    def allow(self, kinds: Iterable[str] | None) -> None:
        """Which kinds of updates the bot wants from now on; None leaves it as it was."""
        if kinds is not None:
            self._allowed = set(kinds) or None

    def confirm(self, offset: int) -> None:
        """Forget the updates before the offset."""
        newest = self._next_update - 1
        if 0 < offset <= newest + _FUTURE:
            self.updates = [(number, update) for number, update in self.updates if number >= offset]

    def take(self, sent: Sent) -> Json:
        """Keep a message of the bot's; the message as Telegram answers it. Raises Refused."""
        with self.changed:
            if sent.chat_id not in self._chats:
                raise Refused(400, "Bad Request: chat not found")
            if sent.chat_id in self.blocked:
                raise Refused(403, "Forbidden: bot was blocked by the user")
            sent.message_id = self._message_id()
            self.sent.append(sent)
            self.changed.notify_all()
            chat = self._chats[sent.chat_id]
            return {"message_id": sent.message_id, "date": self.date(), "chat": chat, "text": sent.text}

    def path(self, file_id: str) -> str:
        """A path under which the file can be had. Raises Refused."""
        if file_id not in self._files:
            raise Refused(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        if len(self._files[file_id]) > 20 * 1024 * 1024:
            raise Refused(400, "Bad Request: file is too big")
        if file_id in self._expired:
            self._expired.discard(file_id)
            return f"gone/{file_id}"
        return f"documents/{file_id}"

    def content(self, path: str) -> bytes | None:
        """The bytes under a path; None where it holds no more."""
        folder, _, file_id = path.rpartition("/")
        return self._files.get(file_id) if folder == "documents" else None

    def said_to(self, chat_id: int) -> list[str]:
        """The texts that a person has got, oldest first."""
        return [sent.text for sent in self.sent if sent.chat_id == chat_id]

    def _chat(self, chat_id: int, name: str = "") -> Json:
        known = self._chats.get(chat_id, {})
        first = name or known.get("first_name", f"Orang {chat_id}")
        self._chats[chat_id] = {"id": chat_id, "type": "private", "first_name": first, "is_bot": False}
        return dict(self._chats[chat_id])

    def _message_id(self) -> int:
        number, self._next_message = self._next_message, self._next_message + 1
        return number


def _data(sent: Sent) -> set[str]:
    return {data for row in sent.buttons for _title, data in row}


def read_json(text: str | None, otherwise: Any) -> Any:
    """A parameter that is JSON in a form. Raises Refused where it is none."""
    try:
        return json.loads(text) if text else otherwise
    except ValueError:
        raise Refused(400, "Bad Request: can't parse a parameter as JSON") from None
