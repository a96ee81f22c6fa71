"""LMTP from the site's own transfer agent: kept before it is answered for, each recipient with an answer of its own."""

import asyncio
import os
import pwd
import signal
import smtplib
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from helpdesk.channels.email.lmtp import Receiver, address_of, listen
from tests.channels.email_samples import mail
from tests.servers import exim as exim_server
from tests.servers import ground

MEDAN, DENPASAR = "meja@kantor.example", "dps@kantor.example"
DESKS = {MEDAN: "kptik-medan", DENPASAR: "kptik-denpasar"}


class Store:
    """Keeps mails, or fails as told."""

    def __init__(self) -> None:
        self.kept: list[tuple[bytes, list[tuple[str, bytes]]]] = []
        self.full, self.error = False, None

    async def desk_of(self, address: str) -> str:
        return DESKS.get(address, "")

    async def keep(self, raw: bytes, heads: Sequence[tuple[str, bytes]]) -> None:
        if self.error:
            raise self.error
        self.kept.append((raw, list(heads)))


@contextmanager
def listening(store: Store) -> Iterator[Callable[[], smtplib.LMTP]]:
    port, loop, stop = ground.free_port(), asyncio.new_event_loop(), asyncio.Event()
    receiver = Receiver(store.desk_of, store.keep, lambda: store.full)
    work = loop.create_task(listen(receiver, f"127.0.0.1:{port}", stop))
    thread = threading.Thread(target=loop.run_until_complete, args=(work,), daemon=True)
    thread.start()
    ground.wait_until(lambda: ground.listens(port), "LMTP")
    clients: list[smtplib.LMTP] = []

    def connected() -> smtplib.LMTP:
        clients.append(smtplib.LMTP("127.0.0.1", port, timeout=5))
        clients[-1].ehlo()
        return clients[-1]

    try:
        yield connected
    finally:
        for client in clients:
            client.close()
        loop.call_soon_threadsafe(stop.set)
        thread.join(5)
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0.01))
        loop.close()


@pytest.fixture
def store() -> Store:
    return Store()


@pytest.fixture
def client(store: Store) -> Iterator[smtplib.LMTP]:
    with listening(store) as connected:
        yield connected()


def handed(client: smtplib.LMTP, raw: bytes, *recipients: str) -> list[int]:
    """The codes for the recipients, then for each of those that were accepted."""
    codes = [client.mail("sari@kantor.example")[0], *(client.rcpt(recipient)[0] for recipient in recipients)]
    if codes.count(250) < 2:
        return codes[1:]
    assert client.docmd("DATA")[0] == 354
    client.send(raw.replace(b"\r\n.", b"\r\n..") + b"\r\n.\r\n")
    return codes[1:] + [client.getreply()[0] for _ in range(codes[1:].count(250))]


def test_each_recipient_has_its_own_answer_and_each_desk_one_copy(client: smtplib.LMTP, store: Store) -> None:
    raw = mail("baris\r\n.titik", To=MEDAN)
    found = handed(client, raw, "Meja+t0k3n@Kantor.Example", "siapa@kantor.example", DENPASAR, MEDAN)
    assert found == [250, 550, 250, 250, 250, 250, 250]
    ((kept, heads),) = store.kept
    assert kept == raw + b"\r\n"
    head = b"Return-Path: <sari@kantor.example>\r\nDelivered-To: "
    assert heads == [
        ("kptik-medan", head + b"Meja+t0k3n@Kantor.Example\r\nDelivered-To: meja@kantor.example\r\n"),
        ("kptik-denpasar", head + b"dps@kantor.example\r\n"),
    ]
    assert client.noop()[0] == 250, "and no answer is left over"


def test_no_address_adds_a_line_before_the_mail(client: smtplib.LMTP) -> None:
    def answer(command: str) -> int:
        client.send(f"{command}\r\n")  # what `docmd` refuses to send
        return client.getreply()[0]

    assert answer('MAIL FROM:<"a\rAuthentication-Results: mx; dmarc=pass"@x.example>') == 553
    assert answer("MAIL FROM:<a@x.example>") == 250
    assert answer(f'RCPT TO:<"x\rDelivered-To: {MEDAN}"@kantor.example>') == 550
    assert answer(f"RCPT TO:<{MEDAN}>") == 250


def test_whatever_goes_wrong_here_the_transfer_agent_keeps_the_mail(client: smtplib.LMTP, store: Store) -> None:
    store.error = OSError("disk")
    assert handed(client, mail(), MEDAN, DENPASAR) == [250, 250, 451, 451]
    store.error, store.full = None, True
    assert client.mail("sari@kantor.example")[0] == 452
    store.full = False
    assert handed(client, mail(), MEDAN) == [250, 250]
    assert len(store.kept) == 1


def test_the_size_limit_is_announced_and_a_long_line_is_no_fault(client: smtplib.LMTP, store: Store) -> None:
    assert client.esmtp_features["size"] == "52428800"
    assert client.mail("sari@kantor.example", ["SIZE=52428801"])[0] == 552
    assert handed(client, mail("x" * 300_000), MEDAN) == [250, 250]
    assert len(store.kept[0][0]) > 300_000


@pytest.mark.parametrize("where", ["0.0.0.0:2424", "192.0.2.1:24", "127.0.0.1", "127.0.0.1:x", ":24", "[::]:24"])
def test_nobody_elsewhere_can_hand_anything_in(where: str) -> None:
    with pytest.raises(ValueError, match=r"127\.0\.0\.1"):
        address_of(where)


@pytest.mark.exim
def test_exim_hands_mail_over_and_it_becomes_tickets(sqlite_template: bytes) -> None:
    if reason := exim_server.missing():
        pytest.skip(reason)
    with (
        ground.folder("hdlm") as folder,
        exim_server.running(["helpdeskmedan", "lain"], folder / "lmtp", "kemenkeu.go.id") as exim,
    ):
        (folder / "helpdesk.sqlite3").write_bytes(sqlite_template)
        process = _started(folder)
        try:
            ground.wait_until((folder / "lmtp").is_socket, "helpdesk lmtp", 20)
            os.chown(folder / "lmtp", pwd.getpwnam(ground.user_name()).pw_uid, -1)
            with smtplib.SMTP("127.0.0.1", int(exim.smtp_url.rpartition(":")[2]), timeout=10) as smtp:
                for number in (1, 2):
                    raw = mail(
                        f"Mohon dibantu {number}.", From="sari@kantor.example", Message_ID=f"<{number}@k.example>"
                    )
                    smtp.sendmail("sari@kantor.example", ["helpdeskmedan@kemenkeu.go.id"], raw)
            ground.wait_until(lambda: _count(folder, "select count(*) from ticket") == 2, "tickets", 20)
            assert _count(folder, "select count(*) from raw_message where source = 'lmtp' and state = 'ticketed'") == 2
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0


def _started(folder: Path) -> subprocess.Popen[bytes]:
    env = {**os.environ, "HELPDESK_DATA": str(folder), "HELPDESK_MIN_FREE_MB": "0"}
    command = [sys.executable, "-m", "helpdesk", "lmtp", "--listen", f"unix:{folder / 'lmtp'}"]
    with (folder / "lmtp.log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, env=env)


def _count(folder: Path, question: str) -> int:
    connection = sqlite3.connect(folder / "helpdesk.sqlite3")
    try:
        return int(connection.execute(question).fetchone()[0])
    finally:
        connection.close()
