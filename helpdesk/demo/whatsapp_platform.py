"""What a stand-in for WhatsApp's Cloud API remembers and answers, and what people there do. Nobody real hears of it."""

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from helpdesk.channels.whatsapp.signature import HEADER, signed
from helpdesk.demo.whatsapp_rules import fault_of
from helpdesk.timepiece import Now

URL_GOOD_FOR = timedelta(minutes=5)
Answer = tuple[int, dict[str, Any]]
GONE: Answer = (400, {"code": 100, "error_subcode": 33, "message": "Unsupported get request. Object does not exist"})


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the next request meets: an answer with `status` and an error `code`, or silence for `seconds` before it.

    Without a code the answer is that of a gateway, which knows none.
    `lost`: the request is done, and the connection closed without an answer. `path`: only a request whose path ends so.
    """

    status: int = 0
    code: int = 0
    message: str = "trouble"
    seconds: float = 0.0
    lost: bool = False
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that was taken: its id, the number that sent it, to whom, and the body of the request."""

    id: str
    bot: str
    account: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file at the platform; `broken`: what is given out is not what its checksum says."""

    content: bytes
    media_type: str
    broken: bool = False


class Platform:
    """The platform at the URL `root`. `taken` are the messages that it took.

    `trouble` is what its next requests meet, each once; `page_size` templates are listed at a time.
    """

    def __init__(self, now: Now, *, token: str, app_secret: str, webhook: str = "") -> None:
        self.now, self.token, self.app_secret, self.webhook = now, token, app_secret, webhook
        self.root = ""
        self.taken: list[Taken] = []
        self.trouble: list[Trouble] = []
        self.files: dict[str, StoredFile] = {}
        self.templates: list[dict[str, Any]] = []
        self.page_size = 25
        self._urls: dict[str, tuple[str, datetime]] = {}
        self._lock = threading.Lock()
        self._count = 0

    def to(self, account: str) -> list[Taken]:
        """What was sent to somebody."""
        return [taken for taken in self.taken if taken.account == account]

    def keep(self, content: bytes, media_type: str, *, broken: bool = False) -> str:
        """Keep a file; its id."""
        with self._lock:
            self._count += 1
            media_id = f"{7000 + self._count}"
            self.files[media_id] = StoredFile(content, media_type, broken)
        return media_id

    def add_template(self, name: str, language: str, body: str, **more: Any) -> None:
        """Have a template approved."""
        row = {"name": name, "language": language, "status": "APPROVED", "category": "UTILITY", "id": name}
        self.templates.append({**row, "components": [{"type": "BODY", "text": body}], **more})

    # --- What people do ---

    def says(self, bot: str, account: str, kind: str, part: Any, *, name: str = "", **more: Any) -> int:
        """Somebody sends a message to one of our numbers; the status with which the webhook was answered."""
        contact = {"profile": {"name": name or account}, "wa_id": account}
        message = {"from": account, "id": self._wamid(), "timestamp": self._stamp(), "type": kind, kind: part, **more}
        return self.brings(bot, contacts=[contact], messages=[message])

    def tells(self, message_id: str, word: str, **more: Any) -> int:
        """How far a message has come (sent, delivered, read, failed)."""
        taken = next(taken for taken in self.taken if taken.id == message_id)
        status = {"id": message_id, "status": word, "timestamp": self._stamp(), "recipient_id": taken.account, **more}
        return self.brings(taken.bot, statuses=[status])

    def brings(self, bot: str, **value: Any) -> int:
        """Call the webhook with one change of this line."""
        metadata = {"display_phone_number": bot, "phone_number_id": bot}
        change = {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}
        entry = {"id": "waba", "changes": [change]}
        return self.posts(json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode())

    def posts(self, body: bytes) -> int:
        """Call the webhook with these bytes, signed; the status of its answer."""
        headers = {"Content-Type": "application/json", HEADER: signed(body, self.app_secret)}
        return httpx.post(self.webhook, content=body, headers=headers, timeout=10, trust_env=False).status_code

    # --- What the interface answers ---

    def next_trouble(self, path: str) -> Trouble | None:
        """The trouble of this request, which it uses up."""
        with self._lock:
            found = next((trouble for trouble in self.trouble if path.endswith(trouble.path)), None)
            if found is not None:
                self.trouble.remove(found)
            return found

    def accept(self, bot: str, body: dict[str, Any]) -> Answer:
        """Take a message, or refuse it."""
        known = {
            (row["name"], row["language"]): row["components"][0]["text"].count("{{")
            for row in self.templates
            if row["status"] == "APPROVED"
        }
        with self._lock:
            fault = fault_of(body, self.files.keys(), known)
        if fault is not None:
            return 400, {"code": fault[0], "message": f"(#{fault[0]}) {fault[1]}", "error_data": {"details": fault[1]}}
        account = str(body.get("to") or body.get("recipient"))
        message_id = self._wamid()
        with self._lock:
            self.taken.append(Taken(message_id, bot, account, body))
        contacts = [{"input": account, "wa_id": account}]
        return 200, {"messaging_product": "whatsapp", "contacts": contacts, "messages": [{"id": message_id}]}

    def about(self, media_id: str) -> Answer:
        """Where a file can be fetched for five minutes, and what it is."""
        file = self.files.get(media_id)
        if file is None:
            return GONE
        word = secrets.token_urlsafe(12)
        self._urls[word] = media_id, self.now() + URL_GOOD_FOR
        digest = base64.b64encode(hashlib.sha256(file.content).digest()).decode()
        url = f"{self.root}/files/{word}"
        about = {"url": url, "mime_type": file.media_type, "sha256": digest, "file_size": len(file.content)}
        return 200, {**about, "id": media_id, "messaging_product": "whatsapp"}

    def content(self, word: str) -> bytes | None:
        """The bytes behind an address; None once it is no longer good."""
        media_id, until = self._urls.get(word, ("", self.now()))
        file = self.files.get(media_id) if self.now() < until else None
        if file is None:
            return None
        return file.content[::-1] if file.broken else file.content

    def listed(self, after: str) -> Answer:
        """A page of templates."""
        begin = int(after or 0)
        end = begin + self.page_size
        page: dict[str, Any] = {"data": self.templates[begin:end], "paging": {"cursors": {"after": str(end)}}}
        if end < len(self.templates):
            page["paging"]["next"] = "http://192.0.2.1/never-to-be-asked"
        return 200, page

    def _wamid(self) -> str:
        return f"wamid.{secrets.token_hex(16)}"

    def _stamp(self) -> str:
        return str(int(self.now().timestamp()))
