"""Calendars and short ways to write times, for the tests of the time rules."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from helpdesk.sla.holidays_id import is_known, of_year
from helpdesk.sla.hours import WorkingCalendar, compile_calendar

JAKARTA = ZoneInfo("Asia/Jakarta")
MAKASSAR = ZoneInfo("Asia/Makassar")
BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = ((time(8), time(12)), (time(13), time(17)))
OFFICE_WEEK = dict.fromkeys(range(5), OFFICE)


def office(zone: ZoneInfo = JAKARTA, **others) -> WorkingCalendar:
    """The calendar of all desks, with Indonesian holidays and joint leave."""
    return compile_calendar(
        zone=zone, **{"week": OFFICE_WEEK, "holidays": of_year, "holidays_known": is_known} | others
    )


def plain(zone: ZoneInfo = JAKARTA, **others) -> WorkingCalendar:
    """The same hours without holidays."""
    return compile_calendar(zone=zone, **{"week": OFFICE_WEEK} | others)


def at(text: str, zone: ZoneInfo = JAKARTA) -> datetime:
    """`2026-11-20 16:30` on the wall clock of `zone`."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def wall(moment: datetime, zone: ZoneInfo = JAKARTA) -> str:
    """The wall-clock time, for comparison with what a person wrote."""
    return moment.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S").removesuffix(":00")


def day(text: str) -> date:
    """A date from ISO 8601."""
    return date.fromisoformat(text)
