"""How much one caller may send, and who the caller is behind proxies that are trusted, or not."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from helpdesk.app import create_app
from helpdesk.config import Settings
from helpdesk.store.db import db
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.web.auth import PER_ACCOUNT_AND_ADDRESS
from helpdesk.web.portal.limits import ADDRESSES_PER_NETWORK, FORM
from tests.web.conftest import PASSWORD, RESET, World, form_token
from tests.web.visitor import path_of, values_for

PROXY, ELSEWHERE = "127.0.0.1", "203.0.113.9"


@pytest.fixture
def behind_a_proxy(site: Settings, populated: tuple[bytes, dict[str, str]]) -> Iterator[World]:
    """The application as it runs behind one trusted proxy."""
    app = create_app(replace(site, trusted_proxies=1))
    yield World(app, populated[1], site.data / "now")
    with app.app_context():
        db.engine.dispose()


def ask(world: World, email: str, caller: str, browser: FlaskClient | None = None) -> int:
    """Send a portal form for that address from there; the status of the answer."""
    browser = browser or world.browser()
    token = form_token(browser, path_of(RESET))
    given = {**values_for(None), "email": email, "csrf_token": token}
    return browser.post(path_of(RESET), data=given, environ_base={"REMOTE_ADDR": caller}).status_code


def guess(world: World, password: str, **headers: str) -> int:
    """Try to sign in as `rina` through the proxy; the status of the answer."""
    browser = world.browser()
    data: dict[str, Any] = {"name": "rina", "password": password, "csrf_token": form_token(browser)}
    return browser.post("/login", data=data, headers=headers, environ_base={"REMOTE_ADDR": PROXY}).status_code


def test_one_caller_has_mail_sent_to_a_few_different_addresses_only(world: World) -> None:
    most = ADDRESSES_PER_NETWORK[FORM]
    for number in range(most):
        assert ask(world, f"korban{number}@kantor.example", ELSEWHERE) == 303
    assert ask(world, "korban-lain@kantor.example", ELSEWHERE) == 429
    assert ask(world, "korban0@kantor.example", ELSEWHERE) == 303, "an address that was named before"
    assert ask(world, "korban-lain@kantor.example", "198.51.100.1") == 303, "from somewhere else"
    with world.app.app_context():
        assert db.session.query(OutboxMessage).count() == most + 2, "each has its ticket"
        held = db.session.query(OutboxMessage).filter_by(state="held", error="caller")
        assert [message.recipient for message in held] == [
            *(f"korban{number}@kantor.example" for number in range(20, most)), "korban0@kantor.example",
        ]  # fmt: skip
    page = world.entered("rina").get("/outbox").text
    assert "lebih dari 20 balasan otomatis ke alamat yang disebut satu pengirim formulir dalam satu jam" in page
    proved = world.proved("korban1@kantor.example")
    assert ask(world, "korban1@kantor.example", ELSEWHERE, proved) == 303
    with world.app.app_context():
        last = db.session.query(OutboxMessage).order_by(OutboxMessage.id.desc()).first()
        assert last is not None
        assert last.state != "held", "an address that the browser proved"
    world.move(minutes=61)
    assert ask(world, "korban-lain@kantor.example", ELSEWHERE) == 303


def test_behind_a_trusted_proxy_each_caller_is_counted_alone(behind_a_proxy: World) -> None:
    world = behind_a_proxy
    for _try in range(PER_ACCOUNT_AND_ADDRESS):
        assert guess(world, "salah-semua", **{"X-Forwarded-For": ELSEWHERE}) == 401
    assert guess(world, PASSWORD, **{"X-Forwarded-For": ELSEWHERE}) == 429
    assert guess(world, PASSWORD, **{"X-Forwarded-For": "198.51.100.1"}) == 303


def test_what_a_caller_writes_before_the_proxys_own_word_is_not_believed(behind_a_proxy: World) -> None:
    world = behind_a_proxy
    for number in range(PER_ACCOUNT_AND_ADDRESS):
        said = f"198.51.100.{number}, {ELSEWHERE}"
        assert guess(world, "salah-semua", **{"X-Forwarded-For": said}) == 401
    assert guess(world, PASSWORD, **{"X-Forwarded-For": f"198.51.100.99, {ELSEWHERE}"}) == 429


def test_without_a_trusted_proxy_the_header_is_not_believed(world: World) -> None:
    for number in range(PER_ACCOUNT_AND_ADDRESS):
        assert guess(world, "salah-semua", **{"X-Forwarded-For": f"198.51.100.{number}"}) == 401
    assert guess(world, PASSWORD, **{"X-Forwarded-For": "198.51.100.99"}) == 429


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Forwarded-Proto"])
def test_a_trusted_proxy_is_asked_for_the_caller_only(behind_a_proxy: World, header: str) -> None:
    answer = behind_a_proxy.browser().get("/login", headers={header: "jahat.example"})
    assert answer.status_code == 200
    assert "jahat.example" not in answer.text + str(answer.headers)
