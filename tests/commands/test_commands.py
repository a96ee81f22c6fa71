"""The command line: results alone on standard output, clear refusals, a fast start."""

import json
import logging
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pytest
import structlog
from click.testing import CliRunner

from helpdesk.cli import COMMANDS, cli

DUE = ("sla", "due", "itsm.8/reset-password", "--desk", "kptik-medan", "--channel", "email")
MONDAY = "2026-11-23T08:00:00+07:00"


class Done(NamedTuple):
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


class Commands:
    """`helpdesk …` with a data folder and a clean environment, in this process: starting takes most of the time."""

    def __init__(self, data: Path, **env: str) -> None:
        cleared = {name: None for name in os.environ if name.startswith("HELPDESK_")}
        self.env: dict[str, str | None] = {**cleared, "HELPDESK_DATA": str(data), **env}

    def __call__(self, *arguments: str, given: str = "") -> Done:
        handlers, level = logging.root.handlers[:], logging.root.level
        try:
            done = CliRunner().invoke(cli, arguments, input=given, env=self.env, prog_name="helpdesk")
        finally:
            logging.root.handlers[:] = handlers
            logging.root.setLevel(level)
            structlog.reset_defaults()
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Done(done.exit_code, done.stdout, done.stderr)


@pytest.fixture
def helpdesk(tmp_path: Path) -> Commands:
    return Commands(tmp_path / "var")


