"""S09: the private link in our letter is the requester's alone, also when his answer quotes the letter."""

import time

import pytest

from helpdesk.channels.base import ChannelError
from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Entry, Event, Ticket
from helpdesk.usecases.access import link_for, link_token
from helpdesk.usecases.dispatch import note_failed
from helpdesk.usecases.portal import Message, answer
from helpdesk.usecases.redaction import without_private_links
from tests.security.conftest import Yard
from tests.usecases.post import letter
from tests.web.visitor import press

SECRET = "0123456789" + "abcdef" * 5
TOKEN = f"17-{SECRET}"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (f"https://meja.example/t/{TOKEN} ya", "https://meja.example/t/… ya"),
        (f"<https://meja.example/receipt/{TOKEN}>", "<https://meja.example/receipt/…>"),
        (f"/t/{TOKEN}/files/3 /t/{TOKEN}", "/t/…/files/3 /t/…"),
        (f'<a href="https://meja.example/t/{TOKEN}">{TOKEN}</a>', '<a href="https://meja.example/t/…">…</a>'),
        (f"https://aman.example/?url=https%3A%2F%2Fmeja%2Ft%2F{TOKEN}&amp;d=1",
         "https://aman.example/?url=https%3A%2F%2Fmeja%2Ft%2F…&amp;d=1"),
        (f"/t/17%2d{SECRET} /t/17&#45;{SECRET} /t/17&#x2D;{SECRET}", "/t/… /t/… /t/…"),
        (f"> /t/17-{SECRET[:9]}\r\n> {SECRET[9:]}\r\n> salam", "> /t/…\r\n> salam"),
        (f"/t/17-{SECRET[:9]}=\n{SECRET[9:]}", "/t/…"),
    ],
)  # fmt: skip
def test_a_token_is_taken_out_however_it_was_quoted(written: str, kept: str) -> None:
    assert without_private_links(written) == kept


@pytest.mark.parametrize("text", ["MDN-2026-000001", "0812-3456-7890", "2026-11-22", f"commit {SECRET}", "/t/17-abc"])
def test_other_numbers_stay(text: str) -> None:
    assert without_private_links(text) == text


@pytest.mark.parametrize("filler", ["1", "1-", "1-a", "17-" + "a\n>" * 39, "\n", "1\n" + " " * 20, "&#00", "1-\r\n>"])
def test_the_longest_text_is_read_in_linear_time(filler: str) -> None:
    text = (filler * (300_000 // len(filler) + 1))[:300_000]
    began = time.process_time()
    without_private_links(text)
    assert time.process_time() - began < 3


def token_of(yard: Yard, number: str) -> str:
    ticket_id = yard.office.value(number, "id")
    with unit_of_work() as session:
        link = link_for(session, ticket_id, "sari@kantor.example", "ticket", yard.world.now)
        return link_token(yard.office.settings.secret_key, link)


def stored(yard: Yard, number: str) -> str:
    entries, events = yard.post.on(number, Entry), yard.post.on(number, Event)
    said = [f"{e.text} {e.shown_text} {e.html}" for e in entries] + [str(vars(e)) for e in events]
    return "\n".join([*said, str(yard.office.value(number, "subject"))])


def quoting(token: str) -> str:
    page = f"https://meja.example/t/{token}"
    return (
        f"--batas\nContent-Type: text/plain\n\nBelum bisa, {page}\n\nOn Mon, Meja wrote:\n> Buka {page}\n"
        f'--batas\nContent-Type: text/html\n\n<p>Belum bisa</p><a href="{page}">{page}</a>\n--batas--\n'
    )


def test_a_mail_that_quotes_our_letter_gives_staff_no_link(yard: Yard) -> None:
    number = yard.arrives(letter())
    token = token_of(yard, number)
    assert token in yard.told("sari@kantor.example")
    parts = {"Content_Type": 'multipart/alternative; boundary="batas"', "Subject": f"Re: /t/{token}"}
    known = {"In_Reply_To": f"<{yard.post.our_id(number)}>", "Message_ID": "<2@k>"}
    assert yard.arrives(letter(quoting(token), **parts, **known)) == number
    other = yard.arrives(letter(quoting(token), **parts, Message_ID="<3@k>"))
    assert other not in ("", number)
    for ticket in (number, other):
        assert "Belum bisa, https://meja.example/t/…" in stored(yard, ticket)
        assert 'href="https://meja.example/t/…"' in stored(yard, ticket)
        assert token not in stored(yard, ticket)


def test_a_returned_letter_gives_staff_no_link(yard: Yard) -> None:
    number = yard.arrives(letter())
    token = token_of(yard, number)
    bounce = (
        "--b\nContent-Type: text/plain\n\nGagal dikirim:\n\nBuka https://meja.example/t/" + token + "\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
        "Final-Recipient: rfc822; sari@kantor.example\nAction: failed\nStatus: 5.1.1\n\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <{yard.post.our_id(number)}>\n--b--\n"
    )
    kind = 'multipart/report; report-type=delivery-status; boundary="b"'
    assert yard.arrives(letter(bounce, From="mailer-daemon@mx", Content_Type=kind, Message_ID="<b@mx>")) == number
    assert "https://meja.example/t/…" in stored(yard, number)
    assert token not in stored(yard, number)


def test_an_answer_on_the_portal_gives_staff_no_link(yard: Yard) -> None:
    number = yard.arrives(letter())
    token = token_of(yard, number)
    requester = yard.office.requester(number)
    with unit_of_work() as session:
        ticket = session.query(Ticket).filter_by(number=number).one()
        answer(session, yard.office.context(), requester, ticket, Message(f"lihat /t/{token}"))
    assert "lihat /t/…" in stored(yard, number)
    assert token not in stored(yard, number)


def test_an_answer_to_a_question_a_comment_and_a_refusing_server_give_staff_no_link(yard: Yard) -> None:
    number = yard.office.opened(item="itsm.9/software-install", attributes={"devices": 6})
    token = token_of(yard, number)
    here, browser = f"/t/{token}", yard.world.browser()
    press(browser, here, "change", **{"attr-devices": "6", "attr-software": f"lihat /t/{token}"})
    with unit_of_work() as session:
        message = session.query(OutboxMessage).one()
        message.state = "claimed"
        refused = ChannelError(f"data: 550 blocked URL https://meja.example/t/{token}", permanent=True)
        note_failed(session, message.id, yard.world.now, refused)
        assert message.error == "data: 550 blocked URL https://meja.example/t/…"
    for action, given in (("take", {}), ("fulfil", {"note": "Sudah", "label": "pasang"}), ("confirm-fulfilment", {})):
        yard.office.does("rina", action, number, **given)
    press(browser, here, "confirm", rating="5", comment=f"terima kasih /t/{token}")
    assert yard.office.value(number, "attributes")["software"] == "lihat /t/…"
    assert yard.office.value(number, "rating_comment") == "terima kasih /t/…"
    assert token not in stored(yard, number)


def test_the_page_of_a_quarantined_mail_shows_no_link(yard: Yard) -> None:
    number = yard.arrives(letter())
    token = token_of(yard, number)
    assert yard.arrives(letter(From="", Subject=f"Re: /t/{token}", Message_ID="<q@k>", X_Seen=f"/t/{token}")) == ""
    browser = yard.world.entered("rina")
    page = browser.get("/quarantine").text
    assert "Re: /t/…" in page
    (href,) = {line.split('"')[0] for line in page.split('href="') if line.startswith("/quarantine/")}
    one = browser.get(href).text
    assert "/t/…" in one
    assert token not in page + one
