"""Many mails from two processes at once, and a sweep over many tickets: nothing doubled, lost or paid for twice."""

import importlib
import multiprocessing
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import create_engine, event, func, select, text, update

from helpdesk.catalog.load import load_file
from helpdesk.catalog.source import CatalogSource
from helpdesk.channels.email.reading import read
from helpdesk.config import load
from helpdesk.resources import catalog_path
from helpdesk.store.db import bare_app, db, reading, unit_of_work
from helpdesk.store.models import Ticket
from helpdesk.usecases.batches import Delivery, store_and_process_all
from helpdesk.usecases.processing import Desk, Stored
from helpdesk.worker import Worker

MAILS = 2_000
SHARED = 400  # of them come in through both processes
TICKETS, FEW_TICKETS = 20_000, 1_000
DUE = 100
DESK, ADDRESS = "kptik-medan", "meja@kantor.example"
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]


def benchmark(name: str) -> Any:
    """A script of `benchmarks/`, which import one another by their bare names."""
    if str(BENCHMARKS) not in sys.path:
        sys.path.append(str(BENCHMARKS))
    return importlib.import_module(name)


def ingest(env: dict[str, str], mails: list[tuple[int, bytes]], gate: Any, told: Any) -> None:
    """One process: wait for the other, store and process these mails, tell how each of them ended."""
    desk = Desk(CatalogSource(load_file(catalog_path())), load((DESK,), env), lambda: NOW, read)
    with bare_app(desk.settings).app_context():
        gate.wait()
        outcomes: Counter[str] = Counter()
        for number, raw in mails:
            stored = Stored(raw, NOW + timedelta(seconds=number), DESK)
            done = store_and_process_all(desk, [Delivery(stored, "email", f"surat-{number}", "long run")])
            outcomes[done[0].outcome] += 1
        db.engine.dispose()
    told.put(outcomes)


def ingest_from_two_processes(env: dict[str, str], mails: list[bytes]) -> Counter[str]:
    """Each its half and the shared ones, those first: that is where both want the same at the same moment."""
    numbered = list(enumerate(mails))
    shared, rest = numbered[:SHARED], numbered[SHARED:]
    random.Random(5).shuffle(rest)
    spawn = multiprocessing.get_context("spawn")
    gate, told = spawn.Barrier(2), spawn.Queue()
    parts = [shared + rest[0::2], shared + rest[1::2]]
    processes = [spawn.Process(target=ingest, args=(env, part, gate, told)) for part in parts]
    for process in processes:
        process.start()
    found: Counter[str] = Counter()
    for _ in processes:
        found += told.get(timeout=600)
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0]
    return found


def test_two_processes_taking_in_two_thousand_mails_double_and_lose_none(database_url: str, tmp_path: Path) -> None:
    env = {
        "HELPDESK_DATA": str(tmp_path),
        "HELPDESK_DATABASE_URL": database_url,
        "HELPDESK_SECRET_KEY": "only-for-the-tests-0123456789",
        "HELPDESK_KPTIK_MEDAN_SMTP_URL": "smtp://127.0.0.1:9",
        "HELPDESK_KPTIK_MEDAN_ADDRESS": ADDRESS,
    }
    mails = benchmark("mails").written_mails(MAILS, ADDRESS)
    begin = time.perf_counter()
    outcomes = ingest_from_two_processes(env, mails)
    seconds = time.perf_counter() - begin
    sys.stdout.write(f"{dict(outcomes)}, {seconds:.1f} s with the start of the processes\n")
    assert outcomes["opened"] + outcomes["continued"] == MAILS
    assert outcomes["duplicate"] == SHARED
    assert sum(outcomes.values()) == MAILS + SHARED, "nothing in quarantine"
    check_the_rows(database_url, mails, outcomes["opened"])


