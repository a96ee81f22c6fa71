"""When a notice may go out: nobody is nagged outside working hours."""

from datetime import datetime, timedelta

from helpdesk.sla.hours import WorkingCalendar

PUNCTUAL = timedelta(minutes=15)
"""How long after its planned instant, which is a working one or a close, a notice still counts as sent on time."""


def may_go_at(planned: datetime, now: datetime, calendar: WorkingCalendar) -> datetime:
    """When a notice that was planned for a past working instant goes out: now if on time, else in working hours."""
    return now if now - planned <= PUNCTUAL else calendar.next_working(now)
