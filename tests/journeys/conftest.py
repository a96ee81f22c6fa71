"""A desk with real processes, a real mail server and a real browser."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from helpdesk.catalog.load import load_file
from helpdesk.config import load
from helpdesk.resources import catalog_path
from helpdesk.store.db import bare_app, db, unit_of_work
from helpdesk.tickets.words import Role
from helpdesk.usecases.people import add_user
from tests.servers.installation import PASSWORD, Installation
from tests.servers.mail import MailServer

MEDAN = "kptik-medan"
WIB = ZoneInfo("Asia/Jakarta")
STAFF: tuple[tuple[str, Role, list[str], list[str]], ...] = (
    ("rina", Role.AGENT, [MEDAN], []),
    ("togar", Role.TECHNICIAN, [MEDAN], ["rft-tik"]),
    ("adi", Role.ADMINISTRATOR, [], []),
)
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=WIB)


@pytest.fixture(scope="session")
def staffed(tmp_path_factory: pytest.TempPathFactory, sqlite_template: bytes) -> bytes:
    """A database with an agent, a technician and an administrator, made once."""
    folder = tmp_path_factory.mktemp("staffed")
    path = folder / "helpdesk.sqlite3"
    path.write_bytes(sqlite_template)
    app = bare_app(load(env={"HELPDESK_DATA": str(folder)}, need_secret=False))
    catalog = load_file(catalog_path())
    with app.app_context():
        with unit_of_work() as session:
            for name, role, desks, groups in STAFF:
                add_user(
                    session, catalog, MONDAY,
                    name=name, password=PASSWORD, roles=[role], desks=desks, groups=groups,
                )  # fmt: skip
        db.engine.dispose()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path.read_bytes()


@pytest.fixture
def installation(tmp_path: Path, staffed: bytes, mail_server: MailServer) -> Iterator[Installation]:
    """One desk that reads and sends mail, with its staff, on Monday 08:00 in Medan."""
    place = Installation(tmp_path / "var", {MEDAN: (mail_server.imap_url(MEDAN), mail_server.smtp_url)}, MONDAY)
    (place.data / "helpdesk.sqlite3").write_bytes(staffed)
    place.start_all()
    yield place
    place.stop()
