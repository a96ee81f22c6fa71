"""An office whose calendars of this moment are remembered, and the worker that follows them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from helpdesk.catalog.source import CatalogSource
from helpdesk.store.db import db
from helpdesk.worker import Worker
from tests.usecases.calendars.changes import (
    follow,
)
from tests.usecases.conftest import Office


@pytest.fixture
def office(office: Office) -> Office:
    """The office on Monday at 16:00, and the calendars of that moment remembered."""
    office.now.at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    assert follow(office) == 0, "the first start only remembers"
    return office


@pytest.fixture
def worker(office: Office) -> Iterator[Worker]:
    made = Worker(office.settings, CatalogSource(office.catalog))
    made.desk = replace(made.desk, now=office.now)
    yield made
    with made.app.app_context():
        db.engine.dispose()
