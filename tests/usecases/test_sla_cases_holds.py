"""Cases 25 to 31 of sla-cases 4.3 on tickets: what a hold does, who may begin one, and what ends it."""

from datetime import datetime, timedelta

import pytest

from helpdesk.store.db import unit_of_work
from helpdesk.store.models import Hold
from helpdesk.tickets.errors import Forbidden, Invalid, WrongState
from helpdesk.tickets.permission import Machine
from helpdesk.tickets.words import Action
from helpdesk.usecases.clocks import standing
from helpdesk.usecases.handling import ticket_for
from helpdesk.usecases.portal import Message, answer
from tests.usecases.conftest import Office
from tests.usecases.test_sweep import apologies, classified, sweep

LUNCH = "the hour of lunch lies between"


@pytest.fixture
def database() -> str:
    """The rules of holds are the same on every database."""
    return "sqlite"


def clock(office: Office, number: str):
    return office.see(number, lambda s, t: standing(s, office.context(), t).timeline.resolution)


def held(office: Office, reason: str = "requester", **fields: object) -> tuple[str, datetime]:
    """A ticket of four working hours, on hold after the first of them, and its deadline before."""
    number = classified(office)
    due = office.value(number, "resolution_due_at")
    office.now.move(hours=1)
    office.does("agen", "hold", number, reason=reason, **fields)
    return number, due


def test_case_25_a_held_ticket_is_resumed_before_it_is_fulfilled_and_only_worked_time_counts(office: Office) -> None:
    number, _due = held(office)
    with pytest.raises(WrongState):
        office.does("agen", "fulfil", number, note="x", label="y")
    office.now.move(days=3)
    office.does("agen", "resume", number)
    office.does("agen", "fulfil", number, note="x", label="y")
    assert clock(office, number).elapsed_seconds == 3600
    office.does("agen", "confirm-fulfilment", number)
    assert office.value(number, "resolution_verdict") == "met"


def test_case_25_a_held_ticket_that_is_merged_or_withdrawn_ends_its_hold_and_is_excluded(office: Office) -> None:
    target = classified(office)
    for action, fields in (("merge", {"number": target}), ("cancel", {"reason": "withdrawn"})):
        number, _due = held(office)
        office.now.move(minutes=5)
        office.does("agen", action, number, **fields)
        assert office.value(number, "resolution_verdict") == "excluded"
        assert office.see(number, lambda s, t: [h.ended_at for h in t.holds]) == [office.now()]


def test_case_25_a_held_ticket_changes_hands_only_after_it_was_resumed(office: Office) -> None:
    number, due = held(office)
    for action, fields in (("escalate", {"group": "rft-tik"}), ("assign", {"assignee": "agen"}), ("take", {})):
        with pytest.raises(WrongState):
            office.does("agen", action, number, **fields)
    office.now.move(minutes=30)
    office.does("agen", "resume", number)
    office.does("agen", "escalate", number, group="rft-tik")
    assert office.value(number, "resolution_due_at") == due + timedelta(hours=1, minutes=30), LUNCH


def test_case_25_27_a_plain_edit_on_a_held_ticket_past_its_old_deadline_leaves_it_held(office: Office) -> None:
    number, due = held(office)
    office.now.at = due + timedelta(days=2)
    office.does("agen", "note", number, text="masih menunggu")
    office.does("agen", "reply", number, text="Kami menunggu kabar Anda.")
    sweep(office)
    assert office.value(number, "status") == "on_hold"
    assert (office.value(number, "breached"), apologies(office, number)) == (False, 0)
    shown = clock(office, number)
    assert (shown.on_hold, shown.remaining_seconds, shown.elapsed_seconds) == (True, 3 * 3600, 3600)


def test_case_25_38_a_ticket_fulfilled_after_a_hold_and_reopened_begins_with_all_of_its_time(office: Office) -> None:
    number, _due = held(office)
    office.now.move(hours=1)
    office.does("agen", "resume", number)
    office.does("agen", "fulfil", number, note="x", label="y")
    office.does("agen", "confirm-fulfilment", number)
    office.now.move(days=1)
    office.does(office.requester(number), "reopen", number, reason="belum")
    assert (clock(office, number).elapsed_seconds, clock(office, number).remaining_seconds) == (0, 4 * 3600)


