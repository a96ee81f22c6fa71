"""What a staff member works on: their desks, their groups, and the moment in each desk's calendar."""

from collections.abc import Collection, Mapping
from datetime import datetime

from helpdesk.catalog.model import Catalog
from helpdesk.tickets.permission import EVERY_DESK, Staff
from helpdesk.tickets.words import Role
from helpdesk.tiers.routing import LAYER_1
from helpdesk.usecases.context import Context
from helpdesk.usecases.standards import calendar_for
from helpdesk.web.board.clocks import Measure, Present
from helpdesk.web.board.phrases import phrases


def desks_of(staff: Staff, catalog: Catalog, *roles: Role) -> tuple[str, ...]:
    """The desks at which the person has one of the roles (any role when none is given), in the catalogue's order."""
    if staff.is_administrator:
        return tuple(catalog.desks)
    held = {desk for role, desk in staff.roles if not roles or role in roles}
    return tuple(desk for desk in catalog.desks if desk in held or EVERY_DESK in held)


def groups_of(staff: Staff, catalog: Catalog, desks: Collection[str]) -> tuple[tuple[str, str], ...]:
    """The (group, desk) pairs whose tickets are the person's queue; a supervisor's are all RFT groups of the desk."""
    found = []
    for desk in desks:
        for group in catalog.desks[desk].groups:
            leads = staff.is_supervisor(desk) and catalog.groups[group].tier != LAYER_1
            if leads or staff.in_group(group, desk):
                found.append((group, desk))
    return tuple(found)


def _measure(catalog: Catalog, desk: str) -> Measure:
    calendar = calendar_for(catalog, desk)

    def minutes(start: datetime, end: datetime) -> int:
        return calendar.between(start, end) // 60

    return minutes


def presents(context: Context, desks: Collection[str], language: str) -> Mapping[str, Present]:
    """The present at each desk: the time, the zone, the words, the calendar that measures what is left.

    Where the desks lie in more than one zone each short time names its own.
    """
    catalog, words = context.catalog, phrases(language)
    zones = {d: catalog.desks[d].zone for d in desks}
    several = len(set(map(str, zones.values()))) > 1
    return {d: Present(context.now, zone, words, _measure(catalog, d), several) for d, zone in zones.items()}
