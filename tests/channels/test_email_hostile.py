"""Mails that nobody sends by mistake: depth, length and soup; text that can be stored, or unreadable at once."""

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpdesk.channels.base import Inbound, Unreadable
from helpdesk.channels.email.wire import parse
from tests.channels.email_samples import inbound, mail


def nested(depth: int) -> bytes:
    """Multiparts inside of multiparts."""
    parts = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(depth))
    return f"From: a@b.example\n{parts}".encode()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"tanpa kepala surat sama sekali",
        b"\xff\xfe\x00" * 100,
        nested(100),
        nested(5_000),
        mail("--x\n\nhi\n" * 10_000, Content_Type="multipart/mixed; boundary=x"),
    ],
)
def test_what_is_no_mail_or_beyond_every_mail_goes_to_quarantine_at_once(raw: bytes) -> None:
    began = time.perf_counter()
    with pytest.raises(Unreadable):
        inbound(raw)
    assert time.perf_counter() - began < 3


def test_many_recipients_and_hostile_comments_cost_little() -> None:
    began = time.perf_counter()
    assert len(inbound(mail(To=", ".join(f"u{n}@x.example" for n in range(20_000)))).to) <= 1_000
    assert inbound(mail(From="(" * 60_000)).sender.email == ""
    assert time.perf_counter() - began < 3


def test_a_missing_boundary_inside_of_base64_is_not_taken_for_one() -> None:
    parts = parse(
        mail("--x\n\nsatu --x di tengah\n--xy\n--x\n\ndua\n--x--", Content_Type="multipart/mixed; boundary=x")
    )
    assert [part.body for part in parts.children] == [b"satu --x di tengah\r\n--xy", b"dua"]


WORDS = [b"From: ", b"a@b.example", b"\r\n", b"\n", b"Content-Type: ", b"multipart/mixed; boundary=x", b"--x", b"--x--"]


WORDS += [
    b"text/html",
    b"; charset=",
    b"utf-16",
    b"=?utf-8?q?",
    b"?=",
    b"Subject: ",
    b"\x00",
    b"\xff",
    b"<",
    b">",
    b'"',
    b"(",
]


WORDS += [
    b"Content-Transfer-Encoding: base64",
    b"message/rfc822",
    b"filename*0*=utf-8''%",
    b"begin 644 a\n",
    b"\xed\xa0\x80",
]


WORDS += [
    b"From: MAILER-DAEMON\n",
    b"message/delivery-status",
    b"Final-Recipient: rfc822; x@y\n",
    b"> ",
    b"Pada 1 menulis:\n",
]


SOUP = st.lists(st.one_of(st.sampled_from(WORDS), st.binary(max_size=8)), max_size=60).map(b"".join)


def strings(got: Inbound) -> list[str]:
    """Every string of an inbound message."""
    addresses = [got.sender, *got.to, *got.cc, *got.reply_to]
    lists = (got.delivered_to, got.in_reply_to, got.references, got.reply_tokens, got.bounce_recipients)
    files = [s for a in got.attachments for s in (a.name, a.media_type, a.content_id)]
    single = [got.subject, got.text, got.reply_text, got.html, got.message_id, got.original_message_id, got.dmarc]
    return [*single, *files, *(s for a in addresses for s in (a.email, a.name)), *(s for each in lists for s in each)]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(SOUP, st.binary(max_size=400)), st.booleans())
def test_any_bytes_become_storable_text_or_are_unreadable(raw: bytes, head: bool) -> None:
    try:
        got = inbound((mail("") if head else b"") + raw)
    except Unreadable:
        return
    for text in strings(got):
        assert "\x00" not in text
        text.encode("utf-8")
    for line in (got.subject, got.sender.name, got.sender.email, got.message_id):
        assert line.splitlines() in ([line], [])
