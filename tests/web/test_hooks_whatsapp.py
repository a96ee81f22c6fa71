"""The webhook of WhatsApp: who calls is proved, what came is stored before the answer, and nothing else is done."""

import hashlib
import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from typing import Any

import httpx
import pytest
from flask import Flask

from helpdesk import failpoints
from helpdesk.channels.chat.model import Said
from helpdesk.channels.whatsapp.payload import read
from helpdesk.channels.whatsapp.signature import HEADER, signed
from helpdesk.config import Chats, Settings
from helpdesk.store.db import db
from tests.channels.whatsapp_payloads import WATI, body, text
from tests.servers import ground
from tests.servers.whatsapp import BOT, SECRET, VERIFY, account_at, running, variables
from tests.web.conftest import World, application
from tests.web.test_fail_points import killed_in

WEBHOOK = "/hooks/whatsapp"
RAW = body(text("Grüße 👍")).replace(b"wamid.", b"wamid.\\/")


class Hook:
    """The application with a number, and what Meta does to it."""

    def __init__(self, world: World) -> None:
        self.world = world

    def post(self, raw: bytes = RAW, **headers: str) -> int:
        """A call with these bytes, signed unless the headers say otherwise; the status of the answer."""
        given = {HEADER: signed(raw, SECRET), **headers}
        browser = self.world.app.test_client(use_cookies=False)
        return browser.post(WEBHOOK, data=raw, headers=given, content_type="application/json").status_code

    def stored(self) -> list[tuple[Any, ...]]:
        """(channel, external id, state, bytes) of what is stored."""
        with closing(self.world.sqlite()) as database:
            return database.execute("SELECT channel, external_id, state, body FROM raw_message").fetchall()


@pytest.fixture
def hook(site: Settings, populated: tuple[bytes, dict[str, str]], applications: dict[str, Flask]) -> Iterator[Hook]:
    if "whatsapp" not in applications:
        account = replace(account_at("http://127.0.0.1:1/v23.0"), app_secrets=(SECRET, "kunci-lama"))
        applications["whatsapp"] = application(replace(site, chat=Chats(whatsapp=account)))
    app = applications["whatsapp"]
    yield Hook(World(app, populated[1], site.data / "now"))
    failpoints.arm("")
    with app.app_context():
        db.engine.dispose()


def test_a_disk_with_little_room_takes_nothing_and_meta_brings_it_again(
    hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("helpdesk.web.hooks.storing.is_low", lambda _data, _least: True)
    assert hook.post() == 503
    assert hook.stored() == []
    monkeypatch.undo()
    assert hook.post() == 200
    assert len(hook.stored()) == 1


def test_meta_is_told_its_challenge_by_who_knows_the_agreed_word(hook: Hook) -> None:
    browser = hook.world.browser()
    asked = {"hub.mode": "subscribe", "hub.challenge": "<b>1158201444</b>", "hub.verify_token": VERIFY}
    answer = browser.get(WEBHOOK, query_string=asked)
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "<b>1158201444</b>", "text/plain")
    for wrong in ({"hub.verify_token": "é"}, {"hub.verify_token": ""}, {"hub.mode": "unsubscribe"}):
        answer = browser.get(WEBHOOK, query_string=asked | wrong)
        assert answer.status_code == 403 and "1158201444" not in answer.text


def test_a_signed_body_is_stored_byte_for_byte_and_once(hook: Hook) -> None:
    assert [hook.post(), hook.post(), hook.post(**{HEADER: signed(RAW, "kunci-lama")})] == [200, 200, 200]
    assert hook.stored() == [("whatsapp", hashlib.sha256(RAW).hexdigest(), "received", RAW)]


def test_one_body_on_many_connections_at_once_is_stored_once_and_each_is_answered(hook: Hook) -> None:
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda _: hook.post(), range(16))) == [200] * 16
    assert len(hook.stored()) == 1


def test_without_a_right_signature_nothing_is_stored(hook: Hook) -> None:
    before = hook.world.dump()
    wrong = ["", "sha256=" + "0" * 64, signed(RAW, "aplikasi-lain"), signed(RAW + b" ", SECRET), signed(RAW, VERIFY)]
    assert [hook.post(**{HEADER: signature}) for signature in wrong] == [401] * 5
    browser = hook.world.app.test_client(use_cookies=False)
    assert browser.post(WEBHOOK, data=RAW, content_type="application/json").status_code == 401
    assert browser.post(WEBHOOK, data={"a": "\0"}, headers={HEADER: signed(RAW, SECRET)}).status_code == 401
    assert hook.world.dump() == before


def test_a_body_of_more_than_three_megabytes_is_refused_and_one_of_three_is_not(hook: Hook) -> None:
    assert hook.post(b" " * (3 * 1024 * 1024 + 1)) == 413
    assert hook.stored() == []
    assert hook.post(b" " * 3 * 1024 * 1024) == 200


def test_there_is_no_webhook_where_no_number_is_set_up(world: World) -> None:
    browser = world.browser()
    assert browser.get(WEBHOOK).status_code == browser.post(WEBHOOK, data=RAW).status_code == 404


@pytest.mark.parametrize(
    ("place", "left"), [("webhook.after_verify_before_commit", 0), ("webhook.after_commit_before_200", 1)]
)
def test_what_fails_on_the_way_is_brought_again_and_stored_once(hook: Hook, place: str, left: int) -> None:
    failpoints.arm(f"{place}:database")
    assert hook.post() == 503
    assert len(hook.stored()) == left
    failpoints.arm(f"{place}:kill")
    killed_in(hook.world, lambda: hook.post(RAW + b" "))
    failpoints.arm("")
    assert len(hook.stored()) == 2 * left
    assert [hook.post(), hook.post(RAW + b" ")] == [200, 200]
    assert len(hook.stored()) == 2


def test_the_production_server_answers_within_50_ms_as_a_rule(site: Settings, tmp_path) -> None:
    port = ground.free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HELPDESK_")},
        **variables("http://127.0.0.1:1/v23.0"),
        "HELPDESK_DATA": str(site.data),
        "HELPDESK_SECRET_KEY": site.secret_key,
        "HELPDESK_TESTING": "1",
    }
    command = [sys.executable, "-m", "helpdesk", "serve", "--port", str(port)]
    with (tmp_path / "serve.log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as meta:

            def answers() -> bool:
                try:
                    return meta.get("/healthz").status_code == 200
                except httpx.TransportError:
                    return False

            ground.wait_until(answers, "serve", 40)
            took = []
            for number in range(60):
                raw = body(text(number=number))
                began = time.perf_counter()
                assert meta.post(WEBHOOK, content=raw, headers={HEADER: signed(raw, SECRET)}).status_code == 200
                took.append(time.perf_counter() - began)
        with running(webhook=f"http://127.0.0.1:{port}{WEBHOOK}") as platform:
            assert platform.says(BOT, WATI, "text", {"body": "Halo"}, name="Wati") == 200
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(15) == 0
    assert statistics.median(took) < 0.05
    with closing(sqlite3.connect(site.data / "helpdesk.sqlite3")) as database:
        rows = database.execute("SELECT body FROM raw_message ORDER BY id").fetchall()
    (said,) = read(rows[-1][0])
    assert isinstance(said, Said) and (said.text, said.name, said.account, len(rows)) == ("Halo", "Wati", WATI, 61)
