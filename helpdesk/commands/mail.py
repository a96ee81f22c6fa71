"""`helpdesk mail parse`: what the product reads in a message, without any database."""

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
