"""What leaves: exactly our fields, and nothing that a stranger's text could add."""

import email
import email.policy
import re
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from helpdesk.channels.base import Address, Attachment, ChannelError, Outbound
from helpdesk.channels.email.composing import compose, envelope_sender
from helpdesk.channels.email.plain import parse

FIXED = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
USUAL = ["From", "To", "Subject", "Date", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"]


def outbound(**changes: object) -> Outbound:
    given = {
        "sender": Address("desk@kptik.example", "Layanan TIK"),
        "recipient": "budi@kantor.example",
        "subject": "Nomor tiket Anda",
        "text": "Halo\n",
        **changes,
    }
    return Outbound(**given)  # type: ignore[arg-type]


def read(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)  # type: ignore[return-value]


def composed(**changes: object) -> tuple[bytes, EmailMessage]:
    raw = compose(outbound(**changes), now=lambda: FIXED)
    return raw, read(raw)


INJECTIONS = [
    "x\r\nBcc: korban@x.example",
    "x\nBcc: korban@x.example",
    "x\rBcc: korban@x.example",
    "x\u2028Bcc: korban@x.example",
    "x\x0bBcc: korban@x.example",
    "x\x85Bcc: korban@x.example",
    "x\x00y",
    "=?utf-8?q?hi=0d=0aBcc:=20korban=40x.example?=",
    "=?utf-8?b?aGkNCkJjYzoga29yYmFu?= é",
    "é" * 400 + "\r\nBcc: k@x",
    "x" * 5_000,
    "\ud800 rusak",
    '"><b>',
    "",
]


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_text_can_add_a_field(text: str) -> None:
    file = Attachment(text, "application/pdf", b"%PDF")
    raw, message = composed(subject=text, sender=Address("desk@kptik.example", text), attachments=(file,))
    assert raw.isascii()
    head = raw.partition(b"\r\n\r\n")[0].decode()
    names = [line.partition(":")[0] for line in head.split("\r\n") if not line.startswith(" ")]
    assert names == [name for name in USUAL if name != "Content-Transfer-Encoding"]
    assert "korban" not in str(message.get("Bcc", ""))
    assert max(len(line) for line in raw.split(b"\r\n")) < 998


def test_a_subject_arrives_as_it_was_written() -> None:
    for subject in ("[MDN-2026-000001] Kata sandi – “baru”", "=?utf-8?q?hi=0d=0aBcc:=20x?=", "日本語" * 30):
        assert parse(compose(outbound(subject=subject)))["subject"] == subject


def test_line_ends_are_always_pairs_and_dots_are_harmless() -> None:
    raw, message = composed(text="a\n.\nb\rc\r\n.\r\nMAIL FROM:<x>\x00\u2028.", html="<p>a\n.\n</p>")
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    assert b"\x00" not in raw
    body = message.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines()[:5] == ["a", ".", "b", "c", "."]


def test_text_and_html_are_alternatives_and_files_stand_beside_them() -> None:
    files = (
        Attachment("surat é.pdf", "application/pdf", bytes(range(256)) * 9),
        Attachment("x.eml", "message/rfc822", b"hi"),
    )
    _, message = composed(html="<p>Halo</p>", attachments=files)
    assert message.get_content_type() == "multipart/mixed"
    assert [part.get_content_type() for part in message.walk()][1:4] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    sent = list(message.iter_attachments())
    assert [(part.get_filename(), part.get_content()) for part in sent[1:] or sent] != []
    assert [(p.get_filename(), p.get_payload(decode=True)) for p in message.walk() if p.get_filename()] == [
        ("surat é.pdf", bytes(range(256)) * 9),
        ("x.eml", b"hi"),
    ]


def test_automatic_mail_carries_every_mark_and_other_mail_none() -> None:
    marks = {
        "Auto-Submitted": "auto-replied",
        "Precedence": "bulk",
        "X-Auto-Response-Suppress": "All",
        "X-Loop": "helpdesk",
    }
    _, robot = composed(automatic=True, envelope_from="b+1@kptik.example")
    _, person = composed(envelope_from="b+1@kptik.example")
    assert {name: robot[name] for name in marks} == marks
    assert [person[name] for name in marks] == [None] * 4
    assert envelope_sender(outbound(automatic=True, envelope_from="b+1@kptik.example")) == ""
    assert envelope_sender(outbound(envelope_from="b+TokenXY@kptik.example")) == "b+TokenXY@kptik.example"
    assert envelope_sender(outbound()) == "desk@kptik.example"


def test_our_own_automatic_mail_would_get_no_answer_from_us() -> None:
    row = parse(compose(outbound(automatic=True)))
    assert (row["is_auto_reply"], row["no_auto_response"]) == (True, True)


def test_threading_fields_are_fixed_and_foreign_rubbish_is_left_out() -> None:
    ids = tuple(f"r{number}@x" for number in range(30))
    _, message = composed(
        message_id="kita.1@kptik.example",
        in_reply_to="a@b",
        references=("rusak spasi@x", "<x@y>", *ids),
        reply_to="desk+AbCdEfGhIjKlMnOp@kptik.example",
    )
    assert (message["Message-ID"], message["In-Reply-To"]) == ("<kita.1@kptik.example>", "<a@b>")
    assert message["References"].split() == ["<r0@x>", *(f"<{i}>" for i in ids[-19:])]
    assert message["Reply-To"] == "desk+AbCdEfGhIjKlMnOp@kptik.example"
    assert composed(in_reply_to="x\r\nBcc: a@b")[1]["In-Reply-To"] is None


def test_the_same_row_makes_the_same_bytes() -> None:
    one, two = (compose(outbound(message_id="a@b", html="<p>x</p>"), now=lambda: FIXED) for _ in range(2))
    assert one == two


@pytest.mark.parametrize(
    "changes",
    [
        {"recipient": "büdi@x.example"},
        {"recipient": "budi@exämple.example"},
        {"recipient": "a@x.example, b@x.example"},
        {"recipient": "a@x.example\r\nRCPT TO:<b@x>"},
        {"recipient": ""},
        {"sender": Address("")},
        {"reply_to": "x y@z"},
        {"message_id": "dua kata@x"},
        {"message_id": "a@b>\r\nX: y"},
    ],
)
def test_what_cannot_be_written_is_refused_for_good(changes: dict[str, object]) -> None:
    with pytest.raises(ChannelError) as refused:
        compose(outbound(**changes))
    assert refused.value.permanent
