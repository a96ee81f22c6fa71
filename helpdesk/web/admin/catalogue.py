"""The catalogue in force as a page for those who answer for it: what holds, and what is wrong with the file by now."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from babel.dates import format_date
from flask_babel import gettext as _
from flask_babel import ngettext

from helpdesk.catalog.load import catalog_notices
from helpdesk.catalog.model import Catalog
from helpdesk.catalog.validity import begins_at
from helpdesk.usecases.holiday_years import unknown_soon, unknown_years
from helpdesk.web.access import staff
from helpdesk.web.board.frame import sees_strays
from helpdesk.web.board.shell import Alarm
from helpdesk.web.work import context, database, surroundings

PAGE = "/catalogue"


@dataclass(frozen=True, slots=True)
class Standard:
    """A standard that the catalogue holds: who published it, how much of it there is, and since when it is valid."""

    authority: str
    title: str
    extent: str
    since: str


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of the changed file, with its place as editors understand it; the folder is nobody's business."""

    at: str
    message: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """The catalogue of the file, while its day has not come: `since` is that day."""

    version: str
    edition: str
    since: str


@dataclass(frozen=True, slots=True)
class CataloguePage:
    """The catalogue in force; `early` where its day has not come and none was in force before it. `faults` are those
    of the changed file, which is not in force.
    """

    version: str
    edition: str
    legal_basis: str
    since: str
    counts: Sequence[tuple[str, int]]
    standards: Sequence[Standard]
    early: bool
    waiting: Waiting | None
    faults: Sequence[Fault]
    notices: Sequence[str]


def catalogue_page(language: str) -> CataloguePage:
    """The page's values, in one language."""
    catalog, source = context().catalog, surroundings().source
    return CataloguePage(
        version=catalog.version,
        edition=catalog.edition,
        legal_basis=catalog.legal_basis,
        since=format_date(catalog.valid_from, "long", locale=language),
        counts=_counts(catalog),
        standards=_standards(catalog, language),
        faults=[Fault(f"{Path(f.file).name}:{f.line}:{f.column}", f.message) for f in source.faults],
        early=context().now < begins_at(catalog),
        waiting=_waiting(source.waiting, language),
        notices=catalog_notices(catalog),
    )


def _waiting(catalog: Catalog | None, language: str) -> Waiting | None:
    if catalog is None:
        return None
    return Waiting(catalog.version, catalog.edition, format_date(catalog.valid_from, "long", locale=language))


def _counts(catalog: Catalog) -> list[tuple[str, int]]:
    return [
        (_("Desks"), len(catalog.desks)),
        (_("Support groups"), len(catalog.groups)),
        (_("Services"), len(catalog.services)),
        (_("Items"), len(catalog.items)),
        (_("Working calendars"), len(catalog.calendars)),
    ]


def _standards(catalog: Catalog, language: str) -> list[Standard]:
    found = []
    for authority in catalog.authorities.values():
        services = {service.id for service in catalog.services.values() if service.authority == authority.id}
        items = sum(item.service in services for item in catalog.items.values())
        extent = _("%(services)s services, %(items)s items", services=len(services), items=items)
        begins = authority.valid_from
        since = _("valid from %(day)s", day=format_date(begins, "long", locale=language)) if begins else ""
        found.append(Standard(authority.name.get(language), authority.standard, extent, since))
    return found


def fault_alarms() -> list[Alarm]:
    """For supervisors and administrators: that the changed file of the catalogue is faulty and not in force."""
    count = len(surroundings().source.faults) if sees_strays(staff()) else 0
    if not count:
        return []
    text = ngettext(
        "The changed catalogue has %(num)s fault and is not in force; the one before holds.",
        "The changed catalogue has %(num)s faults and is not in force; the one before holds.",
        count,
    )
    return [Alarm(text, PAGE, _("Look"))]


def notices() -> list[Alarm]:
    """What stands over the pages of administration: a faulty catalogue, and years whose holidays are not known."""
    return [*fault_alarms(), *year_alarms()]


def year_alarms() -> list[Alarm]:
    """For supervisors and administrators: years that deadlines reach into and whose joint leave is not decreed."""
    return _undecreed(unknown_years(database(), context())) if sees_strays(staff()) else []


def coming_year_alarms() -> list[Alarm]:
    """For administrators on the board, where they land: the same of the next twelve months.

    Without a query, as every refresh of the board asks; supervisors see it on the pages of administration.
    """
    return _undecreed(unknown_soon(context())) if staff().is_administrator else []


def _undecreed(years: Sequence[int]) -> list[Alarm]:
    if not years:
        return []
    text = _(
        "The joint leave of %(years)s is not decreed yet: deadlines that reach into it may move once it is.",
        years=", ".join(map(str, years)),
    )
    return [Alarm(text, calm=True)]
