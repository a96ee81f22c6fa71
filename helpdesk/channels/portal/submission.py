"""One form that a requester sent, and its raw spelling as JSON: what is stored before anything is decided about it."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """One file of a form; its bytes lie in the blob store. `document` is the catalogue's id, empty for others."""

    name: str
    media_type: str
    sha256: str
    size: int
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A form after its checks. `event_at` is an aware time or None; addresses are lower case."""

    desk: str
    name: str
    email: str
    subject: str
    text: str
    language: str = "id"
    item: str | None = None
    phone: str = ""
    superior: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    event_at: datetime | None = None
    short_notice: bool = False
    files: tuple[SentFile, ...] = ()

    def to_json(self) -> bytes:
        """The form as JSON in UTF-8, always the same bytes for the same form."""
        values = asdict(self)
        values["event_at"] = self.event_at.isoformat() if self.event_at else None
        return json.dumps(values, ensure_ascii=False, sort_keys=True).encode()


def external_id(form_token: str, submission: Submission) -> str:
    """The key under which a second delivery of the same form is known: its one-time token and its content."""
    return hashlib.sha256(form_token.encode() + b"\x1f" + submission.to_json()).hexdigest()
