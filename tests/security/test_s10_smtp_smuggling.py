"""S10: one message stays one message, whatever line ends and dots stand in it, on its way in and on its way out."""

import re
import smtplib

import pytest

from helpdesk.channels.base import Address, Outbound
from helpdesk.channels.email.smtp import Sender
from helpdesk.store.models import Ticket
from tests.channels import test_email_lmtp as lmtp
from tests.channels.scripted_smtp import Scripted
from tests.security.conftest import Yard
from tests.usecases import outgoing
from tests.usecases.post import letter

SECOND = (
    "MAIL FROM:<admin@kemenkeu.go.id>{0}RCPT TO:<x@y>{0}DATA{0}From: admin@kemenkeu.go.id{0}Subject: palsu{0}{0}isi"
)
ENDS = [
    "\n.\r\n",
    "\n.\n",
    "\r.\r",
    "\r\n.\r",
    "\r.\n",
    "\r\n.\n",
    "\n.\r",
    "\r\n\x00.\r\n",
    "\u2028.\u2028",
    "\r\n.\r\n",
]


def test_a_smuggled_message_in_a_mail_is_part_of_one_entry(yard: Yard) -> None:
    for count, end in enumerate(ENDS):
        body = f"sebelum{end}{SECOND.format(end[-1])}".encode()
        assert yard.arrives(letter(body, Message_ID=f"<{count}@s>", From=f"s{count}@kantor.example"))
    tickets = yard.post.rows(Ticket)
    assert {t.subject for t in tickets} == {"Lupa password"}
    assert len(tickets) == len(ENDS)


server = outgoing.server


client, store = lmtp.client, lmtp.store


@pytest.mark.parametrize("end", ENDS[:-1], ids=ascii)
def test_our_own_listener_ends_a_message_at_one_sequence_alone(
    client: smtplib.LMTP, store: lmtp.Store, end: str
) -> None:
    body = lmtp.mail("isi", To=lmtp.MEDAN) + f"sebelum{end}{SECOND.format(end[-1])}".encode()
    lmtp.handed(client, body, lmtp.MEDAN)
    assert len(store.kept) <= 1
    for kept, _heads in store.kept:
        assert b"sebelum" in kept
        assert b"palsu" in kept, "what was smuggled is text of the one message"


def test_what_we_send_has_no_bare_line_end_and_no_second_message(server: Scripted) -> None:
    with Sender(server.url()) as sender:
        for end in ENDS:
            text = f"sebelum{end}{SECOND.format(end[-1])}"
            sender.send(
                Outbound(sender=Address("desk@kemenkeu.go.id", text), recipient="sari@kantor.example", subject=text,
                         text=text, html=text, message_id="a@kemenkeu.go.id", envelope_from="desk@kemenkeu.go.id")
            )  # fmt: skip
    assert [(sent_from, to) for sent_from, to, _data in server.mails] == [
        ("desk@kemenkeu.go.id", "sari@kantor.example")
    ] * len(ENDS)
    for _from, _to, data in server.mails:
        assert not re.search(rb"\r(?!\n)|(?<!\r)\n", data)
        assert b"\x00" not in data
