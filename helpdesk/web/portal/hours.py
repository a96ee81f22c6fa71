"""Is the desk open now, and until when: one line over the portal's home page."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from helpdesk.sla.hours import WorkingCalendar
from helpdesk.usecases.messages import zone_name
from helpdesk.web.portal.times import clock_time, day_in_words
from helpdesk.web.portal.words import _


@dataclass(frozen=True, slots=True)
class Opening:
    """The line and whether the desk is open; `why` names the holiday that closes it today, if one does."""

    is_open: bool
    text: str
    why: str = ""


def _closing(calendar: WorkingCalendar, now: datetime) -> datetime:
    """When work ends today: the end of the last stretch, so that the midday break does not count as closing."""
    return calendar.close_of_day(calendar.day(now))


def _worked_today(calendar: WorkingCalendar, now: datetime) -> bool:
    return bool(calendar.pieces(calendar.end_of(calendar.day(now) - timedelta(days=1)), now))


def _holiday(calendar: WorkingCalendar, now: datetime, language: str) -> str:
    """The name of the holiday that closes an otherwise worked day; empty on ordinary days and weekends."""
    day = calendar.day(now)
    closed = calendar.rules.closed_by(day)
    if closed is None or not calendar.rules.hours_of(day):
        return ""
    return closed.en if language == "en" else closed.id


def opening(calendar: WorkingCalendar, now: datetime, language: str) -> Opening:
    """`Buka sampai 17.00 WIB`, `Istirahat, buka lagi 13.00 WIB` or `Tutup, buka lagi Senin 08.00 WIB`."""
    zone = calendar.zone
    name = zone_name(zone, now)
    if calendar.is_working(now):
        until = clock_time(_closing(calendar, now).astimezone(zone), language)
        return Opening(is_open=True, text=_("Open until %(clock)s", clock=f"{until} {name}"))
    local, opens = now.astimezone(zone), calendar.next_working(now).astimezone(zone)
    clock = f"{clock_time(opens, language)} {name}"
    if opens.date() == local.date() and _worked_today(calendar, now):
        return Opening(is_open=False, text=_("Break, open again at %(clock)s", clock=clock))
    day = day_in_words(opens, local, language)
    text = _("Closed, open again %(day)s at %(clock)s", day=day, clock=clock)
    return Opening(is_open=False, text=text, why=_holiday(calendar, now, language))
