"""Mail to committed ticket with its automatic reply in the outbox, beside the limits of the machine.

Mails come in batches as they wait and are read in a child process. The time of the longest transactions is told: so
long a mail waits for those that are committed with it, at most. With `--workers 2` as many processes work at once,
each for a desk of its own.

Run: python benchmarks/intake.py [--mails 500] [--repeat 3] [--workers 2] [--database-url URL]
"""

import argparse
import hashlib
import multiprocessing
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from multiprocessing.queues import Queue
from pathlib import Path

from machine import Rate, commits_a_second, noise, percentile, rate, say, spread, table
from mails import written_mails
from sqlalchemy import Engine, event, func, select

from helpdesk.catalog.load import load_file
from helpdesk.catalog.source import CatalogSource
from helpdesk.channels.email.apart import ReadingApart
from helpdesk.channels.email.reading import read
from helpdesk.config import Settings, load
from helpdesk.resources import catalog_path
from helpdesk.store.db import bare_app, db, reading
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Ticket
from helpdesk.store.schema import upgrade_database
from helpdesk.usecases.batches import Delivery, gathered, store_and_process_all
from helpdesk.usecases.processing import Desk, Stored

DESKS, ADDRESS = ("kptik-medan", "kptik-denpasar"), "meja@kantor.example"
HEADERS = ("From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted")
WANTED = 300
WARM = 11


def _settings(folder: Path, url: str) -> Settings:
    env = {"HELPDESK_DATA": str(folder), "HELPDESK_SECRET_KEY": "only-for-the-benchmark-0123456789"}
    for name in ("KPTIK_MEDAN", "KPTIK_DENPASAR"):
        env |= {f"HELPDESK_{name}_SMTP_URL": "smtp://127.0.0.1:9", f"HELPDESK_{name}_ADDRESS": f"{name}.{ADDRESS}"}
    if url:
        env["HELPDESK_DATABASE_URL"] = url
    return load(DESKS, env)


def prepared(folder: Path, url: str) -> Settings:
    """The settings of an installation whose database is made here."""
    settings = _settings(folder, url)
    app = bare_app(settings)
    upgrade_database(app)
    with app.app_context():
        db.engine.dispose()
    return settings


@dataclass(frozen=True, slots=True)
class Done:
    """What one process did: mails, begin and end by the clock of the machine, processor time, and the seconds that its
    transactions took, the median, the 99th percentile and the longest.
    """

    mails: int
    began: float
    ended: float
    cpu: float
    transactions: tuple[float, float, float]


def _ingested(settings: Settings, desk_id: str, mails: list[bytes], together: Callable[[], object]) -> Done:
    """Mails through the functions of worker and `helpdesk ingest`, after all processes have come `together`."""
    app = bare_app(settings)
    outcomes: Counter[str] = Counter()
    with app.app_context(), closing(ReadingApart()) as apart:
        desk = Desk(CatalogSource(load_file(catalog_path())), settings, lambda: datetime.now(UTC), apart)

        took = _timed(db.engine)

        def take(batch: list[bytes]) -> None:
            mails = [
                Delivery(Stored(raw, desk.now(), desk_id), "email", f"{desk_id}:{hashlib.sha256(raw).hexdigest()}", "-")
                for raw in batch
            ]
            outcomes.update(outcome.outcome for outcome in store_and_process_all(desk, mails))

        take(mails[:1])  # what is made once a process is made before the measurement, for one and for several
        take(mails[1:WARM])
        together()
        began, used = time.time(), _cpu()
        took.clear()
        for batch in gathered(mails[WARM:], len):
            take(batch)
        ended = time.time()
        transactions = (percentile(took, 0.5), percentile(took, 0.99), max(took))
        _check(desk_id, outcomes)
        db.engine.dispose()
    return Done(len(mails) - WARM, began, ended, _cpu() - used, transactions)


def _timed(engine: Engine) -> list[float]:
    """The seconds that each transaction of the engine will take, as they end."""
    took, began = [], [0.0]
    event.listen(engine, "begin", lambda _connection: began.__setitem__(0, time.perf_counter()))
    event.listen(engine, "commit", lambda _connection: took.append(time.perf_counter() - began[0]))
    return took


