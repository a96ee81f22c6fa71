"""Every answer that a submission server may give, and what becomes of the message (E10)."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

import pytest
from sqlalchemy import delete, update

from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import Destination, OutboxMessage
from helpdesk.store.models import Entry
from helpdesk.worker import sending
from helpdesk.worker.sending import Senders, send_due
from tests.channels.scripted_smtp import DROP, HANG, Scripted
from tests.usecases import outgoing
from tests.usecases.conftest import MEDAN
from tests.usecases.outgoing import ONE_DATABASE, message, replied
from tests.usecases.post import Post, letter

post, server, senders = outgoing.post, outgoing.server, outgoing.senders

TABLE = [
    # step, answer, state, minutes until the next try (0: the server rests for seconds), doubt, others go on at once
    ("greeting", "421 tutup", "pending", 0, False, False),
    ("greeting", "554 tutup", "pending", 0, False, False),
    ("greeting", HANG, "pending", 0, False, False),
    ("greeting", DROP, "pending", 0, False, False),
    ("AUTH", "535 5.7.8 sandi salah", "pending", 0, False, False),
    ("AUTH", "454 4.7.0 nanti", "pending", 0, False, False),
    ("MAIL", "421 tutup", "pending", 0, False, False),
    ("MAIL", "451 4.3.0 sibuk", "pending", 1, False, True),
    ("MAIL", "550 5.7.1 pengirim ditolak", "failed", None, False, True),
    ("RCPT", "421 tutup", "pending", 0, False, False),
    ("RCPT", "450 4.2.0 kotak sibuk", "pending", 1, False, True),
    ("RCPT", "451 4.7.1 greylisted, kembali dalam 300 detik", "pending", 1, False, True),
    ("RCPT", "452 4.2.2 kotak penuh", "pending", 1, False, True),
    ("RCPT", "550 5.1.1 tidak dikenal", "failed", None, False, True),
    ("RCPT", "552 5.2.2 kotak penuh", "failed", None, False, True),
    ("RCPT", "554 5.7.1 ditolak", "failed", None, False, True),
    ("RCPT", HANG, "pending", 1, False, True),
    ("RCPT", DROP, "pending", 1, False, True),
    ("DATA", "451 4.3.0 nanti", "pending", 1, False, True),
    ("DATA", "554 5.6.0 ditolak", "failed", None, False, True),
    ("DATA", HANG, "pending", 1, False, True),
    (".", "421 tutup", "pending", 0, False, False),
    (".", "450 4.2.0 nanti", "pending", 1, False, True),
    (".", "451 4.3.0 nanti", "pending", 1, False, True),
    (".", "452 4.3.1 penuh", "pending", 1, False, True),
    (".", "550 5.7.1 spam", "failed", None, False, True),
    (".", "552 5.3.4 terlalu besar", "failed", None, False, True),
    (".", "554 5.7.1 ditolak", "failed", None, False, True),
    (".", HANG, "pending", 1, True, True),
    (".", DROP, "pending", 1, True, True),
]


@pytest.fixture
def account(post: Post, monkeypatch: pytest.MonkeyPatch) -> Scripted:
    """A server that asks for a password, and a sender that waits no 45 seconds for an answer."""
    patient = sending.Sender
    monkeypatch.setattr(sending, "Sender", partial(patient, timeout=0.1))
    server = Scripted(extensions=("AUTH PLAIN", "SIZE 9999999"))
    url = urlsplit(f"smtp://desk:sandi@127.0.0.1:{server.port}")
    mail = {MEDAN: replace(post.office.settings.mail[MEDAN], smtp=url)}
    post.office.settings = replace(post.office.settings, mail=mail)
    return server


@ONE_DATABASE
def test_the_table_of_answers(post: Post, account: Scripted) -> None:
    replied(post)
    first = message(post)
    post.arrives(letter(From="lain@lain.example", Message_ID="<lain@lain.example>"))
    other = message(post)
    for step, answer, state, minutes, doubt, goes_on in TABLE:
        with unit_of_work() as session:
            fresh = {"state": "pending", "attempts": 0, "doubt": False, "error": "", "sent_at": None}
            session.execute(update(OutboxMessage).values(**fresh, next_try_at=post.office.now()))
            session.execute(update(OutboxMessage).values(created_at=post.office.now()))
            session.execute(delete(Destination))
        made = Senders(post.office.settings, now=lambda: post.office.now().timestamp())
        account.mails.clear()
        account.answers = {step: [answer, answer] if answer[:3] == "421" else [answer]}
        send_due(post.desk, made)
        made.close()
        after, beside = post.rows(OutboxMessage, OutboxMessage.id.in_([first.id, other.id]))
        row = f"{step} {answer}"
        assert (after.state, after.doubt) == (state, doubt), row
        assert beside.state == ("sent" if goes_on else "pending"), row
        assert after.message_id == first.message_id, row
        wait = (after.next_try_at - post.office.now()).total_seconds()
        if minutes is not None:
            low, high = (minutes * 60, minutes * 66) if minutes else (5, 5)
            assert low <= wait <= high, row
        if state == "failed":
            assert answer[:3] in after.error, row
    account.stop()


@ONE_DATABASE
def test_a_destination_that_takes_nothing_rests_while_the_others_are_served(
    post: Post, senders: Senders, server: Scripted
) -> None:
    for n in range(5):
        post.arrives(letter(From=f"orang{n}@mati.example", Message_ID=f"<m{n}@k>"))
    server.answers["RCPT"] = ["451 4.4.1 tidak tersambung"] * 3
    assert send_due(post.desk, senders) == 3, "three in a row, then it rests"
    for n in range(3):
        post.arrives(letter(From=f"orang{n}@hidup.example", Message_ID=f"<h{n}@k>"))
    assert send_due(post.desk, senders) == 3
    assert {to for _from, to, _data in server.mails} == {f"orang{n}@hidup.example" for n in range(3)}
    post.office.now.move(seconds=61)
    server.answers["RCPT"] = ["451 4.4.1 tidak tersambung"]
    assert send_due(post.desk, senders) == 1, "one is tried, then it rests for longer"
    post.office.now.move(seconds=299)
    account = replace(post.office.settings.mail[MEDAN], smtp=urlsplit(f"smtp://127.0.0.1:{server.port}"))
    another = Senders(replace(post.office.settings, mail={MEDAN: account}))
    assert send_due(post.desk, another) == 0, "for another worker, and after a restart, too"
    post.office.now.move(seconds=300)
    assert send_due(post.desk, senders) == 5
    assert {m.state for m in post.rows(OutboxMessage)} == {"sent"}


@ONE_DATABASE
def test_one_of_three_recipients_is_refused_and_only_that_one_is_undelivered(
    post: Post, senders: Senders, server: Scripted
) -> None:
    number = str(post.arrives(letter(Cc="bos@kantor.example, tata@kantor.example", Precedence="bulk")).ticket)
    post.office.does("agen", "reply", number, text="Silakan coba lagi.")
    server.answers["RCPT"] = ["250 baik", "550 5.1.1 tidak dikenal", "250 baik"]
    assert send_due(post.desk, senders) == 3
    states = [state for _kind, _recipient, state in post.outbox(number)]
    assert states == ["sent", "failed", "sent"]
    assert post.on(number, Entry)[-1].text.startswith("bos@kantor.example: recipient: 550")


@ONE_DATABASE
def test_agents_hear_of_their_message_after_an_hour_and_at_the_end(
    post: Post, senders: Senders, server: Scripted
) -> None:
    number = replied(post)
    server.answers["RCPT"] = ["451 4.7.1 nanti"] * 200
    began = post.office.now()
    for minutes, marks in (
        (0, []),
        (59, []),
        (61, ["waiting"]),
        (300, ["waiting"]),
        (73 * 60, ["waiting", "undelivered"]),
    ):
        post.office.now.at = began + timedelta(minutes=minutes)
        send_due(post.desk, senders)
        assert [mark for _kind, mark in post.entries(number) if mark in ("waiting", "undelivered")] == marks, minutes
    assert message(post).state == "failed"
    assert post.office.value(number, "unread") is True


@ONE_DATABASE
def test_a_message_that_nobody_could_try_for_days_is_given_up(post: Post, senders: Senders, server: Scripted) -> None:
    replied(post)
    server.answers["RCPT"] = ["451 nanti"] * 9
    for _ in range(3):
        send_due(post.desk, senders)
        post.office.now.at = max(message(post).next_try_at, post.office.now())
    with unit_of_work() as session:
        session.execute(delete(Entry).where(Entry.mark == "waiting"))
        session.execute(update(OutboxMessage).values(next_try_at=post.office.now() + timedelta(days=9)))
    post.office.now.move(hours=75)
    assert send_due(post.desk, senders) == 0
    assert message(post).state == "failed"