def check_the_rows(url: str, mails: list[bytes], opened: int) -> None:
    """Every mail stands once and whole in exactly one conversation; the numbers have no gap."""
    engine = create_engine(url)
    with engine.connect() as connection:

        def column(query: str) -> list[Any]:
            return list(connection.scalars(text(query)))

        numbers = column("select number from ticket order by number")
        assert [int(n.rpartition("-")[2]) for n in numbers] == list(range(1, opened + 1))
        assert sorted(map(bytes, column("select body from raw_message"))) == sorted(mails)
        assert column("select distinct state from raw_message") == ["ticketed"]
        assert column("select count(*) from entry where kind = 'requester-message'") == [len(mails)]
        assert column("select count(distinct raw_id) from entry where raw_id is not null") == [len(mails)]
        elsewhere = "select count(*) from entry e join raw_message r on r.id = raw_id where r.ticket_id <> e.ticket_id"
        assert column(elsewhere) == [0]
        assert column("select count(*) from event where action = 'open'") == [opened]
        replies = column("select ticket_id from outbox_message where kind = 'acknowledgement'")
        assert replies, "somebody was answered"
        assert len(replies) == len(set(replies)), "nobody was answered twice"
    engine.dispose()


@dataclass
class Cost:
    """What a sweep cost: statements, and steps of SQLite's machine in hundreds; they do not depend on other load."""

    statements: int = 0
    hundreds_of_steps: int = 0

    def step(self) -> int:
        self.hundreds_of_steps += 1
        return 0


@contextmanager
def counted(app: Flask) -> Iterator[Cost]:
    """Count what the database does for the block."""
    cost = Cost()

    def execute(*_args: Any) -> None:
        cost.statements += 1

    def checkout(connection: Any, *_args: Any) -> None:
        connection.set_progress_handler(cost.step, 100)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", execute)
    event.listen(engine, "checkout", checkout)
    yield cost
    event.remove(engine, "before_cursor_execute", execute)
    event.remove(engine, "checkout", checkout)
    engine.dispose()


def versions(app: Flask) -> dict[int, int]:
    """The version of every ticket."""
    with app.app_context(), reading() as session:
        return {row.id: row.version for row in session.execute(select(Ticket.id, Ticket.version))}


def make_due(app: Flask, now: datetime) -> set[int]:
    """Let DUE open tickets be due since a minute, and no other; gives their ids."""
    with app.app_context(), unit_of_work() as session:
        late = session.scalar(select(func.count(Ticket.id)).where(Ticket.next_check_at <= now))
        assert late == 0
        open_ones = list(session.scalars(select(Ticket.id).where(Ticket.next_check_at.is_not(None))))
        chosen = set(random.Random(3).sample(open_ones, DUE))
        session.execute(
            update(Ticket).where(Ticket.id.in_(chosen)).values(next_check_at=now - timedelta(minutes=1)),
            execution_options={"synchronize_session": False},
        )
    return chosen


def swept(folder: Path, tickets: int) -> tuple[Cost, Cost]:
    """The costs of a sweep with DUE tickets due and of one with none, in a database of so many tickets."""
    script = benchmark("load")
    script.fill(folder, tickets, one_requester=False)
    now = datetime.now(UTC)
    worker = Worker(script.settings_for(folder), CatalogSource.open(catalog_path()))
    worker.desk = replace(worker.desk, now=lambda: now)
    due, before = make_due(worker.app, now), versions(worker.app)
    costs = []
    for _turn in range(2):
        with counted(worker.app) as cost, worker.app.app_context():
            begin = time.perf_counter()
            worker.sweep()
            sys.stdout.write(f"{tickets} tickets: {cost}, {time.perf_counter() - begin:.2f} s\n")
        costs.append(cost)
    after = versions(worker.app)
    assert {ticket for ticket in after if after[ticket] != before[ticket]} == due, "looked at what is due, at no other"
    with worker.app.app_context(), reading() as session:
        assert session.scalar(select(func.count(Ticket.id)).where(Ticket.next_check_at <= now)) == 0
        db.engine.dispose()
    return costs[0], costs[1]


def test_a_sweep_over_twenty_thousand_tickets_costs_only_what_is_due(tmp_path: Path) -> None:
    few, _ = swept(tmp_path / "few", FEW_TICKETS)
    many, idle = swept(tmp_path / "many", TICKETS)
    assert many.statements < 30 * DUE
    assert many.hundreds_of_steps < 2 * few.hundreds_of_steps, "as much work as in a twentieth of the tickets"
    assert idle.statements <= 2
    assert idle.hundreds_of_steps < 5, "nothing due: one look into an index"
