"""How long it takes until all open tickets rest on a calendar with one holiday more, on SQLite.

Run: python benchmarks/recompute.py [--tickets 100000] [--profile]

Every ticket is open, has three events, and an item of its desk; a twentieth is on hold. Their deadlines lie around the
new holiday, so that about half of them move. Limits of the same run: rows that a bare executemany updates and inserts
in the same database, and timelines computed with nothing around them.
"""

import argparse
import cProfile
import pstats
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from load import BATCH, settings_for
from machine import noise, say, table
from sqlalchemy import func, insert, select

from helpdesk.catalog.load import load_file
from helpdesk.catalog.model import Catalog, Item, Text
from helpdesk.resources import catalog_path
from helpdesk.sla.clock import timeline
from helpdesk.sla.facts import Facts
from helpdesk.store.catalog_models import CalendarsApplied, MovedDeadline
from helpdesk.store.db import bare_app, reading, unit_of_work
from helpdesk.store.models import Event, Hold, Person, Ticket
from helpdesk.store.schema import upgrade_database
from helpdesk.tickets.words import Action, Channel, HoldReason, Status
from helpdesk.usecases.context import Context
from helpdesk.usecases.recalculation import SETTLED_AFTER, step
from helpdesk.usecases.standards import calendar_for

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # a Monday, 09:00 in Jakarta
HOLIDAY = date(2026, 11, 24)
WANTED_SECONDS, WANTED_TICKETS = 30, 100_000
ROWS = 20_000


def _ticket(number: int, desk: str, item: Item, received: datetime, catalog: Catalog) -> dict[str, Any]:
    held = number % 20 == 0
    return {
        "id": number, "version": 1, "number": f"UKR-2026-{number:06}", "desk": desk, "channel": Channel.EMAIL,
        "status": Status.ON_HOLD if held else Status.IN_PROGRESS, "type": item.types[0].value, "item": item.id,
        "group": "layer-1", "tier": "layer-1", "requester_id": 1, "subject": f"Mohon bantuan {number}", "priority": 3,
        "urgent": False, "attributes": {}, "catalog_version": catalog.version, "received_at": received,
        "created_at": received, "cycle": 1, "hold_reason": HoldReason.REQUESTER if held else None,
        "rating_comment": "", "at_risk": False, "breached": False, "unread": False,
    }  # fmt: skip


def _events(number: int, item: Item, received: datetime) -> Iterator[dict[str, Any]]:
    opened = {"received_at": received.isoformat(), "channel": Channel.EMAIL.value}
    classified = {"item": item.id, "type": item.types[0].value}
    told = (
        (Action.OPEN, "requester", 0, opened),
        (Action.TAKE, "staff", 12, {}),
        (Action.CLASSIFY, "staff", 13, classified),
    )
    for action, actor, minutes, data in told:
        yield {
            "ticket_id": number, "action": action, "actor": actor, "by": "seseorang", "why": "", "data": data,
            "at": received + timedelta(minutes=minutes), "from_status": None, "to_status": Status.IN_PROGRESS,
        }  # fmt: skip


def _fill(catalog: Catalog, tickets: int) -> None:
    draw = random.Random(5)  # the same tickets in every run
    desks = list(catalog.desks)
    with unit_of_work() as session:
        session.add(Person(id=1, name="Sari", email="sari@kantor.example", created_at=NOW))
    for begin in range(1, tickets + 1, BATCH):
        rows: dict[Any, list[dict[str, Any]]] = {Ticket: [], Event: [], Hold: []}
        for number in range(begin, min(begin + BATCH, tickets + 1)):
            desk = draw.choice(desks)
            item = catalog.items[draw.choice(catalog.desks[desk].items)]
            received = NOW - timedelta(minutes=draw.randrange(15, 4 * 1440))
            rows[Ticket].append(_ticket(number, desk, item, received, catalog))
            rows[Event] += _events(number, item, received)
            if number % 20 == 0:
                hold = {"reason": "requester", "why": "", "missing": [], "by": "agen", "ended_at": None}
                rows[Hold].append({"ticket_id": number, "started_at": received + timedelta(minutes=14), **hold})
        with unit_of_work() as session:
            for model, values in rows.items():
                if values:
                    session.connection().execute(insert(model.__table__), values)


def _with_holiday(catalog: Catalog) -> Catalog:
    day = {HOLIDAY: Text("Hari libur baru", "New holiday")}
    calendars = {n: replace(spec, closed={**spec.closed, **day}) for n, spec in catalog.calendars.items()}
    return replace(catalog, calendars=calendars)


