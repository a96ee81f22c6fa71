"""Reading the bodies and headers of the JSON interface: strictly, and never with an exception of the parser."""

import json
from typing import Any, NoReturn

from flask import request

from helpdesk.tickets.errors import Invalid, invalid
from helpdesk.tickets.errors import marked as _

LONGEST_KEY = 255


def _no_constants(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field is given twice")
    return found


def json_object() -> dict[str, Any]:
    """The JSON object of the body; an empty body is an empty object. Raises Invalid for everything else."""
    raw = request.get_data(cache=False)
    if not raw.strip():
        return {}
    try:
        found = json.loads(raw.decode("utf-8"), parse_constant=_no_constants, object_pairs_hook=_no_doubles)
    except (ValueError, RecursionError):
        raise Invalid(_("The body is not JSON.")) from None
    if not isinstance(found, dict):
        raise Invalid(_("The body is not a JSON object."))
    return found


def idempotency_key() -> str:
    """The Idempotency-Key of the request, empty without one. Raises Invalid unless 1-255 visible ASCII characters."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return ""
    if not 1 <= len(key) <= LONGEST_KEY or any(not "!" <= character <= "~" for character in key):
        raise invalid("Idempotency-Key", _("A key has 1 to 255 visible characters."))
    return key
