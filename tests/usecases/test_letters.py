"""What the letters carry that leave the outbox: number, both languages, link, marks and ids."""

import re
from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from helpdesk.store.people_models import AccessLink
from helpdesk.worker.sending import Senders, send_due
from tests.channels.scripted_smtp import Scripted
from tests.servers.mail import MailServer
from tests.usecases import outgoing
from tests.usecases.conftest import MEDAN
from tests.usecases.outgoing import ONE_DATABASE, parsed
from tests.usecases.post import Post, letter

post, server, senders = outgoing.post, outgoing.server, outgoing.senders


@ONE_DATABASE
def test_the_automatic_reply_carries_number_both_languages_link_and_marks(
    post: Post, senders: Senders, server: Scripted
) -> None:
    number = str(post.arrives(letter(Subject="Rahasia: viagra http://jahat.example")).ticket)
    send_due(post.desk, senders)
    envelope, to, data = server.mails[0]
    mail = parsed(data)
    assert (envelope, to) == ("", "sari@kantor.example")
    assert number in mail["Subject"]
    assert "viagra" not in data.decode() + mail["Subject"], "nothing that a stranger wrote is sent on to a third"
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["In-Reply-To"] == "<m1@kantor.example>"
    text = mail.get_body(("plain",)).get_content()
    assert text.index("Terima kasih") < text.index("Thank you"), "Indonesian first, English below"
    assert "Kami mulai menangani permintaan Anda paling lambat Senin, 23 November 2026 pukul 08.30 WIB" in text
    (link,) = set(re.findall(r"http://127\.0\.0\.1:8000/t/\S+", text))
    assert link in mail.get_body(("html",)).get_content()
    assert {link.address for link in post.rows(AccessLink)} == {"sari@kantor.example"}


@ONE_DATABASE
def test_a_reply_leaves_from_the_desk_and_only_the_requester_gets_the_private_link(
    post: Post, senders: Senders, server: Scripted
) -> None:
    number = str(post.arrives(letter(Cc="bos@kantor.example", Precedence="bulk")).ticket)
    text = "Baris satu\n.\n<b>bukan HTML</b> {{ 7*7 }} %(nama)s"
    post.office.does("agen", "reply", number, text=text)
    send_due(post.desk, senders)
    by_recipient = {to: (envelope, parsed(data)) for envelope, to, data in server.mails}
    assert set(by_recipient) == {"sari@kantor.example", "bos@kantor.example"}
    for to, (envelope, mail) in by_recipient.items():
        assert envelope == "helpdeskmedan@kemenkeu.go.id"
        assert mail["Auto-Submitted"] is None
        assert number in mail["Subject"]
        plain, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
        assert text in plain.replace("\r\n", "\n")
        assert "&lt;b&gt;bukan HTML&lt;/b&gt; {{ 7*7 }}" in html
        assert ("/t/" in plain + html) is (to == "sari@kantor.example")
        assert mail["To"] == to, "nobody learns who else gets it"
        assert mail["Cc"] is None
    ids = {mail["Message-ID"] for _e, mail in by_recipient.values()}
    assert len(ids) == 2


@ONE_DATABASE
def test_a_conversation_is_threaded_by_ids_in_both_directions(post: Post, senders: Senders, server: Scripted) -> None:
    number = str(post.arrives(letter()).ticket)
    send_due(post.desk, senders)
    acknowledgement = parsed(server.mails[0][2])["Message-ID"]
    post.arrives(letter("lagi", Message_ID="<m2@kantor.example>", In_Reply_To=acknowledgement))
    post.office.does("agen", "reply", number, text="Ya.")
    send_due(post.desk, senders)
    reply = parsed(server.mails[-1][2])
    assert reply["In-Reply-To"] == "<m2@kantor.example>"
    assert reply["References"].split() == ["<m1@kantor.example>", acknowledgement, "<m2@kantor.example>"]
    again = letter("ok", Message_ID="<m3@kantor.example>", In_Reply_To=str(reply["Message-ID"]), Subject="x")
    assert post.arrives(again).ticket == number


