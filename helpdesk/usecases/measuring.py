"""The clocks of a request by its item; what no calendar can answer is a refusal that a person can understand."""

from datetime import datetime

from helpdesk.catalog.model import Item
from helpdesk.sla.clock import timeline
from helpdesk.sla.facts import Facts, Timeline
from helpdesk.sla.hours import NoWorkingTime, WorkingCalendar
from helpdesk.tickets.errors import Invalid
from helpdesk.tickets.errors import marked as _


def measured(facts: Facts, item: Item | None, calendar: WorkingCalendar, now: datetime) -> Timeline:
    """The timeline of these facts at `now` (aware). Raises Invalid where a time lies outside of every calendar."""
    try:
        if item is None:
            return timeline(facts, None, None, calendar, now)
        return timeline(facts, item.response_minutes, item.target, calendar, now, warn_at=item.warn_at)
    except NoWorkingTime as error:
        raise Invalid(_("With these values a time lies outside of every calendar: check times and numbers.")) from error
