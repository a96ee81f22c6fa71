"""Signing in with access tokens (XOAUTH2): at Dovecot, which asks the identity provider, and at a submission server."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from helpdesk.channels.base import Address, ChannelError, Outbound
from helpdesk.channels.email.imap import Mailbox
from helpdesk.channels.email.smtp import Sender
from tests.channels.email_samples import mail
from tests.servers import dovecot as dovecot_server
from tests.servers import ground, identity
from tests.servers.dovecot import Dovecot
from tests.servers.identity import Provider

DESK = "kptik-medan"
LETTER = Outbound(
    sender=Address("meja@kantor.example"), recipient="sari@kantor.example", subject="Halo", text="Isi",
    message_id="satu@kantor.example",
)  # fmt: skip


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Provider, Dovecot]]:
    if reason := dovecot_server.missing():
        pytest.skip(reason)
    with (
        identity.running() as provider,
        dovecot_server.running([DESK], provider.url.replace("/token", "/introspect")) as dovecot,
    ):
        yield provider, dovecot


class Source:
    """Gives these tokens, one after the other; remembers which were refused."""

    def __init__(self, *tokens: str) -> None:
        self.tokens, self.refused = list(tokens), []

    def __call__(self, refused: str) -> str:
        self.refused.append(refused)
        return self.tokens.pop(0)


def opened(dovecot: Dovecot, source: Source, user: str = DESK) -> Mailbox:
    return Mailbox(urlsplit(f"imap://{user}@{ground.HOST}:{dovecot.port}/INBOX"), token=source)


@pytest.mark.dovecot
def test_a_mailbox_is_read_with_an_access_token_instead_of_a_password(servers: tuple[Provider, Dovecot]) -> None:
    provider, dovecot = servers
    provider.valid.add("baik")
    with dovecot.imap(DESK) as client:
        client.append("INBOX", mail("halo"))
    with opened(dovecot, Source("baik")) as box:
        assert [found.raw for found in box.fetch_new()] == [mail("halo")]


@pytest.mark.dovecot
def test_a_refused_token_is_replaced_once_and_then_it_is_for_the_administrator(
    servers: tuple[Provider, Dovecot],
) -> None:
    provider, dovecot = servers
    provider.valid.add("baik")
    source = Source("basi", "baik")
    with opened(dovecot, source) as box:
        assert box.uidvalidity > 0
    assert source.refused == ["", "basi"]
    with pytest.raises(ChannelError) as raised:
        opened(dovecot, Source("basi", "basi")).connect()
    assert raised.value.permanent
    assert "basi" not in str(raised.value)


class Submission:
    """A submission server's side of XOAUTH2: knows one token."""

    def __init__(self) -> None:
        self.mails: list[str] = []

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802 - the name that the library looks for
        if b"\1auth=Bearer baik\1\1" in base64.b64decode(args[1]):
            return AuthResult(success=True)
        # Google and Microsoft first say why, in a challenge that the client has to answer with an empty line.
        await server.challenge_auth(b'{"status":"400"}', encode_to_b64=True)
        return AuthResult(success=False, handled=False)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.mails.append(envelope.rcpt_tos[0])
        return "250 ok"


@contextmanager
def submission() -> Iterator[tuple[Submission, str]]:
    taken = Submission()
    options: dict[str, Any] = {"auth_require_tls": False, "auth_required": True}
    controller = Controller(taken, ground.HOST, ground.free_port(), **options)
    controller.start()
    try:
        yield taken, f"smtp://meja%40kantor.example@{ground.HOST}:{controller.port}"
    finally:
        controller.stop()


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_mail_is_handed_over_with_an_access_token_and_a_refused_one_blames_no_message() -> None:
    with submission() as (taken, url):
        source = Source("basi", "baik")
        with Sender(urlsplit(url), token=source) as sender:
            sender.send(LETTER)
        assert source.refused == ["", "basi"]
        assert taken.mails == [LETTER.recipient]

        def none_to_be_had(_refused: str) -> str:
            raise ChannelError("identity provider: 400 invalid_grant", permanent=True)

        for token in (Source("basi", "basi"), none_to_be_had):
            with pytest.raises(ChannelError, match="SMTP sign-in") as raised:
                Sender(urlsplit(url), token=token).send(LETTER)
            assert not raised.value.permanent