@ONE_DATABASE
def test_mail_goes_through_a_real_server_into_a_real_mailbox(post: Post, mail_server: MailServer) -> None:
    account = replace(post.office.settings.mail[MEDAN], smtp=urlsplit(mail_server.smtp_url))
    made = Senders(replace(post.office.settings, mail={MEDAN: account}))
    number = str(post.arrives(letter(From="pemohon@helpdesk.test")).ticket)
    assert send_due(post.desk, made) == 1
    made.close()
    (mail,) = mail_server.mails("pemohon")
    assert number in mail["Subject"]
    assert mail["Return-Path"] == "<>"


BEGUN = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def index_of(parts: int) -> str:
    """A Thread-Index as Outlook writes it, with so many answers."""
    begun = (datetime(2026, 11, 20, 1, 0, tzinfo=UTC) - datetime(1601, 1, 1, tzinfo=UTC)) // datetime.resolution * 10
    return b64encode(
        b"\x01" + begun.to_bytes(8, "big")[:5] + bytes(range(16)) + b"\x00\x00\x01\x00\x10" * parts
    ).decode()


@ONE_DATABASE
@pytest.mark.parametrize(("given", "grows"), [(index_of(0), True), (index_of(3), True), ("AdwAA", False), ("", False)])
def test_an_answer_stays_in_the_conversation_of_outlook(
    post: Post, senders: Senders, server: Scripted, given: str, grows: bool
) -> None:
    number = str(post.arrives(letter(Thread_Index=given)).ticket)
    post.office.does("agen", "reply", number, text="Ya.")
    send_due(post.desk, senders)
    sent = [parsed(data)["Thread-Index"] for _from, _to, data in server.mails]
    if not grows:
        assert sent == [None, None]
        return
    parent = b64decode(given)
    for index in map(b64decode, sent):
        assert index[: len(parent)] == parent
        assert len(index) == len(parent) + 5
        passed = int.from_bytes(index[-5:-1], "big") * 2**18 / 10**7  # in units of 2^18 times 100 ns
        assert abs((post.office.now() - BEGUN).total_seconds() - passed) < 2


@ONE_DATABASE
def test_both_languages_and_the_signature_stand_in_text_and_in_html(
    post: Post, senders: Senders, server: Scripted
) -> None:
    number = str(post.arrives(letter()).ticket)
    send_due(post.desk, senders)
    mail = parsed(server.mails[0][2])
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    plain, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    for said in (
        "KPTIK BMN Medan", "+62 61 4153035", "+62 821 6576 3658", "helpdeskmedan@kemenkeu.go.id", number,
        "Senin–Jumat 08.00–12.00, 13.00–17.00 WIB", "Monday–Friday 08:00–12:00, 13:00–17:00 WIB",
    ):  # fmt: skip
        assert said in plain, said
        assert said in html, said
    assert html.index('lang="id"') < html.index("Terima kasih") < html.index('<td lang="en"') < html.index("Thank you")
    assert "<script" not in html and "<img" not in html and "url(" not in html
    assert not re.search(r"<(?:p|td|a|ul)(?![^>]*style=)[^>]*>(?=\w)", html), "every part carries its style"
    assert plain.rstrip().endswith(number)
    assert "\n-- \n" in plain.replace("\r\n", "\n"), "programs know the signature by it"


@ONE_DATABASE
def test_no_automatic_message_repeats_what_was_sent_in(post: Post, senders: Senders, server: Scripted) -> None:
    number = str(
        post.arrives(letter("isi kenari-isi", Subject="kenari-judul", From="kenari-nama <sari@k.example>")).ticket
    )
    post.office.does("agen", "classify", number, item="itsm.8/reset-password", type="incident", priority=3)
    post.office.does("agen", "take", number)
    post.office.does("agen", "fulfil", number, note="Sudah", label="reset")
    post.office.does("agen", "confirm-fulfilment", number)
    send_due(post.desk, senders)
    mails = [parsed(data) for _from, _to, data in server.mails]
    assert len(mails) == 3
    for mail in mails:
        assert "kenari" not in str(mail["Subject"]) + "".join(part.get_content() for part in mail.iter_parts())
