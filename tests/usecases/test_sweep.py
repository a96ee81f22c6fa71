"""What time brings about: risk, breach, one apology a cycle, the end of the window; each once, whoever looks."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.catalog.source import CatalogSource
from helpdesk.store.db import db, unit_of_work
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Event, Ticket
from helpdesk.store.trouble_queries import worker_seen_at
from helpdesk.usecases import sweep as sweeping
from helpdesk.usecases.clocks import refresh
from helpdesk.usecases.sweep import check, due_tickets
from helpdesk.worker import Worker
from tests.usecases.conftest import Office
from tests.usecases.test_the_flow import fulfilled


@pytest.fixture
def worker(office: Office) -> Iterator[Worker]:
    """A worker on the office's database and clock."""
    made = Worker(office.settings, CatalogSource(office.catalog))
    made.desk = replace(made.desk, now=office.now)
    yield made
    with made.app.app_context():
        db.engine.dispose()


def sweep(office: Office) -> int:
    """All that is due now; how many tickets were looked at."""
    looked = 0
    while True:
        with unit_of_work() as session:
            tickets = due_tickets(session, office.context(), limit=1)
            for ticket in tickets:
                check(session, office.context(), ticket)
        if not tickets:
            return looked
        looked += len(tickets)
        assert looked < 50, "the same ticket is due for ever"


def classified(office: Office) -> str:
    number = office.opened()
    office.does("agen", "classify", number, item="itsm.8/reset-password")
    return number


def apologies(office: Office, number: str) -> int:
    def count(session, ticket):
        return session.query(OutboxMessage).filter_by(ticket_id=ticket.id, kind="apology").count()

    return int(office.see(number, count))


def test_a_sweep_looks_only_at_what_is_due_and_moves_on(office: Office) -> None:
    number = classified(office)
    assert sweep(office) == 0
    for _ in range(10):
        at = office.value(number, "next_check_at")
        if at is None:
            break
        assert at > office.now()
        office.now.at = at - timedelta(seconds=1)
        assert sweep(office) == 0
        office.now.at = at
        assert sweep(office) == 1
    else:
        pytest.fail("a ticket that nothing happens to is looked at for ever")


def test_a_ticket_is_at_risk_then_breached_a_second_after_its_due_and_never_before(office: Office) -> None:
    number = classified(office)
    due = office.value(number, "resolution_due_at")
    office.now.at = due - timedelta(minutes=1)
    sweep(office)
    assert (office.value(number, "at_risk"), apologies(office, number)) == (True, 0)
    office.now.at = due
    sweep(office)
    assert apologies(office, number) == 0, "at the due itself it may still be met"
    office.now.move(seconds=1)
    sweep(office)
    assert (office.value(number, "breached"), apologies(office, number)) == (True, 1)


def test_case_49_one_apology_per_cycle_however_late_and_often_the_worker_looks(office: Office) -> None:
    number = classified(office)
    office.now.at = office.value(number, "resolution_due_at") + timedelta(days=3)
    for _ in range(3):
        sweep(office)
        with unit_of_work() as session:
            refresh(session, office.context(), session.scalars(select(Ticket).where(Ticket.number == number)).one())
        office.now.move(hours=5)
    assert apologies(office, number) == 1
    office.does("agen", "escalate", number, group="rft-tik")
    office.does("teknisi", "fulfil", number, note="x", label="y")
    office.does("agen", "confirm-fulfilment", number)
    office.does(office.requester(number), "reopen", number, reason="belum")
    office.now.at = office.value(number, "resolution_due_at") + timedelta(seconds=1)
    sweep(office)
    sweep(office)
    assert apologies(office, number) == 2, "a new cycle, a new promise"


def test_case_27_a_fulfilled_or_held_ticket_gets_no_apology(office: Office) -> None:
    done = fulfilled(office)
    held = classified(office)
    office.does("agen", "hold", held, reason="documents", missing=["surat"])
    office.now.move(days=2)
    sweep(office)
    assert (apologies(office, done), apologies(office, held)) == (0, 0)


def test_case_39_the_worker_closes_at_the_end_of_the_window_and_only_once(office: Office) -> None:
    number = fulfilled(office)
    office.does("agen", "confirm-fulfilment", number)
    until = office.value(number, "reopen_until")
    assert office.value(number, "next_check_at") == until
    office.now.at = until + timedelta(days=2)
    assert sweep(office) == 1
    assert sweep(office) == 0
    closings = office.see(number, lambda s, t: s.query(Event).filter_by(ticket_id=t.id, action="close").count())
    assert (office.value(number, "status"), closings) == ("closed", 1)
    assert office.value(number, "closed_at") == office.now()
    assert office.value(number, "next_check_at") is None


def test_a_ticket_that_cannot_be_checked_does_not_stop_the_clocks_of_the_others(
    office: Office, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, sound = fulfilled(office), fulfilled(office, email="b@k.example")
    for number in (broken, sound):
        office.does("agen", "confirm-fulfilment", number)
    office.now.at = office.value(broken, "reopen_until")
    real = sweeping.check

    def faulty(session, context, ticket: Ticket) -> None:
        ticket.subject = "half done"
        if ticket.number == broken:
            raise KeyError("no such desk")
        real(session, context, ticket)

    monkeypatch.setattr("helpdesk.worker.check", faulty)
    worker.sweep()
    assert office.value(sound, "status") == "closed"
    assert (office.value(broken, "status"), office.value(broken, "subject")) == ("resolved", "Lupa password")
    assert office.value(broken, "next_check_at") > office.now()
    monkeypatch.undo()
    office.now.move(minutes=16)
    worker.sweep()
    assert office.value(broken, "status") == "closed"


def test_the_worker_says_that_it_lives(office: Office, worker: Worker) -> None:
    worker.beat()
    office.now.move(seconds=30)
    worker.beat()
    with unit_of_work() as session:
        assert worker_seen_at(session) == office.now()


def test_a_breach_is_apologised_for_even_where_the_ticket_was_late_before(office: Office) -> None:
    answered_late = office.opened()
    office.now.move(hours=1)
    office.does("agen", "classify", answered_late, item="itsm.8/reset-password")
    assert office.value(answered_late, "breached") is True
    touched = classified(office)
    office.now.at = office.value(touched, "resolution_due_at") + timedelta(minutes=5)
    office.does("agen", "note", touched, text="sebentar")
    recorded_late = office.opened(
        channel="phone", item="itsm.8/reset-password", received_at=office.now() - timedelta(days=9)
    )
    sweep(office)
    assert [apologies(office, number) for number in (answered_late, touched, recorded_late)] == [1, 1, 1]
    office.now.move(days=2)
    sweep(office)
    assert [apologies(office, number) for number in (answered_late, touched, recorded_late)] == [1, 1, 1]
