"""The working hours of a desk in a line: `Senin–Jumat 08.00–12.00, 13.00–17.00 WIB`."""

from collections.abc import Mapping
from datetime import datetime, time
from itertools import groupby

from babel.dates import get_day_names

from helpdesk.catalog.model import CalendarSpec, Catalog, Desk
from helpdesk.usecases.messages import zone_name

Hours = tuple[tuple[time, time], ...]


def _week(spec: CalendarSpec, now: datetime, desk: Desk) -> Mapping[int, Hours]:
    """The hours that hold on the day of `now` in the desk's zone: in Ramadan there may be others."""
    day = now.astimezone(desk.zone).date()
    return next((dated.week for dated in spec.dated if dated.first <= day <= dated.last), spec.week)


def _clock(moment: time, language: str) -> str:
    return moment.strftime("%H:%M" if language == "en" else "%H.%M")


def office_hours(catalog: Catalog, desk: Desk, now: datetime, language: str) -> str:
    """The hours of a week, days with the same hours together; empty for a desk that is never open."""
    week = _week(catalog.calendars[desk.calendar], now, desk)
    names = get_day_names("wide", locale=language)
    parts = []
    for hours, group in groupby(range(7), lambda day: week.get(day, ())):
        days = list(group)
        if hours:
            span = names[days[0]] if len(days) == 1 else f"{names[days[0]]}–{names[days[-1]]}"
            clocks = ", ".join(f"{_clock(begin, language)}–{_clock(end, language)}" for begin, end in hours)
            parts.append(f"{span} {clocks}")
    return f"{'; '.join(parts)} {zone_name(desk.zone, now)}" if parts else ""
