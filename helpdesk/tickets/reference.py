"""Ticket numbers: `MDN-2026-000123` = the desk's prefix, the year in the desk's zone, a sequence per desk and year."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

_NUMBER = re.compile(r"(?<![A-Za-z0-9-])([A-Z]{2,5})-(\d{4})-(\d{6,9})(?![A-Za-z0-9-])", re.ASCII)


def number_year(created_at: datetime, zone: ZoneInfo) -> int:
    """The year that a ticket created at this aware time counts in, in the desk's zone."""
    return created_at.astimezone(zone).year


def format_number(prefix: str, year: int, sequence: int) -> str:
    """The number of the `sequence`-th ticket (from 1) of that desk and year."""
    return f"{prefix}-{year:04d}-{sequence:06d}"


def numbers_in(text: str) -> tuple[str, ...]:
    """Every ticket number that stands as a whole word in a text, in order, each once."""
    found = dict.fromkeys(m.group(0) for m in _NUMBER.finditer(text[:2000].upper()))
    return tuple(found)
