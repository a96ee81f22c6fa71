"""Times as the public reads them: the day in words, the clock with its zone, midnight as 24.00 of the day that ends."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date

from helpdesk.usecases.messages import zone_name
from helpdesk.web.portal.words import _


def whole_day(day: date, language: str) -> str:
    """`Senin, 23 November 2026`."""
    return format_date(day, "EEEE, d MMMM y", locale=language)


def clock_time(local: datetime, language: str) -> str:
    """`08.30` (Indonesian) or `08:30`."""
    return local.strftime("%H:%M" if language == "en" else "%H.%M")


def day_in_words(local: datetime, now: datetime, language: str) -> str:
    """`hari ini`, `besok`, `kemarin`, else `Senin, 23 November 2026`; both times are in the same zone."""
    away = (local.date() - now.date()).days
    near = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}
    return near.get(away) or whole_day(local.date(), language)


def when(moment: datetime, zone: ZoneInfo, now: datetime, language: str, *, near: bool = True) -> str:
    """`hari ini pukul 12.00 WIB` or `Senin, 30 November 2026 pukul 24.00 WIB`; without `near` always the date."""
    local, present = moment.astimezone(zone), now.astimezone(zone)
    name, clock = zone_name(zone, local), clock_time(local, language)
    if (local.hour, local.minute, local.second) == (0, 0, 0):
        local, clock = local - timedelta(days=1), "24:00" if language == "en" else "24.00"
    day = day_in_words(local, present, language) if near else whole_day(local.date(), language)
    return _("%(day)s at %(clock)s", day=day, clock=f"{clock} {name}")


def working_amount(minutes: int) -> str:
    """Working minutes in words: `35 menit kerja`, `2 jam 40 menit kerja`; from 16 hours on `3 hari kerja`."""
    if minutes < 60:
        return _("%(minutes)s working minutes", minutes=minutes)
    hours, rest = divmod(minutes, 60)
    if hours < 16:
        if rest:
            return _("%(hours)s working hours %(minutes)s minutes", hours=hours, minutes=rest)
        return _("%(hours)s working hours", hours=hours)
    return _("about %(days)s working days", days=round(hours / 8))
