"""Every named place at which the worker may fail, times kill, a database that is away and a full disk.

Three mails come in, one with a file, and are answered; ten days later time brings their apologies about. At one place
of this way the worker fails, at its first or second visit; then it lives on, or a new one does.
"""

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError

from helpdesk import failpoints
from helpdesk.catalog.load import load_file
from helpdesk.catalog.source import CatalogSource
from helpdesk.channels.base import ChannelError
from helpdesk.channels.email.imap import Mailbox
from helpdesk.channels.email.reading import read
from helpdesk.config import MailAccount, Settings
from helpdesk.resources import catalog_path
from helpdesk.store.db import db
from helpdesk.usecases.polling import compare, opened, poll
from helpdesk.worker import Worker
from helpdesk.worker.sending import send_due
from tests.journeys import invariants
from tests.servers import mail
from tests.servers.killed import in_a_killed_process

MEDAN, PEMOHON = "kptik-medan", "pemohon"
START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
HOW = ("kill", "database", "disk")
ELSEWHERE = {
    "scheduler.after_claim": "usecases/calendars/test_steps.py",
    "telegram.after_commit_before_offset": "usecases/test_chat_lines.py",
    "webhook.after_verify_before_commit": "web/test_hooks_whatsapp.py",
    "webhook.after_commit_before_200": "web/test_hooks_telegram.py",
    "web.after_commit_before_response": "web/test_fail_points.py",
    "web.merge_mid": "web/test_fail_points.py",
    "admin.catalog_loaded_before_swap": "rules/test_catalog_source.py",
    "admin.oauth_after_refresh_before_store": "usecases/test_mail_tokens.py",
}
"""The places that no mail passes, and the tests that go through them."""
OF_THE_WORKER = [name for name in failpoints.NAMES if name not in ELSEWHERE]
ALSO_ON_POSTGRES = ("intake.after_fetch_before_commit", "intake.after_ticket_before_state", "outbox.after_claim",
                    "outbox.after_250_before_commit")  # fmt: skip
"""Places at which the databases may differ: what is locked, and what a broken transaction leaves behind."""
ONCE = {"before_fetch", "after_fetch_before_commit", "after_commit_before_flag", "after_flag", "blob_half_written",
        "blob_written_before_row"}  # fmt: skip