def _follow(context: Context) -> tuple[float, float]:
    """The seconds on the wall and of the processor of all the steps that lead to the calendars of the context."""
    with unit_of_work() as session:
        step(session, context)
    context = replace(context, now=context.now + SETTLED_AFTER)
    begin, used = time.perf_counter(), time.process_time()
    going = True
    while going:
        with unit_of_work() as session:
            going = step(session, context)
    return time.perf_counter() - begin, time.process_time() - used


def _count(of: Any) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(of)) or 0


def _bare_rows(folder: Path) -> tuple[float, float]:
    """Rows a second that sqlite3 alone updates in the table of tickets, and inserts into that of events; not kept."""
    database = sqlite3.connect(folder / "helpdesk.sqlite3", isolation_level=None)
    database.execute("begin immediate")
    begin = time.process_time()
    due = "update ticket set resolution_due_at = ?, next_check_at = ?, version = version + 1 where id = ?"
    database.executemany(due, [("2026-12-24 01:00:00", "2026-12-24 01:00:00", n) for n in range(1, ROWS + 1)])
    updates = ROWS / (time.process_time() - begin)
    begin = time.process_time()
    event = (
        "insert into event (ticket_id, action, actor, by, at, to_status, why, data)"
        " values (?, 'moved', 'machine', 'worker', '2026-11-23 02:00:00', 'new', '', ?)"
    )
    database.executemany(event, [(n, "x" * 250) for n in range(1, ROWS + 1)])
    inserts = ROWS / (time.process_time() - begin)
    database.execute("rollback")
    database.close()
    return updates, inserts


def _timelines(catalog: Catalog) -> float:
    """Timelines a second of the items that the tickets have."""
    asked = [(calendar_for(catalog, d.id, i), i) for d in catalog.desks.values() for i in catalog.items_of(d.id)] * 10
    facts = Facts(NOW - timedelta(days=1), Channel.EMAIL, first_action_at=NOW - timedelta(hours=23))
    begin = time.process_time()
    for calendar, item in asked:
        timeline(facts, item.response_minutes, item.target, calendar, NOW, warn_at=item.warn_at)
    return len(asked) / (time.process_time() - begin)


def _measure(folder: Path, tickets: int, *, profiled: bool) -> None:
    catalog, settings = load_file(catalog_path()), settings_for(folder)
    app = bare_app(settings)
    upgrade_database(app)
    before = noise()
    with app.app_context():
        _fill(catalog, tickets)
        plain = Context(catalog, settings, NOW)
        with unit_of_work() as session:
            step(session, plain)
            kept = session.get_one(CalendarsApplied, 1)
            kept.applied = "before the first"  # so that everything is computed once
            kept.outline = {**kept.outline, "desks": {}}
        first = _follow(plain)
        timelines, (updates, inserts) = _timelines(catalog), _bare_rows(folder)
        profile = cProfile.Profile()
        if profiled:
            profile.enable()
        seconds, cpu = _follow(replace(plain, catalog=_with_holiday(catalog), now=NOW + timedelta(minutes=1)))
        profile.disable()
        moved, told = _count(select(Event).where(Event.action == "moved").subquery()), _count(MovedDeadline)
    limit = tickets / timelines + moved / updates + moved / inserts
    times = {"first_s": first[0], "seconds": seconds, "cpu_s": cpu, "limit_s": limit, "ratio": cpu / limit}
    times = {name: round(value, 2) for name, value in times.items()}
    say(tickets=tickets, moved=moved, to_tell=told, **times, before=before, after=noise())
    rows = [("", "seconds", "tickets a second"), ("a holiday more", f"{seconds:.1f}", f"{tickets / seconds:,.0f}")]
    rows.append(("the same by processor time", f"{cpu:.1f}", f"{tickets / cpu:,.0f}"))
    rows.append(("limit: bare timelines, updates and inserts", f"{limit:.1f}", f"{tickets / limit:,.0f}"))
    rows.append(("wanted", f"{WANTED_SECONDS}", f"{WANTED_TICKETS / WANTED_SECONDS:,.0f}"))
    table(f"{tickets:,} open tickets, {moved:,} deadlines moved", rows)
    if profiled:
        pstats.Stats(profile).sort_stats("cumtime").print_stats(35)


def main() -> None:
    """Measure in a folder that is thrown away."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--tickets", type=int, default=WANTED_TICKETS)
    options.add_argument("--profile", action="store_true", help="print where the time goes (and takes longer)")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _measure(Path(folder), asked.tickets, profiled=asked.profile)


if __name__ == "__main__":
    main()
