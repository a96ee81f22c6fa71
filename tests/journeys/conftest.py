"""A desk with real processes, a real mail server and a real browser."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.servers.installation import Installation
from tests.servers.mail import MailServer

MEDAN = "kptik-medan"
WIB = ZoneInfo("Asia/Jakarta")
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=WIB)


@pytest.fixture(scope="session")
def staffed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A database with an agent, a technician and an administrator, made once by the commands."""
    place = Installation(tmp_path_factory.mktemp("staffed"), {}, MONDAY)
    place.run("init")
    place.add_user("rina", "--role", "agent", "--desk", MEDAN)
    place.add_user("togar", "--role", "technician", "--desk", MEDAN, "--group", "rft-tik")
    place.add_user("adi", "--role", "administrator")
    path = place.data / "helpdesk.sqlite3"
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
