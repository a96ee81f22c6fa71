"""Servers that are away, break, forget or restart: the worker backs off, says so, recovers, and loses nothing."""

import contextlib
import os
import signal
import smtplib
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, text

from helpdesk.resources import catalog_path
from tests.servers import ground, postgres
from tests.servers.ground import wait_until
from tests.servers.installation import Installation
from tests.servers.mail import HOST, MailServer

pytestmark = pytest.mark.timeout(300)
MEDAN = "kptik-medan"
DESK = f"{MEDAN}@helpdesk.test"
ACCOUNTS = {name: f"{name}@helpdesk.test" for name in (MEDAN, "pemohon")}


class Place:
    """An installation of one desk: its mailbox on one server, its submission on another."""

    def __init__(self, folder: Path, imap: MailServer, smtp: MailServer, database: str = "") -> None:
        self.imap, self.smtp = imap, smtp
        self.installation = Installation(folder / "var", {MEDAN: (imap.imap_url(MEDAN), smtp.smtp_url)}, None, database)
        self._url = database or f"sqlite:///{self.installation.data / 'helpdesk.sqlite3'}"
        self._sent = 0

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        engine = create_engine(self._url)
        try:
            with engine.connect() as connection:
                return [tuple(row) for row in connection.execute(text(query))]
        finally:
            engine.dispose()

    def becomes(self, query: str, wanted: object, seconds: float = 40) -> None:
        """Wait until the one value that a query gives is this."""
        found: list[object] = []

        def right() -> bool:
            rows = self.ask(query)
            found[:] = [rows[0][0] if rows else None]
            return found[0] == wanted

        try:
            wait_until(right, query, seconds)
        except TimeoutError:
            pytest.fail(f"{query}: {found}, not {wanted}\n{self.installation.log('worker')[-3000:]}")

    def write(self, count: int = 1) -> None:
        """So many mails to the desk, each of another sender."""
        with smtplib.SMTP(HOST, self.imap.smtp_port, timeout=10) as client:
            for _ in range(count):
                self._sent += 1
                sender, ids = f"pemohon+{self._sent}@helpdesk.test", f"Message-ID: <s{self._sent}@k.example>\r\n"
                head = f"From: {sender}\r\nTo: {DESK}\r\nSubject: Permintaan {self._sent}\r\n{ids}\r\n"
                client.sendmail(sender, [DESK], f"{head}Mohon dibantu.\r\n")

    def answers(self) -> Counter[str]:
        """To whom automatic replies went."""
        return Counter(str(mail["To"]) for mail in self.smtp.mails("pemohon"))


@pytest.fixture
def two_servers(tmp_path: Path) -> Iterator[tuple[MailServer, MailServer]]:
    servers = [MailServer(tmp_path / name, ACCOUNTS) for name in ("imap", "smtp")]
    for server in servers:
        server.start()
    yield servers[0], servers[1]
    for server in servers:
        with contextlib.suppress(ProcessLookupError, ValueError):
            server.stop()


@pytest.fixture
def place(tmp_path: Path, two_servers: tuple[MailServer, MailServer], sqlite_template: bytes) -> Iterator[Place]:
    made = Place(tmp_path, *two_servers)
    (made.installation.data / "helpdesk.sqlite3").write_bytes(sqlite_template)
    yield made
    made.installation.stop()


TICKETS = "select count(*) from ticket"
IMAP_STATE = "select failed_at is not null and error <> '' from mailbox"
SMTP_STATE = "select count(*) from submission where error <> ''"
SENT = "select count(*) from outbox_message where state = 'sent'"


def test_servers_that_are_away_at_the_start_and_later_cost_nothing_but_time(place: Place) -> None:
    place.imap.stop()
    place.smtp.stop()
    place.installation.start("worker")
    place.becomes(IMAP_STATE, 1)
    place.imap.start()
    place.write()
    place.becomes(TICKETS, 1)
    place.becomes(IMAP_STATE, 0)
    place.becomes(SMTP_STATE, 1)
    assert place.ask("select state, attempts > 0 from outbox_message") in ([("pending", 1)], [("claimed", 1)])
    place.smtp.start()
    place.becomes(SENT, 1)
    place.becomes(SMTP_STATE, 0)
    place.imap.kill()
    place.becomes(IMAP_STATE, 1)
    place.imap.start()
    place.write(3)
    place.becomes(SENT, 4)
    place.becomes(IMAP_STATE, 0)
    assert set(place.answers().values()) == {1}
    assert len(place.answers()) == 4


