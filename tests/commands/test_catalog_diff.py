"""`helpdesk catalog diff`: the changes between two files, by the things that they are about."""

import json
from pathlib import Path

import pytest

from tests.commands.test_commands import Commands, helpdesk
from tests.rules.catalog_samples import GOOD

__all__ = ["helpdesk"]
CHANGED = (
    GOOD.replace("norm: 4 working hours", "norm: 6 working hours")
    .replace("{id: 4 jam kerja, en: 4 working hours}", "{id: 6 jam kerja, en: 6 working hours}")
    .replace(
        "devices: {name: {id: Perangkat, en: Devices}",
        f"devices: {{name: {{id: Perangkat {'yang ' * 12}ada, en: Devices}}",
    )
    .replace("MDN", "MED")
)


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    (tmp_path / "old.yaml").write_text(GOOD)
    (tmp_path / "new.yaml").write_text(CHANGED)
    return str(tmp_path / "old.yaml"), str(tmp_path / "new.yaml")


def test_each_thing_has_a_heading_and_each_change_both_languages(helpdesk: Commands, files: tuple[str, str]) -> None:
    done = helpdesk("catalog", "diff", *files)
    assert (done.returncode, done.stderr) == (0, "")
    assert (
        done.stdout
        == f"""\
Butir layanan / Item itsm.9/install (Instalasi / Installation)
  tenggat: 4 jam kerja menjadi 6 jam kerja / deadline: 4 working hours becomes 6 working hours
  bunyi standar: “4 jam kerja” menjadi “6 jam kerja”
    wording of the standard: “4 working hours” becomes “6 working hours”
  pertanyaan Perangkat {"yang " * 12}ada: nama: “Perangkat” menjadi “Perangkat {"yang " * 12}ada”
    question Devices: name: changed in Indonesian only

Meja layanan / Desk medan (Medan)
  awalan nomor tiket: MDN menjadi MED / prefix of ticket numbers: MDN becomes MED
"""
    )


def test_a_program_gets_one_array_with_before_and_after(helpdesk: Commands, files: tuple[str, str]) -> None:
    found = json.loads(helpdesk("catalog", "diff", *files, "--json").stdout)
    assert [(c["about"], c["id"], c["what"], c["change"]) for c in found] == [
        ("item", "itsm.9/install", "norm", "changed"),
        ("item", "itsm.9/install", "wording", "changed"),
        ("item", "itsm.9/install", "name", "changed"),
        ("desk", "medan", "prefix", "changed"),
    ]
    assert found[0]["name"] == {"id": "Instalasi", "en": "Installation"}
    assert found[0]["before"] == {"id": "4 jam kerja", "en": "4 working hours"}
    assert found[0]["after"] == {"id": "6 jam kerja", "en": "6 working hours"}
    assert found[2]["inside"][0]["en"] == "question Devices"
    assert json.loads(helpdesk("catalog", "diff", files[0], files[0], "--json").stdout) == []


def test_nothing_changed_is_said(helpdesk: Commands, files: tuple[str, str]) -> None:
    done = helpdesk("catalog", "diff", files[0], files[0])
    assert done == (0, "Tidak ada yang berubah. / Nothing changed.\n", "")


def test_a_hyphen_is_the_catalogue_in_force(tmp_path: Path, files: tuple[str, str]) -> None:
    helpdesk = Commands(tmp_path / "var", HELPDESK_CATALOG=files[0])
    assert helpdesk("catalog", "diff", "-", files[0]).stdout.startswith("Tidak ada")
    assert helpdesk("catalog", "diff", "-", files[1]) == helpdesk("catalog", "diff", *files)


def test_the_errors_of_both_files_are_told(helpdesk: Commands, tmp_path: Path, files: tuple[str, str]) -> None:
    broken, absent = tmp_path / "broken.yaml", tmp_path / "absent.yaml"
    broken.write_text(GOOD.replace("group: rft", "group: rtf").replace("norm: 4", "norm: vier"))
    done = helpdesk("catalog", "diff", str(broken), str(absent))
    assert (done.returncode, done.stdout) == (1, "")
    places = [line.rpartition(": ")[0].split(": ")[0] for line in done.stderr.splitlines()]
    assert places == [f"{broken}:24:16", f"{broken}:27:15", f"{absent}:1:1"]
    assert helpdesk("catalog", "diff", files[0], str(broken)).returncode == 1
