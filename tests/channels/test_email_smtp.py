"""Handing mail to an SMTP server that answers as told, and saying what became of it."""

import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from helpdesk.channels.base import Address, ChannelError, Outbound
from helpdesk.channels.email import smtp
from helpdesk.channels.email.plain import parse
from helpdesk.channels.email.smtp import Sender, send
from helpdesk.channels.email.smtp_limit import LONGEST_SECONDS, seconds_for
from helpdesk.usecases.dispatch import LEASE
from tests.channels.scripted_smtp import DRIP, DROP, HANG, Scripted


@pytest.fixture
def server() -> Iterator[Scripted]:
    scripted = Scripted()
    yield scripted
    scripted.stop()


def outbound(**changes: Any) -> Outbound:
    given = {
        "sender": Address("desk@kptik.example", "Layanan TIK"),
        "recipient": "budi@kantor.example",
        "subject": "Nomor tiket",
        "text": "Halo\n.\n..titik\n",
        "message_id": "kita.1@kptik.example",
        **changes,
    }
    return Outbound(**given)


def fault(server: Scripted, **changes: Any) -> ChannelError:
    with pytest.raises(ChannelError) as raised:
        send(server.url(), outbound(**changes))
    return raised.value


def test_a_message_arrives_with_its_envelope_and_its_dots(server: Scripted) -> None:
    send(server.url(), outbound(envelope_from="desk+b1@kptik.example"))
    send(server.url(), outbound(automatic=True, envelope_from="desk+b1@kptik.example"))
    assert [(mail[0], mail[1]) for mail in server.mails] == [
        ("desk+b1@kptik.example", "budi@kantor.example"),
        ("", "budi@kantor.example"),
    ]
    assert parse(server.mails[0][2])["text"].split("\n")[:3] == ["Halo", ".", "..titik"]


def test_the_account_signs_in_with_its_decoded_password() -> None:
    server = Scripted(extensions=("AUTH PLAIN",))
    try:
        send(server.url("smtp://desk%40x:s%2Fandi@127.0.0.1"), outbound())
        assert "AUTH PLAIN AGRlc2tAeABzL2FuZGk=" in server.commands
    finally:
        server.stop()


@pytest.mark.parametrize(
    ("command", "answer", "permanent"),
    [
        ("greeting", "554 sedang tutup", False),
        ("greeting", "421 nanti lagi", False),
        ("greeting", DROP, False),
        ("MAIL", "451 sibuk", False),
        ("MAIL", "550 pengirim ditolak", True),
        ("MAIL", "530 harus masuk", False),
        ("RCPT", "450 nanti", False),
        ("RCPT", "452 penuh", False),
        ("RCPT", "550 5.1.1 tidak dikenal", True),
        ("RCPT", "421 tutup", False),
        ("RCPT", DROP, False),
        ("DATA", "554 ditolak", True),
        ("DATA", "451 nanti", False),
        ("DATA", DROP, False),
        (".", "552 terlalu besar", True),
        (".", "451 nanti", False),
    ],
)
def test_each_refusal_says_whether_trying_again_helps(
    server: Scripted, command: str, answer: str, permanent: bool
) -> None:
    server.answers[command] = [answer, answer]
    error = fault(server)
    assert (error.permanent, error.doubt) == (permanent, False)
    assert server.mails == []
    server.answers.clear()
    send(server.url(), outbound())
    assert len(server.mails) == 1


def test_a_link_that_breaks_after_the_last_dot_leaves_doubt(server: Scripted) -> None:
    server.answers["."] = [DROP]
    error = fault(server)
    assert (error.doubt, error.permanent) == (True, False)


def test_silence_after_the_last_dot_leaves_doubt_and_ends(server: Scripted) -> None:
    server.answers["."] = [HANG]
    began = time.monotonic()
    with pytest.raises(ChannelError) as raised, Sender(server.url(), timeout=0.5) as sender:
        sender.send(outbound())
    assert raised.value.doubt
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("command", ["greeting", "EHLO", "MAIL", "DATA"])
def test_silence_before_it_leaves_none(server: Scripted, command: str) -> None:
    server.answers[command] = [HANG]
    with pytest.raises(ChannelError) as raised, Sender(server.url(), timeout=0.5) as sender:
        sender.send(outbound())
    assert (raised.value.doubt, raised.value.permanent) == (False, False)


