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
    assert language_of(world.signed_in("rina").get("/nope-but-signed-in")) == "en"
    assert language_of(world.signed_in("rina").get("/board")) == "en"


def test_errors_speak_the_language_of_the_caller(world: World) -> None:
    browser = world.browser()
    indonesian, english = browser.get("/nope").text, browser.get("/nope?lang=en").text
    assert "Not found" in english
    assert "Not found" not in indonesian


@pytest.mark.parametrize(
    ("announced", "said"),
    [
        (None, "Tidak dapat dilakukan sekarang: Penuhi pada tiket berstatus Baru."),
        ("fr", "Tidak dapat dilakukan sekarang: Penuhi pada tiket berstatus Baru."),
        ("id, en;q=0.5", "Tidak dapat dilakukan sekarang: Penuhi pada tiket berstatus Baru."),
        ("en", "This cannot be done now: Fulfil on a ticket that is New."),
        ("en-GB, id;q=0.5", "This cannot be done now: Fulfil on a ticket that is New."),
    ],
)
def test_a_program_reads_a_refusal_in_the_language_that_it_asks_for(
    world: World, announced: str | None, said: str
) -> None:
    headers = {"Accept-Language": announced} if announced else {}
    answer = world.api("rina").act(world.ticket(), "fulfil", {"note": "x", "label": "x"}, headers=headers)
    assert (answer.status_code, answer.json["detail"]) == (409, said)
    assert answer.headers["Content-Language"] == ("en" if said.startswith("This") else "id")
    assert "Accept-Language" in answer.headers["Vary"]


def test_a_language_is_called_the_same_on_every_page(world: World) -> None:
    for path in ("/?lang=en", "/login?lang=en"):
        assert ">Bahasa Indonesia</a>" in world.browser().get(path).text
