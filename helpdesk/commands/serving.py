"""`helpdesk serve` and `helpdesk worker`: the two processes of an installation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from helpdesk.commands import surroundings

if TYPE_CHECKING:
    from helpdesk.catalog.model import Catalog
    from helpdesk.config import Settings


DEFAULT_BASE_URL = "http://127.0.0.1:8000"
"""Where `serve` listens unless told otherwise; private links need an address."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1), help="Processes.")
@click.option("--threads", default=8, show_default=True, type=click.IntRange(1), help="Threads of each process.")
def serve(host: str, port: int, workers: int, threads: int) -> None:
    """Aplikasi web. / The web application, under a production server."""
    from dataclasses import replace

    from helpdesk import logs
    from helpdesk.server import Server

    logs.configure()
    known = surroundings.catalog()
    chosen = surroundings.settings(known, need_secret=True)
    _warn_of_unknown_desks(known)
    bound = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    chosen = replace(chosen, bound=bound, base_url=chosen.base_url or f"http://{bound}")
    check_ready(chosen)
    Server(chosen, workers, threads).run()


@click.command()
def worker() -> None:
    """Pekerja latar belakang: surel, pengingat, kiriman. / The background worker: mail, clocks, sending."""
    from dataclasses import replace

    from helpdesk import logs
    from helpdesk import worker as background

    logs.configure()
    source = surroundings.source()
    known = source.newest
    chosen = surroundings.settings(known, need_secret=True)
    _warn_of_unknown_desks(known)
    if not chosen.base_url:
        click.echo(f"HELPDESK_BASE_URL kosong; tautan memakai / is not set; links use {DEFAULT_BASE_URL}", err=True)
        chosen = replace(chosen, base_url=DEFAULT_BASE_URL)
    check_ready(chosen)
    background.main(chosen, source)


def _warn_of_unknown_desks(known: Catalog) -> None:
    """A mistyped desk in the name of a setting would otherwise leave its mailbox unread without a word."""
    import logging

    from helpdesk.config import desk_key, desks_unknown_to

    desks = ", ".join(f"{desk} (HELPDESK_{desk_key(desk)}_)" for desk in known.desks)
    for name in desks_unknown_to(tuple(known.desks)):
        logging.getLogger(__name__).warning("%s names no desk of the catalogue; the desks: %s", name, desks)


def check_ready(chosen: Settings) -> None:
    """End with a clear message where the database was not created or is older than the code."""
    import sys

    from helpdesk.store.db import bare_app, db
    from helpdesk.store.schema import is_current

    app = bare_app(chosen)
    current = is_current(app)
    with app.app_context():
        db.engine.dispose()
    if not current:
        click.echo(surroundings.NO_DATABASE, err=True)
        sys.exit(1)
