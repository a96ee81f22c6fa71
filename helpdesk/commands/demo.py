"""`helpdesk demo`: everything on one machine, and the mail of its people."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from helpdesk.commands import surroundings

if TYPE_CHECKING:
    from pathlib import Path


def _data() -> Path:
    return surroundings.settings().data


@click.group(invoke_without_command=True)
@click.option("--fresh", is_flag=True, help="Mulai dari awal; data demo dihapus. / Start over; the demo's data go.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port web. / Web port.")
@click.pass_context
def demo(ctx: click.Context, fresh: bool, port: int) -> None:
    """Semua bagian di satu komputer. / Everything on one machine, with embedded parts."""
    if ctx.invoked_subcommand is not None:
        return
    from helpdesk.demo import supervisor
    from helpdesk.demo.installation import DemoError

    try:
        supervisor.run(_data(), surroundings.catalog(), port, click.echo, fresh=fresh)
    except DemoError as error:
        click.echo(str(error), err=True)
        sys.exit(1)


@demo.command()
@click.option("--as", "name", required=True, help="pemohon, pemohon2")
@click.option("--to", "desk", required=True, help="kptik-medan, …")
@click.option("--body", default="", help="Isi surel. / Text of the mail.")
@click.argument("subject")
def send(name: str, desk: str, body: str, subject: str) -> None:
    """Kirim surel ke meja layanan. / Send a real mail to a desk; prints its Message-ID."""
    from helpdesk.demo import installation, letters

    try:
        click.echo(letters.send(installation.read(_data()), name, desk, subject, body or subject))
    except installation.DemoError as error:
        click.echo(str(error), err=True)
        sys.exit(1)


@demo.command()
@click.option("--read", is_flag=True, help="Isi surel terbaru. / The text of the newest mail.")
@click.argument("name")
def inbox(name: str, read: bool) -> None:
    """Surel seseorang, terbaru dahulu. / Somebody's mail, newest first, one line a message."""
    from helpdesk.demo import installation, letters

    try:
        demo_ = installation.read(_data())
        for line in [letters.newest(demo_, name)] if read else letters.inbox(demo_, name):
            click.echo(line)
    except installation.DemoError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
