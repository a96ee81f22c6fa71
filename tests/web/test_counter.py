"""The form for somebody on the telephone or at the counter: what it offers, and what the agent is told at once."""

import re

import pytest
from flask.testing import FlaskClient

from tests.web.conftest import MEDAN, World
from tests.web.visitor import CATALOG

GIVEN = {"desk": MEDAN, "channel": "phone", "subject": "AC mati", "text": "Ruang 3.", "requester.name": "Bu Wati"}
NOT_SENT = "not sent: no e-mail address"


def recorded(world: World, browser: FlaskClient, **given: str) -> str:
    """The page of the ticket that the form made."""
    browser.set_cookie("lang", "en")  # a notice is written where the form arrives
    sent = {**GIVEN, **given, "csrf_token": world.form_token(browser)}
    answer = browser.post("/tickets", data=sent)
    assert answer.status_code == 303, answer.text
    return browser.get(answer.location.partition("?")[0]).text


def test_every_service_says_at_which_desks_it_is_offered(world: World) -> None:
    page = world.entered("admin").get("/tickets/new").text
    groups = re.findall(r'<optgroup label="[^"]*" data-desks="([^"]*)">(.*?)</optgroup>', page, re.DOTALL)
    for desk in CATALOG.desks.values():
        here = "".join(items for desks, items in groups if desk.id in desks.split())
        assert set(re.findall(r'value="([^"]+)"', here)) == set(desk.items), desk.id


def test_without_scripts_the_services_of_one_desk_alone_name_it(world: World) -> None:
    page = world.entered("admin").get("/tickets/new").text
    assert re.search('<optgroup label="Biro Umum[^"]*: [^"]+" data-desks="biro-umum">', page)
    assert "KPTIK BMN Medan: " not in world.entered("rina").get("/tickets/new").text


@pytest.mark.parametrize("channel", ["phone", "walk-in", "nota-dinas"])
def test_only_a_caller_needs_a_number_or_an_address(world: World, channel: str) -> None:
    browser = world.entered("rina")
    letter = {"letter.number": "ND-7/2026", "letter.date": "2026-11-20"} if channel == "nota-dinas" else {}
    sent = {**GIVEN, **letter, "channel": channel, "csrf_token": world.form_token(browser)}
    answer = browser.post("/tickets", data=sent)
    assert answer.status_code == (422 if channel == "phone" else 303)
    if channel == "phone":
        assert 'name="requester.phone"' in answer.text.partition('aria-invalid="true"')[0].rpartition("<input")[2]
        assert "Bu Wati" in recorded(world, browser, **{"requester.phone": "0812 3456"})


def test_who_has_no_address_is_told_the_number_and_the_page_says_that_nothing_was_sent(world: World) -> None:
    page = recorded(world, world.entered("rina"), **{"requester.phone": "0812 3456"})
    number = re.search(r"MDN-2026-\d{6}", page)
    assert number
    assert f"tell the requester the number {number.group()}" in page
    assert NOT_SENT in page
    assert NOT_SENT not in recorded(world, world.entered("rina"), **{"requester.email": "wati@example.id"})


def test_a_name_other_than_the_known_one_stays_on_the_message_and_the_agent_is_told(world: World) -> None:
    browser = world.entered("rina")
    first = recorded(world, browser, **{"requester.email": "wati@example.id", "requester.name": "Wati"})
    assert "knows wati@example.id as" not in first
    page = recorded(world, browser, **{"requester.email": "wati@example.id", "requester.name": "Andi"})
    assert "knows wati@example.id as Wati" in page
    assert "<b>Andi</b>" in page
