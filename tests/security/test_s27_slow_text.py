"""S27: whatever looks at outside text takes time in proportion to it, whichever text that is."""

import time
from collections.abc import Callable

import pytest

from helpdesk.channels.email.addresses import bare_addresses, mailboxes
from helpdesk.channels.email.authentication import dmarc
from helpdesk.channels.email.embedded import invitation, uuencoded
from helpdesk.channels.email.html_text import html_to_text, stripped
from helpdesk.channels.email.quotes import is_forward, reply_text
from helpdesk.channels.email.reading import read_leniently
from helpdesk.channels.email.references import message_ids
from helpdesk.channels.email.wire import parse
from helpdesk.channels.email.words import decode_words, parameters
from helpdesk.channels.filenames import safe_name
from helpdesk.tickets.reference import numbers_in
from helpdesk.tickets.sign_ups import looks_like_a_sign_up
from helpdesk.usecases.redaction import without_private_ids
from tests.channels.email_samples import AT, mail

SIZE = 65_536
SEEDS = [
    "On ", "On \n", "Pada 1 Jan a <a@b.c> ", "Pada 1 <a@b.c> menulis:", "Pada 1 Jan menulis: ", "a@b.c wrote:\n",
    "a\n", "Pada 1\na@b.c menulis:\n\n", "2026-11-23 8:15 GMT+07 ", ">", ">\n", "> \n a\n", "&gt;", "*",
    "From: a\n", "_" * 25 + "\n", "From: a\nTo: b\n\n", "Dari: x\nHal: y\n", "-- \n", "a\n-- \n",
    "a\n-- \nOn 1 a@b.c wrote:\n", "___\n\n", "-", "_", " ", "\n", "\t\n", "(", "<", "<a", "a@", "a@b.c ", "\"",
    "\\", ";", "; a=", "; a*0=b", "=?utf-8?q?", "=?", "?=", "=41", "<p>", "<script", "&lt;", "begin 644 a\n", "1-",
    "1-a", "MDN-2026-", "re: ", "[a] ", "failed ", "tidak dapat ", "--b\n", "--b \n\n", "Pengiriman ", "cuti ",
    "a" * 64 + ".", "\u0e40", "\u3000", "dmarc=pass ", "550 5.1.1 ",
]  # fmt: skip


def _whole(**fields: str) -> Callable[[str], object]:
    """A whole mail of a person or a mail system with that text as its body."""
    return lambda text: read_leniently(parse(mail(text, **fields)), received_at=AT)


def _field(name: str) -> Callable[[str], object]:
    return lambda text: read_leniently(parse(mail("x", **{name: text.replace("\n", " ")})), received_at=AT)


SCANNERS: dict[str, Callable[[str], object]] = {
    "the quote": reply_text,
    "a forwarding subject": is_forward,
    "encoded words": decode_words,
    "parameters": parameters,
    "mailboxes": mailboxes,
    "addresses in text": bare_addresses,
    "ids": lambda text: message_ids([text]),
    "a file's name": safe_name,
    "HTML": html_to_text,
    "HTML without a layout": stripped,
    "uuencoded files": uuencoded,
    "an invitation": lambda text: invitation(b"BEGIN:VEVENT\n" + text.encode()),
    "results of the receiving server": lambda text: dmarc(
        parse(mail("x", Authentication_Results="mx; " + text.replace("\n", " "))), "mx"
    ),
    "ticket numbers": numbers_in,
    "sign-ups": lambda text: looks_like_a_sign_up(text, text),
    "private links and ids": without_private_ids,
    "a person's mail": _whole(),
    "a person's HTML": _whole(Content_Type="text/html"),
    "a multipart": _whole(Content_Type="multipart/mixed; boundary=b"),
    "a bounce": _whole(From="MAILER-DAEMON@x.example", Subject="failure notice"),
    "a report": _whole(Content_Type="multipart/report; report-type=delivery-status; boundary=b", From="<>"),
    "a subject": _field("Subject"),
    "a sender": _field("From"),
    "references": _field("References"),
}

WHOLE = ("a person's mail", "a person's HTML", "a multipart", "a report")
"""Their parts are looked at one by one above; so a quarter of the text does."""


def cost(scan: Callable[[str], object], seed: str, size: int) -> float:
    """Seconds of processor time."""
    text = (seed * (size // len(seed) + 1))[:size]
    began = time.process_time()
    scan(text)
    return time.process_time() - began


@pytest.mark.parametrize("name", SCANNERS)
def test_no_text_takes_more_than_its_share_of_time(name: str) -> None:
    """64 kB in less than 250 ms, and not more than three times as much for twice the text."""
    scan, size = SCANNERS[name], SIZE if name not in WHOLE else SIZE // 4
    scan("x")
    for seed in SEEDS:
        small = cost(scan, seed, size // 4)
        if small < 0.012:
            continue  # even if it grew with the square it would be little enough
        small = min(small, cost(scan, seed, size // 4))
        most = min(0.25, max(0.02, 9 * small))
        # The machine does other things, too: what took too long is measured again.
        assert any(cost(scan, seed, size) < most for _again in range(3)), seed