"""Places that a round passes once: the three mails come in one batch, and one of them has a file."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[mail.MailServer]:
    accounts = {name: f"{name}@{mail.DOMAIN}" for name in (MEDAN, PEMOHON)}
    with mail.running(tmp_path_factory.mktemp("mail"), accounts) as started:
        yield started


@dataclass
class Ordeal:
    """A worker without its threads: each round is one turn of each, and what fails in a turn waits for the next."""

    worker: Worker
    server: mail.MailServer
    clock: Path
    now: datetime = START
    sent: dict[str, str] = field(default_factory=dict)

    def send(self, count: int) -> None:
        for _ in range(count):
            number = len(self.sent) + 1
            letter = EmailMessage()
            letter["From"] = f"pemohon+{number}@{mail.DOMAIN}"
            letter["To"] = f"{MEDAN}@{mail.DOMAIN}"
            letter["Subject"] = f"Permintaan {number}"
            letter["Message-ID"] = f"<surat-{number}@pemohon.test>"
            letter.set_content("Mohon dibantu.")
            if number == 1:
                letter.add_attachment(b"isi " * 500, maintype="text", subtype="csv", filename="daftar.csv")
            self.server.send(letter, f"pemohon+{number}@{mail.DOMAIN}", f"{MEDAN}@{mail.DOMAIN}")
            self.sent[f"surat-{number}@pemohon.test"] = hashlib.sha256(letter.as_bytes()).hexdigest()

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)
        self.clock.write_text(self.now.isoformat())

    def round(self) -> None:
        for turn in (self._read, self.worker.drain, self._mind_the_clocks, self._send):
            with contextlib.suppress(ChannelError, SQLAlchemyError, OSError), self.worker.app.app_context():
                turn()

    def _read(self) -> None:
        account = self.worker.desk.settings.mail[MEDAN]
        assert account.imap
        with Mailbox(account.imap) as mailbox:
            name = opened(self.worker.desk, MEDAN, mailbox)
            poll(self.worker.desk, name, mailbox)
            compare(self.worker.desk, name, mailbox)

    def _mind_the_clocks(self) -> None:
        self.worker.sweep()

    def _send(self) -> None:
        while send_due(self.worker.desk, self.worker._senders):
            pass

    def until_quiet(self) -> None:
        """So many rounds that everything that was put off has had its turn, then ten days later once more."""
        for _ in range(3):
            self.round()
            self.move(minutes=7)

    def whole(self, fail: Callable[[], None], *, at_the_end: bool) -> None:
        """From the mails to the answers, and where time is what fails, ten days later to the apologies."""
        self.send(3)
        if at_the_end:
            self.round()
            self.move(days=10)
        fail()
        self.until_quiet()

    def in_a_process_that_is_killed(self) -> None:
        """A round in a child, which ends by its fail point."""
        self.close()
        in_a_killed_process(self.round)

    def marked(self) -> list[bytes]:
        """The bytes of the mails that are marked as read at the server."""
        with self.server.imap(MEDAN) as client:
            seen = client.search("SEEN")
            return [mail[b"BODY[]"] for mail in client.fetch(seen, ["BODY.PEEK[]"]).values()] if seen else []

    def close(self) -> None:
        """Leave no connection and no process open; each is opened again where it is needed."""
        self.worker._senders.close()
        with self.worker.app.app_context():
            db.engine.dispose()

    def arrived(self) -> list[tuple[str, str]]:
        kinds = {"sudah kami terima": "acknowledgement", "Mohon maaf": "apology"}
        letters = self.server.mails(PEMOHON)
        return [
            (str(letter["To"]), next((kind for said, kind in kinds.items() if said in letter["Subject"]), "?"))
            for letter in letters
        ]


@pytest.fixture
def ordeal(settings: Settings, server: mail.MailServer, tmp_path: Path) -> Iterator[Ordeal]:
    for name in (MEDAN, PEMOHON):
        with server.imap(name) as client:
            if found := client.search():
                client.delete_messages(found)
                client.expunge()
    clock = tmp_path / "now"
    account = MailAccount(
        imap=urlsplit(server.imap_url(MEDAN)), smtp=urlsplit(server.smtp_url), address=f"{MEDAN}@{mail.DOMAIN}"
    )
    there = replace(settings, mail={MEDAN: account}, test_now_file=clock, take_all_mail=True)
    worker = Worker(there, CatalogSource(load_file(catalog_path())))
    worker.desk = replace(worker.desk, read=read)  # a process for each reader has tests of its own, and takes its time
    made = Ordeal(worker, server, clock)
    made.move()
    yield made
    failpoints.arm("")
    made.close()


ON_SQLITE = [("sqlite", name, how) for name in OF_THE_WORKER for how in HOW]
ON_POSTGRES = [
    pytest.param("postgres", name, how, marks=pytest.mark.postgres)
    for name in ALSO_ON_POSTGRES
    for how in ("kill", "database")
]


@pytest.mark.parametrize(("database", "name", "how"), [*ON_SQLITE, *ON_POSTGRES], indirect=["database"])
def test_whatever_fails_wherever_nothing_is_lost_or_doubled(ordeal: Ordeal, name: str, how: str) -> None:
    def fail() -> None:
        failpoints.arm(f"{name}:{how}@{1 if name.partition('.')[2] in ONCE else 2}")
        if how == "kill":
            ordeal.in_a_process_that_is_killed()
            failpoints.arm("")
        else:
            ordeal.round()
            assert failpoints._armed[name].left <= 0, "the round did not pass the place"

    ordeal.whole(fail, at_the_end=name.startswith("scheduler"))
    failpoints.arm("")
    ordeal.send(1)  # and whoever writes after the fault is served
    ordeal.round()
    data = ordeal.worker.desk.settings
    engine = create_engine(data.database_url)
    invariants.nothing_is_lost(engine, ordeal.sent)
    invariants.nothing_is_doubled(engine, [f"pemohon+{number}@{mail.DOMAIN}" for number in (1, 2, 3, 4)])
    invariants.each_answer_goes_once(engine, ordeal.arrived(), in_doubt=2)
    invariants.conversations_are_in_order(engine)
    invariants.files_are_whole(engine, data.data / "blobs")
    invariants.clocks_are_what_they_add_up_to(ordeal.worker.app, ordeal.worker.desk.context())
    invariants.every_change_has_one_event(engine)
    invariants.nothing_is_stuck(engine)
    invariants.what_is_marked_is_stored(engine, ordeal.marked())
    assert len(ordeal.marked()) == len(ordeal.sent), "what a kill left unmarked is marked later"
    engine.dispose()


def test_no_place_is_left_out() -> None:
    assert set(failpoints.NAMES) == {*OF_THE_WORKER, *ELSEWHERE}
    for name, file in ELSEWHERE.items():
        assert name in (Path(__file__).parents[1] / file).read_text(encoding="utf-8")


def test_an_unknown_place_or_order_is_refused() -> None:
    for orders in ("intake.nowhere:kill", "outbox.after_claim:explode", "outbox.after_claim"):
        with pytest.raises(ValueError, match="unknown fail point"):
            failpoints.arm(orders)


def test_outside_of_tests_nothing_is_armed() -> None:
    failpoints.arm_from({"HELPDESK_FAILPOINTS": "intake.before_parse:disk"})
    failpoints.failpoint("intake.before_parse")
