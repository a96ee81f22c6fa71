"""S26 and E14: mails built to kill, hang or bloat their reader are kept with their bytes, and the good ones arrive."""

import base64
import time
from contextlib import closing

from sqlalchemy import select

from helpdesk.channels.email.apart import ReadingApart
from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import RawMessage
from helpdesk.store.models import Ticket
from helpdesk.usecases.batches import Delivery, store_and_process_all
from helpdesk.usecases.processing import Stored
from tests.security.conftest import Yard
from tests.usecases.conftest import MEDAN
from tests.usecases.post import letter


def _nested(depth: int) -> bytes:
    parts = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(depth))
    return f"From: a@b.example\n{parts}".encode()


def _messages(depth: int) -> bytes:
    return b"From: a@b.example\n" + b"Content-Type: message/rfc822\n\n" * depth + b"Subject: x\n\nx"


def _of(content: str, body: str | bytes, **fields: str) -> bytes:
    return letter(body, Content_Type=content, **fields)


BOMBS = {
    "nested 100": _nested(100),
    "nested 999": _nested(999),
    "nested 5000": _nested(5_000),
    "no boundary": _of("multipart/mixed", "x"),
    "a boundary inside of base64": _of(
        "multipart/mixed; boundary=AAAA", b"--AAAA\nContent-Transfer-Encoding: base64\n\n" + b"--AAAA" * 5_000
    ),
    "10,000 parts": _of("multipart/mixed; boundary=b", "--b\n\nx\n" * 10_000),
    "20,000 recipients": letter(To=", ".join(f"u{n}@x.example" for n in range(20_000))),
    "a thousand brackets": letter(From="(" * 1_000),
    "a charset that is NUL": _of('text/plain; charset="\x00"', "x"),
    "an unknown charset": _of("text/plain; charset=x-tidak-ada", b"\xff\xfe"),
    "UTF-7": _of("text/plain; charset=utf-7", "+AGEAYQ-" * 5_000),
    "UTF-32": _of("text/plain; charset=utf-32le", b"\x00\x00\x11\x00" * 5_000),
    "an 8-bit subject": letter(Subject="\udcff\udcfe" * 500),
    "1,000 pieces of a name": _of("text/plain; " + "; ".join(f"name*{n}=a" for n in range(1_000)), "x"),
    "messages in messages": _messages(50),
    "a broken winmail.dat": _of("application/ms-tnef", b"\x78\x9f\x3e\x22" + bytes(range(256)) * 500),
    "uuencoded text without end": letter("begin 644 a\n" * 5_000),
    "NUL bytes": letter(b"\x00" * 50_000),
    "a line of 1 MB": letter("a" * 2**20),
    "bare CR": b"From: a@b.example\rSubject: x\r\rx\r" * 500,
    "no header": b"\r\n\r\nhalo",
    "headers only": b"From: a@b.example\r\nSubject: x",
    "only a calendar": _of(
        "multipart/alternative; boundary=b", "--b\nContent-Type: text/calendar\n\nBEGIN:VEVENT\nSUMMARY:x\n--b--"
    ),
    "what nobody can open": _of("application/pkcs7-mime; smime-type=enveloped-data", b"\x30\x80" * 500),
    "torn base64": _of("text/plain", base64.b64encode(b"halo" * 9_999)[:-3], Content_Transfer_Encoding="base64"),
    "a year of 9999": letter(Date="Fri, 31 Dec 9999 23:59:60 +2400"),
    "HTML without end": _of("text/html", "<table><tr><td>" * 20_000),
}


def test_bombs_are_kept_and_the_good_mails_between_them_become_tickets(yard: Yard) -> None:
    post = yard.post
    already = len(post.raws())
    mails: list[bytes] = []
    for number, bomb in enumerate(BOMBS.values()):
        good = letter(
            From=f"pegawai{number}@kantor.example", Subject=f"Baik {number}", Message_ID=f"<b.{number}@kantor.example>"
        )
        mails += [bomb, good]
    now = post.office.now()
    with closing(ReadingApart()) as apart:
        post.reader = apart
        apart(letter(), received_at=now)
        began = time.monotonic()
        deliveries = [Delivery(Stored(raw, now, MEDAN), "email", f"x:{n}", "imap") for n, raw in enumerate(mails)]
        outcomes = store_and_process_all(post.desk, deliveries)
        took = time.monotonic() - began
    assert [o.outcome for o in outcomes[1::2]] == ["opened"] * len(BOMBS)
    assert {t.subject for t in post.rows(Ticket)} >= {f"Baik {number}" for number in range(len(BOMBS))}
    assert {state for state, _reason in post.raws()[already:]} <= {"ticketed", "quarantined", "suppressed"}
    with unit_of_work() as session:
        kept = session.scalars(select(RawMessage.body).order_by(RawMessage.id)).all()[already:]
    assert kept == mails, "every byte"
    assert took < 30
    refused = {name for name, o in zip(BOMBS, outcomes[::2], strict=True) if o.outcome == "quarantined"}
    assert refused >= {"nested 100", "nested 999", "nested 5000", "10,000 parts", "a thousand brackets", "no header"}
