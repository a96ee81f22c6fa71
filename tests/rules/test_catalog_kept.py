"""Short commands take the catalogue from a copy of the last load, and never a wrong or a foreign one."""

from pathlib import Path

import pytest

from helpdesk.catalog import kept
from helpdesk.catalog.errors import CatalogErrors
from helpdesk.catalog.kept import KEPT_AT_MOST, load_kept
from helpdesk.catalog.load import load_file
from helpdesk.resources import catalog_path
from tests.rules.catalog_samples import GOOD


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "helpdesk"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "catalog.yaml"
    path.write_text(GOOD, encoding="utf-8")
    return path


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were really loaded."""
    seen: list[Path] = []

    def noted(path: Path):  # type: ignore[no-untyped-def]
        seen.append(path)
        return load_file(path)

    monkeypatch.setattr(kept, "load_file", noted)
    return seen


def test_the_second_start_reads_the_copy_and_gets_the_same_catalogue(folder: Path, loads: list[Path]) -> None:
    first, second = load_kept(catalog_path()), load_kept(catalog_path())
    assert len(loads) == 1
    assert second == first == load_file(catalog_path())
    assert [path.stat().st_mode & 0o777 for path in (folder, *folder.iterdir())] == [0o700, 0o600]


def test_a_changed_file_is_loaded_anew(folder: Path, file: Path) -> None:
    before = load_kept(file)
    file.write_text(GOOD.replace("4 working hours", "5 working hours"), encoding="utf-8")
    assert load_kept(file) != before
    assert load_kept(file) == load_file(file)


def test_a_faulty_file_is_told_every_time(folder: Path, file: Path) -> None:
    file.write_text("version: 1", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(CatalogErrors):
            load_kept(file)
    assert not folder.exists()


@pytest.mark.parametrize("content", [b"", b"no pickle", b"\x80\x05K\x01."])
def test_a_broken_copy_is_no_copy(folder: Path, file: Path, loads: list[Path], content: bytes) -> None:
    load_kept(file)
    next(folder.iterdir()).write_bytes(content)
    assert load_kept(file) == load_file(file)
    assert len(loads) == 2


def test_what_others_may_write_is_not_believed(folder: Path, file: Path, loads: list[Path]) -> None:
    load_kept(file)
    copy = next(folder.iterdir())
    copy.chmod(0o622)
    load_kept(file)
    copy.chmod(0o600)
    folder.chmod(0o777)
    load_kept(file)
    folder.chmod(0o700)
    copy.rename(folder / "elsewhere")
    copy.symlink_to(folder / "elsewhere")
    load_kept(file)
    assert len(loads) == 4


def test_without_a_folder_to_keep_it_in_it_is_loaded(
    tmp_path: Path, file: Path, loads: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    in_the_way = tmp_path / "a-file"
    in_the_way.touch()
    for place in (str(in_the_way), "relative", ""):
        monkeypatch.setenv("XDG_CACHE_HOME", place)
        monkeypatch.delenv("HOME", raising=False)
        assert load_kept(file) == load_file(file)
    assert len(loads) == 3


def test_old_copies_are_forgotten(folder: Path, file: Path) -> None:
    for hours in range(1, KEPT_AT_MOST + 4):
        file.write_text(GOOD.replace("4 working hours", f"{hours} working hours"), encoding="utf-8")
        load_kept(file)
    assert len(list(folder.iterdir())) == KEPT_AT_MOST
