"""A request that comes later than its standard asks: a polite answer once, and staff may take it on with a reason."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from helpdesk.store.mail_models import OutboxMessage
from helpdesk.tickets.errors import Forbidden, Invalid
from helpdesk.tickets.words import Channel
from helpdesk.usecases.short_notice import SHORT_NOTICE
from tests.usecases.conftest import Office

EVENT = "itsm.11/special-event"
WIB = ZoneInfo("Asia/Jakarta")
FRIDAY, NEXT_MONDAY = datetime(2026, 11, 27, 9, tzinfo=WIB), datetime(2026, 11, 30, 9, tzinfo=WIB)
"""Four and five working days after the Monday on which the office begins."""


def mailed(office: Office, event_at: datetime = FRIDAY, place: str = "near", **opening: object) -> str:
    """A request by mail that an agent has classified and whose date he entered."""
    number = office.opened(**opening)
    office.does("agen", "classify", number, item=EVENT)
    office.does("agen", "set", number, event_at=event_at, attributes={"place": place})
    return number


def letters(office: Office, number: str) -> list[str]:
    """The polite answers about the lead time, oldest first."""
    mine = select(OutboxMessage.entry_id).where(OutboxMessage.kind == "late-request").order_by(OutboxMessage.id)

    def look(session, ticket):
        ids = list(session.scalars(mine.where(OutboxMessage.ticket_id == ticket.id)))
        return [next(e.text for e in ticket.entries if e.id == entry) for entry in ids]

    return office.see(number, look)


def events(office: Office, number: str) -> list[tuple[str, str, dict]]:
    return office.see(number, lambda _s, t: [(e.action, e.why, e.data) for e in t.events])


def test_a_mail_that_came_too_late_gets_one_polite_answer_with_the_lead_time(office: Office) -> None:
    number = mailed(office)
    (letter,) = letters(office, number)
    assert "paling lambat 5 hari kerja sebelum kegiatan" in letter
    assert "at least 5 working days before the event" in letter
    assert "Jumat, 27 November 2026 pukul 09.00 WIB" in letter
    office.does("agen", "set", number, attributes={"place": "near"}, reason="sama")
    office.does("agen", "classify", number, priority=2)
    assert len(letters(office, number)) == 1


def test_a_mail_that_kept_the_lead_time_gets_none(office: Office) -> None:
    assert letters(office, mailed(office, NEXT_MONDAY)) == []


def test_the_longer_lead_time_outside_the_office_counts(office: Office) -> None:
    (letter,) = letters(office, mailed(office, NEXT_MONDAY, "outside"))
    assert "10 hari kerja" in letter


def test_nothing_is_said_while_the_place_or_the_date_is_not_known(office: Office) -> None:
    number = office.opened()
    office.does("agen", "classify", number, item=EVENT)
    office.does("agen", "set", number, event_at=NEXT_MONDAY)
    assert letters(office, number) == []


def test_who_did_not_say_when_the_event_is_is_asked_for_the_date(office: Office) -> None:
    number = office.opened()
    office.does("agen", "classify", number, item=EVENT)
    letter = office.see(number, lambda _s, t: t.entries[-1].text)
    assert "bergantung pada tanggal kegiatan. Mohon balas surel ini dengan tanggalnya." in letter
    assert "The deadline depends on the date of the activity." in letter
    assert "kami sepakati" not in letter


def test_whoever_sent_the_form_all_the_same_was_told_by_the_form(office: Office) -> None:
    number = office.opened(
        channel=Channel.PORTAL, item=EVENT, event_at=FRIDAY, attributes={"place": "near"}, why=SHORT_NOTICE
    )
    office.does("agen", "classify", number, priority=2)
    assert letters(office, number) == []


def test_staff_take_it_on_with_a_reason_and_the_requester_hears_of_it(office: Office) -> None:
    number = mailed(office)
    office.does("agen", "set", number, short_notice="Rapat Menteri")
    done = [e for e in events(office, number) if e[0] == "set"][-1]
    assert (done[1], done[2]["short_notice"]) == ("Rapat Menteri", "Rapat Menteri")
    first, second = letters(office, number)
    assert "Kami periksa" in first
    assert "tetap kami kerjakan" in second
    assert "Rapat Menteri" not in second, "the reason is for the desk"
    office.does("agen", "set", number, short_notice="sekali lagi")
    assert len(letters(office, number)) == 2


def test_taken_on_with_the_date_itself_one_letter_says_both(office: Office) -> None:
    number = office.opened()
    office.does("agen", "classify", number, item=EVENT)
    office.does("agen", "set", number, event_at=FRIDAY, attributes={"place": "near"}, short_notice="mendesak")
    (letter,) = letters(office, number)
    assert "tetap kami kerjakan" in letter


def test_what_came_in_time_cannot_be_taken_on_as_late(office: Office) -> None:
    number = mailed(office, NEXT_MONDAY)
    with pytest.raises(Invalid) as refused:
        office.does("agen", "set", number, short_notice="x")
    assert list(refused.value.fields) == ["short_notice"]


def test_the_requester_does_not_take_on_the_own_late_request(office: Office) -> None:
    number = mailed(office)
    with pytest.raises(Forbidden):
        office.does(office.requester(number), "set", number, short_notice="tolong")
