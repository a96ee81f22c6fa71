"""The catalogue in force follows its file, and a faulty file never takes the running one away."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from helpdesk import failpoints
from helpdesk.catalog.errors import CatalogErrors
from helpdesk.catalog.load import load_text
from helpdesk.catalog.model import Catalog
from helpdesk.catalog.source import LOOK_EVERY, CatalogSource
from helpdesk.catalog.validity import begins_at
from tests.rules.catalog_samples import GOOD
from tests.servers.killed import in_a_killed_process

NOW = datetime(2026, 11, 2, tzinfo=UTC)


class Ticks:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def pass_by(self, seconds: float = LOOK_EVERY) -> None:
        self.now += seconds


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "catalog.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return path


@pytest.fixture
def source(file: Path, ticks: Ticks) -> CatalogSource:
    return CatalogSource(CatalogSource.open(file).newest, file, ticks)


def rewrite(file: Path, text: str) -> None:
    """As editors do: a new file in the place of the old one."""
    fresh = file.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(file)


def test_a_changed_file_comes_into_force_by_itself(source: CatalogSource, file: Path, ticks: Ticks) -> None:
    before = source.current(NOW)
    rewrite(file, GOOD.replace("4 working hours", "6 working hours"))
    assert source.current(NOW) is before, "looked at only every two seconds"
    ticks.pass_by()
    assert source.current(NOW).edition != before.edition
    assert source.current(NOW) is source.current(NOW)


def test_a_faulty_file_leaves_the_running_one_in_force_and_says_what_is_wrong(
    source: CatalogSource, file: Path, ticks: Ticks
) -> None:
    before = source.current(NOW)
    rewrite(file, GOOD.replace("group: rft\n", "group: nobody\n"))
    ticks.pass_by()
    assert source.current(NOW) is before
    assert ['unknown group "nobody"' in fault.message for fault in source.faults] == [True]
    assert source.faults[0].line == 1 + GOOD[: GOOD.index("group: rft\n")].count("\n")

    rewrite(file, GOOD)
    ticks.pass_by()
    assert source.current(NOW) is before
    assert source.faults == ()


def test_a_file_that_is_gone_leaves_the_running_one_in_force(source: CatalogSource, file: Path, ticks: Ticks) -> None:
    before = source.current(NOW)
    file.unlink()
    ticks.pass_by()
    assert source.current(NOW) is before
    assert "cannot be read" in source.faults[0].message


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  medan:\n", "  binjai:\n", "the desk medan is missing"),
        ("groups: [layer-1, rft]", "groups: [layer-1]", "no longer has the group rft"),
    ],
)
def test_a_running_system_does_not_lose_what_may_hold_tickets(
    source: CatalogSource, file: Path, ticks: Ticks, old: str, new: str, said: str
) -> None:
    before = source.current(NOW)
    assert old in GOOD
    rewrite(file, GOOD.replace(old, new))
    ticks.pass_by()
    assert source.current(NOW) is before
    assert said in source.faults[0].message


def test_nothing_comes_into_force_at_the_start_when_the_file_is_faulty(file: Path) -> None:
    file.write_text("version: 1", encoding="utf-8")
    with pytest.raises(CatalogErrors):
        CatalogSource.open(file)


def test_a_source_without_a_file_never_changes(source: CatalogSource, ticks: Ticks) -> None:
    fixed = CatalogSource(source.current(NOW), None, ticks)
    ticks.pass_by(1000)
    assert fixed.current(NOW) is source.current(NOW)


NEXT_YEAR = GOOD.replace("2026-01-01", "2027-01-01").replace("4 working hours", "6 working hours")
MIDNIGHT = datetime(2026, 12, 31, 17, tzinfo=UTC)
"""With which 2027 begins at the desk, in WIB."""
SECOND = timedelta(seconds=1)


def test_case_45_a_catalogue_waits_for_the_local_midnight_of_its_day(
    source: CatalogSource, file: Path, ticks: Ticks
) -> None:
    before = source.current(NOW)
    rewrite(file, NEXT_YEAR)
    ticks.pass_by()
    assert source.current(MIDNIGHT - SECOND) is before
    assert source.waiting == source.newest == load_text(NEXT_YEAR)
    assert source.current(MIDNIGHT) == load_text(NEXT_YEAR), "at the second, not with the next look at the file"
    assert source.waiting is None


def test_with_desks_in_several_zones_it_comes_into_force_with_the_first_midnight() -> None:
    catalog = load_text(NEXT_YEAR)
    east = replace(catalog.desks["medan"], id="ambon", zone=ZoneInfo("Asia/Jayapura"))
    assert begins_at(catalog) == MIDNIGHT
    assert begins_at(replace(catalog, desks={**catalog.desks, "ambon": east})) == MIDNIGHT - timedelta(hours=2)


def test_a_waiting_catalogue_gives_way_to_what_the_file_holds_by_then(
    source: CatalogSource, file: Path, ticks: Ticks
) -> None:
    rewrite(file, NEXT_YEAR)
    ticks.pass_by()
    assert source.current(NOW).edition != source.newest.edition
    urgent = GOOD.replace("4 working hours", "5 working hours")
    rewrite(file, urgent)
    ticks.pass_by()
    assert source.current(NOW) == load_text(urgent), "a correction of the one in force does not wait"
    assert source.waiting is None


@pytest.mark.parametrize("before", [load_text(GOOD), None])
def test_a_restart_brings_no_waiting_catalogue_into_force_unless_there_is_no_other(
    file: Path, before: Catalog | None, caplog: pytest.LogCaptureFixture
) -> None:
    rewrite(file, NEXT_YEAR)
    started = CatalogSource.open(file)
    started.recall = lambda: before
    assert started.current(NOW) == (before or load_text(NEXT_YEAR))
    assert (started.waiting is None) == (before is None)
    assert ("in force before its date" in caplog.text) == (before is None)
    assert started.current(MIDNIGHT) == load_text(NEXT_YEAR)


def test_a_process_that_is_killed_before_it_takes_a_catalogue_leaves_the_file_for_the_next_one(
    source: CatalogSource, file: Path, ticks: Ticks
) -> None:
    rewrite(file, GOOD.replace("4 working hours", "6 working hours"))
    ticks.pass_by()
    failpoints.arm("admin.catalog_loaded_before_swap:kill")
    try:
        in_a_killed_process(lambda: source.current(NOW))
    finally:
        failpoints.arm("")
    assert CatalogSource.open(file).current(NOW) == load_text(file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("how", ["disk", "database"])
def test_whatever_fails_between_reading_and_taking_the_next_look_takes_it(
    source: CatalogSource, file: Path, ticks: Ticks, how: str
) -> None:
    before = source.current(NOW)
    rewrite(file, GOOD.replace("4 working hours", "6 working hours"))
    ticks.pass_by()
    failpoints.arm(f"admin.catalog_loaded_before_swap:{how}")
    assert source.current(NOW) is before
    ticks.pass_by()
    assert source.current(NOW).edition != before.edition
    failpoints.arm("")
