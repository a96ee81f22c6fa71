"""A time beyond every calendar is refused in words that a person can understand."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from helpdesk.catalog.model import Catalog
from helpdesk.sla.facts import Facts
from helpdesk.sla.hours import compile_calendar
from helpdesk.tickets.errors import Invalid
from helpdesk.usecases.measuring import measured


@pytest.mark.parametrize("day", [29, 31])
def test_a_deadline_that_no_calendar_reaches_is_refused(catalog: Catalog, day: int) -> None:
    week = {weekday: [(time(8), time(17))] for weekday in range(5)}
    calendar = compile_calendar(zone=ZoneInfo("Asia/Jakarta"), week=week, last=date(2026, 12, 31))
    received = datetime(2026, 12, day, 2, tzinfo=UTC)
    facts = Facts(received_at=received, channel="phone", attributes={"devices": "9"})
    with pytest.raises(Invalid, match="outside of every calendar"):
        measured(facts, catalog.items["itsm.9/software-install"], calendar, received)
