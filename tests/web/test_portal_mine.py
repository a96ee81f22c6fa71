"""My tickets: an address is proved by a code from a mail, and by nothing else."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from helpdesk.store.db import db
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.people_models import OneTimeCode
from tests.web.conftest import World, form_token

KNOWN, UNKNOWN = "wati@example.id", "siapa@example.id"


def ask(browser: FlaskClient, address: str = KNOWN, **given: str):
    return browser.post("/my/code", data={"csrf_token": form_token(browser, "/my/sign-in"), "email": address, **given})


def enter(browser: FlaskClient, code: str):
    return browser.post("/my/enter", data={"csrf_token": form_token(browser, "/my/code"), "code": code})


def codes_sent(world: World) -> list[OutboxMessage]:
    with world.app.app_context():
        return list(db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "code")))


def newest_code(world: World) -> str:
    return codes_sent(world)[-1].context["code"]


def proved(world: World, address: str = KNOWN) -> FlaskClient:
    """A browser that has proved an address the way people do."""
    browser = world.browser()
    ask(browser, address)
    assert enter(browser, newest_code(world)).status_code == 303
    return browser


def test_a_code_from_the_mail_opens_the_tickets_of_the_address(world: World) -> None:
    number, other = world.ticket(), world.ticket(requester={"name": "Budi", "email": "budi@example.id"})
    browser = proved(world)
    page = browser.get("/my").text
    assert number in page
    assert other not in page
    assert browser.get(f"/my/{number}").status_code == 200
    assert browser.get(f"/my/{other}").status_code == 404


def test_the_code_is_mailed_once_from_the_desk_of_the_newest_ticket(world: World) -> None:
    world.ticket()
    ask(world.browser())
    (message,) = codes_sent(world)
    assert (message.desk, message.recipient) == ("kptik-medan", KNOWN)
    assert message.state == "unsendable", "no server is set here"
    assert message.automatic  # so it goes out at most once, with an empty envelope sender


def test_the_database_keeps_no_code_that_could_be_read_back(world: World) -> None:
    world.ticket()
    ask(world.browser())
    with world.app.app_context():
        (row,) = db.session.scalars(select(OneTimeCode))
        assert newest_code(world) not in row.code_hash


def test_the_answer_is_the_same_whether_the_address_is_known_or_not(world: World) -> None:
    world.ticket()
    pages = []
    for address in (KNOWN, UNKNOWN):
        browser = world.browser()
        answer = ask(browser, address)
        page = browser.get("/my/code").text.replace(address, "ALAMAT")
        pages.append((answer.status_code, answer.headers["Location"], re.sub(r'(value|nonce)="[^"]*"', "", page)))
    assert pages[0] == pages[1]
    assert [m.recipient for m in codes_sent(world)] == [KNOWN]


def test_asking_too_often_is_refused_alike_for_known_and_unknown_addresses(world: World) -> None:
    world.ticket()
    answers = {a: [ask(world.browser(), a).status_code for _ in range(7)] for a in (KNOWN, UNKNOWN)}
    assert answers[KNOWN] == answers[UNKNOWN] == [303] * 5 + [429] * 2
    assert len(codes_sent(world)) == 5


def test_five_wrong_tries_spend_a_code(world: World) -> None:
    world.ticket()
    browser = world.browser()
    ask(browser)
    right = newest_code(world)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    assert [enter(browser, wrong).status_code for _ in range(5)] == [422] * 5
    assert enter(browser, right).status_code == 422
    assert "MDN-" not in browser.get("/my").text


@pytest.mark.parametrize("minutes", [0, 14.9, 15.1])
def test_a_code_is_good_for_a_quarter_of_an_hour(world: World, minutes: float) -> None:
    world.ticket()
    browser = world.browser()
    ask(browser)
    world.move(minutes=minutes)
    assert enter(browser, newest_code(world)).status_code == (303 if minutes < 15 else 422)


def test_a_code_opens_once_and_only_the_newest_does(world: World) -> None:
    world.ticket()
    browser = world.browser()
    ask(browser)
    early = newest_code(world)
    world.move(seconds=1)
    ask(browser)
    late = newest_code(world)
    if early != late:
        assert enter(browser, early).status_code == 422
    assert enter(browser, f" {late[:3]} {late[3:]}").status_code == 303
    second = world.browser()
    second.post("/my/code", data={"csrf_token": form_token(second, "/my"), "email": UNKNOWN})
    assert enter(second, late).status_code == 422


def test_a_code_of_one_address_opens_no_other(world: World) -> None:
    world.ticket()
    world.ticket(requester={"name": "Budi", "email": "budi@example.id"})
    mine, theirs = world.browser(), world.browser()
    ask(mine)
    code = newest_code(world)
    ask(theirs, "budi@example.id")
    assert enter(theirs, code).status_code == (422 if code != newest_code(world) else 303)


def test_without_a_proof_every_ticket_leads_to_the_question_for_the_address(world: World) -> None:
    number = world.ticket()
    answer = world.browser().get(f"/my/{number}", headers={"Accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/my/sign-in?next=/my/{number}"


def test_after_the_code_one_is_where_one_wanted_to_be_and_never_elsewhere(world: World) -> None:
    number = world.ticket()
    for wanted, there in (
        (f"/my/{number}", f"/my/{number}"),
        ("https://evil.example/", "/my"),
        ("//evil.example", "/my"),
    ):
        browser = world.browser()
        ask(browser, next=wanted)
        assert enter(browser, newest_code(world)).headers["Location"] == there
        world.move(hours=1)


def test_signing_out_closes_the_door(world: World) -> None:
    number = world.ticket()
    browser = proved(world)
    answer = browser.post("/my/leave", data={"csrf_token": form_token(browser, "/my")})
    assert answer.status_code == 303
    assert number not in browser.get("/my").text


def test_many_tickets_come_in_pages_newest_first(world: World) -> None:
    numbers = [world.ticket() for _ in range(32)]
    browser = proved(world)
    first = browser.get("/my").text
    assert re.findall(r"MDN-2026-\d+(?=</span>)", first) == numbers[:1:-1]
    older = re.search(r'href="(/my\?before=\d+)"', first)[1]
    assert re.findall(r"MDN-2026-\d+(?=</span>)", browser.get(older).text) == numbers[1::-1]
