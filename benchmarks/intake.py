"""Mail to committed ticket with its automatic reply in the outbox, in one process, beside the limits of the machine.

Run: python benchmarks/intake.py [--mails 500] [--repeat 3] [--database-url URL]
"""

import argparse
import hashlib
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

from machine import Rate, commits_a_second, noise, rate, say, spread, table
from mails import written_mails
from sqlalchemy import func, select

from helpdesk.catalog.load import load_file
from helpdesk.catalog.source import CatalogSource
from helpdesk.channels.email.reading import read
from helpdesk.config import Settings, load
from helpdesk.resources import catalog_path
from helpdesk.store.db import bare_app, db, reading
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Ticket
from helpdesk.store.schema import upgrade_database
from helpdesk.usecases.processing import Desk, Stored, store_and_process

DESK, ADDRESS = "kptik-medan", "meja@kantor.example"
HEADERS = ("From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted")
WANTED = 150


def _settings(folder: Path, url: str) -> Settings:
    env = {
        "HELPDESK_DATA": str(folder),
        "HELPDESK_SECRET_KEY": "only-for-the-benchmark-0123456789",
        "HELPDESK_KPTIK_MEDAN_SMTP_URL": "smtp://127.0.0.1:9",
        "HELPDESK_KPTIK_MEDAN_ADDRESS": ADDRESS,
    }
    if url:
        env["HELPDESK_DATABASE_URL"] = url
    return load((DESK,), env)


def _ingested(settings: Settings, mails: list[bytes]) -> Rate:
    """Mails a second through the functions of `helpdesk ingest`."""
    catalog = load_file(catalog_path())
    app = bare_app(settings)
    upgrade_database(app)
    desk = Desk(CatalogSource(catalog), settings, lambda: datetime.now(UTC), read)
    outcomes: Counter[str] = Counter()

    def ingest(raw: bytes) -> None:
        stored = Stored(raw, desk.now(), DESK)
        name = f"file:{DESK}:{hashlib.sha256(raw).hexdigest()}"
        outcomes[store_and_process(desk, stored, channel="email", external_id=name, source="ingest").outcome] += 1

    with app.app_context():
        ingest(mails[0])  # what is made once a process is made before the measurement
        measured = rate(ingest, mails[1:])
        with reading() as session:
            tickets = session.scalar(select(func.count(Ticket.id)))
            replies = session.scalar(
                select(func.count(OutboxMessage.id)).where(OutboxMessage.kind == "acknowledgement")
            )
        db.engine.dispose()
    if set(outcomes) - {"opened", "continued"} or tickets != outcomes["opened"] or not replies:
        raise SystemExit(f"not every mail became a ticket: {outcomes}, {tickets} tickets, {replies} replies")
    return measured


def _library(of_policy: policy.Policy) -> Callable[[bytes], object]:
    """The standard library reading the same: the fields that intake needs, and every part decoded."""

    def parse(raw: bytes) -> int:
        message = message_from_bytes(raw, policy=of_policy)
        size = sum(len(str(message[name] or "")) for name in HEADERS)
        for part in message.walk():
            if not part.is_multipart():
                size += len(part.get_content() if of_policy is policy.default else part.get_payload(decode=True))
        return size

    return parse


def main() -> None:
    """Print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--mails", type=int, default=500)
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--database-url", default="", help="an empty database; default: SQLite in a new folder")
    asked = options.parse_args()
    mails = written_mails(asked.mails, ADDRESS)
    now = datetime.now(UTC)
    say(mails=len(mails), mib=round(sum(map(len, mails)) / 2**20, 1), **noise())
    with tempfile.TemporaryDirectory() as folder:
        cases: dict[str, Callable[[int], Rate]] = {
            "mail to ticket": lambda turn: _ingested(_settings(Path(folder, str(turn)), asked.database_url), mails),
            "reading alone": lambda _turn: rate(lambda raw: read(raw, received_at=now), mails),
            "email, policy.default": lambda _turn: rate(_library(policy.default), mails),
            "email, compat32": lambda _turn: rate(_library(policy.compat32), mails),
            "durable commits": lambda _turn: commits_a_second(Path(folder)),
        }
        repeat = 1 if asked.database_url else asked.repeat
        found = {name: [case(turn) for turn in range(repeat)] for name, case in cases.items()}
    say(**noise())
    _show(found)


def _show(found: dict[str, list[Rate]]) -> None:
    rows = [("", "wall", "cpu", "of the limit (cpu)")]
    ours = spread([r.cpu for r in found["mail to ticket"]])["median"]
    for name, rates in found.items():
        wall, cpu = spread([r.wall for r in rates]), spread([r.cpu for r in rates])
        say(case=name, wall_per_second=wall, cpu_per_second=cpu)
        rows.append((name, f"{wall['median']:,.0f}", f"{cpu['median']:,.0f}", f"{ours / cpu['median']:.3f}"))
    table(f"a second (wanted: mail to ticket at least {WANTED})", rows)


if __name__ == "__main__":
    main()
