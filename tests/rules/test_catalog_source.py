"""The catalogue in force follows its file, and a faulty file never takes the running one away."""

from pathlib import Path

import pytest

from helpdesk.catalog.errors import CatalogErrors
from helpdesk.catalog.source import LOOK_EVERY, CatalogSource
from tests.rules.catalog_samples import GOOD


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
    return CatalogSource(CatalogSource.open(file).current(), file, ticks)


def rewrite(file: Path, text: str) -> None:
    """As editors do: a new file in the place of the old one."""
    fresh = file.with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(file)


def test_a_changed_file_comes_into_force_by_itself(source: CatalogSource, file: Path, ticks: Ticks) -> None:
    before = source.current()
    rewrite(file, GOOD.replace("4 working hours", "6 working hours"))
    assert source.current() is before, "looked at only every two seconds"
    ticks.pass_by()
    assert source.current().edition != before.edition
    assert source.current() is source.current()


def test_a_faulty_file_leaves_the_running_one_in_force_and_says_what_is_wrong(
    source: CatalogSource, file: Path, ticks: Ticks
) -> None:
    before = source.current()
    rewrite(file, GOOD.replace("group: rft\n", "group: nobody\n"))
    ticks.pass_by()
    assert source.current() is before
    assert ['unknown group "nobody"' in fault.message for fault in source.faults] == [True]
    assert source.faults[0].line == 1 + GOOD[: GOOD.index("group: rft\n")].count("\n")

    rewrite(file, GOOD)
    ticks.pass_by()
    assert source.current() is before
    assert source.faults == ()


def test_a_file_that_is_gone_leaves_the_running_one_in_force(source: CatalogSource, file: Path, ticks: Ticks) -> None:
    before = source.current()
    file.unlink()
    ticks.pass_by()
    assert source.current() is before
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
    before = source.current()
    assert old in GOOD
    rewrite(file, GOOD.replace(old, new))
    ticks.pass_by()
    assert source.current() is before
    assert said in source.faults[0].message


def test_nothing_comes_into_force_at_the_start_when_the_file_is_faulty(file: Path) -> None:
    file.write_text("version: 1", encoding="utf-8")
    with pytest.raises(CatalogErrors):
        CatalogSource.open(file)


def test_a_source_without_a_file_never_changes(source: CatalogSource, ticks: Ticks) -> None:
    fixed = CatalogSource(source.current(), None, ticks)
    ticks.pass_by(1000)
    assert fixed.current() is source.current()
