"""Cases 33 to 52 of sla-cases 4.3 on tickets: the first answer, cycles and verdicts, merges, extension, the jobs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from helpdesk.sla.norms import Extension, Span, Unit
from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Entry, Event
from helpdesk.tickets.errors import WrongState
from helpdesk.usecases.recording import create_ticket
from tests.usecases.conftest import MEDAN, Office
from tests.usecases.test_sweep import apologies, classified, sweep
from tests.usecases.test_the_flow import fulfilled

ITEM = "itsm.8/reset-password"


@pytest.fixture
def database() -> str:
    """The rules of cycles are the same on every database."""
    return "sqlite"


def verdicts(office: Office, number: str) -> list[str]:
    """The verdict of each ended cycle, as its event holds it for good."""

    def look(session, ticket):
        events = session.scalars(select(Event).where(Event.ticket_id == ticket.id).order_by(Event.id))
        ended = (event.data.get("ended") for event in events)
        return [kept["resolution_verdict"] for kept in ended if kept]

    return office.see(number, look)


def resolved(office: Office) -> str:
    number = fulfilled(office)
    office.does("agen", "confirm-fulfilment", number)
    return number


def recorded(office: Office, who: str, **values: object) -> str:
    given = {
        "desk": MEDAN,
        "channel": "walk-in",
        "subject": "Lupa password",
        "text": "Di loket.",
        "item": ITEM,
        "requester": {"name": who.title(), "email": f"{who}@kantor.example"},
        **values,
    }
    with unit_of_work() as session:
        return create_ticket(session, office.context(), office.people["agen"], given).number


def test_case_33_an_agent_who_is_the_requester_too_is_measured_like_everybody(office: Office) -> None:
    """The agent records the own request at the counter and works on it: met at once, and no clock differs."""
    own, other = recorded(office, "agen"), recorded(office, "sari")
    for number in (own, other):
        office.does("agen", "take", number)
        office.does("agen", "assign", number, assignee="agen")
    names = ("response_due_at", "response_done_at", "response_verdict", "resolution_due_at")
    assert [office.value(own, name) for name in names] == [office.value(other, name) for name in names]
    assert office.value(own, "response_verdict") == "met"


def test_case_32_33_a_visit_is_answered_by_being_recorded_also_in_the_lunch_break(office: Office) -> None:
    office.now.at = datetime(2026, 11, 23, 5, 20, tzinfo=UTC)  # 12:20 in Medan
    number = recorded(office, "sari")
    assert office.value(number, "response_due_at") == office.value(number, "response_done_at") == office.now()


def test_case_35_a_late_first_answer_stays_late_and_is_counted_once(office: Office) -> None:
    number = office.opened()
    office.now.move(minutes=31)
    office.does("agen", "classify", number, item=ITEM)
    answered = office.now()
    assert office.value(number, "response_verdict") == "breached"
    office.does("agen", "fulfil", number, note="x", label="y")
    office.does("agen", "confirm-fulfilment", number)
    office.does(office.requester(number), "reopen", number, reason="belum")
    office.now.move(minutes=5)
    office.does("agen", "reply", number, text="Kami lihat lagi.")
    assert (office.value(number, "response_done_at"), office.value(number, "response_verdict")) == (
        answered,
        "breached",
    )


def test_case_36_a_reply_counts_as_the_first_answer_whether_or_not_it_can_be_delivered(office: Office) -> None:
    number = office.opened()
    office.now.move(minutes=10)
    office.does("agen", "reply", number, text="Kami bantu.")
    assert office.value(number, "response_done_at") == office.now()


def test_case_38_the_first_verdict_stays_and_the_second_cycle_has_its_own(office: Office) -> None:
    number = classified(office)
    office.now.at = office.value(number, "resolution_due_at") + timedelta(hours=1)
    office.does("agen", "fulfil", number, note="x", label="y")
    office.does("agen", "confirm-fulfilment", number)
    office.does(office.requester(number), "reopen", number, reason="belum")
    assert office.value(number, "breached") is False, "the new cycle has not begun late"
    office.does("agen", "fulfil", number, note="x", label="y")
    office.does("agen", "confirm-fulfilment", number)
    assert verdicts(office, number) == ["breached", "met"]


def test_case_38_a_ticket_reopened_twice_has_three_cycles_and_no_closed_hour_counts(office: Office) -> None:
    number = resolved(office)
    for _ in range(2):
        office.now.move(days=2)
        office.does(office.requester(number), "reopen", number, reason="belum")
        assert office.value(number, "resolution_due_at") > office.now()
        with pytest.raises(WrongState):
            office.does(office.requester(number), "reopen", number, reason="belum")
        office.does("teknisi", "fulfil", number, note="x", label="y")
        office.does("agen", "confirm-fulfilment", number)
    assert (verdicts(office, number), office.value(number, "cycle")) == (["met"] * 3, 3)


@pytest.mark.parametrize("end", ["confirmed", "silent", "rejected"])
def test_case_39_the_clock_stopped_at_fulfilment_whatever_the_requester_says_later(office: Office, end: str) -> None:
    number = fulfilled(office)
    done = office.now()
    office.now.move(days=1)
    office.does("agen", "confirm-fulfilment", number)
    office.now.move(days=1)
    if end == "confirmed":
        office.does(office.requester(number), "confirm", number, rating=4)
    elif end == "silent":
        office.now.move(days=10)
        sweep(office)
    if end != "rejected":
        assert (office.value(number, "status"), office.value(number, "resolution_done_at")) == ("closed", done)
    else:
        office.does(office.requester(number), "reopen", number, reason="belum")
        assert office.value(number, "resolution_done_at") is None
    assert verdicts(office, number) == ["met"]


def test_case_40_nothing_relabels_a_ticket_that_is_resolved_or_closed(office: Office) -> None:
    number = resolved(office)
    for _ in ("resolved", "closed"):
        for action, fields in (("fulfil", {"note": "x", "label": "baru"}), ("classify", {"item": ITEM})):
            with pytest.raises(WrongState):
                office.does("agen", action, number, **fields)
        if office.value(number, "status") == "resolved":
            office.does("agen", "confirm", number)
    assert office.value(number, "label") == "reset"


@pytest.mark.parametrize("reason", ["duplicate", "spam", "not-ours", "withdrawn"])
def test_case_40_a_cancelled_ticket_is_excluded_with_who_and_why(office: Office, reason: str) -> None:
    number = classified(office)
    office.now.at = office.value(number, "resolution_due_at") + timedelta(hours=1)
    office.does("agen", "cancel", number, reason=reason)
    by, why = office.see(
        number, lambda s, t: s.execute(select(Event.by, Event.data).order_by(Event.id.desc()).limit(1)).one()
    )
    assert (office.value(number, "resolution_verdict"), by, why["reason"]) == ("excluded", "agen", reason)


def test_case_41_a_merged_ticket_notifies_nobody_any_more_and_its_target_keeps_its_receipt(office: Office) -> None:
    source = classified(office)
    office.now.move(minutes=30)
    target = classified(office)
    received = office.value(target, "received_at")
    office.does("agen", "merge", source, number=target)
    assert office.value(source, "next_check_at") is None
    assert office.value(source, "resolution_verdict") == "excluded"
    office.now.move(days=5)
    sweep(office)
    assert (apologies(office, source), apologies(office, target)) == (0, 1)
    assert office.value(target, "received_at") == received


def test_case_42_a_linked_ticket_has_its_own_clock_and_verdict(office: Office) -> None:
    one, other = classified(office), classified(office)
    office.does("agen", "link", one, number=other)
    office.does("agen", "fulfil", one, note="x", label="y")
    office.does("agen", "confirm-fulfilment", one)
    assert (verdicts(office, one), verdicts(office, other)) == (["met"], [])
    assert office.value(other, "status") == "in_progress"


def test_case_48_a_held_ticket_is_extended_and_the_hold_moves_the_new_deadline(office: Office) -> None:
    item = office.catalog.items[ITEM]
    target = replace(item.target, extension=Extension(Span(Decimal(1), Unit.WORKING_DAY)))
    office.catalog = replace(office.catalog, items={**office.catalog.items, ITEM: replace(item, target=target)})
    number = classified(office)
    due = office.value(number, "resolution_due_at")
    office.does("agen", "hold", number, reason="requester")
    office.does("penyelia", "extend", number, reason="menunggu data")
    office.now.move(hours=1)
    office.does("agen", "resume", number)
    assert office.value(number, "resolution_due_at") == due + timedelta(days=1, hours=2), "an hour, and lunch"


def test_case_48_nothing_is_extended_at_the_second_after_the_deadline(office: Office) -> None:
    item = office.catalog.items[ITEM]
    target = replace(item.target, extension=Extension(Span(Decimal(1), Unit.WORKING_DAY)))
    office.catalog = replace(office.catalog, items={**office.catalog.items, ITEM: replace(item, target=target)})
    late, at_the_last_second = classified(office), classified(office)
    due = office.value(late, "resolution_due_at")
    office.now.at = due
    office.does("penyelia", "extend", at_the_last_second, reason="x")
    office.now.at = due + timedelta(seconds=1)
    with pytest.raises(WrongState):
        office.does("penyelia", "extend", late, reason="x")


@pytest.mark.parametrize(("down", "promises"), [(4, True), (6, False)])
def test_case_49_a_worker_that_was_down_over_the_breach_tells_the_true_times_and_promises_none_that_is_over(
    office: Office, down: int, *, promises: bool
) -> None:
    number = classified(office)
    due = office.value(number, "resolution_due_at")
    office.now.at = due + timedelta(hours=down)
    sweep(office)
    sweep(office)
    (told,) = office.see(
        number,
        lambda s, t: s.scalars(
            select(OutboxMessage.context).where(OutboxMessage.ticket_id == t.id, OutboxMessage.kind == "apology")
        ).all(),
    )
    assert datetime.fromisoformat(told["due_at"]) == due
    anew = due + timedelta(hours=5)  # four from the breach, and lunch
    assert told["new_due_at"] == (anew.isoformat() if promises else None)
    entry = office.see(number, lambda s, t: s.scalars(select(Entry.text).where(Entry.ticket_id == t.id)).all())[-1]
    assert ("Waktu yang baru belum dapat kami sebutkan" in entry) is not promises


def test_case_50_52_a_call_recorded_late_is_breached_from_its_own_deadline_on(office: Office) -> None:
    office.now.move(hours=9)
    received = office.now() - timedelta(hours=9)
    number = recorded(office, "sari", channel="phone", received_at=received, reason="dicatat belakangan")
    assert office.value(number, "received_at") == received
    assert office.value(number, "resolution_due_at") < office.now()
    sweep(office)
    assert (office.value(number, "breached"), apologies(office, number)) == (True, 1)
