"""Lines of chat platforms: one reader at a time, nothing lost between platform and database, nothing stored twice."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event, Thread

import pytest
from sqlalchemy import select

from helpdesk import failpoints
from helpdesk.catalog.source import CatalogSource
from helpdesk.config import Chats, TelegramBot
from helpdesk.demo.telegram_server import TelegramServer
from helpdesk.store.chat_models import ChatLine
from helpdesk.store.db import db, reading, unit_of_work
from helpdesk.store.mail_models import RawMessage
from helpdesk.usecases.chat.lines import (
    give_up_line,
    line_for,
    note_asked,
    note_line_failed,
    note_line_well,
    something_strange,
    take_line,
)
from helpdesk.worker import Worker, telegram
from tests.servers.ground import wait_until
from tests.usecases.conftest import MEDAN, Office

TOKEN = "4711:rahasia-sekali-0123456789"
ANN = 1111111
SQLITE = pytest.mark.parametrize("database", ["sqlite"])


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(telegram, "PAUSES", (0.05,))
    monkeypatch.setattr(telegram, "TURN_SECONDS", 0.02)
    monkeypatch.setattr(telegram, "LOOK_SECONDS", 0.02)
    yield
    failpoints.arm("")


def line() -> ChatLine:
    with reading() as session:
        return session.get_one(ChatLine, ("telegram", "4711"))


def stored() -> list[str]:
    with reading() as session:
        return list(session.scalars(select(RawMessage.external_id).order_by(RawMessage.id)))


def worker_of(office: Office, server: TelegramServer, secret: str = "") -> Worker:
    chat = Chats(telegram=(TelegramBot(MEDAN, TOKEN, secret),), telegram_api=server.url)
    worker = Worker(replace(office.settings, chat=chat, min_free_mb=0), CatalogSource(office.catalog))
    object.__setattr__(worker.desk, "now", office.now)  # frozen, and its own clock is the machine's
    return worker


@contextmanager
def following(office: Office, server: TelegramServer, secret: str = "") -> Iterator[Event]:
    """A worker that follows the bot in a thread; the event tells that something arrived."""
    worker, arrived = worker_of(office, server, secret), Event()
    arguments = (worker, worker.desk.settings.chat.telegram[0], arrived.set)
    thread = Thread(target=telegram.follow_forever, args=arguments, daemon=True)
    thread.start()
    try:
        yield arrived
    finally:
        worker.stop.set()
        thread.join(1.5)
        assert not thread.is_alive()
        with worker.app.app_context():
            db.engine.dispose()
        worker._read.close()


@pytest.fixture
def server() -> Iterator[TelegramServer]:
    with TelegramServer(TOKEN, retry_seconds=0.02) as running:
        yield running


def test_one_process_reads_a_line_until_it_lets_go_or_is_silent_for_a_minute(office: Office) -> None:
    def takes(reader: str) -> bool:
        with unit_of_work() as session:
            line_for(session, "telegram", "4711", MEDAN)
            return take_line(session, "telegram", "4711", reader, office.now())

    assert [takes("a:1"), takes("b:2"), takes("a:1")] == [True, False, True]
    office.now.move(seconds=61)
    assert [takes("b:2"), takes("a:1")] == [True, False]
    with unit_of_work() as session:
        give_up_line(session, "telegram", "4711", "a:1")  # not its own
        give_up_line(session, "telegram", "4711", "b:2")
    assert takes("a:1")


def test_the_health_of_a_line_keeps_the_time_of_the_first_failure_and_forgets_it_when_all_is_well(
    office: Office,
) -> None:
    key, first = ("telegram", "4711"), office.now()
    with unit_of_work() as session:
        line_for(session, *key, MEDAN)
        line_for(session, *key, "kptik-semarang")
        note_line_failed(session, *key, first, "401 " + "x" * 900)
        note_line_failed(session, *key, office.now.move(minutes=5), "403")
        something_strange(session, *key)
    assert (line().desk, line().failed_at, line().error) == ("kptik-semarang", first, "403")
    assert line().strange == 1
    with unit_of_work() as session:
        note_line_well(session, *key)
    assert (line().failed_at, line().error, line().asked_at) == (None, "", None)
    with unit_of_work() as session:
        note_asked(session, *key, office.now())
    assert line().asked_at == office.now()


def test_updates_are_stored_before_they_are_confirmed_whatever_their_numbers(
    office: Office, server: TelegramServer
) -> None:
    bot = server.bot
    for text in ("satu", "dua"):
        bot.say(ANN, text)
    with following(office, server) as arrived:
        wait_until(lambda: not bot.updates, "all is confirmed")
        assert arrived.is_set()
        assert stored() == ["4711:10000", "4711:10001"]
        assert line().offset == 10002
        bot.push({"message": {"message_id": 9}}, 10001)  # brought once more
        wait_until(lambda: not bot.updates, "it is confirmed again")
        assert stored() == ["4711:10000", "4711:10001"]
        bot.push({"message": {"message_id": 10}}, 300)  # the numbers begin anew
        wait_until(lambda: not bot.updates, "all is confirmed")
        assert stored() == ["4711:10000", "4711:10001", "4711:300"]
        assert line().offset == 301
    assert line().reader == ""


@SQLITE
def test_after_a_quiet_week_nothing_is_confirmed_by_an_old_number(office: Office, server: TelegramServer) -> None:
    server.bot.say(ANN, "satu")
    with following(office, server):
        wait_until(lambda: not server.bot.updates, "it is confirmed")
    office.now.move(days=7)
    server.bot.push({"message": {"message_id": 9}}, 9995)  # would be forgotten unseen with the old offset
    with following(office, server):
        wait_until(lambda: len(stored()) == 2, "it is stored")


@SQLITE
@pytest.mark.parametrize("how", ["kill", "database"])
def test_a_worker_that_fails_between_storing_and_confirming_loses_nothing_and_stores_nothing_twice(
    office: Office, server: TelegramServer, how: str
) -> None:
    server.bot.say(ANN, "satu")
    failpoints.arm(f"telegram.after_commit_before_offset:{how}")
    if how == "kill":
        db.engine.dispose()
        child = os.fork()
        if child == 0:
            with following(office, server):
                Event().wait(20)
            os._exit(0)
        assert os.waitpid(child, 0)[1] == signal.SIGKILL
        assert len(server.bot.updates) == 1
        failpoints.arm("")
    with following(office, server):
        wait_until(lambda: not server.bot.updates, "it is confirmed")
        server.bot.say(ANN, "dua")
        wait_until(lambda: len(stored()) == 2, "it goes on")


@SQLITE
def test_e27_whatever_telegram_answers_is_shown_until_it_answers_well_again(
    office: Office, server: TelegramServer
) -> None:
    for how in ({"status": 502}, {"status": 429, "retry_after": 0}, {"status": 401}, {"drop": True}, {"status": 409}):
        server.fail("getUpdates", **how)
    server.fail("deleteWebhook", status=401)
    server.bot.say(ANN, "satu")
    errors: set[str] = set()

    def confirmed() -> bool:
        with reading() as session:
            errors.update(session.scalars(select(ChatLine.error)))
        return not server.bot.updates

    with following(office, server):
        wait_until(confirmed, "it is confirmed")
    assert stored() == ["4711:10000"]
    assert (line().error, line().failed_at) == ("", None)
    assert errors - {""}
    assert "rahasia" not in str(errors)


@SQLITE
def test_a_webhook_is_set_looked_after_and_given_up_again(office: Office, server: TelegramServer) -> None:
    bot, url = server.bot, f"{office.settings.base_url}/hooks/telegram/4711"
    with following(office, server, secret="kata_rahasia"):
        wait_until(lambda: bot.webhook.url == url, "it is set")
        assert bot.webhook.secret == "kata_rahasia"
        bot.webhook.url = "https://lain.example/"
        wait_until(lambda: bot.webhook.url == url, "it is set again")
        bot.webhook.error, bot.webhook.error_at = "Wrong response from the webhook: 503", bot.date()
        bot.webhook.url = url
        office.now.at = bot._now()
        wait_until(lambda: "503" in line().error, "it is shown")
        bot.webhook.error = ""
        wait_until(lambda: line().error == "", "it is over")
    bot.push({"message": {"message_id": 1}})
    with following(office, server):
        wait_until(lambda: stored() == ["4711:10000"], "what waits is kept")
    assert bot.webhook.url == ""
