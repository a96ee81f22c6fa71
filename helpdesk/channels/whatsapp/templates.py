"""The approved templates of a business account: what a desk may still say when the window is closed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpdesk.channels.whatsapp.fields import line, listing, mapping, text

_VARIABLE = re.compile(r"\{\{\s*([^{}\s]{1,60})\s*\}\}")


@dataclass(frozen=True, slots=True)
class ApprovedTemplate:
    """A message that was approved. `body` holds `{{1}}` to `{{variables}}`; each needs a value when it is sent."""

    name: str
    language: str
    category: str
    body: str
    variables: int

    def filled(self, values: tuple[str, ...]) -> str:
        """The body with these values, as the person will read it; a value is never taken for a variable.

        Raises ValueError where there are more or fewer values than variables.
        """
        if len(values) != self.variables:
            raise ValueError(f"{self.name}: {self.variables} values are needed")
        return _VARIABLE.sub(lambda found: values[int(found[1]) - 1], self.body)


def template_of(row: Any) -> ApprovedTemplate | None:
    """The template of a row of the interface; None where it is not approved, or wants more than values of its body.

    Headers with a file or a variable, links with a variable, and variables with names are not offered.
    """
    row = mapping(row)
    name, language = line(row.get("name"), 512), line(row.get("language"), 20)
    parts = [mapping(part) for part in listing(row.get("components"))]
    body = next((text(part.get("text")) for part in parts if _is(part, "BODY")), "")
    found = set(_VARIABLE.findall(body))
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
        return line(part.get("format"), 40).upper() not in ("TEXT", "") or bool(
            _VARIABLE.search(text(part.get("text")))
        )
    if _is(part, "BUTTONS"):
        buttons = [mapping(button) for button in listing(part.get("buttons"))]
        kinds = {line(button.get("type"), 40).upper() for button in buttons}
        variable = any(_VARIABLE.search(text(button.get("url"))) for button in buttons)
        return variable or not kinds <= {"QUICK_REPLY", "URL", "PHONE_NUMBER"}
    return not (_is(part, "BODY") or _is(part, "FOOTER"))
