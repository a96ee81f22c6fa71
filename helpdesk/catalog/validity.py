"""From when a catalogue is valid: it comes into force at the local midnight that begins the day it names."""

from datetime import UTC, datetime, time, tzinfo

from helpdesk.catalog.model import Catalog


def begins_at(catalog: Catalog) -> datetime:
    """The instant, in UTC, at which the catalogue's first day begins at the first of its desks: the easternmost one."""
    midnight = datetime.combine(catalog.valid_from, time())
    zones: set[tzinfo] = {desk.zone for desk in catalog.desks.values()}
    return min((midnight.replace(tzinfo=zone).astimezone(UTC) for zone in zones), default=midnight.replace(tzinfo=UTC))


def has_to_wait(catalog: Catalog, in_force: Catalog, now: datetime) -> bool:
    """True while the catalogue's day has not come anywhere and another one is in force.

    One of the same day as the one in force corrects it, and does not wait. `now` is aware.
    """
    return catalog.valid_from > in_force.valid_from and now < begins_at(catalog)
