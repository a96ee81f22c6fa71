"""The intake screen: who is found, what is asked, how the person was known, what was answered at once."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from helpdesk.store.db import unit_of_work
from helpdesk.store.people_models import Attempt
from helpdesk.web.counter.lookup import A_MINUTE, LOOKUP
from tests.web.conftest import MEDAN, RESET, SEMARANG, World
from tests.web.rows import row_of
from tests.web.visitor import hidden

GIVEN = {"desk": MEDAN, "channel": "walk-in", "subject": "Office", "text": "Enam laptop.", "requester.name": "Bu Wati"}
INSTALL = "itsm.9/software-install"


def looked_up(browser: FlaskClient, world: World, typed: str, desk: str = MEDAN) -> Any:
    sent = {"desk": desk, "q": typed, "csrf_token": world.form_token(browser)}
    return browser.post("/intake/people", data=sent)


def names(answer: Any) -> list[str]:
    return [person["name"] for person in answer.json["people"]]


def sent(world: World, browser: FlaskClient, **given: Any) -> Any:
    return browser.post("/tickets", data={**GIVEN, **given, "csrf_token": world.form_token(browser)})


def number_in(answer: Any) -> str:
    assert answer.status_code == 303, answer.text
    return str(answer.location.rpartition("/")[2].partition("?")[0])


def test_a_name_that_somebody_gives_themselves_in_a_chat_is_shown_as_such(world: World) -> None:
    visitor = world.browser()
    page = hidden(visitor, f"/chat/{MEDAN}")
    visitor.post(f"/chat/{MEDAN}", data=page | {"text": "printer rusak", "name": "Kepala Kantor"})
    world.ticket(requester={"name": "Kepala Kantor", "email": "kepala@example.id"})
    found = looked_up(world.entered("rina"), world, "kepala kantor").json["people"]
    assert {person["email"]: person["by_chat"] for person in found} == {
        "": "menyebut dirinya demikian dalam obrolan",
        "kepala@example.id": "",
    }


@pytest.mark.parametrize("typed", ["wat", "Wati Sari", "wati@ex", "0812-3456", "+62 812 3456", "08123456"])
def test_a_person_of_the_desk_is_found_by_name_address_or_telephone(world: World, typed: str) -> None:
    world.ticket(requester={"name": "Wati Sari", "email": "wati@example.id", "phone": "0812 3456 789"})
    browser = world.entered("rina")
    found = looked_up(browser, world, typed)
    assert names(found) == ["Wati Sari"]
    assert found.json["people"][0]["open"][0]["subject"] == "Lupa kata sandi"
    assert names(looked_up(browser, world, "w")) == names(looked_up(browser, world, "081")) == []


def test_nobody_looks_up_people_of_another_desk_or_by_the_hundred(world: World) -> None:
    world.ticket(desk=SEMARANG)
    browser = world.entered("rina")
    assert names(looked_up(browser, world, "wati")) == []
    assert looked_up(browser, world, "wati", SEMARANG).status_code == 404
    with world.app.app_context(), unit_of_work() as session:
        who = f"staff {world.staff('rina').id}"
        session.add_all(Attempt(kind=LOOKUP, subject=who, at=world.now) for _ in range(A_MINUTE - 2))
    assert [looked_up(browser, world, "wati").status_code for _ in range(2)] == [200, 429]


def test_who_was_chosen_gets_the_ticket_and_another_address_is_another_person(world: World) -> None:
    first = row_of(world, world.ticket(requester={"name": "Wati", "phone": "0812 3456"}))
    browser = world.entered("rina")
    same = row_of(world, number_in(sent(world, browser, **{"requester.id": first.requester_id})))
    other = {"requester.id": first.requester_id, "requester.email": "x@example.id"}
    assert same.requester_id == first.requester_id
    assert row_of(world, number_in(sent(world, browser, **other))).requester_id != first.requester_id
    strange = row_of(world, world.ticket(desk=SEMARANG, requester={"name": "Joko", "phone": "0813 1"}))
    mine = number_in(sent(world, browser, **{"requester.id": strange.requester_id}))
    assert row_of(world, mine).requester_id != strange.requester_id


def test_the_questions_of_the_service_are_asked_with_and_without_scripts(world: World) -> None:
    browser = world.entered("rina")
    part = browser.get(f"/intake/questions?desk={MEDAN}&item={INSTALL}").text
    whole = sent(world, browser, item=INSTALL, ask="1")
    for page in (part, whole.text):
        assert 'name="attributes.devices"' in page
        assert 'name="documents" value="serial-numbers"' in page
    assert whole.status_code == 200
    assert 'value="Bu Wati"' in whole.text


def test_answers_documents_and_verification_are_kept_with_the_opening(world: World) -> None:
    browser = world.entered("rina")
    given = {"item": INSTALL, "attributes.devices": "6", "documents": ["serial-numbers"], "verified": "card"}
    number = number_in(sent(world, browser, **given))
    ticket = row_of(world, number)
    data = ticket.events[0].data
    assert ticket.attributes == {"devices": 6}
    assert (data["verified"], data["documents"]["serial-numbers"]["there"]) == ("card", True)
    browser.set_cookie("lang", "en")
    assert "identity card seen" in browser.get(f"/tickets/{number}").text


def test_a_letter_keeps_its_number_its_date_and_when_it_came(world: World) -> None:
    world.move(hours=3)
    browser = world.entered("rina")
    letter = {"channel": "nota-dinas", "letter.number": "ND-12/KPP/2026", "letter.date": "2026-11-20",
              "received_at": "2026-11-23T08:10", "reason": "Diterima sekretariat pagi ini"}  # fmt: skip
    ticket = row_of(world, number_in(sent(world, browser, **letter)))
    assert ticket.received_at == datetime(2026, 11, 23, 1, 10, tzinfo=UTC)
    assert ticket.events[0].data["letter"] == {"number": "ND-12/KPP/2026", "date": "2026-11-20"}
    assert ticket.events[0].why == "Diterima sekretariat pagi ini"
    assert sent(world, browser, **{**letter, "letter.date": "2026-11-24"}).status_code == 422
    assert sent(world, browser, **{**letter, "reason": ""}).status_code == 422
    assert sent(world, browser, channel="nota-dinas").status_code == 422


def test_an_answer_at_once_is_the_response_and_may_settle_the_matter(world: World) -> None:
    browser = world.entered("rina")
    answered = row_of(world, number_in(sent(world, browser, answer="Buka portal.", item=RESET)))
    assert [(e.kind, e.mark) for e in answered.entries][-1] == ("public-reply", "spoken")
    assert answered.response_done_at == world.now
    given = {"answer": "Sudah direset.", "settled": "1", "label": "reset", "item": RESET}
    settled = row_of(world, number_in(sent(world, browser, **given)))
    assert (settled.status, settled.label) == ("fulfilled", "reset")
    assert [event.action for event in settled.events] == ["open", "take", "reply", "fulfil"]
    for missing in given.keys() - {"settled"}:
        assert sent(world, browser, **{**given, missing: ""}).status_code == 422
    with world.sqlite() as database:
        assert database.execute("select count(*) from outbox_message where kind = 'reply'").fetchone() == (0,)
    number_in(sent(world, browser, **given, **{"requester.email": "wati@example.id"}))
    with world.sqlite() as database:
        assert database.execute("select count(*) from outbox_message where kind = 'reply'").fetchone() == (1,)