def test_after_a_new_uidvalidity_the_same_mails_are_known_and_new_ones_are_found(place: Place, tmp_path: Path) -> None:
    place.write(3)
    no_id = b"From: tanpa-id@k.example\r\nTo: kptik-medan@helpdesk.test\r\nSubject: tanpa id\r\n\r\nHalo\r\n"
    with place.imap.imap(MEDAN) as client:
        client.append("INBOX", no_id)
        client.append("INBOX", b"\x00\xff bukan surat")
    place.installation.start("worker")
    place.becomes(TICKETS, 4)
    place.becomes(SENT, 3)
    place.installation.stop()
    with place.imap.imap(MEDAN) as client:
        before = client.folder_status("INBOX", ["UIDVALIDITY"])
        raws = [m[b"BODY[]"] for _, m in sorted(client.fetch(client.search(), ["BODY.PEEK[]"]).items())]
    place.imap.stop()
    renewed = MailServer(tmp_path / "renewed", ACCOUNTS)
    renewed.imap_port, renewed.smtp_port = place.imap.imap_port, place.imap.smtp_port
    renewed.start()
    try:
        with renewed.imap(MEDAN) as client:
            assert client.folder_status("INBOX", ["UIDVALIDITY"]) != before
            for raw in reversed(raws):
                client.append("INBOX", raw)
        place.imap = renewed
        place.write(1)
        place.installation.start("worker")
        place.becomes(TICKETS, 5)
        place.becomes(SENT, 4)
        states = Counter(state for (state,) in place.ask("select state from raw_message"))
        assert states == {"ticketed": 5, "quarantined": 1, "suppressed": 5}
        assert set(place.answers().values()) == {1}
        place.installation.stop()
    finally:
        renewed.stop()


def _restartable(folder: Path, log: Path) -> tuple[list[str], str]:
    """The command of a PostgreSQL that keeps what it has committed, and the URL of a database in it."""
    programs = postgres._programs(folder)
    initdb = [str(programs / "initdb"), "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "--no-sync"]
    assert ground.start([*initdb, "-E", "UTF8", "--locale=C"], log).wait() == 0
    command = [str(programs / "postgres"), "-D", str(folder / "data"), "-h", "", "-k", str(folder)]
    return command, f"postgresql+psycopg://postgres@/postgres?host={folder}"


def _answers(folder: Path) -> bool:
    try:
        psycopg.connect(f"host={folder} user=postgres dbname=postgres").close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.mark.postgres
def test_a_database_that_is_restarted_under_load_loses_and_doubles_nothing(
    tmp_path: Path, two_servers: tuple[MailServer, MailServer]
) -> None:
    with ground.folder("hdre") as folder:
        log = folder / "log"
        command, url = _restartable(folder, log)
        server = ground.start(command, log)
        wait_until(lambda: _answers(folder), "PostgreSQL", 30)
        place = Place(tmp_path, *two_servers, url)
        try:
            place.installation.run("init")
            worker = place.installation.start("worker")
            for round_ in range(4):
                place.write(8)
                wait_until(lambda wanted=2 + 8 * round_: place.ask(TICKETS)[0][0] >= wanted, "no ticket", 60)
                ground.stop(server, signal.SIGQUIT)  # as after a crash: no transaction is finished
                time.sleep(0.3)
                server = ground.start(command, log)
                wait_until(lambda: _answers(folder), "PostgreSQL", 30)
            place.becomes("select count(*) from raw_message where state = 'ticketed'", 32, 90)
            place.becomes("select count(*) from outbox_message where state = 'pending'", 0, 90)
            assert worker.poll() is None, "the same process came through"
            assert place.ask("select count(*), count(distinct requester_id) from ticket") == [(32, 32)]
            states = dict(place.ask("select recipient, state from outbox_message"))
            doubt = {recipient for recipient, state in states.items() if state != "sent"}
            answers = place.answers()
            assert set(answers.values()) == {1}
            assert set(states) - set(answers) <= doubt
            assert len(doubt) <= 4
        finally:
            place.installation.stop()
            ground.stop(server, signal.SIGINT)


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_a_broken_catalogue_refuses_to_start_with_file_line_and_column(tmp_path: Path, command: str) -> None:
    broken = tmp_path / "catalog.yaml"
    good = catalog_path().read_text(encoding="utf-8")
    line = good[: good.index("    email: helpdeskmedan")].count("\n") + 1
    broken.write_text(good.replace("    email: helpdeskmedan", "    surel: helpdeskmedan"), encoding="utf-8")
    env = {k: v for k, v in os.environ.items() if not k.startswith("HELPDESK_")} | {
        "HELPDESK_CATALOG": str(broken),
        "HELPDESK_DATA": str(tmp_path / "var"),
        "HELPDESK_SECRET_KEY": "only-for-the-tests-0123456789",
    }
    done = subprocess.run(
        [sys.executable, "-m", "helpdesk", command], env=env, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert f"catalog.yaml:{line}:5: " in done.stderr
    assert "Traceback" not in done.stderr