def test_case_26_a_hold_that_begins_after_the_breach_changes_neither_deadline_nor_verdict(office: Office) -> None:
    number = classified(office)
    due = office.value(number, "resolution_due_at")
    office.now.at = due + timedelta(hours=2)
    sweep(office)
    office.does("agen", "take", number)
    office.does("agen", "hold", number, reason="requester")
    office.now.move(days=1)
    office.does("agen", "resume", number)
    office.does("agen", "fulfil", number, note="x", label="y")
    office.does("agen", "confirm-fulfilment", number)
    assert (office.value(number, "resolution_due_at"), apologies(office, number)) == (due, 1)
    assert office.value(number, "resolution_verdict") == "breached"


def test_case_28_another_item_or_priority_after_a_hold_keeps_the_time_that_it_stood_still(office: Office) -> None:
    number, due = held(office)
    office.now.move(hours=1)
    office.does("agen", "resume", number)
    office.does("agen", "classify", number, priority=1)
    assert office.value(number, "resolution_due_at") == due + timedelta(hours=2), LUNCH
    office.does("agen", "classify", number, item="itsm.8/account-individual")
    assert clock(office, number).due_at == office.value(number, "received_at") + timedelta(days=1, hours=1)
    assert clock(office, number).elapsed_seconds == 3600


def test_case_28_a_held_ticket_keeps_its_hold_while_its_data_change(office: Office) -> None:
    number = office.opened(item="itsm.9/software-install", attributes={"devices": 6})
    office.does("agen", "take", number)
    office.does("agen", "hold", number, reason="requester")
    with pytest.raises(WrongState):
        office.does("agen", "classify", number, item="itsm.8/reset-password")
    office.does("agen", "set", number, attributes={"devices": 9}, reason="bertambah")
    assert (office.value(number, "status"), clock(office, number).on_hold) == ("on_hold", True)


def test_case_29_staff_hold_and_nobody_else_and_only_for_a_known_reason(office: Office) -> None:
    number = classified(office)
    with pytest.raises(Forbidden):
        office.does(office.requester(number), "hold", number, reason="requester")
    with pytest.raises(Forbidden):
        office.does(Machine("worker"), Action.HOLD, number, reason="requester")
    for reason in ("", "lunch", "Requester"):
        with pytest.raises(Invalid):
            office.does("agen", "hold", number, reason=reason)
    with pytest.raises(Invalid):
        office.does("agen", "hold", number, reason="documents", missing=[])
    assert office.see(number, lambda s, t: s.query(Hold).count()) == 0


@pytest.mark.parametrize("reason", ["vendor", "internal"])
def test_case_29_a_reason_that_the_standard_does_not_allow_holds_the_ticket_and_not_its_clock(
    office: Office, reason: str
) -> None:
    number, due = held(office, reason)
    assert (office.value(number, "status"), clock(office, number).on_hold) == ("on_hold", False)
    office.now.at = due + timedelta(seconds=1)
    sweep(office)
    assert (office.value(number, "breached"), apologies(office, number)) == (True, 1)


def test_case_31_an_answer_on_the_portal_ends_the_hold(office: Office) -> None:
    number, due = held(office)
    office.now.move(minutes=30)
    sari = office.requester(number)
    with unit_of_work() as session:
        ticket = ticket_for(session, sari, number, lock=True)
        answer(session, office.context(), sari, ticket, Message("Ini datanya.", form_token="t"))
    assert office.value(number, "status") == "in_progress"
    assert office.value(number, "resolution_due_at") == due + timedelta(hours=1, minutes=30), LUNCH


def test_case_31_an_answer_by_telephone_ends_the_hold_when_staff_say_so(office: Office) -> None:
    number, due = held(office)
    office.now.move(minutes=30)
    office.does("agen", "note", number, text="Ibu Sari menelepon: datanya sudah ada.")
    assert office.value(number, "status") == "on_hold", "a note alone ends nothing"
    office.does("agen", "resume", number, reason="telepon")
    assert office.value(number, "resolution_due_at") == due + timedelta(hours=1, minutes=30), LUNCH
