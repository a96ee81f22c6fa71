"""Languages: Indonesian unless somebody switched."""

import pytest

from tests.web.conftest import World, form_token


def language_of(page) -> str:
    return page.text.split('<html lang="')[1].split('"')[0]


def test_indonesian_is_the_default_whatever_the_browser_announces(world: World) -> None:
    assert language_of(world.browser().get("/login", headers={"Accept-Language": "en-GB,en;q=0.9"})) == "id"


def test_the_switch_holds_for_a_visitor_without_a_session_row(world: World) -> None:
    browser, before = world.browser(), world.dump()
    data = {"lang": "en", "next": "/login", "csrf_token": form_token(browser)}
    answer = browser.post("/language", data=data)
    assert (answer.status_code, answer.location) == (303, "/login")
    assert language_of(browser.get("/login")) == "en"
    assert world.dump() == before


def test_a_link_switches_too(world: World) -> None:
    browser = world.browser()
    assert language_of(browser.get("/login?lang=en")) == "en"
    assert language_of(browser.get("/login")) == "en"
    assert language_of(browser.get("/login?lang=id")) == "id"


@pytest.mark.parametrize("value", ["fr", "", "../../etc", "EN"])
def test_an_unknown_language_is_indonesian(world: World, value: str) -> None:
    browser = world.browser()
    browser.set_cookie("lang", value)
    assert language_of(browser.get(f"/login?lang={value}")) == "id"


def test_the_switch_leads_to_no_other_site(world: World) -> None:
    browser = world.browser()
    data = {"lang": "en", "next": "//evil.example", "csrf_token": form_token(browser)}
    assert browser.post("/language", data=data).location == "/"


def test_the_choice_of_a_staff_member_follows_to_another_browser(world: World) -> None:
    browser = world.signed_in("rina")
    browser.post("/language", data={"lang": "en", "csrf_token": world.form_token(browser)})
    assert language_of(world.signed_in("rina").get("/nope-but-signed-in")) == "id"
    assert language_of(world.signed_in("rina").get("/board")) == "en"


def test_errors_speak_the_language_of_the_caller(world: World) -> None:
    browser = world.browser()
    indonesian, english = browser.get("/nope").text, browser.get("/nope?lang=en").text
    assert "Not found" in english
    assert "Not found" not in indonesian
