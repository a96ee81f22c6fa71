"""The page of the catalogue in force: its faults, its standards, and the years whose holidays are not known."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from helpdesk.catalog.source import CatalogSource
from helpdesk.resources import catalog_path
from helpdesk.store.db import unit_of_work
from helpdesk.store.models import Ticket
from tests.web.conftest import MEDAN, World


class Editing:
    """The file of the catalogue that an application follows, and somebody who edits it."""

    def __init__(self, world: World, file: Path) -> None:
        self.file, self.now, self.text = file, 0.0, catalog_path().read_text(encoding="utf-8")
        file.write_text(self.text, encoding="utf-8")
        self.source = source = CatalogSource(CatalogSource.open(file).newest, file, lambda: self.now)
        world.app.extensions["helpdesk"] = replace(world.app.extensions["helpdesk"], source=source)

    def write(self, text: str) -> None:
        fresh = self.file.with_suffix(".new")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(self.file)
        self.now += 60


@pytest.fixture
def editing(world: World, tmp_path: Path) -> Iterator[Editing]:
    before = world.app.extensions["helpdesk"]
    yield Editing(world, tmp_path / "catalog.yaml")
    world.app.extensions["helpdesk"] = before


def test_the_page_says_what_is_in_force(world: World) -> None:
    page = world.entered("sari").get("/catalogue").text
    catalog = world.context.catalog
    for said in (
        catalog.version,
        catalog.edition,
        "Kementerian Keuangan",
        "Sekretariat Negara",
        str(len(catalog.items)),
    ):
        assert said in page, said
    assert "Katalog" in page
    assert "Kesalahan" not in page


def test_a_faulty_file_is_told_with_its_places_and_the_old_one_stays(world: World, editing: Editing) -> None:
    edition = world.context.catalog.edition
    editing.write(editing.text.replace("group: rft-tik", "group: nobody", 1))
    page = world.entered("sari").get("/catalogue").text
    line = editing.text[: editing.text.index("group: rft-tik")].count("\n") + 1
    assert re.search(rf"catalog\.yaml:{line}:\d+", page)
    assert "nobody" in page
    assert edition in page
    assert "/catalogue" in world.entered("admin").get("/board").text
    assert 'class="alarm"' in world.entered("sari").get("/quarantine").text
    assert "/catalogue" not in world.entered("rina").get("/board").text
    warnings = world.browser().get("/readyz").json["warnings"]
    assert [w for w in warnings if w.startswith("catalogue:")] == [
        "catalogue: the changed file has faults (1) and is not in force"
    ]

    editing.write(editing.text)
    page = world.entered("sari").get("/catalogue").text
    assert "nobody" not in page


def test_a_catalogue_that_waits_for_its_day_is_named_with_that_day(world: World, editing: Editing) -> None:
    edition = world.context.catalog.edition
    editing.write(
        editing.text.replace("valid_from: 2025-01-01", "valid_from: 2027-01-01", 1).replace("2026.1", "2027.1")
    )
    page = world.entered("sari").get("/catalogue").text
    assert editing.source.waiting is not None
    for said in (edition, "Menunggu", editing.source.waiting.edition, "1 Januari 2027"):
        assert said in page, said
    assert "2027.1" not in world.entered("rina").get("/board").text

    world.move(days=45)
    page = world.entered("sari").get("/catalogue").text
    assert edition not in page
    assert "Menunggu" not in page


def test_a_year_without_decreed_joint_leave_is_a_warning_and_hinders_nothing(world: World) -> None:
    assert world.browser().get("/readyz").json["warnings"] == []
    world.move(days=120)  # so that the next twelve months reach into 2028
    answer = world.browser().get("/readyz")
    assert (answer.status_code, answer.json["status"]) == (200, "ready")
    assert answer.json["warnings"] == ["holidays: the joint leave of 2028 is not decreed yet"]
    for path in ("/board", "/catalogue", "/quarantine", "/outbox"):
        assert "Cuti bersama 2028 belum ditetapkan" in world.entered("admin").get(path).text, path
    for path in ("/board", "/quarantine"):
        assert "Cuti bersama 2028" not in world.entered("rina").get(path).text


def test_a_deadline_that_reaches_further_names_its_year_too(both: World) -> None:
    number = both.ticket(item="itsm.8/reset-password")

    def warned() -> list[str]:
        return [w[-23:-20] for w in both.browser().get("/readyz").json["warnings"]]

    before = len(warned())
    with both.app.app_context(), unit_of_work() as session:
        ticket = session.query(Ticket).filter_by(number=number).one()
        assert ticket.desk == MEDAN
        ticket.resolution_due_at = both.now + timedelta(days=900)
    assert len(warned()) == before + 2, "2028 and 2029"
    with both.app.app_context(), unit_of_work() as session:
        session.query(Ticket).filter_by(number=number).one().status = "cancelled"
    assert len(warned()) == before
