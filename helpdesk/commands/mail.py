"""`helpdesk mail`: what the product reads in a message, and whether a desk can send; without any database."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from helpdesk.commands import surroundings
from helpdesk.commands.authorise import authorise

if TYPE_CHECKING:
    from helpdesk.channels.email.smtp import Sender
    from helpdesk.config import MailAccount, Settings


@click.group()
def mail() -> None:
    """Surel. / E-mail."""


mail.add_command(authorise)


@mail.command("parse")
@click.argument("files", nargs=-1, required=True, metavar="FILE…")
@click.option("--json", "as_json", is_flag=True, help="JSON, yang selalu dipakai. / JSON, which is always used.")
def parse(files: tuple[str, ...], as_json: bool) -> None:  # noqa: ARG001 - there is one format
    """Baca surel; satu baris JSON setiap argumen. / Read messages; one JSON line an argument, `-`: standard input."""
    from helpdesk.channels.email import plain
    from helpdesk.commands.mailfiles import without_envelope

    unreadable = False
    for name in files:
        try:
            raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except (OSError, ValueError) as error:
            unreadable = True
            reason = error.strerror if isinstance(error, OSError) else None
            surroundings.show({"file": name, "error": reason or type(error).__name__})
            continue
        surroundings.show({"file": name, **plain.parse(without_envelope(raw))})
    sys.exit(1 if unreadable else 0)


@mail.command("test")
@click.argument("desk")
@click.option("--to", "recipient", required=True, metavar="ADDRESS", help="Penerima. / Who gets it.")
def test(desk: str, recipient: str) -> None:
    """Kirim surel percobaan melalui server meja. / Send a test message by the desk's submission server."""
    from datetime import UTC, datetime

    from helpdesk.channels.base import ChannelError
    from helpdesk.config import desk_key
    from helpdesk.usecases.context import Context
    from helpdesk.usecases.samples import letter_to_try

    known = surroundings.catalog()
    settings = surroundings.settings(known)
    if desk not in known.desks:
        surroundings.refuse(f"{desk}: meja tidak dikenal / no such desk")
    account = settings.mail[desk]
    if account.smtp is None:
        name = f"HELPDESK_{desk_key(desk)}_SMTP_URL"
        surroundings.refuse(f"{name} belum ditetapkan / is not set")
    letter = letter_to_try(Context(known, settings, datetime.now(UTC)), desk, recipient)
    said = {"desk": desk, "to": recipient}
    try:
        with _sender(account, settings) as sender:
            sender.send(letter)
    except ChannelError as error:
        surroundings.show({**said, "outcome": "refused", "reason": str(error)})
        sys.exit(1)
    surroundings.show({**said, "outcome": "sent", "message_id": letter.message_id})


@contextmanager
def _sender(account: MailAccount, settings: Settings) -> Iterator[Sender]:
    """A connection to the submission server; where it asks for an access token, the database holds the grant."""
    from functools import partial

    from helpdesk.channels.email.smtp import Sender
    from helpdesk.config import bearer
    from helpdesk.timepiece import clock
    from helpdesk.usecases.mail_tokens import Tokens

    assert account.smtp is not None
    oauth = bearer(account.smtp, account.oauth)
    if oauth is None:
        with Sender(account.smtp) as sender:
            yield sender
        return
    with surroundings.context():
        tokens = Tokens(settings.secret_key, clock(settings))
        with Sender(account.smtp, token=partial(tokens.access_token, oauth)) as sender:
            yield sender
