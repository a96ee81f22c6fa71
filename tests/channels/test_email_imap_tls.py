"""Encrypted links to mailboxes: verified, and never left out."""

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from helpdesk.channels.base import ChannelError
from helpdesk.channels.email.imap import Mailbox
from tests.servers import dovecot as dovecot_server
from tests.servers import ground
from tests.servers.dovecot import PASSWORD, Dovecot

DESK = "kptik-medan"


@pytest.fixture(scope="module")
def certificate() -> Iterator[tuple[Path, Path]]:
    """A certificate for 127.0.0.1 that nobody has signed but itself."""
    with ground.folder("hdtls") as folder:
        key, cert = folder / "key.pem", folder / "cert.pem"
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
                *("-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
                *("-keyout", str(key), "-out", str(cert)),
            ],
            check=True,
            capture_output=True,
        )
        ground.give(key)
        yield cert, key


@pytest.fixture(scope="module")
def dovecot(certificate: tuple[Path, Path]) -> Iterator[Dovecot]:
    if reason := dovecot_server.missing():
        pytest.skip(reason)
    with dovecot_server.running([DESK], certificate=certificate) as server:
        yield server


def opened(port: int, scheme: str = "imap+starttls", host: str = "127.0.0.1", cafile: Path | None = None) -> Mailbox:
    context = ssl.create_default_context(cafile=str(cafile)) if cafile else None
    return Mailbox(urlsplit(f"{scheme}://{DESK}:{PASSWORD}@{host}:{port}/"), context=context, connect_timeout=5)


@pytest.mark.dovecot
def test_starttls_is_verified_by_signature_and_by_name(dovecot: Dovecot, certificate: tuple[Path, Path]) -> None:
    with opened(dovecot.port, cafile=certificate[0]) as box:
        assert box.uidvalidity > 0
    for wrong in (opened(dovecot.port), opened(dovecot.port, host="localhost", cafile=certificate[0])):
        with pytest.raises(ChannelError) as raised:
            wrong.connect()
        assert raised.value.permanent
        assert "certificate" in str(raised.value).lower()


@pytest.mark.dovecot
def test_a_server_without_starttls_gets_no_password() -> None:
    if reason := dovecot_server.missing():
        pytest.skip(reason)
    with dovecot_server.running([DESK]) as plain:
        with pytest.raises(ChannelError):
            opened(plain.port).connect()
        assert "Login" not in (plain.folder / "dovecot.log").read_text()


def test_a_self_signed_certificate_is_refused_from_the_first_byte(certificate: tuple[Path, Path]) -> None:

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    listener, said = socket.create_server(("127.0.0.1", 0)), []

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            try:
                said.append(context.wrap_socket(connection, server_side=True).recv(100))
            except OSError:
                return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    with pytest.raises(ChannelError) as raised:
        opened(listener.getsockname()[1], "imaps").connect()
    thread.join(5)
    listener.close()
    assert raised.value.permanent
    assert not any(said)
