"""Long searches for what nobody thought of: broken mails, a broken catalogue, actions in any order."""

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from helpdesk.catalog.errors import CatalogError, CatalogErrors
from helpdesk.catalog.load import load_file
from helpdesk.catalog.rendering import as_plain
from helpdesk.channels.base import Inbound, Unreadable
from helpdesk.channels.email import plain
from helpdesk.channels.email.reading import read
from helpdesk.resources import catalog_path
from helpdesk.tickets.words import Action
from tests.channels.email_samples import AT, mail, multipart
from tests.journeys.handling_machine import ground

ANY_BYTES = 6_000
BROKEN_MAILS = 12_000
BROKEN_CATALOGUES = 300
LIVES, STEPS = 150, 40
SECONDS_A_MAIL, SECONDS_A_CATALOGUE = 2, 10
pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]


def bounded(examples: int, seconds: float) -> settings:
    """So many examples, none of which may take longer than that."""
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=examples, deadline=timedelta(seconds=seconds), suppress_health_check=slow)


PARTS = (
    "Content-Type: text/plain; charset=utf-8\n\nMohon dibantu.\n\nPada 2/3/2026 Sari menulis:\n> Halo\n",
    "Content-Type: text/html; charset=iso-8859-1\n\n<p>Mohon <b>dibantu</b>.<blockquote>Halo</blockquote>\n",
    'Content-Type: application/pdf; name="a.pdf"\nContent-Disposition: attachment; filename="a.pdf"\n'
    "Content-Transfer-Encoding: base64\n\naXNpIHN1cmF0\n",
    "Content-Type: message/rfc822\n\nFrom: a@k.example\nSubject: dalam\n\nSurat di dalam surat.\n",
    "Content-Type: message/delivery-status\n\nReporting-MTA: dns; k.example\n\n"
    "Final-Recipient: rfc822; b@k.example\nAction: failed\nStatus: 5.1.1\n",
    "Content-Type: text/plain; charset=utf-7\nContent-Transfer-Encoding: quoted-printable\n\n=E2=80=93 +AGE-\n",
)
OWN_MAILS = [
    mail("Mohon dibantu, printer lantai dua.\n-- \nSari"),
    mail("Siap.", Subject="Re: [MDN-2026-000001] Lupa", In_Reply_To="<a@k.example>", References="<a@k.example> <b@k>"),
    mail("Sedang cuti.", Auto_Submitted="auto-replied", Subject="=?utf-8?B?SmF3YWJhbiBvdG9tYXRpcw==?="),
    mail(b"caf\xe9", Content_Type="text/plain; charset=windows-1252", Reply_To="=?utf-8?q?S=C3=A1ri?= <s@k.example>"),
    multipart(*PARTS),
    multipart(*PARTS[:2], kind="alternative", Cc="a@k.example, B <b@k.example>; c@k.example"),
    multipart(PARTS[0], PARTS[4], PARTS[3], kind="report; report-type=delivery-status", From="MAILER-DAEMON@k.example"),
]
TOKENS = (
    b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"\x00", b"\xff\xfe", b"--batas\r\n", b"--batas--\r\n", b"=?utf-8?B?", b"?=",
    b"=?x?q?=0A=00?=", b'"', b"<", b">", b";", b",", b"(", b"\\", b"Content-Type: multipart/mixed; boundary=batas\r\n",
    b"Content-Type: message/rfc822\r\n\r\n", b"Content-Transfer-Encoding: base64\r\n", b"charset=utf-16",
    b"From: x@y\r\n", b"From: <>\r\n", b"Message-ID: <a@b> <c@d>\r\n", b"filename*0*=utf-8''..%2F", b" \r\n\t",
    b"&#0;", b"<!--", b"> ",
    "﻿".encode(), "\u202e".encode(), b"\xed\xa0\x80", b"A" * 998,
)  # fmt: skip


@st.composite
def broken(draw: st.DrawFn, originals: list[bytes], tokens: tuple[bytes, ...], most: int) -> bytes:
    """One of the originals after up to `most` cuts, copies, insertions, changed bytes and exchanged lines."""
    raw = draw(st.sampled_from(originals))
    for _ in range(draw(st.integers(1, most))):
        at = draw(st.integers(0, len(raw)))
        size = draw(st.integers(1, 60))
        match draw(st.integers(0, 5)):
            case 0:
                raw = raw[:at] + raw[at + size :]
            case 1:
                raw = raw[:at] + raw[at : at + size] * draw(st.integers(2, 20)) + raw[at + size :]
            case 2:
                raw = raw[:at] + draw(st.sampled_from(tokens)) + raw[at:]
            case 3:
                raw = raw[:at] + draw(st.binary(min_size=1, max_size=4)) + raw[at + 1 :]
            case 4:
                raw = raw[:at] + draw(st.sampled_from(originals))[at:]
            case _:
                lines = raw.splitlines(keepends=True) or [b""]
                taken = lines.pop(at % len(lines))
                raw = b"".join(lines[: size % (len(lines) + 1)]) + taken + b"".join(lines[size % (len(lines) + 1) :])
    return raw


