"""Booking a visit: which times there are, that none is given twice, and who sees it."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from helpdesk.store.db import db, unit_of_work
from helpdesk.store.models import Ticket
from helpdesk.tickets.errors import DomainError
from helpdesk.tickets.words import Action, Status
from helpdesk.usecases.handling import perform, ticket_for
from helpdesk.usecases.visits import free_slots
from tests.web.conftest import MEDAN, RESET, World, form_token
from tests.web.rows import row_of
from tests.web.test_slips import link_of

NINE = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # Tuesday, 09:00 in Medan


def book(world: World, number: str, at: datetime | None = NINE, who: str = "rina", **more: Any) -> Any:
    given = {"visit_at": at.isoformat()} if at else {}
    return world.api(who).act(number, "set", {**given, **more}, headers={"Accept-Language": "en"})


def said(answer: Any) -> str:
    return str(next(iter(answer.json["errors"].values()))[0])


def test_the_slots_are_whole_hours_of_the_next_ten_working_days(world: World) -> None:
    number = world.ticket()
    world.move(hours=1, minutes=30)  # Monday 09:30
    with world.app.app_context():
        slots = free_slots(db.session(), world.context, ticket_for(db.session(), world.staff("rina"), number))
    hours = [slot.starts_at.astimezone(world.context.desk(MEDAN).zone) for slot in slots]
    assert [f"{hour:%a %H:%M}" for hour in hours[:7]] == [
        "Mon 10:00", "Mon 11:00", "Mon 13:00", "Mon 14:00", "Mon 15:00", "Mon 16:00", "Tue 08:00",
    ]  # fmt: skip
    assert len({hour.date() for hour in hours}) == 11
    assert all(hour.weekday() < 5 for hour in hours)


@pytest.mark.parametrize(
    ("at", "fault"),
    [
        (NINE - timedelta(days=1, hours=2), "over"),
        (NINE + timedelta(minutes=30), "offered"),
        (NINE + timedelta(hours=3), "offered"),
        (NINE + timedelta(days=4), "offered"),
        (datetime(2026, 12, 25, 2, 0, tzinfo=UTC), "offered"),
    ],
    ids=["past", "between", "lunch", "Saturday", "Christmas"],
)
def test_no_other_time_can_be_booked(world: World, at: datetime, fault: str) -> None:
    answer = book(world, world.ticket(), at)
    assert answer.status_code == 422
    assert fault in said(answer)


def test_a_full_time_is_refused_and_given_again_when_it_is_cancelled_or_done(world: World) -> None:
    first, second = world.ticket(), world.ticket()
    assert book(world, first).status_code == 200
    assert book(world, first, visit="desk").status_code == 200
    assert "Somebody else" in said(book(world, second))
    assert book(world, first, None, visit="none").status_code == 200
    assert book(world, second).status_code == 200
    assert "No visit" in said(book(world, first, None, visit="none"))
    world.api("rina").ok(second, "cancel", {"reason": "spam"})
    assert book(world, first).status_code == 200
    assert book(world, world.ticket(Status.FULFILLED), NINE + timedelta(hours=1)).status_code == 409
    visits = [e.data["visit"] and e.data["visit"]["kind"] for e in row_of(world, first).events if "visit" in e.data]
    assert visits == ["site", "desk", None, "site"]


def test_only_one_of_two_who_choose_the_same_time_at_once_gets_it(both: World) -> None:
    numbers = [both.ticket() for _ in range(4)]
    staff = both.staff("rina")

    def try_it(number: str) -> bool:
        try:
            with both.app.app_context(), unit_of_work() as session:
                ticket = ticket_for(session, staff, number, lock=True)
                perform(session, both.context, staff, ticket, Action.SET, {"visit_at": NINE})
        except DomainError:
            return False
        return True

    with ThreadPoolExecutor(4) as several:
        assert sorted(several.map(try_it, numbers)) == [False, False, False, True]


def test_the_requester_books_and_cancels_by_the_private_link_and_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = world.ticket(channel="walk-in", item=RESET)
    link = link_of(world, monkeypatch, number, "card")
    visitor = world.browser()
    page = visitor.get(link).text
    assert f'value="{NINE.isoformat()}"' in page
    token = form_token(visitor, link)

    def sends(**fields: str) -> int:
        return int(visitor.post(f"{link}/visit", data={"csrf_token": token, **fields}).status_code)

    assert sends(visit_at="") == sends(visit_at="soon") == sends(visit_at=(NINE - timedelta(days=2)).isoformat()) == 422
    assert sends(visit_at=NINE.isoformat(), visit="desk") == 303
    ticket = row_of(world, number)
    assert (ticket.visit_at, ticket.visit_kind, ticket.unread) == (NINE, "desk", True)
    assert "Selasa, 24 November 2026 pukul 09.00 WIB" in visitor.get(link).text
    told = ticket.entries[-1].text
    assert "Selasa, 24 November 2026 pukul 09.00 WIB" in told
    assert "Please come to KPTIK BMN Medan" in told
    assert sends(visit="none") == 303
    assert row_of(world, number).visit_at is None


def test_the_queue_and_the_ticket_show_the_visit_and_that_the_desk_is_closed_then(world: World) -> None:
    number = world.ticket(Status.NEW, "rft-tik")
    assert book(world, number).status_code == 200
    browser = world.entered("tono")
    line = re.search(f'<tr id="{number}".*?</tr>', browser.get("/queue").text, re.DOTALL)
    assert line
    assert "kunjungan 24 Nov 09.00" in line.group()
    assert "24 Nov 2026 09.00" in browser.get(f"/tickets/{number}").text
    assert "tutup" not in line.group()
    with world.app.app_context(), unit_of_work() as session:  # as a holiday that is decreed later leaves it
        ticket = session.query(Ticket).filter_by(number=number).one()
        ticket.visit_at = datetime(2026, 12, 25, 2, 0, tzinfo=UTC)
        ticket.visit_until = ticket.visit_at + timedelta(hours=1)
    assert "(meja tutup saat itu)" in browser.get("/queue").text
    assert "sepakati waktu lain" in browser.get(f"/tickets/{number}").text
