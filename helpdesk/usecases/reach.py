"""Which open tickets a change of the calendars can touch, told from their rows alone."""

from datetime import datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from helpdesk.sla.reach import counts_forward
from helpdesk.tickets.words import Status
from helpdesk.usecases.calendars_in_force import Step
from helpdesk.usecases.context import Context
from helpdesk.usecases.standards import calendar_for

TIMES = ("response_due_at", "resolution_due_at", "handling_due_at", "reopen_until")
"""The cached columns that a calendar moves; the others are written with them."""
DUE = attrgetter(*TIMES)


class OpenTicket(NamedTuple):
    """What of an open ticket's row the calendars have to do with, by the names of its columns; times are UTC.

    Read ten times a ticket, and a field of a database's row takes twenty times as long as one of a tuple.
    """

    id: int
    desk: str
    status: str
    item: str | None
    catalog_version: str
    created_at: datetime
    cycle: int
    agreed_due_at: datetime | None
    extended_due_at: datetime | None
    response_due_at: datetime | None
    resolution_due_at: datetime | None
    handling_due_at: datetime | None
    reopen_until: datetime | None
    next_check_at: datetime | None


class Reach:
    """Which tickets the days can touch that lie between two sets of calendars.

    A holiday is mostly decreed long before; what is due until then need not be computed. Nor can a calendar make a
    deadline where there is none: a start, an event or an agreement is awaited.
    """

    def __init__(self, context: Context, way: Step) -> None:
        self._context, self._way = context, way
        self._known: dict[tuple[str, str | None, str], tuple[datetime | None, bool]] = {}

    def holds(self, ticket: OpenTicket) -> bool:
        """False where all changed days lie after everything that is due on the ticket."""
        if ticket.status == Status.ON_HOLD or ticket.agreed_due_at is not None or ticket.extended_due_at is not None:
            return True
        key = ticket.desk, ticket.item, ticket.catalog_version
        since, forward = self._known.get(key) or self._changed(*key)
        if since is None or not (forward or ticket.resolution_due_at is None):
            return True
        return any(at is not None and at >= since for at in DUE(ticket))

    def _changed(self, desk: str, item_id: str | None, edition: str) -> tuple[datetime | None, bool]:
        """The midnight at which the first changed day begins (None: the calendars cannot be compared), and whether
        deadlines of the item rest on nothing after them.
        """
        item = self._context.item(item_id, edition)
        changes = self._way.changes(desk, item)
        calendar = calendar_for(self._context.catalog, desk, item)
        since = calendar.end_of(changes[0].day - timedelta(days=1)) if changes else None
        found = self._known[desk, item_id, edition] = since, item is None or counts_forward(item.target.norm)
        return found