def _cpu() -> float:
    """Processor time of this process and of its readers that have ended."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


def _check(desk_id: str, outcomes: Counter[str]) -> None:
    with reading() as session:
        tickets = session.scalar(select(func.count(Ticket.id)).where(Ticket.desk == desk_id))
        ours = select(func.count(OutboxMessage.id)).where(OutboxMessage.desk == desk_id)
        replies = session.scalar(ours.where(OutboxMessage.kind == "acknowledgement"))
    if set(outcomes) - {"opened", "continued"} or tickets != outcomes["opened"] or not replies:
        raise SystemExit(f"not every mail became a ticket: {outcomes}, {tickets} tickets, {replies} replies")


def _one_process(
    folder: Path, url: str, desk_id: str, mails: list[bytes], together: Callable[[], object], done: "Queue[Done]"
) -> None:
    done.put(_ingested(_settings(folder, url), desk_id, mails, together))


def _all_processes(folder: Path, url: str, mails: list[bytes], workers: int) -> tuple[Rate, list[Done]]:
    """Mails a second of all processes together, and what each of them did."""
    prepared(folder, url)
    context = multiprocessing.get_context("spawn")
    done: Queue[Done] = context.Queue()
    barrier = context.Barrier(workers)
    processes = [
        context.Process(target=_one_process, args=(folder, url, DESKS[n], mails[n::workers], barrier.wait, done))
        for n in range(workers)
    ]
    for process in processes:
        process.start()
    each = [done.get(timeout=600) for _process in processes]
    for process in processes:
        process.join()
    count = sum(one.mails for one in each)
    wall = max(one.ended for one in each) - min(one.began for one in each)
    return Rate(count / wall, count / sum(one.cpu for one in each)), each


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
    options.add_argument("--workers", type=int, default=1, choices=(1, 2))
    options.add_argument("--database-url", default="", help="an empty database; default: SQLite in a new folder")
    asked = options.parse_args()
    mails = written_mails(asked.mails, ADDRESS)
    now = datetime.now(UTC)
    say(mails=len(mails), mib=round(sum(map(len, mails)) / 2**20, 1), workers=asked.workers, **noise())
    done: list[Done] = []
    with tempfile.TemporaryDirectory() as folder, closing(ReadingApart()) as apart:

        def to_ticket(turn: int) -> Rate:
            measured, each = _all_processes(Path(folder, str(turn)), asked.database_url, mails, asked.workers)
            done.extend(each)
            return measured

        cases: dict[str, Callable[[int], Rate]] = {
            "mail to ticket": to_ticket,
            "reading apart": lambda _turn: rate(lambda raw: apart(raw, received_at=now), mails),
            "reading alone": lambda _turn: rate(lambda raw: read(raw, received_at=now), mails),
            "email, policy.default": lambda _turn: rate(_library(policy.default), mails),
            "email, compat32": lambda _turn: rate(_library(policy.compat32), mails),
            "durable commits": lambda _turn: commits_a_second(Path(folder)),
        }
        repeat = 1 if asked.database_url else asked.repeat
        # In turns, so that each meets the machine as the others do.
        turns = [{name: case(turn) for name, case in cases.items()} for turn in range(repeat)]
    for name, of in zip(
        ("median", "p99", "longest"), zip(*(one.transactions for one in done), strict=True), strict=True
    ):
        say(transaction=name, seconds=spread(of))
    say(**noise())
    _show({name: [turn[name] for turn in turns] for name in cases})


def _show(found: dict[str, list[Rate]]) -> None:
    rows = [("", "wall", "cpu", "ours to it, wall", "cpu")]
    ours = found["mail to ticket"]
    ours_wall, ours_cpu = spread([r.wall for r in ours])["median"], spread([r.cpu for r in ours])["median"]
    for name, rates in found.items():
        wall, cpu = spread([r.wall for r in rates]), spread([r.cpu for r in rates])
        say(case=name, wall_per_second=wall, cpu_per_second=cpu)
        ratios = (f"{ours_wall / wall['median']:.3f}", f"{ours_cpu / cpu['median']:.3f}")
        rows.append((name, f"{wall['median']:,.0f}", f"{cpu['median']:,.0f}", *ratios))
    table(f"a second (wanted: mail to ticket at least {WANTED})", rows)


if __name__ == "__main__":
    main()
