"""A place that somebody sent, as lines that can be read and a link to a map."""

from typing import Any

MAP = "https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}"


def _degrees(value: Any, limit: int) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if -limit <= value <= limit else None


def place(latitude: Any, longitude: Any, *names: str) -> str:
    """The names that are not empty, a line each, then the link; no link without degrees that can be on the earth."""
    north, east = _degrees(latitude, 90), _degrees(longitude, 180)
    link = "" if north is None or east is None else MAP.format(latitude=north, longitude=east)
    return "\n".join(filter(None, (*names, link)))