@pytest.fixture
def desk(helpdesk: Commands, tmp_path: Path, sqlite_template: bytes) -> Commands:
    """With a database."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "helpdesk.sqlite3").write_bytes(sqlite_template)
    return helpdesk


def test_init_makes_the_database_and_may_run_again(helpdesk: Commands) -> None:
    for name in ("init", "init", "upgrade"):
        assert helpdesk(name)[:2] == (0, "")
    assert helpdesk("ingest", "--desk", "kptik-medan", "-", given=letter(1)).returncode == 0


def test_every_command_has_a_help_in_both_languages(helpdesk: Commands) -> None:
    shown = helpdesk("--help").stdout
    for name in COMMANDS:
        assert f"\n  {name} " in shown
        assert " / " in helpdesk(name, "--help").stdout


def test_the_delivered_catalogue_is_sound_and_lists_every_item(helpdesk: Commands) -> None:
    checked = helpdesk("catalog", "check")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.endswith(": OK\n")
    items = json.loads(helpdesk("catalog", "list", "--json").stdout)
    assert len(items) == len(helpdesk("catalog", "list").stdout.splitlines())
    assert len([item for item in items if item["authority"] == "kptik-bmn"]) == 26
    assert {"id", "service", "name", "types", "group", "norm", "desks"} <= items[0].keys()
    rent = next(item for item in items if item["id"] == "bmn.2/asset-rent")
    assert rent["products"] == [{"id": "BMN.2 Layanan Sewa Barang Milik Negara", "en": "BMN.2 Rent of state assets"}]
    assert (len(rent["requirements"]), len(rent["legal_basis"])) == (7, 4)
    assert (rent["fee"]["en"], rent["complaints"]) == ("Free of charge", None)


def test_every_error_of_a_catalogue_has_its_place(helpdesk: Commands, tmp_path: Path) -> None:
    broken = tmp_path / "catalog.yaml"
    broken.write_text("version: '1'\nvalid_from: besok\nvalid_from: lusa\n")
    checked = helpdesk("catalog", "check", str(broken))
    faults = checked.stdout.splitlines()  # the result, and nothing else is on standard output
    assert (checked.returncode, checked.stderr) == (1, f"{len(faults)} galat / errors: {broken}\n")
    assert faults
    for line in faults:
        assert line.startswith(f"{broken}:"), line
        assert line.removeprefix(f"{broken}:").split(":")[1].isdigit(), line


def test_a_broken_catalogue_of_the_environment_starts_nothing(tmp_path: Path) -> None:
    broken = tmp_path / "catalog.yaml"
    broken.write_text("services: [\n")
    helpdesk = Commands(tmp_path, HELPDESK_CATALOG=str(broken), HELPDESK_SECRET_KEY="0123456789abcdef")
    for arguments in (("serve",), ("worker",), ("catalog", "list"), (*DUE, "--received", MONDAY)):
        done = helpdesk(*arguments)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith(f"{broken}:")


def test_a_deadline_comes_with_the_offset_of_the_desk_and_an_explanation(helpdesk: Commands) -> None:
    answer = json.loads(helpdesk(*DUE, "--received", MONDAY, "--json").stdout)
    assert answer.keys() == {"item", "desk", "received", "response", "resolution", "stages", "explain"}
    assert answer["response"] == {"starts": MONDAY, "due": "2026-11-23T08:30:00+07:00"}
    assert answer["resolution"] == {"starts": MONDAY, "due": "2026-11-23T12:00:00+07:00"}
    assert answer["explain"]
    assert "2026-11-23T12:00:00+07:00" in helpdesk(*DUE, "--received", MONDAY).stdout


@pytest.mark.parametrize(
    "wrong",
    [
        ("--desk", "kptik-atlantis"),
        ("--channel", "burung-dara"),
        ("--starts", MONDAY),
        ("--attr", "warna=biru"),
        ("--attr", "tanpa-tanda"),
        ("--received", "besok"),
    ],
    ids=lambda w: w[0] + "=" + w[1],
)
def test_what_does_not_exist_is_refused_with_exit_2(helpdesk: Commands, wrong: tuple[str, str]) -> None:
    done = helpdesk(*DUE, "--received", MONDAY, *wrong, "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.strip()


def test_elapsed_working_minutes_skip_the_weekend_and_are_rounded_down(helpdesk: Commands) -> None:
    span = ("--desk", "kptik-medan", "--from", "2026-11-20T16:30:00+07:00", "--to", "2026-11-23T09:00:59+07:00")
    assert json.loads(helpdesk("sla", "elapsed", *span, "--json").stdout) == {"working_minutes": 90}
    assert helpdesk("sla", "elapsed", *span).stdout == "90\n"


@pytest.mark.parametrize(
    "command",
    [
        (*DUE, "--received", MONDAY),
        ("catalog", "list"),
        ("catalog", "diff", "-", "-"),
        ("mail", "parse", "/dev/null"),
    ],
    ids=" ".join,
)
def test_the_quick_commands_import_neither_the_web_nor_the_database(command: tuple[str, ...]) -> None:
    program = (
        "import sys, atexit\n"
        "heavy = {'flask', 'sqlalchemy', 'babel', 'holidays', 'requests', 'lxml', 'structlog', 'apscheduler', 'rich'}\n"
        "atexit.register(lambda: print(sorted(heavy & sys.modules.keys()), file=sys.stderr))\n"
        f"sys.argv = ['helpdesk', *{command!r}]\n"
        "from helpdesk.cli import main\nmain()"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr == "[]\n"


def test_a_staff_user_gets_a_token_that_stands_alone_on_a_line(desk: Commands) -> None:
    added = desk("user", "add", "ayu", "--role", "agent", "--desk", "kptik-medan", given="kata-sandi-panjang\n")
    assert (added.returncode, added.stdout) == (0, ""), added.stderr
    token = desk("token", "add", "ayu")
    assert token.returncode == 0, token.stderr
    assert len(token.stdout.strip()) >= 32
    assert token.stdout == f"{token.stdout.strip()}\n"


@pytest.mark.parametrize(
    ("arguments", "password"),
    [
        (("ayu", "--role", "agent", "--desk", "kptik-atlantis"), "kata-sandi-panjang"),
        (("ayu", "--role", "agent", "--desk", "kptik-medan"), "pendek"),
        (("ayu", "--role", "technician", "--desk", "kptik-medan", "--group", "tidak-ada"), "kata-sandi-panjang"),
        (("ayu", "--role", "technician", "--desk", "kptik-medan"), "kata-sandi-panjang"),
        (("ayu", "--role", "agent"), "kata-sandi-panjang"),
        (("ayu", "--role", "raja", "--desk", "kptik-medan"), "kata-sandi-panjang"),
    ],
)
def test_a_wrong_staff_user_is_refused_and_not_kept(desk: Commands, arguments: tuple[str, ...], password: str) -> None:
    done = desk("user", "add", *arguments, given=password)
    assert (done.returncode, done.stdout) == (2, "")
    assert password not in done.stderr
    assert desk("token", "add", "ayu").returncode == 2


def test_without_a_database_the_commands_say_what_to_do(helpdesk: Commands) -> None:
    done = helpdesk("token", "add", "ayu")
    assert (done.returncode, done.stdout) == (1, "")
    assert "helpdesk upgrade" in done.stderr


def test_serve_and_worker_need_a_secret_key(desk: Commands) -> None:
    for name in ("serve", "worker"):
        done = desk(name)
        assert (done.returncode, done.stdout) == (1, "")
        assert "HELPDESK_SECRET_KEY" in done.stderr


def test_serve_and_worker_name_a_setting_of_a_desk_that_does_not_exist(helpdesk: Commands) -> None:
    helpdesk.env |= {"HELPDESK_SECRET_KEY": "0123456789abcdef", "HELPDESK_NOPE_IMAP_URL": "imap://u:geheim@mail.test"}
    for name in ("serve", "worker"):
        done = helpdesk(name)
        assert "helpdesk upgrade" in done.stderr, "it goes on, here as far as to the missing database"
        assert "HELPDESK_NOPE_IMAP_URL" in done.stderr
        assert "kptik-medan (HELPDESK_KPTIK_MEDAN_)" in done.stderr
        assert "geheim" not in done.stderr


LETTER = (
    "Received: by mail.test; {date}\nFrom: Siti <siti@kantor.test>\nTo: {to}\nSubject: Lupa sandi\n"
    "Message-ID: <{id}@kantor.test>\n\nTolong bantu saya.\n"
)


def letter(number: int, to: str = "meja@helpdesk.test") -> str:
    return LETTER.format(id=number, to=to, date="Mon, 23 Nov 2026 08:00:00 +0700")


def outcomes(done: Done, returncode: int = 0) -> list[dict[str, object]]:
    assert done.returncode == returncode, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_files_become_tickets_once(desk: Commands, tmp_path: Path) -> None:
    box = tmp_path / "box"
    box.write_text(f"From x\n{letter(1)}\nFrom x\n{letter(2)}\n")
    desk.env |= {"HELPDESK_TESTING": "1", "HELPDESK_TEST_NOW": "2026-11-23T09:00:00+07:00"}
    first = outcomes(desk("ingest", "--desk", "kptik-medan", str(box)))
    assert [row["file"] for row in first] == [f"{box}#1", f"{box}#2"]
    assert [row["outcome"] for row in first] == ["opened", "opened"]
    assert [row["ticket"] for row in first] == ["MDN-2026-000001", "MDN-2026-000002"]
    assert all(row.keys() == {"file", "outcome", "ticket", "reason"} for row in first)
    again = outcomes(desk("ingest", "--desk", "kptik-medan", str(box)))
    assert [(row["outcome"], row["ticket"]) for row in again] == [
        ("duplicate", "MDN-2026-000001"),
        ("duplicate", "MDN-2026-000002"),
    ]


def test_without_a_desk_the_recipient_decides_else_quarantine(desk: Commands) -> None:
    from helpdesk.catalog.load import load_file
    from helpdesk.resources import catalog_path

    address = load_file(catalog_path()).desks["kptik-makassar"].email
    (known,) = outcomes(desk("ingest", "-", given=letter(1, address)))
    (unknown,) = outcomes(desk("ingest", "-", given=letter(2, "siapa@example.org")))
    assert known["outcome"] == "opened"
    assert str(known["ticket"]).startswith(f"MKS-{datetime.now().year}-")  # noqa: DTZ005
    assert (unknown["outcome"], unknown["ticket"]) == ("quarantined", None)


def test_a_file_that_cannot_be_read_has_its_line_too_and_the_others_go_on(desk: Commands, tmp_path: Path) -> None:
    folder = tmp_path / "surat"
    folder.mkdir()
    (folder / "1.eml").symlink_to(tmp_path / "gone")
    (folder / "0.eml").write_text(letter(1))
    (folder / "2.eml").write_text(letter(2))
    missing = str(tmp_path / "tidak-ada.eml")
    rows = outcomes(desk("ingest", "--desk", "kptik-medan", missing, str(folder), "\0"), returncode=1)
    assert [(row["file"], row["outcome"]) for row in rows] == [
        (missing, "ignored"),
        (str(folder / "0.eml"), "opened"),
        (str(folder / "1.eml"), "ignored"),
        (str(folder / "2.eml"), "opened"),
        ("\0", "ignored"),
    ]
    assert (rows[0]["ticket"], rows[0]["reason"]) == (None, "cannot be read: No such file or directory")


def test_an_unknown_desk_stores_nothing(desk: Commands) -> None:
    done = desk("ingest", "--desk", "kptik-atlantis", "-", given=letter(1))
    assert (done.returncode, done.stdout) == (2, "")


def test_a_locked_database_asks_the_transfer_agent_to_try_again(desk: Commands, tmp_path: Path) -> None:
    desk.env["HELPDESK_DATABASE_URL"] = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    done = desk("ingest", "--desk", "kptik-medan", "-", given=letter(1))
    assert (done.returncode, done.stdout) == (75, "")


@pytest.mark.parametrize(
    "wrong",
    [
        {"HELPDESK_DATABASE_URL": "sqlite:////nirgends/helpdesk.sqlite3"},
        {"HELPDESK_DATABASE_URL": "bukan-url"},
        {"HELPDESK_DATABASE_URL": f"sqlite:///{__file__}"},
        {"HELPDESK_KPTIK_MEDAN_IMAP_URL": "bukan-url"},
        {"HELPDESK_CATALOG": "/tidak/ada.yaml"},
        {"HELPDESK_DATA": "/proc/tidak-boleh"},
        {"HELPDESK_MIN_FREE_MB": "999999999"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_nothing_that_is_wrong_here_sends_a_mail_back_to_its_sender(desk: Commands, wrong: dict[str, str]) -> None:
    desk.env |= wrong
    done = desk("ingest", "--desk", "kptik-medan", "-", given=letter(1))
    assert (done.returncode, done.stdout) == (75, "")
    assert done.stderr
