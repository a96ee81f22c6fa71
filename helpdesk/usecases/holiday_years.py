"""The years whose holidays are not known in full although deadlines reach into them: nobody may take them for plain."""

from datetime import timedelta

from sqlalchemy.orm import Session

from helpdesk.store.due_queries import latest_open_due
from helpdesk.usecases.context import Context
from helpdesk.usecases.standards import unknown_holiday_years

AHEAD = timedelta(days=365)
"""So far ahead a year must be known, whether a deadline reaches into it or not."""


def unknown_soon(context: Context) -> list[int]:
    """The years that the next twelve months reach into and whose joint leave is not decreed; asks no database.

    The next year is always among those looked at, so this says as much as `unknown_years` but for deadlines that lie
    more than a year ahead.
    """
    return unknown_holiday_years(context.catalog, context.now.year, (context.now + AHEAD).year)


def unknown_years(session: Session, context: Context) -> list[int]:
    """The years, from this one on, whose joint leave is not decreed although an open deadline or the next twelve
    months reach into them.
    """
    first, near = context.now.date(), (context.now + AHEAD).date()
    latest = latest_open_due(session, context.catalog.desks, context.now + AHEAD)
    last = max(near, latest.date()) if latest else near
    return unknown_holiday_years(context.catalog, first.year, last.year)
