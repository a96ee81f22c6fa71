"""`helpdesk mail`: what the product reads in a message, and whether a desk can send; without any database."""

import sys
from pathlib import Path

import click

from helpdesk.commands import surroundings


@click.group()
def mail() -> None:
    """Surel. / E-mail."""


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
    from helpdesk.channels.email.smtp import send
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
    try:
        send(account.smtp, letter)
    except ChannelError as error:
        surroundings.show({"desk": desk, "to": recipient, "outcome": "refused", "reason": str(error)})
        sys.exit(1)
    surroundings.show({"desk": desk, "to": recipient, "outcome": "sent", "message_id": letter.message_id})
