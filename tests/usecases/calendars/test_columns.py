"""What the clocks cache on a ticket's row is what a change of the calendars rewrites; no column is forgotten."""

from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from helpdesk.store.models import Ticket
from helpdesk.usecases.clocks import events_of, refresh
from helpdesk.usecases.recalculation import CACHED
from tests.usecases.conftest import Office


def columns_written(office: Office, number: str) -> set[str]:
    """The names of the columns that `refresh` sets on a ticket."""
    written: set[str] = set()

    class Noted(SimpleNamespace):
        def __setattr__(self, name: str, value: object) -> None:
            written.add(name)
            super().__setattr__(name, value)

    def cached(session: Session, ticket: Ticket) -> None:
        noted = Noted(**{column.key: getattr(ticket, column.key) for column in inspect(Ticket).column_attrs})
        written.clear()
        refresh(session, office.context(), cast(Any, noted), events=events_of(session, ticket), holds=())

    office.see(number, cached)
    return written


def test_every_column_that_the_clocks_cache_is_rewritten_for_a_calendar(office: Office) -> None:
    number = office.opened(item="itsm.8/reset-password")
    running = columns_written(office, number)
    office.does("agen", "take", number)
    office.does("agen", "fulfil", number, note="Selesai.", label="password")
    assert running | columns_written(office, number) == set(CACHED)
