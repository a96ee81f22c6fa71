"""What the benchmarks share: medians of repeats, how busy the machine is, memory of processes, how it is shown."""

import json
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


def spread(values: Sequence[float]) -> dict[str, float]:
    """Median, lowest and highest of the repeats."""
    return {"median": round(statistics.median(values), 3), "low": round(min(values), 3), "high": round(max(values), 3)}


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie, by the nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def noise() -> dict[str, float]:
    """The load of the last minute and the seconds that a fixed loop takes just now: is the machine ours?"""
    begin, total = time.perf_counter(), 0
    for number in range(2_000_000):
        total += number & 7
    return {"load1": os.getloadavg()[0], "loop_s": round(time.perf_counter() - begin, 3)}


@dataclass(frozen=True, slots=True)
class Rate:
    """How many things are worked off in a second, by the clock on the wall and by the processor time of this process.

    Where others use the machine too, the second says what the first would be on a quiet one, without waiting for disks.
    """

    wall: float
    cpu: float


def rate(work: Callable[[Any], object], things: Sequence[Any]) -> Rate:
    """Work them off one after the other."""
    begin, used = time.perf_counter(), time.process_time()
    for thing in things:
        work(thing)
    return Rate(len(things) / (time.perf_counter() - begin), len(things) / (time.process_time() - used))


def commits_a_second(folder: Path, count: int = 5_000) -> Rate:
    """Durable SQLite commits of one row a second, with the settings of the product: WAL, synchronous=NORMAL."""
    with tempfile.TemporaryDirectory(dir=folder) as part:
        database = sqlite3.connect(Path(part) / "limit.sqlite3", isolation_level=None)
        database.execute("pragma journal_mode=wal")
        database.execute("pragma synchronous=normal")
        database.execute("create table mail (id integer primary key, subject text, sender text, body text)")

        def commit(number: int) -> None:
            row = (f"Permohonan {number}", "pegawai@kantor.example", "isi " * 80)
            database.execute("begin immediate")
            database.execute("insert into mail (subject, sender, body) values (?, ?, ?)", row)
            database.execute("commit")

        measured = rate(commit, range(count))
        database.close()
    return measured


def descendants(root: int) -> set[int]:
    """The process and everything that it started and that still runs."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                text = (entry / "stat").read_text()
            except OSError:
                continue
            parents[int(entry.name)] = int(text[text.rindex(")") + 2 :].split()[1])
    found, before = {root}, 0
    while len(found) > before:
        before = len(found)
        found |= {child for child, parent in parents.items() if parent in found}
    return found


def pss_mb(*roots: int) -> float:
    """The sum of the proportional set sizes of these processes and their children, in MiB."""
    total = 0
    for pid in set().union(*(descendants(root) for root in roots)):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return round(total / 1024, 1)


def cpu_seconds(root: int) -> float:
    """The processor time that a process, its children and those of them that have ended have used."""
    ticks = 0
    for pid in descendants(root):
        try:
            text = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            continue
        ticks += sum(int(field) for field in text[text.rindex(")") + 2 :].split()[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def say(**figures: Any) -> None:
    """One JSON line on standard output."""
    print(json.dumps(figures, ensure_ascii=False), flush=True)


def table(title: str, rows: Sequence[tuple[str, ...]]) -> None:
    """A short table under the JSON lines, for people."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    print(f"\n{title}")
    for row in rows:
        first, *others = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        print("  ".join(("", first.strip().ljust(widths[0]), *others)))
