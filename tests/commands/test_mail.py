"""`helpdesk mail parse` and the reading of mail files."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from helpdesk.commands.mailfiles import messages, received_at
from tests.channels.scripted_smtp import Scripted

LETTER = b"From: Siti <siti@kantor.test>\nTo: meja@helpdesk.test\nSubject: Lupa sandi\nMessage-ID: <1@x>\n\nTolong\n"
FIELDS = {
    "file", "subject", "from_email", "from_name", "to", "cc", "reply_to", "text", "reply_text", "html", "attachments",
    "is_bounce", "is_auto_reply", "no_auto_response", "bounce_recipients", "original_message_id", "message_id",
    "in_reply_to", "references",
}  # fmt: skip


def parse(*files: str, given: bytes = b"") -> tuple[list[dict[str, object]], int]:
    command = [sys.executable, "-m", "helpdesk", "mail", "parse", *files]
    done = subprocess.run(command, input=given, capture_output=True, env={"LC_ALL": "C"})
    return [json.loads(line) for line in done.stdout.decode("utf-8").splitlines()], done.returncode


def test_one_line_an_argument_in_order_with_the_name_as_given(tmp_path: Path) -> None:
    for name in ("b.eml", "a.eml"):
        (tmp_path / name).write_bytes(LETTER)
    names = [str(tmp_path / "b.eml"), str(tmp_path / ".." / tmp_path.name / "a.eml")]
    rows, code = parse(*names)
    assert [row["file"] for row in rows] == names
    assert code == 0
    assert rows[0]["from_email"] == "siti@kantor.test"
    assert rows[0]["message_id"] == "1@x"
    assert all(row.keys() == FIELDS for row in rows)


def test_standard_input_and_a_leading_from_line() -> None:
    rows, _ = parse("-", given=b"From siti@kantor.test Mon Nov 23 08:00:00 2026\n" + LETTER)
    assert (rows[0]["file"], rows[0]["subject"]) == ("-", "Lupa sandi")


@pytest.mark.parametrize("raw", [b"", b"\x00\xff\xfe", b"From ", b"\n\n\n", b"Subject"])
def test_any_bytes_give_a_full_row_and_no_error(raw: bytes) -> None:
    rows, code = parse("-", given=raw)
    assert rows[0].keys() == FIELDS
    assert code == 0


def test_what_cannot_be_read_is_a_row_with_an_error_and_the_others_follow(tmp_path: Path) -> None:
    (tmp_path / "ada.eml").write_bytes(LETTER)
    rows, code = parse(str(tmp_path / "tidak-ada"), str(tmp_path), str(tmp_path / "ada.eml"))
    assert ["error" in row for row in rows] == [True, True, False]
    assert rows[0].keys() == {"file", "error"}
    assert code == 1


def test_text_is_utf_8_in_any_locale() -> None:
    rows, _ = parse("-", given="Subject: Café ☕\n\n…".encode())
    assert rows[0]["subject"] == "Café ☕"


def test_an_mbox_is_cut_at_its_from_lines_and_unquoted(tmp_path: Path) -> None:
    box = tmp_path / "box"
    box.write_bytes(
        b"From a Mon Nov 23\nSubject: satu\n\n>From awal\nFrom di tengah baris\n\nFrom b Mon Nov 23\nSubject: dua\n\n"
    )
    found = list(messages(str(box)))
    assert [name for name, _ in found] == [f"{box}#1", f"{box}#2"]
    assert found[0][1] == b"Subject: satu\n\nFrom awal\nFrom di tengah baris\n\n"


def test_a_sentence_of_an_unquoted_mbox_does_not_cut_its_mail_in_two(tmp_path: Path) -> None:
    box = tmp_path / "box"
    words = b"Subject: satu\n\nHalo.\n\nFrom 10:30 on nothing works.\n\nFrom here: see below\nsalam\n\n"
    box.write_bytes(
        b"From -\n" + words + b"From a@b Mon Nov 23 08:00:00 2026 +0700\n\nkosong\n\nFrom c\nSubject: tiga\n"
    )
    assert [raw for _, raw in messages(str(box))] == [words, b"\nkosong\n\n", b"Subject: tiga\n"]


def test_a_maildir_gives_its_delivered_messages_only(tmp_path: Path) -> None:
    for folder, name in (("new", "2.x"), ("cur", "1.x:2,S"), ("tmp", "3.x")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_bytes(name.encode())
    assert list(messages(str(tmp_path))) == [(f"{tmp_path}#1", b"1.x:2,S"), (f"{tmp_path}#2", b"2.x")]


def test_a_folder_gives_all_files_below_it(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("b.eml", "a.eml", "sub/c.eml"):
        (tmp_path / name).write_bytes(LETTER)
    assert [Path(name).name for name, _ in messages(str(tmp_path))] == ["a.eml", "b.eml", "c.eml"]


NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"Received: by a; Sun, 22 Nov 2026 10:00:00 +0700\r\nReceived: b\r\n", datetime(2026, 11, 22, 3, tzinfo=UTC)),
        (b"Received: by a\n\tfor <b>;\n Sun, 22 Nov 2026 10:00:00 -0000\n", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        (b"Received: by a; kemarin\n", NOW),
        (b"Received: by a; Sun, 22 Nov 2099 10:00:00 +0700\n", NOW),
        (b"Subject: x\n\nReceived: by a; Sun, 22 Nov 2026 10:00:00 +0700\n", NOW),
        (b"", NOW),
    ],
    ids=["topmost", "folded", "unreadable", "future", "in the body", "none"],
)  # fmt: skip
def test_a_file_was_received_when_its_topmost_received_field_says(head: bytes, expected: datetime) -> None:
    assert received_at(head, NOW) == expected


def test_a_test_message_says_what_the_submission_server_answered() -> None:
    server = Scripted()
    env = {"HELPDESK_KPTIK_MEDAN_SMTP_URL": f"smtp://127.0.0.1:{server.port}", "HELPDESK_MAIL_HELD": "1"}
    command = [sys.executable, "-m", "helpdesk", "mail", "test", "kptik-medan", "--to", "saya@kantor.test"]

    def tried(**more: str) -> tuple[str, int]:
        done = subprocess.run(command, capture_output=True, text=True, env={"PATH": os.environ["PATH"], **env, **more})
        return done.stdout, done.returncode

    try:
        said, code = tried()
        assert (json.loads(said)["outcome"], code) == ("sent", 0)
        ((sender, to, mail),) = server.mails
        assert (sender, to) == ("helpdeskmedan@kemenkeu.go.id", "saya@kantor.test")
        assert b"Surel percobaan dari KPTIK BMN Medan" in mail
        server.answers["MAIL"] = ["550 5.7.1 pengirim ditolak"]
        said, code = tried()
        assert json.loads(said)["reason"] == "sender: 550 5.7.1 pengirim ditolak"
        assert code == 1
        assert tried(HELPDESK_KPTIK_MEDAN_SMTP_URL="") == ("", 2)
    finally:
        server.stop()
