"""The habits of the house, as far as a program can check them: `make lint` is part of the tests."""

import configparser
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
COMMANDS = {
    "ruff": [BIN / "ruff", "check", "."],
    "layout": [BIN / "ruff", "format", "--check", "."],
    "mypy --strict": [BIN / "mypy"],
    "import contracts": [BIN / "lint-imports", "--no-logo", "--no-cache"],
    "templates": [BIN / "djlint", "--lint", "--quiet", "templates"],
}


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_the_code_is_clean(command: list[Path | str]) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def sources() -> list[Path]:
    return [p for p in (ROOT / "helpdesk").rglob("*.py") if "versions" not in p.parts]


def test_files_stay_under_300_lines() -> None:
    long = {str(p.relative_to(ROOT)): n for p in sources() if (n := len(p.read_text().splitlines())) >= 300}
    assert long == {}


def test_functions_stay_under_40_lines() -> None:
    import ast

    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.body[0].lineno + 1 >= 40
    ]
    assert long == []


def test_no_room_is_called_after_nothing() -> None:
    names = re.compile(r"^(utils?|helpers?|managers?|misc|common)$")
    assert [str(p) for p in sources() if any(names.match(part) for part in (p.stem, p.parent.name))] == []


def test_the_root_holds_no_python_file() -> None:
    assert list(ROOT.glob("*.py")) == []


def test_the_locks_name_no_host_and_no_folder_and_pin_every_hash() -> None:
    for name in ("requirements.lock", "requirements-test.lock", "requirements-bench.lock"):
        text = (ROOT / name).read_text()
        assert not re.search(r"://|file:|find-links|index-url|^\s*/|^-", text, re.MULTILINE), name
        assert len(re.findall(r"^[a-z0-9.-]+==", text, re.MULTILINE)) > 20
        for requirement in re.split(r"\n(?=\S)", text.strip()):
            assert "--hash=sha256:" in requirement, requirement


def pinned(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==([^ ;\\]+)", (ROOT / name).read_text(), re.MULTILINE))


def test_the_test_lock_holds_everything_of_the_run_time_lock() -> None:
    run_time, test = pinned("requirements.lock"), pinned("requirements-test.lock")
    assert run_time.items() <= test.items()


def requirement_names(option: str, section: str) -> set[str]:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    lines = setup[section][option].strip().splitlines()
    return {re.split(r"[<>=\[; ]", line.strip())[0].lower().replace(".", "-") for line in lines}


def test_every_requirement_is_in_the_lock() -> None:
    assert requirement_names("install_requires", "options") <= pinned("requirements.lock").keys()
    assert requirement_names("test", "options.extras_require") <= pinned("requirements-test.lock").keys()
    assert requirement_names("bench", "options.extras_require") <= pinned("requirements-bench.lock").keys()


def test_every_requirement_is_imported_somewhere() -> None:
    distribution_to_module = {
        "argon2-cffi": "argon2",
        "flask-babel": "flask_babel",
        "flask-migrate": "flask_migrate",
        "flask-sqlalchemy": "flask_sqlalchemy",
        "flask-wtf": "flask_wtf",
        "charset-normalizer": "charset_normalizer",
        "ruamel-yaml": "ruamel",
        "holidays": "",  # imported by name, and only for years that the kept table lacks
        "ruamel-yaml-clib": "",  # makes ruamel.yaml read ten times faster
        "psycopg": "",  # SQLAlchemy's driver
        "tzdata": "",  # zoneinfo's data where the system has none
        "python-telegram-bot": "",  # fixed by the customer; its channel follows
    }
    text = "\n".join(path.read_text() for path in sources())
    unused = [
        name
        for name in sorted(requirement_names("install_requires", "options"))
        if (module := distribution_to_module.get(name, name.replace("-", "_")))
        and not re.search(rf"^\s*(from|import) {module}\b", text, re.MULTILINE)
    ]
    assert unused == []
