"""The wheel works outside the source tree: templates, catalogue, migrations, translations and static files inside."""

import configparser
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOT_SHIPPED = {".pot", ".cfg", ".pyc"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy of the tree, so that no left-over build folder can slip something in."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ("setup.cfg", "pyproject.toml", "README.md", "catalog.yaml"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, source)
    for name in ("helpdesk", "templates"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation", "-w", str(out), "."]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh virtual environment with the wheel; its requirements are those of this environment, seen by a .pth."""
    home = tmp_path_factory.mktemp("venv")
    venv.create(home, with_pip=False, symlinks=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(home)}))
    install = [sys.executable, "-m", "pip", "--python", str(home / "bin" / "python"), "install", "--no-deps", "--quiet"]
    done = subprocess.run([*install, str(wheel)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    # Appended at the end of the path: the wheel's helpdesk comes first. A .pth in there is not followed.
    (packages / "requirements.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    return home / "bin"


def run(installed: Path, elsewhere: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(installed / "helpdesk"), *arguments]
    return subprocess.run(command, cwd=elsewhere, capture_output=True, text=True, env={"HELPDESK_DATA": "var"})


def test_everything_that_is_not_code_is_inside(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {"helpdesk/_data/catalog.yaml"}
    for folder, place in ((ROOT / "helpdesk", "helpdesk"), (ROOT / "templates", "helpdesk/_templates")):
        for path in folder.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts and path.suffix not in NOT_SHIPPED:
                wanted.add(f"{place}/{path.relative_to(folder)}")
    assert sorted(wanted - names) == []


def test_nothing_else_is_inside(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top.partition("-")[0] for top in tops} == {"helpdesk"}
    data = [n for n in zipfile.ZipFile(wheel).namelist() if n.startswith("helpdesk/_data/")]
    assert data == ["helpdesk/_data/catalog.yaml"]


def test_setup_cfg_names_every_package() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    named = set(setup["options"]["packages"].split())
    found = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for path in (ROOT / "helpdesk").rglob("*.py")
        if "migrations" not in path.parts
    }
    assert named - {"helpdesk._data", "helpdesk._templates"} == found


def test_the_commands_work_from_another_folder(installed: Path, tmp_path: Path) -> None:
    assert "demo" in run(installed, tmp_path, "--help").stdout
    listed = run(installed, tmp_path, "catalog", "list")
    assert listed.returncode == 0, listed.stderr
    assert "itsm.8/reset-password" in listed.stdout


def test_the_database_is_made_from_the_migrations_inside(installed: Path, tmp_path: Path) -> None:
    made = run(installed, tmp_path, "init")
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "var" / "helpdesk.sqlite3").exists()


def test_the_resources_are_those_of_the_installed_package(installed: Path, tmp_path: Path) -> None:
    ask = "from helpdesk.resources import *; from helpdesk import resources as r;"
    ask += "print(r.templates_folder(), r.catalog_path(), r.static_folder(), r.translations_folder())"
    done = subprocess.run([installed / "python", "-c", ask], cwd=tmp_path, capture_output=True, text=True, check=True)
    for place in done.stdout.split():
        assert Path(place).exists(), place
        assert Path(place).is_relative_to(installed.parent), place
