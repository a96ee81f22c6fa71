"""Bodies of WhatsApp's webhook made in code, in the shapes that the Cloud API sends."""

import json
from typing import Any

BOT, WATI = "901", "6281234567890"
SECRET = "kunci-aplikasi"


def body(*messages: dict[str, Any], field: str = "messages", **value: Any) -> bytes:
    """One change with these messages of Wati; `value` adds to it or replaces parts of it."""
    given = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "622112345", "phone_number_id": BOT},
        "contacts": [{"profile": {"name": "Wati"}, "wa_id": WATI}],
        "messages": list(messages),
        **value,
    }
    change = {"value": {name: part for name, part in given.items() if part is not None}, "field": field}
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "7", "changes": [change]}]}).encode()


def message(kind: str, part: Any = None, *, number: int = 1, **more: Any) -> dict[str, Any]:
    """A message of Wati of 23 November 2026, 01:00 UTC."""
    return {
        "from": WATI, "id": f"wamid.IN{number}", "timestamp": "1795395600", "type": kind,
        **({} if part is None else {kind: part}), **more,
    }  # fmt: skip


def text(words: str = "Halo", *, number: int = 1, **more: Any) -> dict[str, Any]:
    """A text of Wati."""
    return message("text", {"body": words}, number=number, **more)


def status(word: str, number: int = 1, **more: Any) -> dict[str, Any]:
    """How far our message `number` to Wati has come."""
    return {"id": f"wamid.OUT{number}", "status": word, "timestamp": "1795395660", "recipient_id": WATI, **more}
