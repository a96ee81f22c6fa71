"""What goes out, and the scripted server that takes it, for the tests of the outbox."""

import email.policy
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from urllib.parse import urlsplit

import pytest

from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.usecases.mailboxes import mailbox_for
from helpdesk.worker.sending import Senders
from tests.channels.scripted_smtp import Scripted
from tests.usecases.conftest import MEDAN, Office
from tests.usecases.post import Post, letter

ONE_DATABASE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


"""For what is the same on every database."""


@pytest.fixture
def post(office: Office) -> Post:
    with unit_of_work() as session:
        mailbox_for(session, MEDAN, office.now(), take_all=True)
    return Post(office)


@pytest.fixture
def server() -> Iterator[Scripted]:
    scripted = Scripted()
    yield scripted
    scripted.stop()


@pytest.fixture
def senders(post: Post, server: Scripted) -> Iterator[Senders]:
    """The desk in Medan sends by the scripted server; the pauses of a failed server pass at once."""
    url = urlsplit(f"smtp://127.0.0.1:{server.port}")
    account = replace(post.office.settings.mail[MEDAN], smtp=url)
    made = Senders(replace(post.office.settings, mail={MEDAN: account}), now=lambda: post.office.now().timestamp())
    yield made
    made.close()


def message(post: Post) -> OutboxMessage:
    return post.rows(OutboxMessage)[-1]


def replied(post: Post) -> str:
    """A ticket without automatic mail, with one reply of an agent waiting to be sent."""
    number = str(post.arrives(letter(Precedence="bulk")).ticket)
    post.office.does("agen", "reply", number, text="Silakan coba lagi.")
    return number


def parsed(data: bytes) -> EmailMessage:
    return email.message_from_bytes(data, policy=email.policy.default)  # type: ignore[return-value]
