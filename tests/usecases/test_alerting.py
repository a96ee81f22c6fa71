"""Staff are warned before a breach and their supervisors told of it: once a cycle, in working hours, never too late."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.people_models import Membership, StaffUser
from helpdesk.tickets.errors import Invalid
from helpdesk.tickets.words import Channel
from helpdesk.usecases.absence import set_absent, set_present
from helpdesk.usecases.dispatch import letter
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


def outbox(office: Office, *kinds: str) -> list[OutboxMessage]:
    with unit_of_work() as session:
        found = list(
            session.scalars(select(OutboxMessage).where(OutboxMessage.kind.in_(kinds)).order_by(OutboxMessage.id))
        )
        session.expunge_all()
    return found


def told(office: Office, number: str) -> list[tuple[str, str]]:
    """(kind, user name) of the notices that staff got about a ticket, alone or with others, in the order of writing."""
    mails = outbox(office, "warning", "alarm", "digest")
    of = [
        (notice["kind"], mail.recipient)
        for mail in mails
        for notice in mail.context["notices"]
        if notice["number"] == number
    ]
    return [(kind, recipient.partition("@")[0]) for kind, recipient in of]


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


def test_case_51_what_one_person_is_told_at_once_is_one_mail(office: Office) -> None:
    numbers = [office.opened(email=f"p{n}@kantor.example", item=RESET) for n in range(13)]
    at(office, near(office, numbers[0]))
    assert outbox(office, "warning", "alarm") == []
    (mail,) = outbox(office, "digest")
    assert (mail.recipient, mail.ticket_id) == ("agen@kantor.example", None)
    assert mail.next_try_at == office.now() + timedelta(minutes=1)
    for number in numbers:
        assert office.see(number, lambda _s, t: t.events[-1].action) == "warned"

    def written(session, _ticket):
        return letter(session, office.context(), session.get_one(OutboxMessage, mail.id))

    sent = office.see(numbers[0], written)
    assert sent.subject == "13 tiket memerlukan perhatian / 13 tickets need attention"
    for said in (*numbers, "hampir melewati batas waktu: Senin, 23 November 2026", "Lupa password", "/tickets/"):
        assert said in sent.text, said


def test_what_is_told_later_is_a_mail_of_its_own_until_the_share_of_the_hour_is_used_up(office: Office) -> None:
    office.now.at, numbers = datetime(2026, 11, 23, 2, 30, tzinfo=UTC), []
    for n in range(12):
        office.now.move(minutes=2)
        numbers.append(office.opened(email=f"p{n}@kantor.example", item=RESET))
    for number in numbers:
        at(office, near(office, number))
    assert len(outbox(office, "warning")) == office.settings.automatic_per_hour
    assert {mail.state for mail in outbox(office, "warning", "digest")} == {"pending"}, "nothing is held back for later"
    assert all(office.value(number, "at_risk") for number in numbers)


def test_a_notice_shortly_before_closing_time_waits_for_no_other(office: Office) -> None:
    office.now.at = datetime(2026, 11, 23, 6, 59, 30, tzinfo=UTC)  # three working hours later it is 16:59:30
    number = classified(office)
    at(office, datetime(2026, 11, 23, 9, 59, 30, tzinfo=UTC))
    assert told(office, number) == [("warning", "agen")]
    assert [mail.next_try_at for mail in outbox(office, "warning")][-1] == office.now()


# --- away ----------------------------------------------------------------------------------------------------------

TODAY = date(2026, 11, 23)


def away(office: Office, name: str, substitute: str = "", until: date = TODAY) -> None:
    with unit_of_work() as session:
        set_absent(session, office.context(), name, until, substitute)


def warned_of(office: Office, *, taken_by: str = "") -> list[tuple[str, str]]:
    """Who is warned of a ticket at rft-tik."""
    number = classified(office)
    office.does("agen", "escalate", number, group="rft-tik")
    if taken_by:
        office.does(taken_by, "take", number)
    at(office, near(office, number))
    return told(office, number)


def test_case_51_the_substitute_hears_of_it_while_somebody_is_away(office: Office) -> None:
    away(office, "teknisi", "teknisi-bmn")
    assert warned_of(office, taken_by="teknisi") == [("warning", "teknisi-bmn")]


def test_case_51_without_a_substitute_who_is_there_the_group_hears_of_it_then_the_supervisors(office: Office) -> None:
    with unit_of_work() as session:
        kolega = StaffUser(name="kolega", email="kolega@kantor.example", password_hash="-", created_at=office.now())
        kolega.memberships = [Membership(role="technician", desk="kptik-medan", group="rft-tik")]
        session.add(kolega)
    away(office, "teknisi", "teknisi-bmn")
    away(office, "teknisi-bmn")
    assert warned_of(office, taken_by="teknisi") == [("warning", "kolega")]
    away(office, "kolega")
    assert warned_of(office, taken_by="teknisi") == [("warning", "penyelia")]


def test_after_the_last_day_or_back_earlier_one_is_written_to_again(office: Office) -> None:
    away(office, "teknisi", "teknisi-bmn")
    with unit_of_work() as session:
        set_present(session, "teknisi")
    assert warned_of(office) == [("warning", "teknisi")]
    away(office, "teknisi", "teknisi-bmn")
    office.now.at = datetime(2026, 11, 23, 17, 0, 1, tzinfo=UTC)  # the next day has begun in Medan
    assert warned_of(office) == [("warning", "teknisi")]


@pytest.mark.parametrize(
    ("name", "substitute", "until"),
    [
        ("siapa", "", TODAY),
        ("agen", "siapa", TODAY),
        ("agen", "agen", TODAY),
        ("agen", "agen-lain", TODAY),
        ("agen", "", TODAY - timedelta(days=1)),
    ],
)
def test_an_absence_that_cannot_be_is_refused(office: Office, name: str, substitute: str, until: date) -> None:
    with pytest.raises(Invalid):
        away(office, name, substitute, until)


def test_a_notice_is_no_part_of_what_the_requester_reads(office: Office) -> None:
    number = classified(office)
    before = office.see(number, lambda _s, t: len(t.entries))
    at(office, near(office, number))
    assert office.see(number, lambda _s, t: len(t.entries)) == before
