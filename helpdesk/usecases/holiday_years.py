"""The years whose holidays are not known in full although deadlines reach into them: nobody may take them for plain."""

from datetime import timedelta

from sqlalchemy.orm import Session

from helpdesk.store.due_queries import latest_open_due
from helpdesk.usecases.context import Context
from helpdesk.usecases.standards import unknown_holiday_years

AHEAD = timedelta(days=365)
"""So far ahead a year must be known, whether a deadline reaches into it or not."""


def unknown_years(session: Session, context: Context) -> list[int]:
    """The years, from this one on, whose joint leave is not decreed although an open deadline or the next twelve
    months reach into them.
    """
    first, near = context.now.date(), (context.now + AHEAD).date()
    latest = latest_open_due(session, context.catalog.desks, context.now + AHEAD)
    last = max(near, latest.date()) if latest else near
    return unknown_holiday_years(context.catalog, first.year, last.year)
