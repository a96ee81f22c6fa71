"""Mails are read in a child process: what is read comes back whole, and what kills the child harms no other mail."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from helpdesk.channels.base import Address, Attachment, Inbound, Machine, Unreadable
from helpdesk.channels.email import handover
from helpdesk.channels.email.apart import Bounds, ReadingApart, ReadingFailed
from helpdesk.channels.email.reading import read
from tests.channels.email_samples import AT, mail

GOOD = mail("Mohon dibantu.", Subject="=?utf-8?q?Sandi_=F0=9F=94=91?=", Cc="Sari <sari@kantor.example>")
OF_KIND: dict[object, Any] = {
    str: "\u00c1 \U0001f600", bool: False, tuple[str, ...]: ("satu", "2"), Machine: Machine.BOUNCE,
    Address: Address("a@b.example", "\u00c1"), tuple[Address, ...]: (Address("x@y.example", ""), Address("", "Z")),
    tuple[Attachment, ...]: (Attachment("f", "a/b", b"\x00\xff", "cid", True), Attachment("kosong", "text/plain", b"")),
    datetime: AT,
}  # fmt: skip
FULL = replace(
    Inbound(**{name: OF_KIND[kind] for name, kind in get_type_hints(Inbound).items()}), delayed=True, tellable=True
)


@pytest.fixture
def apart() -> Iterator[ReadingApart]:
    reading = ReadingApart(at_once=1, bounds=Bounds(memory=128 * 2**20))
    yield reading
    reading.close()


def taken_apart(parts: list[bytes]) -> tuple[bytes, bytes, memoryview]:
    data = b"".join(parts)
    kind, length, size = handover.HEAD.unpack(data[: handover.HEAD.size])
    body = data[handover.HEAD.size :]
    assert len(body) == length + size
    return kind, body[:length], memoryview(body)[length:]


def test_every_field_of_a_mail_passes_unchanged() -> None:
    kind, text, content = taken_apart(handover.answered(FULL))
    assert kind == handover.READ
    assert handover.understood(text, content, AT) == FULL


@pytest.mark.parametrize(
    ("of", "to"),
    [
        (b'"answerable":false', b'"answerable":0'),
        (b'"machine":"bounce"', b'"machine":"tuan"'),
        (b'"sender":["a@b.example"', b'"sender":[["a@b.example"]]'),
        (b'"in_reply_to":[', b'"in_reply_to":[[],'),
        (b"true,2]", b"true,3]"),
        (b"true,2]", b"true,-2]"),
        (b"true,2]", b"true,1]"),
        (b'"html":', b'"htm":'),
        (b"{", b"[" * 100_000 + b"{"),
    ],
)
def test_an_answer_that_is_none_is_refused(of: bytes, to: bytes) -> None:
    _kind, text, content = taken_apart(handover.answered(FULL))
    assert of in text
    with pytest.raises(handover.Garbled):
        handover.understood(text.replace(of, to, 1), content, AT)


def test_a_mail_read_apart_is_the_mail_read_here(apart: ReadingApart) -> None:
    asked: Any = {
        "received_at": AT,
        "authserv_id": "mx.kantor.example",
        "own_addresses": frozenset({"budi@kantor.example"}),
    }
    assert apart(GOOD, **asked) == read(GOOD, **asked)
    before = apart.children()
    assert apart(GOOD, received_at=AT) == read(GOOD, received_at=AT)
    assert apart.children() == before != []
    with pytest.raises(Unreadable, match="no header field"):
        apart(b"tanpa kepala", received_at=AT)
    assert apart.children() == before


def test_a_reader_knows_no_setting_and_no_secret(apart: ReadingApart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_SECRET_KEY", "rahasia")
    apart(GOOD, received_at=AT)
    assert b"HELPDESK" not in Path(f"/proc/{apart.children()[0]}/environ").read_bytes()


def test_a_mail_that_needs_too_much_memory_is_set_aside_and_the_next_one_is_read(apart: ReadingApart) -> None:
    with pytest.raises(Unreadable, match="its reader died: more than 128 MiB of memory"):
        apart(mail("x" * 60 * 2**20), received_at=AT)
    assert apart(GOOD, received_at=AT).subject == "Sandi \U0001f511"


def _during(apart: ReadingApart, number: int) -> threading.Thread:
    """The idle child stands still; once a mail was given to it, it gets the signal."""
    (pid,) = apart.children()
    os.kill(pid, signal.SIGSTOP)

    def strike() -> None:
        while apart.children():
            time.sleep(0.005)
        os.kill(pid, number)
        os.kill(pid, signal.SIGCONT)

    thread = threading.Thread(target=strike)
    thread.start()
    return thread


def test_a_mail_that_kills_its_reader_is_set_aside_and_the_next_one_is_read(apart: ReadingApart) -> None:
    apart(GOOD, received_at=AT)
    thread = _during(apart, signal.SIGSEGV)
    with pytest.raises(Unreadable, match="its reader died: signal 11"):
        apart(GOOD, received_at=AT)
    thread.join()
    assert apart(GOOD, received_at=AT).machine is Machine.NO


def test_a_reader_killed_from_outside_is_not_held_against_the_mail(apart: ReadingApart) -> None:
    apart(GOOD, received_at=AT)
    thread = _during(apart, signal.SIGKILL)
    assert apart(GOOD, received_at=AT).subject
    thread.join()
    os.kill(apart.children()[0], signal.SIGKILL)  # while it waits
    assert apart(GOOD, received_at=AT).subject


def test_a_mail_that_hangs_its_reader_is_set_aside_in_time() -> None:
    apart = ReadingApart(bounds=Bounds(wall=0.5))
    apart(GOOD, received_at=AT)
    os.kill(apart.children()[0], signal.SIGSTOP)
    began = time.monotonic()
    with pytest.raises(Unreadable, match=r"its reader died: no answer within 0\.5 s"):
        apart(GOOD, received_at=AT)
    assert time.monotonic() - began < 5
    assert apart(GOOD, received_at=AT).subject
    apart.close()


def test_the_processor_time_of_a_mail_is_bounded_by_the_system() -> None:
    reading = ReadingApart(bounds=Bounds(cpu=0))
    heavy = b"".join(b"--b\r\nContent-Type: text/html\r\n\r\n" + b"<p>a</p>" * 2_000 for _ in range(900))

    def wear_out() -> None:
        for _ in range(8):
            reading(mail(heavy, Content_Type="multipart/mixed; boundary=b"), received_at=AT)

    with pytest.raises(Unreadable, match="more than 0 s of processor time"):
        wear_out()
    reading.close()


@pytest.mark.parametrize("interpreter", ["/bin/false", "/tidak/ada"])
def test_a_reader_that_cannot_be_started_is_no_fault_of_the_mail(
    monkeypatch: pytest.MonkeyPatch, interpreter: str
) -> None:
    monkeypatch.setattr(sys, "executable", interpreter)
    with pytest.raises(OSError, match="does not start"):
        ReadingApart()(GOOD, received_at=AT)


def test_a_fault_of_ours_is_told_and_the_reader_goes_on(apart: ReadingApart, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "asked", lambda *_args: handover.frame(handover.ASKED, ["x", []], [b""]))
    with pytest.raises(Unreadable):
        apart(GOOD, received_at=AT)
    monkeypatch.setattr(handover, "reason", lambda _text: "TypeError")
    monkeypatch.setattr(handover, "UNREADABLE", b"?")
    with pytest.raises(ReadingFailed, match="TypeError"):
        apart(GOOD, received_at=AT)


def test_several_threads_read_at_once_and_each_gets_its_own_mail() -> None:
    reading = ReadingApart(at_once=2)
    found: dict[int, str] = {}

    def ask(number: int) -> None:
        found[number] = reading(mail("x", Subject=f"nomor {number}"), received_at=AT).subject

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: f"nomor {number}" for number in range(8)}
    assert len(reading.children()) <= 2
    reading.close()
    assert reading.children() == []
