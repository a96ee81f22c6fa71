"""Values out of JSON whose shape nobody promised: what is missing or of another type comes out empty, never raises."""

from datetime import UTC, datetime
from typing import Any

from helpdesk.channels.text import one_line, storable

LATEST = datetime(9999, 1, 1, tzinfo=UTC).timestamp()


def mapping(value: Any) -> dict[str, Any]:
    """`value` where it is an object."""
    return value if isinstance(value, dict) else {}


def listing(value: Any) -> list[Any]:
    """`value` where it is an array."""
    return value if isinstance(value, list) else []


def text(value: Any) -> str:
    """A text that can be stored; a number as its digits."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return storable(value) if isinstance(value, str) else ""


def line(value: Any, limit: int) -> str:
    """The first `limit` characters of a text, on one line."""
    return one_line(text(value))[:limit]


def key(value: Any, limit: int) -> str:
    """An id; empty where it is longer than `limit`, since half an id is another one."""
    found = one_line(text(value))
    return found if len(found) <= limit else ""


def moment(value: Any, otherwise: datetime) -> datetime:
    """The instant of a text (or number) of seconds since 1970, aware UTC."""
    digits = text(value)
    if not digits.isascii() or not digits.isdigit() or len(digits) > 12 or int(digits) >= LATEST:
        return otherwise
    return datetime.fromtimestamp(int(digits), UTC)
