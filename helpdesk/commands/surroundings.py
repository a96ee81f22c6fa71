"""What several commands need: the settings, the catalogue, a way to say what is wrong. All imported late."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

if TYPE_CHECKING:
    from pathlib import Path

    from helpdesk.catalog.model import Catalog
    from helpdesk.catalog.source import CatalogSource
    from helpdesk.config import Settings
    from helpdesk.usecases.context import Context

T = TypeVar("T")
NO_DATABASE = "Basis data belum siap: helpdesk upgrade / The database is not ready: helpdesk upgrade"


def refuse(message: str) -> NoReturn:
    """End with exit code 2: what was asked for does not exist or cannot be."""
    click.echo(message, err=True)
    sys.exit(2)


def show(result: Any) -> None:
    """One JSON line on standard output, in UTF-8 whatever the locale says."""
    line = json.dumps(result, ensure_ascii=False).encode("utf-8", "replace")
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def catalog() -> Catalog:
    """The catalogue of HELPDESK_CATALOG, else the delivered one; its errors end the command with 1.

    For commands that end at once: a catalogue loaded before is taken from the user's cache folder.
    """
    from helpdesk.catalog.kept import load_kept

    return _or_end(load_kept, catalog_file())


def source() -> CatalogSource:
    """The catalogue of the settings for a process that runs on: it follows its file."""
    from helpdesk.catalog.source import CatalogSource

    return _or_end(CatalogSource.open, catalog_file())


def _or_end(load: Callable[[Path], T], path: Path) -> T:
    """What `load` gives; the errors of the file end the command with 1."""
    from helpdesk.catalog.errors import CatalogErrors

    try:
        return load(path)
    except CatalogErrors as found:
        for error in found.errors:
            click.echo(str(error), err=True)
        sys.exit(1)
    except OSError as error:
        end_unread(error)


def end_unread(error: OSError) -> NoReturn:
    """End with exit code 1: a file cannot be read."""
    click.echo(f"{error.filename}: {error.strerror}", err=True)
    sys.exit(1)


def catalog_file() -> Path:
    """The file in force: that of HELPDESK_CATALOG, else the delivered one."""
    import os
    from pathlib import Path

    from helpdesk.resources import catalog_path

    named = os.environ.get("HELPDESK_CATALOG")
    return Path(named) if named else catalog_path()


def catalogs(*paths: Path) -> tuple[Catalog, ...]:
    """The catalogues of several files; the errors of all of them end the command with 1."""
    from helpdesk.catalog.errors import CatalogErrors
    from helpdesk.catalog.load import load_file

    loaded, faults = [], 0
    for path in paths:
        try:
            loaded.append(load_file(path))
        except CatalogErrors as found:
            faults += len(found.errors)
            for error in found.errors:
                click.echo(str(error), err=True)
    if faults:
        sys.exit(1)
    return tuple(loaded)


def settings(known: Catalog | None = None, *, need_secret: bool = False) -> Settings:
    """The settings of the environment, with the mail accounts of the catalogue's desks."""
    from helpdesk.config import ConfigError, load

    try:
        return load(tuple(known.desks) if known else (), need_secret=need_secret)
    except ConfigError as error:
        click.echo(str(error), err=True)
        sys.exit(1)


@contextmanager
def context() -> Iterator[Context]:
    """The surroundings of a use case, inside an application context that reaches the database."""
    from helpdesk import logs
    from helpdesk.store.db import bare_app, db, reading
    from helpdesk.store.schema import is_current
    from helpdesk.timepiece import clock
    from helpdesk.usecases.context import Context
    from helpdesk.usecases.editions import in_force_now

    logs.configure()
    known = catalog()
    chosen = settings(known)
    app = bare_app(chosen)
    with app.app_context():
        try:
            if not is_current(app):
                click.echo(NO_DATABASE, err=True)
                sys.exit(1)
            now = clock(chosen)()
            with reading() as session:
                known = in_force_now(session, known, now)
            yield Context(known, chosen, now)
        finally:
            db.engine.dispose()
