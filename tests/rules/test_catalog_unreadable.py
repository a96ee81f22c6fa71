"""What is no catalogue at all is refused at its place, quickly, and never with anything but CatalogErrors."""

import subprocess
import sys
import time

import pytest

from helpdesk.catalog.errors import CatalogErrors
from helpdesk.catalog.load import load_file, load_text
from helpdesk.resources import catalog_path


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("", (1, 1), "the catalogue is empty"),
        ("# only a comment\n", (1, 1), "the catalogue is empty"),
        ("~\n", (1, 1), "the catalogue is empty"),
        ("- a\n- b\n", (1, 1), "must be keys with values"),
        ("hello", (1, 1), "must be keys with values"),
        ("a: [1\nb: 2\n", (2, 2), "not YAML"),
        ("a: b: c\n", (1, 5), "not YAML"),
        ("a:\n\tb: 1\n", (2, 1), "not YAML"),
        ('a: "\n', (2, 1), "not YAML"),
        ("a: 1\n---\nb: 2\n", (2, 1), "a second document begins here"),
        ("a: *nothing\n", (1, 4), "*nothing stands for nothing"),
        ("a: &a [*a]\n", (1, 8), "*a stands for nothing"),
        ("a: " + "[" * 100_000, (1, 43), "more than 40 levels"),
        ("a: x\x07y\n", (1, 5), "the character U+0007 may not stand here"),
        ("a: 1\nb: \x00\n", (2, 4), "the character U+0000 may not stand here"),
        ("a: [" + "b, " * 300_000 + "]", (1, 599_996), "more than 200000 values"),
        ("? [a, b]\n: 1\n", (1, 3), "a key must be a word"),
    ],
)
def test_what_is_no_catalogue_at_all_is_refused_at_its_place(text, place, message):
    with pytest.raises(CatalogErrors) as caught:
        load_text(text)
    first = next(error for error in caught.value.errors if message in error.message)
    assert (first.line, first.column) == place


def test_aliases_of_aliases_cost_nothing():
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    bomb += "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    began = time.monotonic()
    with pytest.raises(CatalogErrors, match="more than 200000 values"):
        load_text(bomb)
    assert time.monotonic() - began < 5


def test_a_file_that_is_not_utf_8_is_refused_at_its_first_strange_byte(tmp_path):
    path = tmp_path / "catalog.yaml"
    path.write_bytes(b"version: '1'\nlegal_basis: caf\xe9\n")
    with pytest.raises(CatalogErrors) as caught:
        load_file(path)
    assert str(caught.value) == f"{path}:2:17: the file is not UTF-8 from here on"


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path):
    path = tmp_path / "catalog.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + catalog_path().read_bytes().replace(b"\n", b"\r\n"))
    assert load_file(path).items == load_file(catalog_path()).items


def test_a_file_of_ten_megabytes_is_refused_quickly(tmp_path):
    path = tmp_path / "catalog.yaml"
    path.write_bytes(b"a: 1\n" * 2_000_000)
    began = time.monotonic()
    with pytest.raises(CatalogErrors, match="longer than 2 MB"):
        load_file(path)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("name", ["absent.yaml", ".", "\0"])
def test_a_file_that_cannot_be_read_is_told_as_a_fault(tmp_path, name):
    with pytest.raises(CatalogErrors, match="1:1: cannot be read: "):
        load_file(tmp_path / name)


def test_a_file_below_the_working_directory_is_named_from_there(tmp_path, monkeypatch):
    (tmp_path / "mine.yaml").write_text("[]", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CatalogErrors, match=r"^mine\.yaml:1:1: "):
        load_file(tmp_path / "mine.yaml")


def test_the_default_catalogue_lies_beside_setup_cfg_in_a_source_tree():
    assert catalog_path().name == "catalog.yaml"
    assert (catalog_path().parent / "setup.cfg").is_file()


def test_libraries_are_imported_only_when_a_catalogue_is_loaded():
    code = "import helpdesk.catalog.load, sys; print([m for m in ('marshmallow', 'ruamel.yaml') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
