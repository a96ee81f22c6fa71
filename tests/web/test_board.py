"""The Layer 1 board, as a browser gets it."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from helpdesk.store.db import db, unit_of_work
from helpdesk.store.mail_models import Mailbox, Submission
from helpdesk.store.models import Ticket
from helpdesk.tickets.words import Status
from helpdesk.web.board.address import PAGE
from helpdesk.web.board.phrases import phrases
from helpdesk.web.board.shell import initials
from tests.web.conftest import MEDAN, RESET, SEMARANG, World
from tests.web.lists import change, listed, numbers
from tests.web.rows import row_of


def news(browser: FlaskClient, query: str, **given: Any) -> Any:
    return browser.get(f"/board/news?{query}", **given)


def test_urgent_tickets_come_first_and_then_those_received_first(both: World) -> None:
    first = both.ticket()
    both.move(minutes=5)
    second = both.ticket()
    both.move(minutes=5)
    urgent = both.ticket()
    change(both, urgent, urgent=True)
    assert listed(both) == [urgent, first, second]


def test_triage_shows_what_is_new_and_what_was_handed_back_to_nobody(world: World) -> None:
    new = world.ticket()
    taken = world.ticket(Status.IN_PROGRESS)
    away = world.ticket(group="rft-tik")
    back = world.ticket(group="rft-tik")
    world.api("rina").ok(back, "hand-back", {"group": "layer-1", "reason": "bukan milik kami"})
    assert listed(world) == [new, back]
    assert listed(world, "/board?view=open") == [new, taken, away, back]


def test_the_filter_of_triage_offers_both_statuses_that_it_lists(world: World) -> None:
    new, back = world.ticket(), world.ticket(group="rft-tik")
    world.api("rina").ok(back, "hand-back", {"group": "layer-1", "reason": "bukan milik kami"})
    world.ticket(Status.IN_PROGRESS)
    assert listed(world, "/board?view=triage&status=new") == [new]
    assert listed(world, "/board?view=triage&status=in_progress") == [back]
    page = world.entered("rina").get("/board?view=triage").text
    offered = re.search(r'name="status">(.*?)</select>', page, re.DOTALL)
    assert offered
    assert re.findall(r'value="([^"]*)"', offered.group(1)) == ["", "new", "in_progress"]


def test_a_clock_that_has_not_begun_says_what_it_waits_for(world: World) -> None:
    world.ticket(item="bmn.2/asset-rent", channel="walk-in")
    page = world.entered("rina").get("/board?lang=en").text
    assert "waits for documents" in page
    assert "no due time" not in page


def test_the_deadline_of_an_unclassified_ticket_is_said_to_come_with_its_classification(world: World) -> None:
    number = world.ticket()
    for path, said in (("/board?lang=en", "due once classified"), ("/board?lang=id", "tenggat setelah diklasifikasi")):
        assert said in world.entered("rina").get(path).text
    page = world.entered("rina").get(f"/tickets/{number}?lang=en").text
    assert ("due once classified" in page, "no due time" in page) == (True, False)


def test_times_of_another_year_keep_their_hour_and_no_amount_is_nothing(world: World) -> None:
    with world.app.test_request_context():
        words, zone = phrases("id"), ZoneInfo("Asia/Jakarta")
    now = datetime(2026, 11, 24, 10, tzinfo=zone)
    assert words.brief(datetime(2027, 2, 8, 17, tzinfo=zone), now, zone) == "8 Feb 2027 17.00"
    assert (words.amount(0), words.amount(1)) == ("< 1 m", "1 m")


@pytest.mark.parametrize(("name", "letters"), [("Ayu Agen", "AyA"), ("Adi Admin", "AdA"), ("rina", "RI"), ("", "?")])
def test_colleagues_with_the_same_initials_are_told_apart(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_the_form_of_the_counter_opens_at_the_desk_of_the_list(world: World) -> None:
    browser = world.entered("admin")
    assert 'href="/tickets/new?desk=biro-umum"' in browser.get("/board?desk=biro-umum").text
    assert '<option value="biro-umum" selected>' in browser.get("/tickets/new?desk=biro-umum").text


@pytest.mark.parametrize(
    ("view", "status"), [("held", Status.ON_HOLD), ("confirm", Status.FULFILLED)], ids=["on hold", "confirmation"]
)
def test_a_view_shows_its_status_and_its_number(world: World, view: str, status: Status) -> None:
    world.ticket()
    wanted = world.ticket(status)
    page = world.entered("rina").get(f"/board?view={view}")
    assert numbers(page) == [wanted]
    assert re.search(r'aria-current="page">[^<]*<b[^>]*>1</b>', page.text)


def test_at_risk_and_late_tickets_have_a_view_of_their_own(both: World) -> None:
    both.ticket()
    risk, late, over = both.ticket(), both.ticket(), both.ticket(Status.CLOSED)
    change(both, risk, at_risk=True)
    change(both, late, breached=True)
    change(both, over, breached=True)
    assert listed(both, "/board?view=risk") == [risk, late]


def test_my_queue_holds_what_i_took(both: World) -> None:
    mine, _other = both.ticket(Status.IN_PROGRESS), both.ticket()
    assert listed(both, "/board?view=mine") == [mine]


def test_tickets_of_other_desks_are_never_listed(world: World) -> None:
    mine, other = world.ticket(), world.ticket(desk=SEMARANG)
    assert listed(world, f"/board?desk={SEMARANG}") == [mine]
    assert other not in listed(world, f"/board?q={other}x")
    assert listed(world, "/board", "admin") == [mine, other]
    assert listed(world, f"/board?desk={SEMARANG}", "admin") == [other]


@pytest.mark.parametrize(
    "query",
    [
        "status=on_hold",
        f"item={RESET}",
        "group=rft-tik",
        "assignee=sari",
        "assignee=x",
        "status=x",
        "item=x",
    ],
)
def test_a_filter_narrows_the_list_and_an_unknown_value_finds_nothing(world: World, query: str) -> None:
    plain = world.ticket()
    wanted = world.ticket(item=RESET, group="rft-tik")
    for action, fields in (("assign", {"assignee": "sari"}), ("hold", {"reason": "internal"})):
        world.api("sari").ok(wanted, action, fields)
    found = listed(world, f"/board?view=open&{query}")
    assert plain not in found
    assert found == ([] if query in ("assignee=x", "status=x", "item=x") else [wanted])


def test_an_empty_list_says_what_to_do(world: World) -> None:
    page = world.entered("rina").get("/board")
    assert "Tidak ada yang menunggu triase" in page.text
    filtered = world.entered("rina").get("/board?item=x")
    assert "Hapus saringan" in filtered.text


def test_a_search_finds_by_word_and_name_whatever_the_status(both: World) -> None:
    wanted = both.ticket(Status.CLOSED, subject="Proyektor 100% mati")
    both.ticket(subject="Lain")
    assert listed(both, "/board?q=proyektor+mati") == [wanted]
    assert listed(both, "/board?q=100%25") == [wanted]
    assert len(listed(both, "/board?q=wati")) == 2
    assert listed(both, "/board?q=%25%25") == []


def test_a_search_for_one_number_opens_the_ticket(world: World) -> None:
    number = world.ticket()
    answer = world.entered("rina").get(f"/board?q={number.lower()}")
    assert (answer.status_code, answer.location) == (303, f"/tickets/{number}")


@pytest.mark.parametrize("query", ["", "&order=due", "&q=kata"])
def test_pages_hold_every_ticket_once(world: World, query: str) -> None:
    number = world.ticket()
    with world.app.app_context(), unit_of_work() as session:
        row = session.query(Ticket).filter_by(number=number).one()
        skip = {"id", "number", "urgent"}
        values = {c.key: getattr(row, c.key) for c in Ticket.__table__.columns if c.key not in skip}
        for n in range(PAGE + 6):
            session.add(Ticket(**values, number=f"MDN-2026-1{n:05d}", urgent=n % 4 == 0))
    browser = world.entered("rina")
    first = browser.get(f"/board?{query}")
    following = re.search(r'<nav class="pages"[^>]*><a class="btn" href="([^"]+)"', first.text)
    assert following
    second = browser.get(following.group(1).replace("&amp;", "&"))
    found = numbers(first) + numbers(second)
    assert len(numbers(first)) == PAGE
    assert len(found) == len(set(found)) == PAGE + 7


@pytest.mark.parametrize(
    "nonsense", ["after=x", "after=1~2026-99~4", "after=1~2026-11-23T00:00:00~4", "page=-1", "page=9e9"]
)
def test_nonsense_in_the_address_gives_the_first_page(world: World, nonsense: str) -> None:
    number = world.ticket()
    assert listed(world, f"/board?{nonsense}") == [number]


def test_news_update_the_rows_and_only_count_what_is_new(world: World) -> None:
    shown, browser = world.ticket(), world.entered("rina")
    newest = re.search(r'data-newest="(\d+)"', browser.get("/board").text)
    assert newest
    world.ticket()
    world.api("rina").ok(shown, "escalate", {"group": "rft-tik"})
    found = news(browser, f"view=triage&since={newest.group(1)}&numbers={shown}").json
    assert found["fresh"] == 1
    assert list(found["rows"]) == [shown]
    assert found["rows"][shown][4] == "Dikerjakan · RFT TIK"
    assert found["rows"][shown][5] is True
    assert found["counts"][0] == "1"


def test_news_that_say_nothing_new_are_not_sent_again(world: World) -> None:
    number, browser = world.ticket(), world.entered("rina")
    first = news(browser, f"numbers={number}")
    again = news(browser, f"numbers={number}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    world.api("rina").ok(number, "take")
    assert news(browser, f"numbers={number}", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_news_tell_nothing_of_other_desks(world: World) -> None:
    other, browser = world.ticket(desk=SEMARANG), world.entered("rina")
    found = news(browser, f"desk={SEMARANG}&since=0&numbers={other},x,,").json
    assert (found["rows"], found["fresh"]) == ({}, 0)


def test_a_silent_mailbox_and_a_missing_worker_are_said_on_the_board(world: World) -> None:
    with world.app.app_context(), unit_of_work() as session:
        for desk in (MEDAN, SEMARANG):
            session.add(Mailbox(desk=desk, since=world.now, failed_at=world.now, error="Connection refused: 10.0.0.1"))
    page = world.entered("rina").get("/board").text
    assert "Kotak surat KPTIK BMN Medan tidak menjawab sejak 08.00" in page
    assert "Semarang" not in page
    assert "10.0.0.1" not in page
    assert "Pekerja latar belakang tidak terlihat" in page


def test_the_board_tells_what_is_wrong_with_a_mailbox_and_which_one_it_is(world: World) -> None:
    failed = {"desk": MEDAN, "since": world.now, "failed_at": world.now}
    with world.app.app_context(), unit_of_work() as session:
        session.add(Mailbox(**failed, account="meja@h/INBOX", trouble="refused"))
        session.add(Mailbox(**failed, name=f"{MEDAN}#1", account="lama@kantor.example@h/INBOX", trouble="disk"))
        session.add(Mailbox(**failed, name=f"{MEDAN}#2", account="dulu@h/INBOX", trouble="away", active=False))
        session.add(Submission(desk=MEDAN, failed_at=world.now))
    page = world.entered("rina").get("/board").text
    assert "Kotak surat KPTIK BMN Medan menolak kami sejak 08.00: administrator" in page
    assert "Surel KPTIK BMN Medan (lama@kantor.example) tidak diambil sejak 08.00: penyimpanan hampir penuh" in page
    assert "dulu" not in page
    assert page.count("Surel KPTIK BMN Medan tidak terkirim sejak 08.00") == 1


def test_the_cost_of_the_board_does_not_grow_with_its_rows(world: World) -> None:
    asked: list[str] = []
    with world.app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda _c, _u, statement, *_more: asked.append(statement))
    browser = world.entered("rina")
    world.ticket()

    def cost() -> int:
        asked.clear()
        assert browser.get("/board").status_code == 200
        return len(asked)

    few = cost()
    for _ in range(5):
        world.ticket()
    assert cost() == few <= 16


def test_several_tickets_are_taken_at_once_and_a_refused_one_hinders_no_other(world: World) -> None:
    good, done, foreign = world.ticket(), world.ticket(Status.CLOSED), world.ticket(desk=SEMARANG)
    browser = world.entered("rina")
    form = {"number": [good, done, foreign, "x"], "csrf_token": world.form_token(browser)}
    page = browser.post("/board/take", data=form, follow_redirects=True).text
    assert row_of(world, good).status == Status.IN_PROGRESS
    assert (row_of(world, done).status, row_of(world, foreign).status) == (Status.CLOSED, Status.NEW)
    assert "1 tiket diambil" in page
    assert done in page


def test_both_languages_are_complete_on_the_board(world: World) -> None:
    world.ticket()
    browser = world.entered("rina")
    assert "Antrean saya" in browser.get("/board").text
    english = browser.get("/board?lang=en").text
    assert '<html lang="en">' in english
    assert "Antrean saya" not in english


def test_a_time_names_its_zone_only_where_the_listed_desks_have_more_than_one(world: World) -> None:
    world.ticket(item=RESET)
    zoned = re.compile(r'class="two-line[^>]*>[^<]*\d\d\.\d\d WIB<')
    browser = world.entered("admin")
    assert len(zoned.findall(browser.get("/board").text)) == 2, "the time of receipt and the time it is due"
    assert not zoned.search(browser.get(f"/board?desk={MEDAN}").text)
