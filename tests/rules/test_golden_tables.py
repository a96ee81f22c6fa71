"""The delivered catalogue against the golden tables: each item of the three authorities at five receipts or more.

The tables come from the independent walk (`python -m tests.rules.make_golden`), never from the product.
"""

import csv

import pytest

from helpdesk.catalog.load import load_file
from helpdesk.resources import catalog_path
from helpdesk.usecases.standards import answer_due
from tests.rules.make_golden import BEFORE_ALL, FOLDER, RECEIPTS, tables


def read(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


STAGES = {}
ROWS = []
for path in sorted(FOLDER.glob("*.csv")):
    if path.stem.endswith("-stages"):
        for stage in read(path.name):
            STAGES.setdefault(stage["case"], []).append((stage["stage"], stage["starts"], stage["due"] or None))
    else:
        ROWS += read(path.name)


@pytest.fixture(scope="module")
def catalog():
    return load_file(catalog_path())


def ask(catalog, row):
    return answer_due(
        catalog,
        item_id=row["item"],
        desk_id=row["desk"],
        channel=row["channel"],
        received=row["received"],
        starts=row["starts"] or None,
        event=row["event"] or None,
        attributes=dict(pair.split("=") for pair in row["attributes"].split("; ") if pair),
    )


@pytest.mark.parametrize("row", ROWS, ids=[row["case"] for row in ROWS])
def test_the_catalogue_answers_as_the_golden_table_says(catalog, row):
    answer = ask(catalog, row)
    assert answer["response"] == {"starts": row["response_starts"] or None, "due": row["response_due"] or None}
    assert answer["resolution"] == {"starts": row["resolution_starts"] or None, "due": row["resolution_due"] or None}
    expected = STAGES.get(row["case"], [])
    assert [(s["starts"], s["due"]) for s in answer["stages"]] == [(starts, due) for _, starts, due in expected]
    if row["desk"] == "setneg-ortala":  # whose steps the facts name
        assert [s["name"] for s in answer["stages"]] == [name for name, _, _ in expected]


def test_every_item_and_procedure_has_five_receipts_of_every_kind(catalog):
    kinds = {}
    for row in ROWS:
        kinds.setdefault(row["item"], set()).add(row["when"])
    assert set(kinds) == set(catalog.items)
    assert sum(not item.startswith("setneg") for item in kinds) == 75
    for item, seen in kinds.items():
        assert set(RECEIPTS) <= seen, item


def test_the_tables_are_what_the_walk_gives():
    for name, text in tables().items():
        assert (FOLDER / name).read_text(encoding="utf-8") == text, name


def test_every_desk_and_channel_is_asked():
    assert {row["desk"] for row in ROWS} == {
        "kptik-medan", "kptik-semarang", "kptik-surabaya", "kptik-denpasar", "kptik-makassar",
        "biro-umum", "setneg-ortala",
    }  # fmt: skip
    assert len({row["channel"] for row in ROWS}) == 9
    assert any(row["received"].startswith(BEFORE_ALL) and not row["starts"] for row in ROWS)
