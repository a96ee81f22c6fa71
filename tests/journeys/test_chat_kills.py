"""kill -9 while people chat on two platforms: nothing lost, nothing twice, each person's words in order."""

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from helpdesk.demo.telegram_server import TelegramServer
from helpdesk.demo.whatsapp_server import CloudApi
from tests.servers.ground import wait_until
from tests.servers.installation import Installation
from tests.servers.warm import Warm, running
from tests.servers.whatsapp import BOT, variables
from tests.servers.whatsapp import running as whatsapp

pytestmark = pytest.mark.timeout(900)
TOKEN = "123456:ABCdefGHIjklMNOpqrs"
EACH = 5
"""Messages of one person: the first opens a ticket, the others join it."""


@dataclass
class Chats:
    """An installation with both platforms; `chance` is seeded, its seed shown on failure."""

    place: Installation
    api: CloudApi
    telegram: TelegramServer
    engine: Engine
    warm: Warm
    chance: random.Random
    said: Counter[str] = field(default_factory=Counter)

    def column(self, query: str) -> list[Any]:
        with self.engine.connect() as connection:
            return [row[0] for row in connection.execute(text(query))]

    def say(self, people: int) -> None:
        """The next message of somebody on each platform who has not said everything yet."""
        for platform in ("whatsapp", "telegram"):
            person = next(n for n in self.chance.sample(range(people), people) if self.said[f"{platform}-{n}"] < EACH)
            self.said[f"{platform}-{person}"] += 1
            words = f"{platform}-{person} kata {self.said[f'{platform}-{person}']} tentang printer"
            if platform == "telegram":
                self.telegram.bot.say(7000 + person, words, name=f"Orang {person}")
            else:
                account = f"62811{person:08d}"
                while self.api.says(BOT, account, "text", {"body": words}, name=f"Orang {person}") != 200:
                    time.sleep(0.1)  # as the platform does: again, until it is taken

    def run(self, messages: int, kills: int) -> None:
        people = messages // EACH
        self.place.start("serve")
        wait_until(self.place.is_alive, "the web server does not start", 30)
        for turn in range(kills):
            worker = self.warm.start(self.place.data / "worker.log", "worker")
            for _message in range(-(-messages // kills)):
                if self.said.total() == 2 * messages:
                    break
                self.say(people)
            time.sleep(self.chance.uniform(0.2, 1.5))
            self.warm.kill(worker)
            if turn == kills // 2:
                self.place.kill("serve")
                self.place.start("serve")
                wait_until(self.place.is_alive, "the web server does not start", 30)
        self.place.start("worker")
        left = (
            "select (select count(*) from raw_message where state = 'received')"
            " + (select count(*) from outbox_message where state = 'pending')"
        )
        entries = "select count(*) from entry where kind = 'requester-message'"
        wait_until(lambda: self.column(entries) == [2 * messages], "messages are left over", 60 + messages / 4)
        wait_until(lambda: self.column(left) == [0], "answers are left over", 60 + messages / 4)
        self.place.stop()


@pytest.fixture
def chats(tmp_path: Path, sqlite_template: bytes) -> Iterator[Chats]:
    with whatsapp() as api, TelegramServer(TOKEN) as telegram:
        place = Installation(tmp_path / "var", {}, None)
        place.env |= variables(api.api_url) | {
            "HELPDESK_TESTING": "1",
            "HELPDESK_TELEGRAM_API_URL": telegram.url,
            "HELPDESK_KPTIK_MEDAN_TELEGRAM_TOKEN": TOKEN,
        }
        api.webhook = f"{place.base}/hooks/whatsapp"
        path = place.data / "helpdesk.sqlite3"
        path.write_bytes(sqlite_template)
        engine, seed = create_engine(f"sqlite:///{path}"), random.SystemRandom().randrange(10**6)
        with running(place.env) as warm:
            yield Chats(place, api, telegram, engine, warm, random.Random(seed))
            place.stop()
        engine.dispose()
    sys.stdout.write(f"seed {seed}\n{place.log('worker')[-5000:]}")


def check(chats: Chats, messages: int, kills: int) -> None:
    with chats.engine.connect() as connection:
        said = connection.execute(
            text("select ticket_id, text from entry where kind = 'requester-message' order by ticket_id, id")
        ).all()
    by_ticket: dict[int, list[str]] = {}
    for ticket, words in said:
        by_ticket.setdefault(ticket, []).append(words)
    assert len(by_ticket) == 2 * messages // EACH
    for words in by_ticket.values():
        who = words[0].partition(" ")[0]
        assert words == [f"{who} kata {n} tentang printer" for n in range(1, EACH + 1)]
    taken = Counter((t.account, _words(t.body)) for t in chats.api.taken)
    taken.update((str(s.chat_id), s.text) for s in chats.telegram.bot.sent)
    assert [what for what, count in taken.items() if count > 1] == []
    states = Counter(chats.column("select state from outbox_message"))
    assert states["sent"] + states["unknown"] + states["claimed"] == states.total()
    assert states["unknown"] + states["claimed"] <= kills


def _words(body: dict[str, Any]) -> str:
    return str(body.get("interactive", {}).get("body", {}).get("text") or body.get("text", {}).get("body"))


def test_200_messages_a_channel_through_kills_are_each_there_once_and_in_order(chats: Chats) -> None:
    chats.run(200, 6)
    check(chats, 200, 6)


@pytest.mark.long
def test_2000_messages_a_channel_through_kills_are_each_there_once_and_in_order(chats: Chats) -> None:
    chats.run(2000, 80)
    check(chats, 2000, 80)
