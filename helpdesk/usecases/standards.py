"""The catalogue's standards in the hands of the clocks: calendars per desk and item, and the answers of `helpdesk sla`.

Needs no database, and starts quickly: nothing slow is imported here.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from helpdesk.catalog.model import CalendarSpec, Catalog, Desk, Item
from helpdesk.sla.clock import timeline
from helpdesk.sla.due import (
    Refused,
    answer,
    check_start,
    elapsed_minutes,
    read_choice,
    read_event,
    read_moment,
    read_quantity,
)
from helpdesk.sla.explain import explain, provisional, start_in_words
from helpdesk.sla.facts import Facts, Timeline
from helpdesk.sla.holidays_id import LIBRARY, Holiday, is_known, of_year
from helpdesk.sla.hours import NoWorkingTime, WorkingCalendar, compile_calendar
from helpdesk.sla.norms import Start
from helpdesk.sla.phrases import LANGUAGES
from helpdesk.tickets.words import Channel

_COMPILED: dict[tuple[int, str], tuple[CalendarSpec, WorkingCalendar]] = {}


def calendar_for(catalog: Catalog, desk_id: str, item: Item | None = None) -> WorkingCalendar:
    """The working calendar of a desk, or of an item that has one of its own, in the desk's zone; compiled once.

    KeyError for an unknown desk or calendar. Raises CalendarError or NoWorkingTime for one that cannot be compiled.
    """
    desk = catalog.desks[desk_id]
    own = catalog.calendars.get(item.calendar) if item is not None else None  # an older item's may be gone
    return compiled(own or catalog.calendars[desk.calendar], desk.zone)


def compiled(spec: CalendarSpec, zone: ZoneInfo) -> WorkingCalendar:
    """The working calendar of a specification in a zone, compiled once. Raises CalendarError, NoWorkingTime."""
    key = (id(spec), zone.key)
    # The specification is kept beside its calendar, so its id is not given to another while the entry lives.
    if key not in _COMPILED:
        _COMPILED[key] = (spec, _compile(spec, zone))
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


# --- the answers of `helpdesk sla` ---------------------------------------------------------------------------------


def answer_due(
    catalog: Catalog,
    *,
    item_id: str,
    desk_id: str,
    channel: str,
    received: str,
    starts: str | None = None,
    event: str | None = None,
    attributes: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What `helpdesk sla due` answers. Times are ISO 8601; without an offset they are the desk's.

    Raises Refused for an unknown item, desk, channel, attribute or value, and for a start where none can be given.
    """
    desk, item = _desk(catalog, desk_id), _item(catalog, desk_id, item_id)
    if channel not in list(Channel):
        raise Refused(f"kanal tidak dikenal: {channel[:40]!r}", f"unknown channel; there are {', '.join(Channel)}")
    facts = Facts(
        received_at=read_moment(received, desk.zone),
        channel=channel,
        attributes=_attributes(item, attributes or {}),
        starts_at=read_moment(starts, desk.zone) if starts is not None else None,
        event_at=read_event(event, desk.zone) if event is not None else None,
    )
    check_start(item.target, facts.starts_at)
    calendar = calendar_for(catalog, desk_id, item)
    try:
        line = timeline(facts, item.response_minutes, item.target, calendar, facts.received_at, warn_at=item.warn_at)
        story = [told for language in LANGUAGES for told in explain_for(item, line, facts, calendar, language)]
    except NoWorkingTime as error:
        raise Refused("tidak ada waktu kerja yang terjangkau", str(error)) from error
    return answer(line, facts, desk.zone, item=item_id, desk=desk_id, explanation=story)


def answer_elapsed(catalog: Catalog, *, desk_id: str, start: str, end: str) -> Mapping[str, int]:
    """What `helpdesk sla elapsed` answers; times as in `answer_due`. Raises Refused."""
    desk = _desk(catalog, desk_id)
    try:
        return elapsed_minutes(
            calendar_for(catalog, desk_id), read_moment(start, desk.zone), read_moment(end, desk.zone)
        )
    except NoWorkingTime as error:
        raise Refused("tidak ada waktu kerja yang terjangkau", str(error)) from error


def explain_for(
    item: Item | None, line: Timeline, facts: Facts, calendar: WorkingCalendar, language: str, *, ids: bool = True
) -> tuple[str, ...]:
    """The story of a deadline, with the names and the original wording of its item (None: not chosen yet).

    `ids`: missing attributes are named with their ids too; the public reads none.
    """
    if item is None:
        return explain(line, facts, None, calendar, language=language)
    names = {attribute.id: attribute.name for attribute in item.attributes}
    wording = item.wording.get(language)
    return explain(
        line, facts, item.target, calendar, language=language, wording=wording, names=names, ids=ids,
        internal=() if ids else _found_by_staff(item),
    )  # fmt: skip


def _found_by_staff(item: Item) -> frozenset[str]:
    return frozenset(attribute.id for attribute in item.attributes if attribute.by_staff)


def begins_with(item: Item | None, language: str) -> str:
    """What starts the clock of an item, in the words of its standard."""
    return start_in_words(item.target.start if item else Start(), language)


def provisional_for(item: Item | None, line: Timeline, language: str) -> str:
    """What the public is told about a deadline for which something is not known yet; empty where it is final."""
    if item is None:
        return ""
    names = {attribute.id: attribute.name for attribute in item.attributes}
    choices = {attribute.id: tuple(attribute.choices.values()) for attribute in item.attributes}
    return provisional(line, language=language, names=names, choices=choices, internal=_found_by_staff(item))


def _desk(catalog: Catalog, desk_id: str) -> Desk:
    if desk_id not in catalog.desks:
        raise Refused(f"meja tidak dikenal: {desk_id[:40]!r}", f"unknown desk; there are {', '.join(catalog.desks)}")
    return catalog.desks[desk_id]


def _item(catalog: Catalog, desk_id: str, item_id: str) -> Item:
    if item_id not in catalog.items:
        raise Refused(f"layanan tidak dikenal: {item_id[:80]!r}", "unknown item")
    if item_id not in catalog.desks[desk_id].items:
        raise Refused(f"meja {desk_id} tidak menyediakan {item_id}", "the desk does not offer the item")
    return catalog.items[item_id]


def _attributes(item: Item, given: Mapping[str, str]) -> dict[str, str]:
    return {name: _value(item, name, text) for name, text in given.items()}


def _value(item: Item, name: str, text: str) -> str:
    attribute = item.attribute(name)
    if attribute is None:
        known = ", ".join(a.id for a in item.attributes) or "-"
        raise Refused(f"{item.id} tidak memiliki atribut {name[:40]!r}", f"no attribute of that name; it has {known}")
    if attribute.kind == "integer":
        return read_quantity(name, text, attribute.minimum)
    return read_choice(name, text, list(attribute.choices)) if attribute.kind == "choice" else text
