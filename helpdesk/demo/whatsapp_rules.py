"""What the Cloud API refuses in a message, as far as the stand-in of the demo and of the tests keeps to it."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

Fault = tuple[int, str]
"""The platform's code and its words."""


def fault_of(body: Mapping[str, Any], media: Collection[str], templates: Mapping[tuple[str, str], int]) -> Fault | None:
    """Why the platform refuses this body; None where it takes it. `templates`: (name, language) to its variables."""
    if body.get("messaging_product") != "whatsapp" or bool(body.get("to")) == bool(body.get("recipient")):
        return 100, "messaging_product, and either to or recipient, are needed"
    kind = str(body.get("type"))
    part = body.get(kind)
    if not isinstance(part, dict):
        return 100, f"Unsupported message type: {kind}"
    if kind == "template":
        return _template_fault(part, templates)
    return next(_faults(kind, part, media), None)


def _template_fault(part: Mapping[str, Any], templates: Mapping[tuple[str, str], int]) -> Fault | None:
    known = templates.get((str(part.get("name")), str(part.get("language", {}).get("code"))))
    if known is None:
        return 132001, "Template name does not exist in the translation"
    values = [p.get("text") for c in part.get("components", []) if c["type"] == "body" for p in c["parameters"]]
    if len(values) != known:
        return 132000, "Number of parameters does not match the expected number of params"
    if not all(isinstance(value, str) and value and not set(value) & set("\n\t") for value in values):
        return 132012, "Param text cannot be empty or have new-line/tab characters"
    return None


def _faults(kind: str, part: Mapping[str, Any], media: Collection[str]) -> Iterator[Fault]:
    if kind == "text":
        yield from _length("text.body", part.get("body"), 4096)
    elif kind == "interactive":
        yield from _length("interactive.body.text", part.get("body", {}).get("text"), 1024)
        shapes = {"button": _button_faults, "list": _list_faults}
        yield from shapes[str(part.get("type"))](part.get("action", {}))
    elif kind in ("image", "document", "audio", "video"):
        if part.get("id") not in media:
            yield 131053, "Media upload error: no such media"
        yield from _length("caption", part.get("caption", "-"), 1024)
        if kind == "audio" and "caption" in part:
            yield 100, "Unexpected key caption on param audio"
    else:
        yield 131051, "Message type is not currently supported"


def _length(name: str, value: Any, limit: int) -> Iterator[Fault]:
    if not isinstance(value, str) or not 0 < len(value) <= limit:
        yield 100, f"Param {name} must be of 1 to {limit} characters"


def _same(name: str, values: list[str]) -> Iterator[Fault]:
    if len(set(values)) != len(values):
        yield 131009, f"Duplicated {name}"


def _button_faults(action: Mapping[str, Any]) -> Iterator[Fault]:
    replies = [button["reply"] for button in action.get("buttons", [])]
    if not 1 <= len(replies) <= 3:
        yield 131009, "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3"
    for reply in replies:
        yield from _length("button title", reply.get("title"), 20)
        yield from _length("button id", reply.get("id"), 256)
    yield from _same("title", [reply["title"] for reply in replies])
    yield from _same("id", [reply["id"] for reply in replies])


def _list_faults(action: Mapping[str, Any]) -> Iterator[Fault]:
    yield from _length("list button", action.get("button"), 20)
    rows = [row for section in action.get("sections", []) for row in section.get("rows", [])]
    if not 1 <= len(rows) <= 10:
        yield 131009, "Total row count exceeds max allowed count: 10"
    for row in rows:
        yield from _length("row title", row.get("title"), 24)
        yield from _length("row id", row.get("id"), 200)
        yield from _length("row description", row.get("description", "-"), 72)
    yield from _same("row id", [row["id"] for row in rows])