@pytest.mark.parametrize(
    ("scheme", "command", "destination", "doubt"),
    [
        ("smtp", "greeting", False, False),
        ("smtps", "greeting", False, False),
        ("smtp", "MAIL", False, False),
        ("smtp", "RCPT", True, False),
        ("smtp", ".", True, True),
    ],
)
def test_a_server_that_answers_byte_by_byte_is_left_when_the_time_of_the_message_is_over(
    server: Scripted, scheme: str, command: str, destination: bool, doubt: bool
) -> None:
    server.answers[command] = [DRIP if scheme == "smtp" else HANG]
    with Sender(server.url(f"{scheme}://127.0.0.1"), seconds=0.4) as sender:
        began = time.monotonic()
        with pytest.raises(ChannelError, match=r"SMTP took too long: more than 0 s") as raised:
            sender.send(outbound())
        assert time.monotonic() - began < 2
        found = raised.value
        assert (found.permanent, found.destination, found.doubt, sender.connected) == (False, destination, doubt, False)
        assert server.connections == 1, "no second try within the same message"


def test_the_time_of_a_message_that_is_through_cuts_no_other(server: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "GOODBYE_SECONDS", 0.1)
    server.answers["QUIT"] = [DRIP]
    with Sender(server.url(), seconds=0.5) as sender:
        sender.send(outbound())
        time.sleep(0.5)
        sender.send(outbound())
        assert server.connections == 1


def test_a_large_message_has_more_time_than_a_small_one_and_none_outlives_its_claim() -> None:
    assert [seconds_for(size, 120) for size in (0, 5_000_000, 10**9)] == [120, 140, 240]
    assert LEASE.total_seconds() > LONGEST_SECONDS


def test_a_refused_password_is_not_the_fault_of_the_message() -> None:
    server = Scripted(extensions=("AUTH PLAIN LOGIN",))
    server.answers["AUTH"] = ["535 salah"] * 4
    try:
        with pytest.raises(ChannelError) as raised:
            send(server.url("smtp://desk:sandi-rahasia@127.0.0.1"), outbound())
        assert not raised.value.permanent
        assert "sandi-rahasia" not in str(raised.value)
    finally:
        server.stop()


def test_a_server_that_is_not_there_is_a_passing_fault() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ChannelError) as raised:
        send(urlsplit(f"smtp://127.0.0.1:{port}"), outbound())
    assert (raised.value.permanent, raised.value.doubt) == (False, False)


def test_one_connection_serves_many_messages_also_after_a_refusal(server: Scripted) -> None:
    server.answers["RCPT"] = ["250 baik", "550 tidak dikenal"]
    with Sender(server.url()) as sender:
        sender.send(outbound())
        with pytest.raises(ChannelError):
            sender.send(outbound(recipient="tidak@ada.example"))
        for number in range(5):
            sender.send(outbound(recipient=f"p{number}@kantor.example"))
    assert (server.connections, len(server.mails)) == (1, 6)
    assert server.commands[-1].upper() == "QUIT"


@pytest.mark.parametrize("how", ["closed", "421"])
def test_a_connection_that_the_server_gave_up_is_replaced_once(server: Scripted, how: str) -> None:
    with Sender(server.url()) as sender:
        sender.send(outbound())
        if how == "closed":
            server.close_connections()
        else:
            server.answers["MAIL"] = ["421 terlalu lama"]
        sender.send(outbound())
        assert (server.connections, len(server.mails)) == (2, 2)
        server.close_connections()
        server.answers["MAIL"] = [DROP]
        with pytest.raises(ChannelError) as raised:
            sender.send(outbound())
    assert (raised.value.permanent, raised.value.doubt) == (False, False)


def test_an_idle_connection_is_not_used_again(server: Scripted) -> None:
    with Sender(server.url(), idle_seconds=0.0) as sender:
        sender.send(outbound())
        sender.send(outbound())
    assert server.connections == 2


def test_an_address_that_cannot_be_written_never_reaches_the_server(server: Scripted) -> None:
    assert fault(server, recipient="büdi@kantor.example").permanent
    assert server.connections == 0


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that nobody has signed but itself."""
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)),
        ],
        check=True,
        capture_output=True,
    )
    return cert, key


def test_encryption_is_verified_and_never_left_out(certificate: tuple[Path, Path]) -> None:
    cert, key = certificate
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)
    server = Scripted(tls=context, extensions=("STARTTLS",))
    try:
        with pytest.raises(ChannelError, match="CERTIFICATE_VERIFY_FAILED"):
            send(server.url("smtp+starttls://127.0.0.1"), outbound())
        trusting = ssl.create_default_context(cafile=str(cert))
        with Sender(server.url("smtp+starttls://127.0.0.1"), context=trusting) as sender:
            sender.send(outbound())
        assert len(server.mails) == 1
    finally:
        server.stop()


def test_a_server_without_encryption_gets_nothing_where_it_is_asked_for(server: Scripted) -> None:
    with pytest.raises(ChannelError) as raised:
        send(server.url("smtp+starttls://127.0.0.1"), outbound())
    assert not raised.value.permanent
    assert not any(command.startswith(("AUTH", "MAIL")) for command in server.commands)
