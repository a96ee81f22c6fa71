"""What comes back: tied to its message, filed on its ticket, the address marked until it writes again (S13)."""

import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import OutboxMessage, RawMessage
from helpdesk.store.models import Person, Ticket
from helpdesk.usecases.opening import person_for
from helpdesk.usecases.returning import return_address
from helpdesk.worker.sending import Senders, send_due
from tests.channels.scripted_smtp import Scripted
from tests.usecases import outgoing
from tests.usecases.conftest import MEDAN
from tests.usecases.outgoing import ONE_DATABASE, message, replied
from tests.usecases.post import ADDRESS, Post, letter
from tests.usecases.test_intake_states import bounce

post, server = outgoing.post, outgoing.server
DSN = "Mail Delivery System <mailer-daemon@mx.example>"


@pytest.fixture
def senders(post: Post, server: Scripted) -> Senders:
    """The desk's mailbox takes `desk+anything@…`."""
    account = replace(
        post.office.settings.mail[MEDAN], smtp=urlsplit(f"smtp://127.0.0.1:{server.port}"), plus_address=True
    )
    post.office.settings = replace(post.office.settings, mail={MEDAN: account})
    return Senders(post.office.settings, now=lambda: post.office.now().timestamp())


def person(post: Post, email: str = "sari@kantor.example") -> bool:
    return {p.email: p.undeliverable for p in post.rows(Person)}[email]


@ONE_DATABASE
def test_a_bounce_without_any_id_is_tied_by_the_address_that_it_is_sent_to(
    post: Post, senders: Senders, server: Scripted
) -> None:
    number = replied(post)
    send_due(post.desk, senders)
    envelope = server.mails[-1][0]
    assert envelope == return_address(
        post.office.settings.secret_key, "helpdeskmedan@kemenkeu.go.id", message(post).message_id
    )
    assert re.fullmatch("helpdeskmedan[+]b[0-9a-f]{32}@kemenkeu.go.id", envelope)
    text = "Your message could not be delivered to sari@pindah.example: user unknown"
    back = letter(
        text, From=DSN, To=envelope, Return_Path="<>", Subject="Undelivered Mail", Message_ID="<b@mx.example>"
    )
    outcome = post.arrives(back)
    assert (outcome.outcome, outcome.ticket, outcome.reason) == ("continued", number, "bounce")
    assert message(post).state == "failed", "the server of the forwarding address reports another recipient"
    assert person(post) is True
    assert post.entries(number)[-1] == ("work-note", "bounce")
    assert post.office.value(number, "unread") is True
    assert len(post.rows(OutboxMessage)) == 1
    senders.close()


@ONE_DATABASE
def test_an_address_that_bounced_gets_no_automatic_mail_until_it_writes_again(post: Post) -> None:
    number = str(post.arrives(letter()).ticket)
    post.arrives(bounce(post.our_id(number), mark=post.mark_of(post.our_id(number))))
    assert person(post) is True
    post.office.does("agen", "take", number)
    post.office.does("agen", "reply", number, text="Halo?")
    post.office.does("agen", "fulfil", number, note="Sudah", label="reset")
    post.office.does("agen", "confirm-fulfilment", number)
    states = {m.kind: (m.state, m.error) for m in post.on(number, OutboxMessage)}
    assert states["reply"] == ("pending", ""), "what an agent writes is tried"
    assert states["resolution"] == ("held", "undeliverable")
    again = str(post.arrives(letter("Saya lagi", Message_ID="<lagi@kantor.example>")).ticket)
    assert person(post) is False
    assert post.outbox(again) == [("acknowledgement", "sari@kantor.example", "pending")]
    post.arrives(bounce(post.our_id(again), action="failed ", mark=post.mark_of(post.our_id(again))))
    post.arrives(letter("ya", Message_ID="<ya@kantor.example>", In_Reply_To=f"<{post.our_id(again)}>"))
    assert person(post) is False, "an answer clears it too"


