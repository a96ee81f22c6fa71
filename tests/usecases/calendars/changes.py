"""Changing the calendars of an office, letting the worker follow, and looking at what came of it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from helpdesk.catalog.model import Catalog, Text
from helpdesk.catalog.source import CatalogSource
from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Event
from helpdesk.usecases.moved_deadlines import TOLD_AFTER
from helpdesk.usecases.recalculation import SETTLED_AFTER, step
from helpdesk.worker import Worker
from tests.usecases.conftest import Office

RESET = "itsm.8/reset-password"
TUESDAY = date(2026, 11, 24)
TUESDAY_11 = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)  # 11:00 in Medan: four working hours after Monday 16:00
WEDNESDAY_11, THURSDAY_11 = TUESDAY_11 + timedelta(days=1), TUESDAY_11 + timedelta(days=2)
MOURNING = Text("Hari berkabung", "Day of mourning")


def with_closed(catalog: Catalog, *days: date) -> Catalog:
    calendars = {
        name: replace(spec, closed={**spec.closed, **dict.fromkeys(days, MOURNING)})
        for name, spec in catalog.calendars.items()
    }
    return replace(catalog, calendars=calendars)


def follow(office: Office, batch: int = 500) -> int:
    """Do all steps that can be done now; how many there were."""
    for count in range(100):
        with unit_of_work() as session:
            if not step(session, office.context(), batch):
                return count
    raise AssertionError("there is always another step")


def adopt(office: Office, catalog: Catalog) -> None:
    """The catalogue changes and every worker has seen it."""
    office.catalog = catalog
    follow(office)
    office.now.at += SETTLED_AFTER
    follow(office)


def telling(office: Office, worker: Worker) -> None:
    """Time passes until requesters may be told, and the worker looks."""
    worker.desk = replace(worker.desk, source=CatalogSource(office.catalog))
    office.now.at += TOLD_AFTER
    worker.follow_calendars()


def opened(office: Office, **values) -> str:
    return office.opened(item=RESET, **values)


def due(office: Office, number: str) -> datetime | None:
    return office.value(number, "resolution_due_at")


def rows(office: Office, number: str, query) -> list:
    """The rows that `query(ticket)` gives, readable when the session is over."""

    def look(session, ticket):
        found = list(session.scalars(query(ticket)))
        session.expunge_all()
        return found

    return office.see(number, look)


def events(office: Office, number: str) -> list[Event]:
    return rows(office, number, lambda t: select(Event).where(Event.ticket_id == t.id).order_by(Event.id))


def moves(office: Office, number: str) -> list[Event]:
    return [e for e in events(office, number) if e.action == "moved"]


def told(office: Office, number: str) -> list[OutboxMessage]:
    kind = OutboxMessage.kind == "calendar"
    return rows(office, number, lambda t: select(OutboxMessage).where(OutboxMessage.ticket_id == t.id, kind))


def sweep(office: Office) -> None:
    from tests.usecases.test_sweep import sweep as swept

    swept(office)
