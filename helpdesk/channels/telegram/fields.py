"""Looking into JSON of which nothing is certain: a field that is missing or of another kind counts as not there."""

import json
from datetime import UTC, datetime
from math import isfinite
from typing import Any

from helpdesk.channels.text import storable

_LARGEST = 2**63 - 1
_FIRST, _LAST = 0, 4_102_444_800
"""Times before 1970 or after 2099 are none, in seconds."""


class Fields:
    """The fields of one JSON object."""

    def __init__(self, found: Any) -> None:
        self._found: dict[str, Any] = found if isinstance(found, dict) else {}

    def __bool__(self) -> bool:
        return bool(self._found)

    def __contains__(self, name: str) -> bool:
        return name in self._found

    def names(self) -> tuple[str, ...]:
        """The names of the fields, in the order in which they came."""
        return tuple(self._found)

    def as_json(self) -> bytes:
        """The object as it came, but for white space."""
        return json.dumps(self._found, separators=(",", ":")).encode("ascii")

    def text(self, name: str) -> str:
        """A text, storable; empty where there is none."""
        value = self._found.get(name)
        return storable(value) if isinstance(value, str) else ""

    def number(self, name: str) -> int | None:
        """A whole number that fits 64 bits."""
        value = self._found.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        return value if -_LARGEST <= value <= _LARGEST else None

    def key(self, name: str) -> str:
        """A whole number as a text, as ids are kept; empty where there is none."""
        value = self.number(name)
        return "" if value is None else str(value)

    def real(self, name: str) -> float | None:
        """A finite number."""
        value = self._found.get(name)
        if not isinstance(value, int | float) or isinstance(value, bool) or abs(value) > _LARGEST:
            return None
        return float(value) if isfinite(value) else None

    def flag(self, name: str) -> bool:
        """True where the field says so in as many words."""
        return self._found.get(name) is True

    def time(self, name: str) -> datetime | None:
        """A time given in seconds since 1970, aware UTC."""
        value = self.number(name)
        return datetime.fromtimestamp(value, UTC) if value is not None and _FIRST < value < _LAST else None

    def inner(self, name: str) -> "Fields":
        """An object; one without fields where there is none."""
        return Fields(self._found.get(name))

    def each(self, name: str) -> list["Fields"]:
        """The objects of a list."""
        value = self._found.get(name)
        return [Fields(one) for one in value if isinstance(one, dict)] if isinstance(value, list) else []

    def rows(self, name: str) -> list["Fields"]:
        """The objects of a list of lists."""
        value = self._found.get(name)
        rows = [row for row in value if isinstance(row, list)] if isinstance(value, list) else []
        return [Fields(one) for row in rows for one in row if isinstance(one, dict)]