def strings(value: Any) -> Iterator[str]:
    """Every text in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from strings(list(value.values()))
    elif isinstance(value, Iterable) and not isinstance(value, bytes):
        for inner in value:
            yield from strings(inner)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from strings(getattr(value, name))


def check_storable(texts: Iterable[str]) -> None:
    for text in texts:
        assert "\x00" not in text
        text.encode("utf-8")


def check_inbound(got: Inbound) -> None:
    check_storable(strings(got))
    header = (got.subject, got.sender.name, got.sender.email, got.message_id, got.original_message_id)
    for line in (*header, *got.references, *got.in_reply_to, *got.delivered_to, *(a.name for a in got.attachments)):
        assert line.splitlines() in ([line], []), "a line that could begin another header field"
    for attachment in got.attachments:
        assert attachment.name not in (".", "..")
        assert not set(attachment.name) & {"/", "\\"}, "a name that leads out of its folder"


def check_mail(raw: bytes) -> None:
    """Read to the same value each time, or told to be unreadable; its row is whole and can be written as JSON."""
    row = plain.parse(raw)
    assert set(row) == set(plain.parse(b""))
    check_storable(strings(row))
    json.dumps(row)
    try:
        got = read(raw, received_at=AT)
    except Unreadable:
        return
    check_inbound(got)
    assert read(raw, received_at=AT) == got
    assert (got.subject, got.text, got.reply_text) == (row["subject"], row["text"], row["reply_text"])


@bounded(ANY_BYTES, SECONDS_A_MAIL)
@given(st.binary(max_size=2_000))
def test_any_bytes_are_read_or_told_to_be_unreadable(raw: bytes) -> None:
    check_mail(raw)


@bounded(BROKEN_MAILS, SECONDS_A_MAIL)
@given(broken(OWN_MAILS, TOKENS, 8))
def test_broken_mails_are_read_or_told_to_be_unreadable(raw: bytes) -> None:
    check_mail(raw)


CATALOGUE = catalog_path().read_bytes()
YAML = (
    b"\n", b" ", b"  ", b"\t", b": ", b"- ", b"[", b"]", b"{", b"}", b"*x", b"&x ", b"!!python/name:os.system ",
    b"<<: ", b"~", b"no", b"0", b"-1", b"99999999999", b"1e400", b"'", b'"', b"#", b"|\n", b"---\n",
    b"...\n", b"%YAML 1.1\n",
    b"\x00", b"\xff", "é\u2028".encode(), "﻿".encode(), b"working days", b"24.00-25.00",
    b"Asia/Nowhere", b"2026-02-30", b"layer-1", b"itsm.8/reset-password",
)  # fmt: skip


@bounded(BROKEN_CATALOGUES, SECONDS_A_CATALOGUE)
@given(raw=broken([CATALOGUE], YAML, 3))
def test_a_broken_catalogue_is_loaded_whole_or_every_fault_is_told_with_its_place(
    raw: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "catalog.yaml"
    path.write_bytes(raw)
    lines = len(raw.decode("utf-8", "replace").splitlines()) + 2
    told: tuple[CatalogError, ...] | None = None
    try:
        as_plain(load_file(path))
    except CatalogErrors as error:
        told = error.errors
    assert told is None or told
    assert all(0 < fault.line <= lines and fault.column > 0 and fault.message for fault in told or ())


def test_actions_in_any_order_keep_the_lifecycle_the_clocks_and_the_history(
    sqlite_template: bytes, tmp_path: Path
) -> None:
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    count = settings(max_examples=LIVES, stateful_step_count=STEPS, deadline=None, suppress_health_check=slow)
    with ground(sqlite_template, tmp_path) as machine:
        run_state_machine_as_test(machine, settings=count)
        sys.stdout.write(f"done: {dict(machine.done)}\n")
        assert {a for a in Action if not machine.done[a]} == {Action.OPEN}, "an action was never done"
