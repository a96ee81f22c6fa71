"""The documents keep to the code: the commands, links, settings, packages and words that they name exist."""

import configparser
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import click
import pytest

from helpdesk import config
from helpdesk.cli import cli
from helpdesk.config.mail import OAUTH_SETTINGS
from helpdesk.tickets import words

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FILE = re.compile(r"`((?:helpdesk|docs|tests|templates|benchmarks)/[\w./<>-]+)`")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def prose(path: Path) -> str:
    """The document without its blocks of code."""
    return BLOCK.sub("", path.read_text(encoding="utf-8"))


def commands_of(text: str) -> Iterator[list[str]]:
    """The words of every `helpdesk …` in blocks of code and between backticks, after the program's name."""
    lines = [line for language, block in BLOCK.findall(text) if language == "sh" for line in block.splitlines()]
    lines += re.findall(r"`((?:[\w./]*/)?helpdesk [^`]+)`", BLOCK.sub("", text))
    for line in lines:
        found = re.search(r"(?:^|[\s|=])(?:[\w./]*/)?helpdesk (.*)", line.partition(" #")[0].partition(" >")[0])
        if found and not re.search(r"(adduser|createuser|createdb) ", line):
            yield shlex.split(found[1])


def followed(arguments: list[str]) -> tuple[click.Context, list[str]]:
    """The command that a command line comes to, in its context, and what is left for it. KeyError for none."""
    context, rest = click.Context(cli), list(arguments)
    while isinstance(context.command, click.Group) and rest and not rest[0].startswith("-"):
        found = context.command.get_command(context, rest[0])
        if found is None:
            raise KeyError(rest[0])
        context, rest = click.Context(found, parent=context, info_name=rest[0]), rest[1:]
    return context, rest


def fault_of(arguments: list[str]) -> str:
    """What is wrong with a command line; empty when it could be called so. Capitals and … stand for any value."""
    try:
        context, rest = followed(arguments)
    except KeyError as error:
        return f"no command {error}"
    options = {name for p in context.command.get_params(context) for name in p.opts} | {"--help"}
    unknown = [w for w in rest if w.startswith("--") and w.partition("=")[0] not in options]
    return f"{context.command.name} has no {unknown}" if unknown else ""


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_command_exists_with_its_options(path: Path) -> None:
    faults = {" ".join(c): f for c in commands_of(path.read_text(encoding="utf-8")) if (f := fault_of(c))}
    assert faults == {}


def test_the_commands_of_the_readme_can_be_called_word_for_word() -> None:
    called = 0
    for arguments in commands_of((ROOT / "README.md").read_text(encoding="utf-8")):
        context, rest = followed(arguments)
        if not isinstance(context.command, click.Group):
            context.command.make_context(context.info_name, rest, parent=context.parent)  # raises what click would say
            called += 1
    assert called >= 5


def test_a_command_that_does_not_exist_is_found_out() -> None:
    block = "```sh\n.venv/bin/helpdesk demo sent --as x\nhelpdesk serve --colour red\n```\nand `helpdesk init`"
    found = [fault_of(c) for c in commands_of(block)]
    assert found == ["no command 'sent'", "serve has no ['--colour']", ""]


def test_every_make_target_that_a_document_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = {t for p in DOCUMENTS for t in re.findall(r"(?:`|^)make ([a-z-]+)", p.read_text("utf-8"), re.MULTILINE)}
    assert {"run", "test"} <= named <= targets


