"""The webhook of Telegram: only who knows the agreed word stores anything, and each update once."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from threading import Event, Thread
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from helpdesk import failpoints
from helpdesk.channels.telegram.polling import Poller
from helpdesk.config import Chats, Settings, TelegramBot
from helpdesk.demo.telegram_server import TelegramServer
from helpdesk.store.db import db
from helpdesk.web.hooks.telegram import HEADER
from tests.channels.telegram_samples import EVERY_KIND
from tests.servers.ground import wait_until
from tests.web.conftest import MEDAN, SEMARANG, World, application
from tests.web.test_fail_points import killed_in

SECRET = "kata_yang-disepakati"
BROUGHT = TelegramBot(MEDAN, "4711:rahasia-sekali-0123456789", SECRET)
ASKED = TelegramBot(SEMARANG, "4712:rahasia-sekali-0123456789")
HALO = EVERY_KIND["text"]


class Hook:
    """The application with two bots, one of which is brought its updates."""

    def __init__(self, world: World) -> None:
        self.world = world

    def post(self, body: bytes = HALO, bot: str = "4711", **headers: str) -> int:
        """A call with the agreed word, unless the headers say otherwise; the status of the answer."""
        browser = self.world.app.test_client(use_cookies=False)
        given = {HEADER: SECRET, **headers}
        return browser.post(
            f"/hooks/telegram/{bot}", data=body, headers=given, content_type="application/json"
        ).status_code

    def stored(self) -> list[tuple[Any, ...]]:
        """(external id, desk, source, state, bytes) of what is stored."""
        with closing(self.world.sqlite()) as database:
            return database.execute("SELECT external_id, desk, source, state, body FROM raw_message").fetchall()


@pytest.fixture
def hook(site: Settings, populated: tuple[bytes, dict[str, str]], applications: dict[str, Flask]) -> Iterator[Hook]:
    if "telegram" not in applications:
        applications["telegram"] = application(replace(site, chat=Chats(telegram=(BROUGHT, ASKED))))
    app = applications["telegram"]
    yield Hook(World(app, populated[1], site.data / "now"))
    failpoints.arm("")
    with app.app_context():
        db.engine.dispose()


def test_an_update_is_stored_for_its_desk_byte_for_byte_and_once_however_often_it_comes(hook: Hook) -> None:
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda _: hook.post(), range(12))) == [200] * 12
    assert hook.stored() == [("4711:10000", MEDAN, "4711", "received", HALO)]


def test_without_the_agreed_word_nothing_is_stored_and_a_bot_without_one_has_no_webhook(hook: Hook) -> None:
    before = hook.world.dump()
    assert [hook.post(**{HEADER: word}) for word in ("", "kata", f"{SECRET} ", "kata_yang-disepakat\xe9")] == [401] * 4
    browser = hook.world.app.test_client(use_cookies=False)
    assert browser.post("/hooks/telegram/4711", data=HALO).status_code == 401
    assert [hook.post(bot=bot) for bot in ("4712", "4713", "%00")] == [404] * 3
    assert hook.world.dump() == before


def test_what_is_no_update_is_kept_under_its_digest_and_not_asked_for_again(hook: Hook) -> None:
    bodies = [b"", b"[1]", b"\xff", b'{"update_id": "x"}', b'{"update_id": true}', b"[" * 50_000]
    assert [hook.post(body) for body in bodies * 2] == [200] * 12
    assert {row[0] for row in hook.stored()} == {f"4711:sha256:{hashlib.sha256(b).hexdigest()}" for b in bodies}
    assert hook.post(b" " * (3 * 1024 * 1024 + 1)) == 413


@pytest.mark.parametrize(
    ("place", "left"), [("webhook.after_verify_before_commit", 0), ("webhook.after_commit_before_200", 1)]
)
def test_what_fails_on_the_way_is_brought_again_and_stored_once(hook: Hook, place: str, left: int) -> None:
    failpoints.arm(f"{place}:database")
    assert hook.post() == 503
    failpoints.arm(f"{place}:kill")
    killed_in(hook.world, lambda: hook.post(EVERY_KIND["text"].replace(b"10000", b"10001")))
    failpoints.arm("")
    assert len(hook.stored()) == 2 * left
    assert [hook.post(), hook.post(HALO.replace(b"10000", b"10001"))] == [200, 200]
    assert [row[0] for row in hook.stored()] == ["4711:10000", "4711:10001"]


class _Quiet(WSGIRequestHandler):
    def log(self, *_args: Any) -> None:
        """Nothing."""


def test_telegram_brings_what_was_said_again_until_it_is_taken(hook: Hook) -> None:
    served = make_server("127.0.0.1", 0, hook.world.app, threaded=True, request_handler=_Quiet)
    Thread(target=served.serve_forever, args=(0.02,), daemon=True).start()
    failpoints.arm("webhook.after_verify_before_commit:database")
    with TelegramServer(BROUGHT.token, retry_seconds=0.02) as telegram:
        poller = Poller(BROUGHT, Event(), telegram.url)
        poller.set_webhook(f"http://127.0.0.1:{served.server_port}/hooks/telegram/4711", SECRET)
        telegram.bot.say(1111111, "Halo")
        telegram.bot.say(1111111, "ada orang?")
        wait_until(lambda: not telegram.bot.updates, "all was taken")
        state = poller.webhook()
        poller.close()
    served.shutdown()
    served.server_close()
    assert [row[0] for row in hook.stored()] == ["4711:10000", "4711:10001"]
    assert "503" in state.error
