"""An attribute is changed, by staff or by the requester: the deadline moves, who is concerned is told once."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Participant
from helpdesk.tickets.errors import Forbidden, Invalid, WrongState
from helpdesk.tickets.permission import Requester
from helpdesk.usecases.clocks import standing
from tests.usecases.conftest import Office
from tests.usecases.outgoing import ONE_DATABASE

SUPPLY = "itsm.9/software-install"
BOSS = ("kepala@kantor.example", "Kepala", "superior")


def supplied(office: Office, **attributes: object) -> str:
    return office.opened(item=SUPPLY, attributes=attributes or {"devices": 6}, copies=(BOSS,))


def event(office: Office, number: str) -> SimpleNamespace:
    """The last event of a ticket."""
    names = ("action", "actor", "by", "why", "data")
    return office.see(number, lambda _s, t: SimpleNamespace(**{name: getattr(t.events[-1], name) for name in names}))


def told(office: Office, number: str) -> list[str]:
    """Who gets a notice of a changed deadline."""
    mine = select(OutboxMessage.recipient).where(OutboxMessage.kind == "change").order_by(OutboxMessage.id)
    return office.see(number, lambda s, t: list(s.scalars(mine.where(OutboxMessage.ticket_id == t.id))))


def test_case_21_six_devices_become_nine_and_the_deadline_moves(office: Office) -> None:
    number = supplied(office)
    before = office.value(number, "resolution_due_at")
    office.does("agen", "set", number, attributes={"devices": 16}, reason="salah hitung")
    after = office.value(number, "resolution_due_at")
    assert after > before
    made = event(office, number)
    (change,) = made.data["changed"]
    assert (change["attribute"], change["before"], change["after"]) == ("devices", 6, 16)
    assert (made.data["from_due_at"], made.data["due_at"]) == (before.isoformat(), after.isoformat())
    assert (made.by, made.why) == ("agen", "salah hitung")


def test_the_requester_and_everybody_in_copy_are_told_once_with_both_times(office: Office) -> None:
    number = supplied(office)
    office.does("agen", "set", number, attributes={"devices": 16})
    assert told(office, number) == ["sari@kantor.example", "kepala@kantor.example"]
    said = office.see(number, lambda _s, t: [e.text for e in t.entries if "Batas waktu penyelesaian" in e.text])
    assert len(said) == 1
    assert "semula 6, sekarang 16" in said[0]
    assert "6 before, now 16" in said[0]
    office.does("agen", "set", number, attributes={"devices": 16})
    assert len(told(office, number)) == 2, "nothing changed, so nobody is told"


def test_case_21_a_number_corrected_downward_moves_the_deadline_back(office: Office) -> None:
    number = supplied(office, devices=16)
    before = office.value(number, "resolution_due_at")
    office.does("agen", "set", number, attributes={"devices": 2})
    assert office.value(number, "resolution_due_at") < before
    assert len(told(office, number)) == 2


def test_a_value_that_is_known_already_is_no_event(office: Office) -> None:
    number = supplied(office)
    office.does("agen", "set", number, attributes={"devices": 6})
    assert event(office, number).action == "open"


def test_a_change_within_the_same_step_is_an_event_and_no_mail(office: Office) -> None:
    number = supplied(office)
    due = office.value(number, "resolution_due_at")
    office.does("agen", "set", number, attributes={"devices": 7})
    assert office.value(number, "resolution_due_at") == due
    assert event(office, number).data["changed"][0]["after"] == 7
    assert "from_due_at" not in event(office, number).data
    assert told(office, number) == []


def test_a_requester_changes_what_the_form_asked(office: Office) -> None:
    number = supplied(office)
    with unit_of_work() as session:
        assert session.scalar(select(Participant.kind).where(Participant.address == BOSS[0])) == "superior"
    before = office.value(number, "resolution_due_at")
    office.does("agen", "take", number)
    office.does(office.requester(number), "set", number, attributes={"devices": "16"})
    made = event(office, number)
    assert (made.actor, made.by, made.action) == ("requester", "sari@kantor.example", "set")
    assert office.value(number, "attributes") == {"devices": 16}
    assert office.value(number, "resolution_due_at") > before
    assert office.value(number, "unread") is True, "the assignee sees that something changed"
    assert told(office, number) == ["sari@kantor.example", "kepala@kantor.example"]


@ONE_DATABASE
def test_a_requester_makes_nobody_late_by_other_answers_but_staff_may(office: Office) -> None:
    number = supplied(office, devices=1000)
    before = office.value(number, "resolution_due_at")
    office.now.move(days=20)
    assert before is None or before > office.now()
    with pytest.raises(Invalid, match="over already"):
        office.does(office.requester(number), "set", number, attributes={"devices": 1})
    assert (office.value(number, "attributes"), told(office, number)) == ({"devices": 1000}, [])
    office.does("agen", "set", number, attributes={"devices": 1})
    assert office.value(number, "breached") is True


@pytest.mark.parametrize("value", ["0", "-3", "2.5", "banyak", "", True])
def test_a_requester_is_refused_what_the_form_would_refuse(office: Office, value: object) -> None:
    number = supplied(office)
    with pytest.raises(Invalid):
        office.does(office.requester(number), "set", number, attributes={"devices": value})
    assert office.value(number, "attributes") == {"devices": 6}


def test_a_requester_sets_nothing_else(office: Office) -> None:
    number = supplied(office)
    for fields in (
        {"agreed_due_at": office.now()},
        {"event_at": office.now()},
        {"starts_at": office.now()},
        {"documents": {"KTP": True}},
        {"attributes": {"devices": 9}, "agreed_due_at": office.now()},
        {"attributes": {"devices": 9}, "reason": "begitu"},
    ):
        with pytest.raises(Forbidden):
            office.does(office.requester(number), "set", number, **fields)
    assert office.value(number, "attributes") == {"devices": 6}


def test_what_staff_judge_is_not_for_the_requester(office: Office) -> None:
    judged = [(i.id, a) for i in office.catalog.items.values() for a in i.attributes if a.by_staff]
    assert judged, "the catalogue has such attributes"
    item, attribute = judged[0]
    value = next(iter(attribute.choices), "3")
    number = office.opened(item=item)
    with pytest.raises(Forbidden):
        office.does(office.requester(number), "set", number, attributes={attribute.id: value})
    office.does("agen", "set", number, attributes={attribute.id: value})
    assert str(office.value(number, "attributes")[attribute.id]) == value


def test_somebody_elses_ticket_does_not_exist(office: Office) -> None:
    mine, other = supplied(office), office.opened(email="eva@lain.example", item=SUPPLY)
    eva = office.requester(other)
    with pytest.raises(Exception, match="There is no such ticket"):
        office.does(Requester(eva.id, eva.address), "set", mine, attributes={"devices": 9})


def test_after_fulfilment_nothing_changes_any_more(office: Office) -> None:
    number = supplied(office)
    office.does("agen", "take", number)
    office.does("agen", "fulfil", number, note="x", label="y")
    for who in ("agen", office.requester(number)):
        with pytest.raises(WrongState):
            office.does(who, "set", number, attributes={"devices": 16})


def test_a_missing_number_counts_as_the_earliest_until_somebody_says_it(office: Office) -> None:
    number = office.opened(item=SUPPLY)
    missing = office.see(number, lambda s, t: standing(s, office.context(), t).timeline.missing)
    assert missing == ("devices",)
    least = supplied(office, devices=1)
    assert office.value(number, "resolution_due_at") == office.value(least, "resolution_due_at")
    office.does(office.requester(number), "set", number, attributes={"devices": 16})
    assert office.see(number, lambda s, t: standing(s, office.context(), t).timeline.missing) == ()
    assert event(office, number).data["changed"][0]["before"] is None
    said = office.see(number, lambda _s, t: t.entries[-1].text)
    assert "semula belum diketahui, sekarang 16" in said


def test_more_than_the_last_step_is_to_be_agreed_and_the_notice_says_so(office: Office) -> None:
    steps = {n: office.opened(item=SUPPLY, attributes={"devices": n}) for n in (16, 1000)}
    if office.value(steps[1000], "resolution_due_at") is not None:
        pytest.fail("the item has no open end")
    office.does("agen", "set", steps[16], attributes={"devices": 1000})
    assert office.value(steps[16], "resolution_due_at") is None
    said = office.see(steps[16], lambda _s, t: t.entries[-1].text)
    assert "kami sepakati dengan Anda" in said


def test_case_28_a_hold_survives_a_change_of_the_number(office: Office) -> None:
    number = supplied(office)
    office.does("agen", "take", number)
    office.now.move(hours=1)
    office.does("agen", "hold", number, reason="requester")
    office.now.move(hours=2)
    office.does("agen", "set", number, attributes={"devices": 16})
    assert office.value(number, "status") == "on_hold"
    office.now.move(hours=3)
    office.does("agen", "resume", number)
    fresh = supplied(office, devices=16)
    late = office.see(number, lambda s, t: standing(s, office.context(), t).timeline.resolution.elapsed_seconds)
    assert late == 3600
    assert office.value(number, "resolution_due_at") < office.value(fresh, "resolution_due_at")


def test_an_event_date_that_moves_the_deadline_is_told_too(office: Office) -> None:
    items = office.catalog.items.values()
    item = next(i for i in items if i.event_date and not i.event_optional and i.id.startswith("itsm.11"))
    number = office.opened(item=item.id, event_at=office.now.at.replace(month=12, day=7))
    assert office.value(number, "resolution_due_at") is not None
    office.does("agen", "set", number, event_at=office.now.at.replace(month=12, day=14))
    assert told(office, number) == ["sari@kantor.example"]
    assert "changed" not in event(office, number).data
