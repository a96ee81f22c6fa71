"""`mail parse`: a full row for any bytes, without the rest of the program."""

import json
import subprocess
import sys

import pytest

from helpdesk.channels.email.plain import parse
from tests.channels.email_samples import mail, multipart

KEYS = [
    "subject",
    "from_email",
    "from_name",
    "to",
    "cc",
    "reply_to",
    "text",
    "reply_text",
    "html",
    "attachments",
    "is_bounce",
    "is_auto_reply",
    "no_auto_response",
    "bounce_recipients",
    "original_message_id",
    "message_id",
    "in_reply_to",
    "references",
]
LISTS = {"to", "cc", "reply_to", "attachments", "bounce_recipients", "references"}


@pytest.mark.parametrize(
    "raw", [b"", b"\x00", b"hanya teks", mail(), mail("--x\n\n" * 5_000, Content_Type="multipart/x")]
)
def test_any_bytes_give_a_full_row(raw: bytes) -> None:
    row = parse(raw)
    assert list(row) == KEYS
    assert {key for key, value in row.items() if isinstance(value, list)} == LISTS
    json.dumps(row)


def test_absent_values_are_empty_and_ids_have_no_brackets() -> None:
    row = parse(b"Message-ID: <a@b>\nReferences: <c@d> <e@f>\n\n")
    assert (row["message_id"], row["references"], row["in_reply_to"], row["from_email"]) == (
        "a@b",
        ["c@d", "e@f"],
        "",
        "",
    )
    assert row["no_auto_response"] is True


def test_reports_are_written_by_a_machine() -> None:
    row = parse(mail("tidak terkirim ke:\n<siti@x.example>", From="mailer-daemon@x.example", Subject="Undeliverable"))
    assert (row["is_bounce"], row["is_auto_reply"], row["bounce_recipients"]) == (True, True, ["siti@x.example"])


def test_attachments_are_names() -> None:
    part = 'Content-Type: application/pdf; name="a.pdf"\n\nx'
    assert parse(multipart("Content-Type: text/plain\n\nx", part))["attachments"] == ["a.pdf"]


def test_it_starts_without_database_web_or_slow_libraries() -> None:
    heavy = ["flask", "sqlalchemy", "imapclient", "inscriptis", "lxml", "charset_normalizer", "tnefparse", "smtplib"]
    use = "import sys, helpdesk.channels.email.plain as p; p.parse(b'Subject: x')"
    code = f"{use}; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
