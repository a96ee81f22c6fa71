"""The approved templates of a business account: what a desk may still say when the window is closed."""

from collections.abc import Mapping
from typing import Any

from helpdesk.channels.chat.model import VARIABLE, ApprovedTemplate
from helpdesk.channels.whatsapp.fields import line, listing, mapping, text


def template_of(row: Any) -> ApprovedTemplate | None:
    """The template of a row of the interface; None where it is not approved, or wants more than values of its body.

    Headers with a file or a variable, links with a variable, and variables with names are not offered.
    """
    row = mapping(row)
    name, language = line(row.get("name"), 512), line(row.get("language"), 20)
    parts = [mapping(part) for part in listing(row.get("components"))]
    body = next((text(part.get("text")) for part in parts if _is(part, "BODY")), "")
    found = set(VARIABLE.findall(body))
    complete = found == {str(number) for number in range(1, len(found) + 1)}
    if row.get("status") != "APPROVED" or not (name and language and body and complete):
        return None
    if any(_wants_more(part) for part in parts):
        return None
    return ApprovedTemplate(name, language, line(row.get("category"), 40), body, len(found))


def _is(part: Mapping[str, Any], kind: str) -> bool:
    return line(part.get("type"), 40).upper() == kind


def _wants_more(part: Mapping[str, Any]) -> bool:
    if _is(part, "HEADER"):
        return line(part.get("format"), 40).upper() not in ("TEXT", "") or bool(VARIABLE.search(text(part.get("text"))))
    if _is(part, "BUTTONS"):
        buttons = [mapping(button) for button in listing(part.get("buttons"))]
        kinds = {line(button.get("type"), 40).upper() for button in buttons}
        variable = any(VARIABLE.search(text(button.get("url"))) for button in buttons)
        return variable or not kinds <= {"QUICK_REPLY", "URL", "PHONE_NUMBER"}
    return not (_is(part, "BODY") or _is(part, "FOOTER"))
