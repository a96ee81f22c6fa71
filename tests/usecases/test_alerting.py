"""Staff are warned before a breach and their supervisors told of it: once a cycle, in working hours, never too late."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.people_models import StaffUser
from helpdesk.tickets.words import Channel
from tests.usecases.conftest import Office
from tests.usecases.test_sweep import classified, sweep

RESET = "itsm.8/reset-password"


@pytest.fixture
def office(office: Office) -> Office:
    """An office in which everybody has an address."""
    with unit_of_work() as session:
        for user in session.scalars(select(StaffUser)):
            user.email = f"{user.name}@kantor.example"
    return office


def told(office: Office, number: str) -> list[tuple[str, str]]:
    """(kind, user name) of the notices that staff got about a ticket, in the order of writing."""
    mine = select(OutboxMessage.kind, OutboxMessage.recipient).where(OutboxMessage.kind.in_(("warning", "alarm")))

    def look(session, ticket):
        found = session.execute(mine.where(OutboxMessage.ticket_id == ticket.id).order_by(OutboxMessage.id))
        return [(row.kind, row.recipient.partition("@")[0]) for row in found]

    return office.see(number, look)


def at(office: Office, moment: datetime) -> None:
    office.now.at = moment
    sweep(office)


def near(office: Office, number: str) -> datetime:
    """When the ticket comes close to its deadline of 4 working hours: after 3 of them."""
    return office.value(number, "resolution_due_at") - timedelta(hours=1)


def test_the_assignee_is_warned_once_at_the_share_of_the_item(office: Office) -> None:
    number = classified(office)
    office.does("agen", "take", number)
    at(office, near(office, number) - timedelta(seconds=1))
    assert told(office, number) == []
    at(office, near(office, number))
    at(office, near(office, number) + timedelta(minutes=20))
    office.does("agen", "note", number, text="sebentar")
    sweep(office)
    assert told(office, number) == [("warning", "agen")]


def test_without_an_assignee_the_group_is_warned(office: Office) -> None:
    at_layer_1, at_group = classified(office), classified(office)
    office.does("agen", "escalate", at_group, group="rft-tik")
    at(office, near(office, at_group))
    assert told(office, at_layer_1) == [("warning", "agen")]
    assert told(office, at_group) == [("warning", "teknisi")]


def test_who_has_left_is_not_written_to_but_the_group_is(office: Office) -> None:
    number = classified(office)
    office.does("agen", "escalate", number, group="rft-tik")
    office.does("teknisi", "take", number)
    with unit_of_work() as session:
        session.execute(update(StaffUser).where(StaffUser.name == "teknisi").values(active=False))
    at(office, near(office, number))
    assert told(office, number) == []


def test_the_supervisors_of_the_desk_hear_of_a_breach_once(office: Office) -> None:
    number = classified(office)
    office.does("agen", "escalate", number, group="rft-tik")
    due = office.value(number, "resolution_due_at")
    at(office, due + timedelta(hours=1, seconds=1))
    at(office, due + timedelta(hours=2))
    assert told(office, number) == [("alarm", "penyelia")]


def test_case_51_nobody_is_written_to_outside_the_hours_of_the_desk(office: Office) -> None:
    office.now.at = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)  # 13:00 in Medan: four hours later it is 17:00
    number = classified(office)
    due = office.value(number, "resolution_due_at")
    assert due == datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
    at(office, near(office, number))
    at(office, due + timedelta(seconds=1))
    assert told(office, number) == [("warning", "agen")]
    opening = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    assert office.value(number, "next_check_at") == opening
    at(office, opening)
    assert told(office, number)[1:] == [("alarm", "penyelia")]


def test_a_warning_in_the_lunch_break_waits_for_its_end(office: Office) -> None:
    office.now.at = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 09:00: three hours later the break begins
    number = classified(office)
    at(office, datetime(2026, 11, 23, 5, 0, 3, tzinfo=UTC))
    assert told(office, number) == []
    at(office, datetime(2026, 11, 23, 6, 0, tzinfo=UTC))
    assert told(office, number) == [("warning", "agen")]


def test_a_worker_that_was_down_over_the_breach_does_not_warn_of_what_has_happened(office: Office) -> None:
    number = classified(office)
    at(office, office.value(number, "resolution_due_at") + timedelta(hours=1, minutes=30))
    assert told(office, number) == [("alarm", "penyelia")]


def test_case_50_a_ticket_recorded_late_gets_no_warning_whose_time_was_past(office: Office) -> None:
    office.now.at = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
    earlier = office.now() - timedelta(hours=3, minutes=15)
    number = office.opened(channel=Channel.PHONE, item=RESET, received_at=earlier)
    assert office.value(number, "at_risk") is True
    sweep(office)
    at(office, office.now() + timedelta(minutes=20))
    assert told(office, number) == []


def test_a_held_or_fulfilled_ticket_warns_nobody(office: Office) -> None:
    held, done = classified(office), classified(office)
    for number in (held, done):
        office.does("agen", "take", number)
    office.does("agen", "hold", held, reason="requester")
    office.does("agen", "fulfil", done, note="x", label="y")
    at(office, datetime(2026, 11, 24, 3, 0, tzinfo=UTC))
    assert (told(office, held), told(office, done)) == ([], [])


def test_a_new_cycle_warns_anew(office: Office) -> None:
    number = classified(office)
    at(office, near(office, number))
    office.does("agen", "fulfil", number, note="x", label="y")
    office.does("agen", "confirm-fulfilment", number)
    office.does(office.requester(number), "reopen", number, reason="belum")
    at(office, near(office, number))
    assert [kind for kind, _who in told(office, number)] == ["warning", "warning"]


def test_a_ticket_that_comes_close_by_an_action_is_warned_of_at_the_next_turn(office: Office) -> None:
    number = office.opened()
    office.now.move(hours=3, minutes=30)
    office.does("agen", "classify", number, item=RESET)
    sweep(office)
    assert told(office, number) == [("warning", "agen")]


def test_staff_without_an_address_get_nothing_and_the_sweep_moves_on(office: Office) -> None:
    with unit_of_work() as session:
        session.execute(update(StaffUser).values(email=""))
    number = classified(office)
    at(office, near(office, number))
    at(office, office.value(number, "resolution_due_at") + timedelta(hours=2))
    assert told(office, number) == []
    assert "warned" not in office.see(number, lambda _s, t: [e.action for e in t.events])


def test_nobody_is_flooded_and_nothing_is_held_back_for_later(office: Office) -> None:
    numbers = [office.opened(email=f"p{n}@kantor.example", item=RESET) for n in range(13)]
    at(office, near(office, numbers[0]))
    sent = [kind for number in numbers for kind, _who in told(office, number)]
    assert len(sent) == office.settings.automatic_per_hour
    states = office.see(numbers[0], lambda s, _t: set(s.scalars(select(OutboxMessage.state))))
    assert "held" not in states
    assert all(office.value(number, "at_risk") for number in numbers)


def test_a_notice_is_no_part_of_what_the_requester_reads(office: Office) -> None:
    number = classified(office)
    before = office.see(number, lambda _s, t: len(t.entries))
    at(office, near(office, number))
    assert office.see(number, lambda _s, t: len(t.entries)) == before