def anchor(heading: str) -> str:
    """The anchor that the heading of a Markdown page has."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def leads_somewhere(path: Path, target: str) -> bool:
    """True when a link on the page `path` leads to a file, and to a heading in it where it names one."""
    name, _, fragment = unquote(target).partition("#")
    page = (path.parent / name).resolve() if name else path
    if not fragment or not page.exists():
        return page.exists()
    return fragment in [anchor(h) for h in re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)]


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_link_leads_somewhere(path: Path) -> None:
    targets = [t for t in LINK.findall(prose(path)) if not t.startswith(("http:", "https:"))]
    assert [t for t in targets if not leads_somewhere(path, t)] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_file_that_is_named_exists(path: Path) -> None:
    named = {n for n in FILE.findall(prose(path)) if "<" not in n}
    assert [n for n in sorted(named) if not (ROOT / n).exists()] == []


def test_every_module_that_the_architecture_names_exists() -> None:
    text = prose(ROOT / "docs" / "architecture.md")
    named = set(re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.py)(?:: \w+)?`", text))
    assert len(named) > 10
    assert [n for n in sorted(named) if not ((ROOT / "helpdesk" / n).exists() or (ROOT / n).exists())] == []


def test_every_room_stands_in_the_architecture() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = [p for p in (ROOT / "helpdesk").iterdir() if p.is_dir() and (p / "__init__.py").exists()]
    modules = [p for p in (ROOT / "helpdesk").glob("*.py") if p.stem not in ("__init__", "__main__")]
    assert [p.name for p in rooms if f"`helpdesk/{p.name}/`" not in text] == []
    assert [p.name for p in modules if f"`helpdesk/{p.name}`" not in text] == []


def test_every_setting_stands_in_the_operating_manual() -> None:
    source = "".join(p.read_text(encoding="utf-8") for p in Path(config.__file__).parent.glob("*.py"))
    settings = set(re.findall(r"\"(HELPDESK_[A-Z_]+[A-Z0-9])\"", source))
    settings |= {f"HELPDESK_<DESK>{end}" for end in re.findall(r"\{prefix\}(_[A-Z_0-9]+)", source)}
    settings |= {f"HELPDESK_<DESK>_TELEGRAM_{setting}" for setting in ("TOKEN", "WEBHOOK_SECRET")}
    settings = {s for s in settings if not s.rstrip("_").endswith(("_OAUTH", "_TELEGRAM"))}
    settings |= {f"HELPDESK_<DESK>_OAUTH_{setting}" for setting in OAUTH_SETTINGS}
    assert len(settings) > 10
    table = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    assert [s for s in sorted(settings) if not re.search(rf"^\| `{s}` ", table, re.MULTILINE)] == []
    documented = set(re.findall(r"^\| `(HELPDESK_[^`]+)` ", table, re.MULTILINE))
    assert documented <= settings


def test_every_package_stands_in_the_table_of_dependencies() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    wanted = {("", line) for line in setup["options"]["install_requires"].split("\n") if line}
    for extra, lines in setup["options.extras_require"].items():
        wanted |= {(extra, line) for line in lines.split("\n") if line and not line.startswith("#")}
    wanted = {(extra, re.split(r"[<>=\[; ]", line.strip())[0]) for extra, line in wanted}
    text = (ROOT / "docs" / "adr" / "0014-dependencies.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    told = {("", row[0]) for row in rows if len(row) == 3} | {
        (row[0], name.strip()) for row in rows if len(row) == 4 for name in row[1].split(",")
    }
    told = {(extra, name) for extra, name in told if name not in ("package", "") and not name.startswith("-")}
    assert told == wanted


@pytest.mark.parametrize("words_", [words.Status, words.Action, words.HoldReason, words.TicketType, words.Role])
def test_every_word_of_the_interface_stands_in_the_glossary(words_: type[words.Status]) -> None:
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    assert [w.value for w in words_ if f"`{w.value}`" not in text and w.value != "open"] == []


def test_the_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(p.name[:4]) for p in sorted((ROOT / "docs" / "adr").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_pictures_are_small_and_all_are_shown() -> None:
    pictures = sorted((ROOT / "docs" / "pictures").glob("*.png"))
    assert pictures
    assert {p.name: p.stat().st_size for p in pictures if p.stat().st_size >= 150_000} == {}
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [p.name for p in pictures if f"docs/pictures/{p.name}" not in text] == []


def test_both_languages_of_the_readme_show_the_same_walk() -> None:
    english, indonesian = (ROOT / "README.md").read_text(encoding="utf-8").split("\n## Bahasa Indonesia\n")
    for of in (r"^\*\*(\d)\. ", r"^(sudo .*|make .*|\.venv/bin/helpdesk demo .*)$"):
        assert re.findall(of, english, re.MULTILINE) == re.findall(of, indonesian, re.MULTILINE)


def test_no_machine_path_stands_in_a_document() -> None:
    place = re.compile(r"(?<![\w.])/(?:work|home|root|Users)/\S*")
    assert {name_of(p): m for p in DOCUMENTS if (m := place.findall(p.read_text(encoding="utf-8")))} == {}
