"""Write the golden tables anew: `python -m tests.rules.make_golden`.

Each row is a question to `helpdesk sla due` and its answer, worked out by the independent walk (`oracle_*.py`) from the
norms that `golden_norms.py` types in by hand. The product has no part in it.
"""

import csv
import io
from datetime import UTC, date, datetime
from itertools import cycle, islice
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.rules.golden_norms import BIRO_UMUM, KPTIK, SETNEG, Item
from tests.rules.oracle_norms import Request, Staged, earliest, response
from tests.rules.oracle_office import ZONES, office_walk

FOLDER = Path(__file__).parents[1] / "data" / "golden"
KPTIK_DESKS = ("kptik-medan", "kptik-denpasar", "kptik-semarang", "kptik-makassar", "kptik-surabaya")
HALF = 24  # the items of Biro Umum fill two files

# When: the moments take turns from item to item
RECEIPTS = {
    "in hours": ("2026-02-11T10:17", "2026-04-02T16:45:30", "2026-05-26T15:20", "2026-06-12T16:30", "2026-01-15T09:00"),
    "lunch": ("2026-03-17T12:30", "2026-02-13T12:00", "2026-05-13T12:59:59", "2026-04-30T12:15"),
    "night": ("2026-05-13T22:40", "2026-03-17T17:00", "2026-02-12T03:05", "2026-06-15T23:59:59", "2026-05-29T07:59:59"),
    "weekend": ("2026-02-14T09:05", "2026-06-13T14:00", "2026-03-28T00:00", "2026-05-30T11:11"),
    "Lebaran": ("2026-03-20T08:30", "2026-03-18T10:00", "2026-03-24T23:59:59", "2026-03-21T21:00", "2026-03-19T12:00"),
    "edge": ("2026-04-01T08:00", "2026-04-01T16:59:59", "2026-02-18T12:00:01", "2026-05-12T13:00", "2026-03-25T08:00"),
}
BEFORE_ALL = "2026-01-05T09:00"  # the receipt of what starts later
COLUMNS = (
    "case", "when", "item", "desk", "channel", "received", "starts", "event", "attributes",
    "response_starts", "response_due", "resolution_starts", "resolution_due",
)  # fmt: skip
STAGE_COLUMNS = ("case", "stage", "starts", "due")


def _seconds(text: str, zone: ZoneInfo) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp())


def _local(second: int | None, zone: ZoneInfo) -> str:
    return "" if second is None else datetime.fromtimestamp(second, zone).isoformat()


def _moments(place: int, number: int) -> list[tuple[str, str]]:
    """(when, moment), the kinds in turn; which moment of a kind depends on the item's place and the round."""
    kinds = islice(cycle(RECEIPTS), number)
    return [(kind, RECEIPTS[kind][(place + n // len(RECEIPTS)) % len(RECEIPTS[kind])]) for n, kind in enumerate(kinds)]


def _questions(item: Item, place: int) -> list[dict]:
    number = max(len(RECEIPTS) + item.later, len(item.asks), len(item.events), 8 if len(set(item.channels)) < 8 else 0)
    rows = []
    for n, (when, moment) in enumerate(_moments(place, number)):
        late = item.later and n < number - 1  # the last one still waits for its start
        rows.append(
            {
                "when": when if late or not item.later else "not started",
                "received": BEFORE_ALL if item.later else moment,
                "starts": moment if late else "",
                "channel": item.channels[(n + (place if len(set(item.channels)) > 7 else 0)) % len(item.channels)],
                "event": item.events[(n + n // len(RECEIPTS)) % len(item.events)],
                "attributes": item.asks[(n + n // len(RECEIPTS)) % len(item.asks)],
            }
        )
    return rows


def _stages(item: Item, request: Request, start: int) -> list[tuple[str, int, int | None]]:
    walk = request.walk
    rows = []
    if item.first_handling:
        begin = walk.opening(request.received)
        rows.append(("first handling", begin, walk.add(begin, item.first_handling * 60)))
    if item.event_stage:
        rows.append(("event", walk.opening(start), _end_of_event(request)))
    if isinstance(item.norm, Staged):
        rows += item.norm.plan(request, start)[0]
    return rows


def _end_of_event(request: Request) -> int | None:
    """The close of the day itself; of a closed day, on which the event takes place all the same, its last second."""
    if request.event is None:
        return None
    if request.event in request.walk.days:
        return request.walk.close_of(request.event)
    return request.walk.midnight(date.fromordinal(request.event.toordinal() + 1)) - 1


def _answer(name: str, item: Item, desk: str, number: int, question: dict) -> tuple[dict, list[dict]]:
    zone = ZoneInfo(ZONES[desk])
    received = _seconds(question["received"], zone)
    request = Request(
        office_walk(zone.key), received, question["channel"], question["attributes"], event=question["event"]
    )
    start = received if not item.later else _seconds(question["starts"], zone) if question["starts"] else None
    response_starts, response_due = response(request, item.response)
    case = f"{name}#{number}"
    row = {
        "case": case, "when": question["when"], "item": name, "desk": desk, "channel": question["channel"],
        # every third in UTC, as a program would ask
        "received": datetime.fromtimestamp(received, UTC if number % 3 == 0 else zone).isoformat(),
        "starts": question["starts"] and _local(start, zone),
        "event": question["event"] or "",
        "attributes": "; ".join(f"{key}={value}" for key, value in question["attributes"].items()),
        "response_starts": _local(response_starts, zone),
        "response_due": _local(response_due, zone),
        "resolution_starts": "" if start is None else _local(request.walk.opening(start), zone),
        "resolution_due": "" if start is None else _local(earliest(item.norm, request, start), zone),
    }  # fmt: skip
    stages = [] if start is None and not item.first_handling else _stages(item, request, start)
    return row, [
        {"case": case, "stage": stage, "starts": _local(a, zone), "due": _local(b, zone)} for stage, a, b in stages
    ]


def _table(items: dict[str, Item], desks: tuple[str, ...]) -> tuple[list[dict], list[dict]]:
    rows, stages = [], []
    for place, (name, item) in enumerate(items.items()):
        for number, question in enumerate(_questions(item, place), 1):
            row, own = _answer(name, item, desks[(place + number) % len(desks)], number, question)
            rows.append(row)
            stages += own
    return rows, stages


def _written(columns: tuple[str, ...], rows: list[dict]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def tables() -> dict[str, str]:
    """The text of every table by the name of its file."""
    bureau = list(BIRO_UMUM.items())
    parts = {
        "kptik-bmn": (KPTIK, KPTIK_DESKS),
        "biro-umum-1": (dict(bureau[:HALF]), ("biro-umum",)),
        "biro-umum-2": (dict(bureau[HALF:]), ("biro-umum",)),
        **{name.split("/")[0].replace(".", "-"): ({name: item}, ("setneg-ortala",)) for name, item in SETNEG.items()},
    }
    texts = {}
    for part, (items, desks) in parts.items():
        rows, stages = _table(items, desks)
        texts[f"{part}.csv"] = _written(COLUMNS, rows)
        if stages:
            texts[f"{part}-stages.csv"] = _written(STAGE_COLUMNS, stages)
    return texts


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob("*.csv"):
        old.unlink()
    for name, text in tables().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
