"""kill -9 of the real worker at random points while mail comes in: nothing lost, nothing twice, no gap."""

import contextlib
import random
import re
import smtplib
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text

from tests.journeys import invariants
from tests.servers.ground import wait_until
from tests.servers.installation import Installation
from tests.servers.mail import HOST, MailServer
from tests.servers.warm import Warm, running

MEDAN = "kptik-medan"
DESK = f"{MEDAN}@helpdesk.test"
pytestmark = pytest.mark.timeout(600)
STARTED = re.compile(r"reads 1 mailboxes")


@dataclass
class Ordeal:
    """An installation whose worker is killed again and again; `chance` is seeded, its seed shown on failure."""

    place: Installation
    server: MailServer
    engine: Engine
    chance: random.Random
    warm: Warm
    sent: int = 0
    kills: int = 0
    log: list[str] = field(default_factory=list)

    def ask(self, query: str) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(text(query)))

    def column(self, query: str) -> list[Any]:
        return [row[0] for row in self.ask(query)]

    def send(self, count: int) -> None:
        """So many mails, each of another sender; all answers reach the mailbox of `pemohon`."""
        with smtplib.SMTP(HOST, self.server.smtp_port, timeout=10) as smtp:
            for _ in range(count):
                self.sent += 1
                sender = f"pemohon+{self.sent}@helpdesk.test"
                head = f"From: Pemohon {self.sent} <{sender}>\r\nTo: {DESK}\r\nSubject: Permintaan {self.sent}\r\n"
                ids = f"Message-ID: <surat-{self.sent}@pemohon.test>\r\nDate: Mon, 23 Nov 2026 08:00:00 +0700\r\n"
                smtp.sendmail(sender, [DESK], f"{head}{ids}\r\nMohon dibantu, nomor {self.sent}.\r\n")

    def live_a_little(self, mails: int) -> None:
        """Start a worker, let mail come in, and kill it: now and then while it starts, mostly at its work."""
        worker = self.warm.start(self.place.data / "worker.log", "worker")
        early = self.chance.randint(0, mails)
        self.send(early)
        if self.chance.random() < 0.9:
            self._await_progress(self.chance.randint(1, 2 * early + 1))
        self.send(mails - early)
        time.sleep(self.chance.uniform(0, 0.1))
        self.warm.kill(worker)
        self.kills += 1
        self.log.append(f"kill {self.kills}: {self._states('raw_message')} {self._states('outbox_message')}")

    def _await_progress(self, steps: int) -> None:
        """Wait until so many tickets or sent replies more are there."""
        done = "select (select count(*) from ticket) + (select count(*) from outbox_message where state = 'sent')"
        wanted = min(self.column(done)[0] + steps, 2 * self.sent)
        with contextlib.suppress(TimeoutError):
            wait_until(lambda: self.column(done)[0] >= wanted, "no progress", 6)

    def _states(self, table: str) -> dict[str, int]:
        return dict(Counter(self.column(f"select state from {table}")))

    def _starts(self) -> int:
        path = self.place.data / "worker.log"
        return len(STARTED.findall(path.read_text(encoding="utf-8"))) if path.exists() else 0

    def finish(self, seconds: float) -> None:
        """A worker that may live until everything is done, and is stopped as an administrator would."""
        self.place.start("worker")
        waiting = (
            f"select {self.sent} - (select count(*) from raw_message where state = 'ticketed')"
            " + (select count(*) from outbox_message where state = 'pending')"
        )
        wait_until(lambda: self.column(waiting) == [0], "mails are left over", seconds)
        self.place.stop()

    def share(self, mails: int) -> None:
        """Two workers on one database and one mailbox; the one that reads it is killed half-way."""
        workers = [self.warm.start(self.place.data / "worker.log", "worker") for _ in range(2)]
        self.send(mails // 2)
        self._await_progress(mails // 2)
        reader = int(str(self.column("select reader from mailbox")[0]).rpartition(":")[2])
        assert reader in workers
        self.warm.kill(reader)
        self.kills += 1
        self.send(mails - self.sent)
        self._await_progress(mails)
        for worker in workers:
            self.warm.kill(worker)
            self.kills += worker != reader
        self.finish(60 + mails / 5)

    def run(self, mails: int, kills: int) -> None:
        for number in range(kills):
            self.live_a_little(mails * (number + 1) // kills - self.sent)
        self.finish(60 + mails / 5)


@pytest.fixture
def ordeal(mail_server: MailServer, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Ordeal]:
    database = ""
    if request.param == "postgres":
        server = request.getfixturevalue("postgres_server")
        database = server.url(server.create(request.getfixturevalue("postgres_template")))
    place = Installation(tmp_path / "var", {MEDAN: (mail_server.imap_url(MEDAN), mail_server.smtp_url)}, None, database)
    if not database:
        (place.data / "helpdesk.sqlite3").write_bytes(request.getfixturevalue("sqlite_template"))
    engine = create_engine(database or f"sqlite:///{place.data / 'helpdesk.sqlite3'}")
    seed = random.SystemRandom().randrange(10**6)
    with running(place.env) as warm:
        found = Ordeal(place, mail_server, engine, random.Random(seed), warm)
        yield found
        place.stop()
    engine.dispose()
    sys.stdout.write("\n".join((f"seed {seed}", *found.log, place.log("worker")[-5000:])))


def check_nothing_lost_or_doubled(ordeal: Ordeal) -> None:
    everybody = {f"pemohon+{n}@helpdesk.test" for n in range(1, ordeal.sent + 1)}
    numbers = ordeal.column("select number from ticket order by number")
    assert [int(n.rpartition("-")[2]) for n in numbers] == list(range(1, ordeal.sent + 1)), "no gap and no double"
    assert len({n.rpartition("-")[0] for n in numbers}) == 1
    asked = ordeal.column("select p.email from ticket t join person p on p.id = t.requester_id")
    assert sorted(asked) == sorted(everybody), "one ticket for every sender"
    assert ordeal.column("select distinct state from raw_message") == ["ticketed"]
    assert ordeal.column("select count(*) from raw_message") == [ordeal.sent]
    entries = ordeal.ask("select kind, count(*), count(distinct ticket_id) from entry group by kind order by kind")
    assert [tuple(e) for e in entries] == [
        ("automatic-reply", ordeal.sent, ordeal.sent),
        ("requester-message", ordeal.sent, ordeal.sent),
    ]
    assert ordeal.column("select count(*) from event") == [ordeal.sent]
    invariants.conversations_are_in_order(ordeal.engine)
    invariants.every_change_has_one_event(ordeal.engine)
    invariants.files_are_whole(ordeal.engine, ordeal.place.data / "blobs")
    with ordeal.server.imap(MEDAN) as client:
        seen = client.search("SEEN")
        marked = [bytes(mail[b"BODY[]"]) for mail in client.fetch(seen, ["BODY.PEEK[]"]).values()]
    invariants.what_is_marked_is_stored(ordeal.engine, marked)


def check_answers(ordeal: Ordeal) -> None:
    """Every automatic reply went out once, save where a kill fell inside its sending."""
    rows = dict(tuple(row) for row in ordeal.ask("select recipient, state from outbox_message"))
    assert len(rows) == ordeal.column("select count(*) from outbox_message")[0] == ordeal.sent
    arrived = Counter(str(mail["To"]) for mail in ordeal.server.mails("pemohon"))
    assert max(arrived.values()) == 1, [a for a, count in arrived.items() if count > 1]
    doubtful = {recipient for recipient, state in rows.items() if state in {"claimed", "unknown"}}
    assert len(doubtful) <= ordeal.kills
    assert {state for recipient, state in rows.items() if recipient not in doubtful} == {"sent"}
    assert set(rows) - set(arrived) <= doubtful, "only what was being sent may be missing"
    ordeal.log.append(
        f"{ordeal.kills} kills, {len(doubtful)} replies in doubt, {len(set(rows) - set(arrived))} missing"
    )


def check_a_second_start_does_nothing(ordeal: Ordeal) -> None:
    counts = "select (select count(*) from raw_message), (select count(*) from entry), (select max(id) from event)"
    before, mails = ordeal.ask(counts), len(ordeal.server.mails("pemohon"))
    starts = ordeal._starts()
    ordeal.place.start("worker")
    wait_until(lambda: ordeal._starts() > starts, "the worker does not start", 30)
    time.sleep(1.5)
    ordeal.place.stop()
    assert (ordeal.ask(counts), len(ordeal.server.mails("pemohon"))) == (before, mails)


@pytest.mark.parametrize("ordeal", ["sqlite"], indirect=True)
def test_twenty_kills_while_two_hundred_mails_come_in_lose_and_double_nothing(ordeal: Ordeal) -> None:
    ordeal.run(mails=200, kills=20)
    check_nothing_lost_or_doubled(ordeal)
    check_answers(ordeal)
    check_a_second_start_does_nothing(ordeal)


@pytest.mark.postgres
@pytest.mark.parametrize("ordeal", ["postgres"], indirect=True)
def test_kills_lose_and_double_nothing_on_postgresql(ordeal: Ordeal) -> None:
    ordeal.run(mails=60, kills=6)
    check_nothing_lost_or_doubled(ordeal)
    check_answers(ordeal)


@pytest.mark.postgres
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("mails", [40, pytest.param(2000, marks=pytest.mark.long)])
@pytest.mark.parametrize("ordeal", ["postgres"], indirect=True)
def test_two_workers_on_one_mailbox_lose_and_double_nothing(ordeal: Ordeal, mails: int) -> None:
    ordeal.share(mails)
    check_nothing_lost_or_doubled(ordeal)
    check_answers(ordeal)


@pytest.mark.long
@pytest.mark.postgres
@pytest.mark.timeout(3000)
@pytest.mark.parametrize("ordeal", ["sqlite", "postgres"], indirect=True)
def test_a_hundred_kills_while_two_thousand_mails_come_in_lose_and_double_nothing(ordeal: Ordeal) -> None:
    ordeal.run(mails=2000, kills=100)
    check_nothing_lost_or_doubled(ordeal)
    check_answers(ordeal)
    check_a_second_start_does_nothing(ordeal)
