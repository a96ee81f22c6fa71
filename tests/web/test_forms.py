"""Forms: only our own pages send them, and only with this session's token."""

from io import BytesIO

import pytest

from helpdesk.web.access import audience_of
from tests.web.conftest import PASSWORD, World, form_token


def unsafe_paths(world: World) -> list[str]:
    """Every route of a page that takes an unsafe method, with something for its parameters."""
    found = []
    with world.app.test_request_context():
        for rule in world.app.url_map.iter_rules():
            audience = audience_of(world.app, rule.endpoint)
            if rule.methods & {"POST", "PUT", "PATCH", "DELETE"} and audience and audience.session:
                values = {name: sample(name) for name in rule.arguments}
                found.append(world.app.url_map.bind("localhost").build(rule.endpoint, values, method="POST"))
    assert "/login" in found and "/logout" in found and "/language" in found
    return found


def sample(name: str):
    known = {"number": "MDN-2026-000001", "action": "take", "desk": "kptik-medan", "item": "itsm.8/reset-password"}
    return (known | {"deed": "next"}).get(name, 1)


def refused(world: World, browser, token: str | None) -> None:
    before = world.dump()
    for path in unsafe_paths(world):
        answer = browser.post(path, data={"csrf_token": token} if token else {}, headers={"Sec-Fetch-Dest": "empty"})
        assert answer.status_code in (401, 403), (path, answer.status_code)
    assert world.dump() == before


def test_no_form_is_taken_without_its_token(world: World) -> None:
    world.ticket()
    refused(world, world.entered("admin"), None)
    refused(world, world.browser(), None)


def test_no_form_is_taken_with_the_token_of_somebody_else(world: World) -> None:
    world.ticket()
    stranger = world.form_token(world.entered("rina"))
    refused(world, world.entered("admin"), stranger)


def test_the_token_may_come_in_a_header(world: World) -> None:
    browser = world.entered("rina")
    answer = browser.post("/language", data={"lang": "en"}, headers={"X-CSRFToken": world.form_token(browser)})
    assert answer.status_code == 303


def test_a_token_from_before_the_sign_in_is_worthless_after_it(world: World) -> None:
    browser = world.browser()
    early = form_token(browser)
    browser.post("/login", data={"name": "rina", "password": PASSWORD, "csrf_token": early})
    assert browser.post("/language", data={"lang": "en", "csrf_token": early}).status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:8000.evil.example"])
def test_a_form_from_another_site_is_refused_even_with_the_token(world: World, origin: str) -> None:
    browser = world.entered("rina")
    data = {"lang": "en", "csrf_token": world.form_token(browser)}
    assert browser.post("/language", data=data, headers={"Origin": origin}).status_code == 403


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8000", "http://localhost"])
def test_a_form_from_our_own_page_is_taken(world: World, origin: str) -> None:
    browser = world.entered("rina")
    data = {"lang": "en", "csrf_token": world.form_token(browser)}
    assert browser.post("/language", data=data, headers={"Origin": origin}).status_code == 303


def test_a_notice_of_one_page_is_shown_once_on_the_next_and_needs_no_row(world: World) -> None:
    from flask import flash, get_flashed_messages

    from helpdesk.app import create_app
    from helpdesk.web.access import PUBLIC, require

    app = create_app(world.context.settings)

    @app.get("/note-for-test")
    @require(PUBLIC)
    def note() -> str:
        flash("Tersimpan")
        return ""

    @app.get("/read-for-test")
    @require(PUBLIC)
    def read() -> str:
        return ",".join(get_flashed_messages())

    before, browser = world.dump(), app.test_client()
    browser.get("/note-for-test")
    assert [browser.get("/read-for-test").text for _ in range(2)] == ["Tersimpan", ""]
    assert world.dump() == before


@pytest.mark.parametrize("path", ["/login?next=%00", "/tickets/%00", "/static/%00"])
def test_nul_in_an_address_is_refused(world: World, path: str) -> None:
    assert world.entered("rina").get(path).status_code in (400, 404)


def test_nul_in_a_form_is_refused(world: World) -> None:
    browser = world.browser()
    data = {"name": "ri\x00na", "password": "x", "csrf_token": form_token(browser)}
    assert browser.post("/login", data=data).status_code == 400


def test_a_form_larger_than_thirty_megabytes_is_refused(world: World) -> None:
    browser = world.browser()
    form_token(browser)
    announced = {"CONTENT_LENGTH": str(30 * 1024 * 1024 + 1), "CONTENT_TYPE": "multipart/form-data; boundary=x"}
    assert browser.post("/login", input_stream=BytesIO(b"--x"), environ_overrides=announced).status_code == 413


def test_a_form_of_a_thousand_parts_is_refused(world: World) -> None:
    browser = world.browser()
    token = form_token(browser)
    data = {f"field{n}": "x" for n in range(1000)} | {"csrf_token": token}
    assert browser.post("/login", data=data, content_type="multipart/form-data").status_code == 413
