"""The reopen window of a fulfilled ticket. Source: behaviour section 3."""

from datetime import datetime, timedelta

from helpdesk.sla.hours import WorkingCalendar

WORKING_DAYS_AFTER_RESOLVED = 2


def reopen_until(
    fulfilled_at: datetime, calendar: WorkingCalendar, days: int = 7, resolved_at: datetime | None = None
) -> datetime:
    """The end of the window (UTC), itself outside it: a reopen is in time if and only if it comes before.

    24:00 in the calendar's zone of the calendar day `days` after `fulfilled_at`, but not before 24:00 of the second
    working day after `resolved_at`, where that is known.
    """
    until = calendar.end_of(calendar.day(fulfilled_at) + timedelta(days=days))
    if resolved_at is None:
        return until
    least = calendar.nth_working_day_after(calendar.day(resolved_at), WORKING_DAYS_AFTER_RESOLVED)
    return max(until, calendar.end_of(least))
