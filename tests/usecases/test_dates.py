"""The dates that people enter: an event lies ahead, and only a supervisor's date is a promise after a breach."""

from datetime import UTC, datetime, timedelta

import pytest

from helpdesk.store.db import unit_of_work
from helpdesk.store.models import Ticket
from helpdesk.tickets.errors import Invalid
from helpdesk.usecases.clocks import new_promise, standing
from helpdesk.usecases.recording import create_ticket
from tests.usecases.conftest import MEDAN, Office

EVENT, RESET = "itsm.11/special-event", "itsm.8/reset-password"
MONDAY = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)  # 08:00 in Medan
FRIDAY = datetime(2026, 11, 6, 3, 0, tzinfo=UTC)


@pytest.fixture
def office(office: Office) -> Office:
    office.now.at = MONDAY
    return office


def recorded(office: Office, event_at: datetime) -> Ticket:
    given = {
        "desk": MEDAN, "channel": "phone", "item": EVENT, "subject": "Acara", "text": "Mohon dukungan.",
        "requester": {"name": "Sari", "phone": "0812000111"}, "attributes": {"place": "near"}, "event_at": event_at,
    }  # fmt: skip
    with unit_of_work() as session:
        return create_ticket(session, office.context(), office.people["agen"], given)


def test_an_event_before_the_receipt_is_refused_when_it_is_recorded_and_when_it_is_set(office: Office) -> None:
    yesterday = MONDAY - timedelta(days=1)
    with pytest.raises(Invalid, match="event"):
        recorded(office, yesterday)
    number = office.opened(item=EVENT)
    with pytest.raises(Invalid, match="event"):
        office.does("agen", "set", number, event_at=yesterday)
    assert office.value(number, "event_at") is None


def test_an_event_on_the_day_of_the_receipt_is_taken(office: Office) -> None:
    recorded(office, MONDAY - timedelta(hours=1))
    number = office.opened(item=EVENT)
    office.does("agen", "set", number, event_at=MONDAY)
    assert office.value(number, "event_at") == MONDAY


@pytest.mark.parametrize(("who", "kept"), [("penyelia", True), ("admin", True), ("agen", False)])
def test_only_a_supervisors_date_is_the_new_time_after_a_breach(office: Office, who: str, *, kept: bool) -> None:
    number = office.opened(item=RESET)
    office.does(who, "set", number, agreed_due_at=FRIDAY, reason="Suku cadang dipesan")
    promise = office.see(number, lambda s, t: new_promise(standing(s, office.context(), t), office.now()))
    assert (promise == FRIDAY) is kept
    assert promise is not None


def test_the_last_date_entered_decides(office: Office) -> None:
    number = office.opened(item=RESET)
    office.does("penyelia", "set", number, agreed_due_at=FRIDAY, reason="Suku cadang dipesan")
    office.does("agen", "set", number, agreed_due_at=FRIDAY + timedelta(days=30), reason="Lebih lama")
    promise = office.see(number, lambda s, t: new_promise(standing(s, office.context(), t), office.now()))
    assert promise is not None
    assert promise < FRIDAY
