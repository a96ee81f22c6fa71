"""The calendars in force as one outline that can be kept and compared: those of the catalogue, with the official
holidays of the years around now, so that another release of their library counts as a change too.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, Self
from zoneinfo import ZoneInfo

from helpdesk.catalog.model import Catalog, Item
from helpdesk.sla.outline import DayChange, Outline, differences, outline, outline_from
from helpdesk.usecases.standards import compiled

YEARS_BEFORE, YEARS_AFTER = 2, 4
"""Deadlines that are open now rest on no other years."""
_NO_ZONE = ZoneInfo("UTC")  # an outline is that of the wall clock


@dataclass(frozen=True, slots=True)
class InForce:
    """The outlines of all calendars, and which one each desk keeps in which zone. `fingerprint` names all of it."""

    calendars: Mapping[str, Outline]
    desks: Mapping[str, tuple[str, str]]
    fingerprint: str = ""

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> Self:
        """What `as_plain` has written."""
        calendars = {name: outline_from(kept) for name, kept in plain["calendars"].items()}
        return cls(calendars, {desk: (calendar, zone) for desk, (calendar, zone) in plain["desks"].items()})

    def as_plain(self) -> dict[str, Any]:
        """All of it as JSON keeps it."""
        calendars = {name: kept.as_plain() for name, kept in self.calendars.items()}
        return {"calendars": calendars, "desks": {desk: list(kept) for desk, kept in self.desks.items()}}


_KNOWN: dict[int, tuple[Catalog, InForce]] = {}


def in_force(catalog: Catalog, today: date) -> InForce:
    """The calendars of a catalogue for the years around `today`; written down once a catalogue and year."""
    known = _KNOWN.get(today.year)
    if known is None or known[0] is not catalog:
        _KNOWN.clear()
        known = _KNOWN[today.year] = catalog, _written(catalog, today.year)
    return known[1]


def _written(catalog: Catalog, year: int) -> InForce:
    first, last = date(year - YEARS_BEFORE, 1, 1), date(year + YEARS_AFTER, 12, 31)
    calendars = {name: outline(compiled(spec, _NO_ZONE).rules, first, last) for name, spec in catalog.calendars.items()}
    found = InForce(calendars, {desk.id: (desk.calendar, desk.zone.key) for desk in catalog.desks.values()})
    text = json.dumps(found.as_plain(), sort_keys=True)
    return InForce(found.calendars, found.desks, sha256(text.encode()).hexdigest())


class Step:
    """What lies between two sets of calendars, desk by desk and item by item."""

    def __init__(self, old: InForce, new: InForce) -> None:
        self.old, self.new = old, new
        self._found: dict[tuple[str, str], tuple[DayChange, ...]] = {}

    def desks(self, catalog: Catalog) -> list[str]:
        """The desks whose tickets may have other deadlines, in the catalogue's order.

        A calendar that no desk keeps is an item's, perhaps only of an older catalogue: then it may be any desk.
        """
        kept = {*self.old.calendars, *self.new.calendars}
        changed = {name for name in kept if self._changes(name, name) or not self._in_both(name)}
        if changed - {calendar for calendar, _zone in self.new.desks.values()}:
            return list(catalog.desks)
        return [desk for desk in catalog.desks if self._concerns(catalog, desk, changed)]

    def _in_both(self, name: str) -> bool:
        return name in self.old.calendars and name in self.new.calendars

    def _concerns(self, catalog: Catalog, desk: str, changed: set[str]) -> bool:
        before, after = self.old.desks.get(desk), self.new.desks.get(desk)
        if before != after:
            return True
        used = {catalog.desks[desk].calendar, *(item.calendar for item in catalog.items_of(desk))}
        return bool(used & changed)

    def changes(self, desk: str, item: Item | None) -> tuple[DayChange, ...]:
        """The days on which a ticket of this desk and item is worked on otherwise than before, in order."""
        own = item.calendar if item is not None else ""
        return self._changes(_kept(self.old, desk, own), _kept(self.new, desk, own))

    def _changes(self, old: str, new: str) -> tuple[DayChange, ...]:
        if (old, new) not in self._found:
            both = old in self.old.calendars and new in self.new.calendars
            self._found[old, new] = differences(self.old.calendars[old], self.new.calendars[new]) if both else ()
        return self._found[old, new]


def _kept(calendars: InForce, desk: str, own: str) -> str:
    """The calendar that counts: the item's own where there is one, else the desk's."""
    return own if own in calendars.calendars else calendars.desks.get(desk, ("", ""))[0]