@ONE_DATABASE
def test_a_delay_is_noted_on_its_ticket_and_changes_nothing(post: Post) -> None:
    number = str(post.arrives(letter()).ticket)
    before = [(t.status, t.unread, t.version) for t in post.rows(Ticket)]
    outcome = post.arrives(bounce(post.our_id(number), action="delayed", status="4.4.7"))
    assert (outcome.outcome, outcome.ticket, outcome.reason) == ("continued", number, "delay")
    assert post.entries(number)[-1] == ("work-note", "delay")
    assert [(t.status, t.unread, t.version) for t in post.rows(Ticket)] == before
    assert message(post).state == "pending"
    assert person(post) is False
    assert len(post.rows(OutboxMessage)) == 1


@ONE_DATABASE
def test_a_refusal_that_names_an_unknown_mailbox_marks_the_address_at_once(
    post: Post, senders: Senders, server: Scripted
) -> None:
    replied(post)
    server.answers["RCPT"] = ["550 5.1.1 tidak dikenal"]
    send_due(post.desk, senders)
    assert person(post) is True
    senders.close()


@ONE_DATABASE
def test_a_vacation_notice_to_the_return_address_joins_its_ticket_and_makes_nobody_a_participant(
    post: Post, senders: Senders, server: Scripted
) -> None:
    number = replied(post)
    send_due(post.desk, senders)
    away = letter("Cuti.", To=server.mails[-1][0], Auto_Submitted="auto-replied", Message_ID="<cuti@kantor.example>")
    assert post.arrives(away).ticket == number
    assert post.participants(number) == {("sari@kantor.example", "requester")}
    assert post.arrives(letter("Baru", To=server.mails[-1][0], Message_ID="<n@k>"), desk=None).outcome == "continued"
    senders.close()


@ONE_DATABASE
@pytest.mark.parametrize("to", [ADDRESS, f"helpdeskmedan+b{'0' * 32}@kemenkeu.go.id"])
def test_a_bounce_of_what_we_never_sent_brings_about_nothing(post: Post, to: str) -> None:
    forged = bounce("tak.dikenal@kemenkeu.go.id").replace(ADDRESS.encode(), to.encode())
    assert post.arrives(forged).outcome == "quarantined"
    assert post.rows(OutboxMessage) == post.rows(Ticket) == post.rows(Person) == []
    assert [raw.state for raw in post.rows(RawMessage)] == ["quarantined"]


def test_all_desks_together_send_so_many_automatic_messages_an_hour_and_agents_as_many_as_they_write(
    post: Post, server: Scripted
) -> None:
    url = urlsplit(f"smtp://127.0.0.1:{server.port}")
    mail = {MEDAN: replace(post.office.settings.mail[MEDAN], smtp=url)}
    post.office.settings = replace(post.office.settings, mail=mail, automatic_in_all=3)
    made = Senders(post.office.settings, now=lambda: post.office.now().timestamp())
    with unit_of_work() as session:
        for n in range(5):
            person_for(session, post.office.now() - timedelta(days=1), email=f"orang{n}@k{n}.example")
    numbers = [str(post.arrives(letter(From=f"orang{n}@k{n}.example", Message_ID=f"<{n}@k>")).ticket) for n in range(5)]
    post.office.does("agen", "reply", numbers[-1], text="Halo.")
    send_due(post.desk, made)
    states = [(m.kind, m.state, m.error) for m in post.rows(OutboxMessage)]
    acknowledged = [("acknowledgement", "sent", "")] * 3 + [("acknowledgement", "held", "in-all")] * 2
    assert states == [*acknowledged, ("reply", "sent", "")]
    post.office.now.move(minutes=61)
    for n in range(3):
        post.arrives(letter(From=f"baru{n}@eva.example", Message_ID=f"<baru{n}@k>"))
    send_due(post.desk, made)
    assert [m.state for m in post.rows(OutboxMessage)[-3:]] == ["sent", "sent", "held"], (
        "made-up people get two thirds of it"
    )
    post.arrives(letter(From="orang1@k1.example", Message_ID="<kenal@k>"))
    send_due(post.desk, made)
    assert message(post).state == "sent", "who is known gets his share"
    post.office.now.move(minutes=61)
    post.arrives(letter(From="lagi@k.example", Message_ID="<lagi@k>"))
    send_due(post.desk, made)
    assert message(post).state == "sent", "the hour is over"
    made.close()
