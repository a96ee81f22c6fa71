"""How long it takes to find and lock what is due, among very many open tickets of which few are due.

Run: python benchmarks/sweep.py [--tickets 1000000] [--due 100] [--database URL]

The index on `next_check_at` decides, not the number of open tickets: the same is measured with a hundredth of them.
Without --database in a new SQLite file; the URL of an empty PostgreSQL database measures that.
"""

import argparse
import statistics
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from load import settings_for
from machine import noise, say, table
from sqlalchemy import text

from helpdesk.catalog.load import load_file
from helpdesk.config import Settings
from helpdesk.resources import catalog_path
from helpdesk.store.db import bare_app, db, unit_of_work
from helpdesk.store.models import Person
from helpdesk.store.schema import upgrade_database
from helpdesk.usecases.context import Context
from helpdesk.usecases.sweep import due_tickets

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
REPEATS, WANTED_MS, PART = 15, 50, 200_000
NUMBERS = {
    "sqlite": "with recursive n(i) as (select :first union all select i + 1 from n where i < :last) select i from n",
    "postgresql": "select i from generate_series(cast(:first as int), cast(:last as int)) as n(i)",
}
NOW_AS = {"sqlite": ":now", "postgresql": "cast(:now as timestamptz)"}
MINUTES = "(case when i <= :due then -i else i % 40000 + 60 end)"
MOMENT = {
    "sqlite": f"datetime(:now, {MINUTES} || ' minutes')",
    "postgresql": f"cast(:now as timestamptz) + {MINUTES} * interval '1 minute'",
}


def _fill(first: int, last: int, due: int) -> None:
    """Open tickets numbered `first` to `last`; of those up to `due` something is due."""
    dialect = db.engine.dialect.name
    now = NOW_AS[dialect]
    quoted = f"""insert into ticket (id, version, number, desk, status, channel, "group", tier, requester_id, subject,
        priority, urgent, attributes, catalog_version, received_at, created_at, cycle, rating_comment, response_due_at,
        response_done_at, resolution_due_at, at_risk, breached, unread, next_check_at)
        select i, 1, 'UKR-2026-' || i, 'kptik-medan', 'in_progress', 'email', 'rft-tik', 'layer-2', 1, 'Mohon bantuan',
        3, :no, '{{}}', '2026.1', {now}, {now}, 1, '', {now}, {now}, {now}, :no, :no, :no, """
    statement = f"{quoted} {MOMENT[dialect]} from ({NUMBERS[dialect]}) as numbers"
    for begin in range(first, last + 1, PART):
        with unit_of_work() as session:
            values = {"first": begin, "last": min(begin + PART - 1, last), "due": due, "no": False}
            session.execute(text(statement), {**values, "now": NOW.strftime("%Y-%m-%d %H:%M:%S")})


def _milliseconds(context: Context, due: int) -> list[float]:
    """How long each of the repeats takes to find and lock everything that is due."""
    found = []
    for _ in range(REPEATS):
        with unit_of_work() as session:
            begin = time.perf_counter()
            tickets = due_tickets(session, context, limit=2 * due)
            found.append((time.perf_counter() - begin) * 1000)
            assert len(tickets) == due
            session.rollback()
    return found


def _measure(settings: Settings, tickets: int, due: int) -> None:
    app, before = bare_app(settings), noise()
    upgrade_database(app)
    context = Context(load_file(catalog_path()), settings, NOW)
    rows = [("open tickets", "median, ms", "longest, ms")]
    with app.app_context():
        with unit_of_work() as session:
            session.add(Person(id=1, name="Sari", email="sari@kantor.example", created_at=NOW))
        done = 0
        for count in (tickets // 100, tickets):
            _fill(done + 1, count, due)
            done = count
            taken = _milliseconds(context, due)
            rows.append((f"{count:,}", f"{statistics.median(taken):.1f}", f"{max(taken):.1f}"))
            say(open=count, due=due, median_ms=round(statistics.median(taken), 2), longest_ms=round(max(taken), 2))
        db.engine.dispose()
    say(before=before, after=noise())
    table(f"{due} of them due; wanted at most {WANTED_MS} ms", rows)


def main() -> None:
    """Measure in a folder that is thrown away."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tickets", type=int, default=1_000_000)
    options.add_argument("--due", type=int, default=100)
    options.add_argument("--database", default="", help="the URL of an empty database")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = settings_for(Path(folder))
        if asked.database:
            settings = replace(settings, database_url=asked.database)
        _measure(settings, asked.tickets, asked.due)


if __name__ == "__main__":
    main()
