"""A desk with real processes, a real mail server and a real browser."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.servers.installation import Installation
from tests.servers.mail import MailServer

MEDAN = "kptik-medan"
WIB = ZoneInfo("Asia/Jakarta")
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=WIB)


@pytest.fixture
def installation(tmp_path: Path, mail_server: MailServer) -> Iterator[Installation]:
    """One desk that reads and sends mail, with an agent and a technician, on Monday 08:00 in Medan."""
    place = Installation(tmp_path / "var", {MEDAN: (mail_server.imap_url(MEDAN), mail_server.smtp_url)}, MONDAY)
    place.run("init")
    place.add_user("rina", "--role", "agent", "--desk", MEDAN)
    place.add_user("togar", "--role", "technician", "--desk", MEDAN, "--group", "rft-tik")
    place.start_all()
    yield place
    place.stop()
