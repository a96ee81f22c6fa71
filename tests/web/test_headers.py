"""Headers of every answer, and the hosts that are ours."""

import re

import pytest

from helpdesk.app import create_app
from helpdesk.store.db import db
from helpdesk.web.access import PUBLIC, require
from tests.web.conftest import World

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'nonce-X'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-src 'self'; font-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def policy_of(answer) -> str:
    return re.sub(r"'nonce-[\w-]{20,}'", "'nonce-X'", answer.headers["Content-Security-Policy"])


@pytest.mark.parametrize(
    "path",
    ["/login", "/board", "/nope", "/healthz", "/readyz", "/metrics", "/static/desk.css", "/api/v1/tickets",
     "/api/v1/openapi.json", "/static/nope.css"],
)  # fmt: skip
def test_every_answer_has_the_strict_policy(world: World, path: str) -> None:
    answer = world.browser().get(path)
    answer.close()
    assert policy_of(answer) == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_errors_have_it_too(world: World, site) -> None:
    app = create_app(site)

    @app.get("/fails-for-test")
    @require(PUBLIC)
    def fails() -> str:
        raise ZeroDivisionError("secret detail")

    answer = app.test_client().get("/fails-for-test")
    assert (answer.status_code, policy_of(answer)) == (500, POLICY)


def test_the_nonce_is_new_each_time(world: World) -> None:
    browser = world.browser()
    nonces = {re.search("nonce-([^']+)", browser.get("/login").headers["Content-Security-Policy"])[1] for _ in range(3)}
    assert len(nonces) == 3


@pytest.mark.parametrize("path", ["/board", "/queue", "/login"])
def test_what_is_private_is_kept_by_no_cache(world: World, path: str) -> None:
    answer = world.entered("sari").get(path)
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Cookie" in answer.headers["Vary"]


def test_the_interface_is_kept_by_no_cache(world: World) -> None:
    assert world.api("rina").get("/tickets").headers["Cache-Control"] == "no-store"


def test_style_sheets_may_be_kept(world: World) -> None:
    answer = world.browser().get("/static/desk.css")
    answer.close()
    assert "no-store" not in answer.headers.get("Cache-Control", "")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost:8000", "[::1]:8000"])
def test_the_loopback_address_is_always_ours(world: World, host: str) -> None:
    assert world.browser().get("/login", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "helpdesk.example:8000"])
def test_an_unknown_host_is_refused(world: World, host: str) -> None:
    for path in ("/login", "/board", "/api/v1/tickets", "/healthz"):
        answer = world.browser().get(path, headers={"Host": host})
        assert (answer.status_code, host in answer.text) == (400, False), path


def test_the_host_of_the_configured_address_is_ours(site) -> None:
    from dataclasses import replace

    app = create_app(replace(site, base_url="https://bantuan.example.id"))
    assert app.test_client().get("/login", headers={"Host": "bantuan.example.id"}).status_code == 200
    assert app.test_client().get("/login", headers={"Host": "example.id"}).status_code == 400


def test_a_standing_clock_is_shown_on_the_pages(world: World) -> None:
    for path in ("/login", "/nope"):
        assert "2026-11-23 08:00:00 WIB" in world.browser().get(path).text


def test_without_testing_no_clock_is_shown(site) -> None:
    from dataclasses import replace

    app = create_app(replace(site, testing=False))
    assert "2026-11-23" not in app.test_client().get("/login").text


def test_a_session_with_the_database_away_says_try_again(world: World) -> None:
    browser = world.entered("rina")
    with world.app.app_context():
        db.session.execute(db.text("ALTER TABLE web_session RENAME TO gone"))
        db.session.commit()
    answer = browser.get("/board")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "no such table" not in answer.text
