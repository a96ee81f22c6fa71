"""The catalogue's standards in the hands of the clocks: calendars per desk and item, and the answers of `helpdesk sla`.

Needs no database, and starts quickly: nothing slow is imported here.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo

from helpdesk.catalog.model import CalendarSpec, Catalog, Item
from helpdesk.sla.holidays_id import LIBRARY, Holiday, is_known, of_year
from helpdesk.sla.hours import WorkingCalendar, compile_calendar

_COMPILED: dict[tuple[int, str], tuple[CalendarSpec, WorkingCalendar]] = {}


def calendar_for(catalog: Catalog, desk_id: str, item: Item | None = None) -> WorkingCalendar:
    """The working calendar of a desk, or of an item that has one of its own, in the desk's zone; compiled once.

    KeyError for an unknown desk or calendar. Raises CalendarError or NoWorkingTime for one that cannot be compiled.
    """
    desk = catalog.desks[desk_id]
    spec = catalog.calendars[item.calendar if item is not None and item.calendar else desk.calendar]
    key = (id(spec), desk.zone.key)
    # The specification is kept beside its calendar, so its id is not given to another while the entry lives.
    if key not in _COMPILED:
        _COMPILED[key] = (spec, _compile(spec, desk.zone))
    return _COMPILED[key][1]


def _compile(spec: CalendarSpec, zone: ZoneInfo) -> WorkingCalendar:
    official = spec.public_holidays or spec.joint_leave
    return compile_calendar(
        zone=zone,
        week=spec.week,
        dated=spec.dated,
        closed=spec.closed,
        opened=spec.opened,
        holidays=partial(_holidays, spec.public_holidays, spec.joint_leave) if official else None,
        holidays_known=_is_known if spec.joint_leave else None,
    )


@cache
def _kept_table_holds() -> bool:
    """True while the installed `holidays` is the release that the kept table was made from.

    Asked by the name of its folder: importing the library, or importlib.metadata, would cost more than all the rest.
    """
    found = find_spec("holidays")
    places = found.submodule_search_locations if found else None
    return any((Path(place).parent / f"holidays-{LIBRARY}.dist-info").is_dir() for place in places or ())


def _is_known(year: int) -> bool:
    return is_known(year, as_kept=_kept_table_holds())


@cache
def _holidays(public: bool, joint_leave: bool, year: int) -> Mapping[date, Holiday]:  # noqa: FBT001  # by partial
    days = of_year(year, as_kept=_kept_table_holds())
    return {day: name for day, name in days.items() if (joint_leave if name.joint_leave else public)}


def unknown_holiday_years(catalog: Catalog, first: int, last: int) -> list[int]:
    """The years whose joint leave is not decreed yet although a calendar of the catalogue keeps it."""
    needed = any(spec.joint_leave for spec in catalog.calendars.values())
    return [year for year in range(first, last + 1) if needed and not _is_known(year)]
