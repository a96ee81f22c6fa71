"""The outbox: claimed once, sent at most or at least once, tried again by the table, and how the mails look."""

import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from sqlalchemy import delete, select, text, update

from helpdesk.channels.base import Attachment, ChannelError
from helpdesk.store.db import db, unit_of_work
from helpdesk.store.mail_models import OutboxMessage, Submission
from helpdesk.store.models import Entry
from helpdesk.usecases.dispatch import LEASE, claim_outbox, note_failed, settle_lost_claims, take_next
from helpdesk.usecases.portal_codes import ask_code
from helpdesk.worker.sending import Senders, send_due
from tests.channels.scripted_smtp import DROP, Scripted
from tests.usecases import outgoing
from tests.usecases.conftest import MEDAN, Office
from tests.usecases.outgoing import ONE_DATABASE, message, parsed, replied
from tests.usecases.post import Post, letter

post, server, senders = outgoing.post, outgoing.server, outgoing.senders


def test_a_message_is_sent_once_and_noted(post: Post, senders: Senders, server: Scripted) -> None:
    post.arrives(letter())
    assert send_due(post.desk, senders) == 1
    assert send_due(post.desk, senders) == 0
    assert len(server.mails) == 1
    after = message(post)
    assert (after.state, after.sent_at, after.attempts) == ("sent", post.office.now(), 1)


def test_many_senders_never_send_a_message_twice(post: Post, senders: Senders, server: Scripted, app) -> None:
    for n in range(25):
        post.arrives(letter(From=f"orang{n}@k.example", Message_ID=f"<{n}@k>"))
    url = urlsplit(f"smtp://127.0.0.1:{server.port}")
    settings = replace(post.office.settings, mail={MEDAN: replace(post.office.settings.mail[MEDAN], smtp=url)})
    errors: list[BaseException] = []

    def work() -> None:
        mine = Senders(settings)
        try:
            with app.app_context():
                while send_due(post.desk, mine):
                    pass
                db.session.remove()
        except BaseException as error:  # noqa: BLE001 - shown below
            errors.append(error)
        finally:
            mine.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    got = Counter(parsed(data)["To"] for _from, _to, data in server.mails)
    assert got == Counter(f"orang{n}@k.example" for n in range(25))
    assert {m.state for m in post.rows(OutboxMessage)} == {"sent"}


def test_one_message_is_claimed_at_a_time(post: Post) -> None:
    for n in range(3):
        post.arrives(letter(From=f"orang{n}@k.example", Message_ID=f"<{n}@k>"))
    with unit_of_work() as session:
        assert take_next(session, post.office.context(), [MEDAN]) is not None
    assert [m.state for m in post.rows(OutboxMessage)] == ["claimed", "pending", "pending"]


def test_an_automatic_message_lost_while_it_was_sent_is_unknown_and_never_sent_again(
    post: Post, senders: Senders, server: Scripted
) -> None:
    post.arrives(letter())
    with unit_of_work() as session:
        claim_outbox(session, post.office.context(), [MEDAN])
    post.office.now.move(minutes=4)
    assert send_due(post.desk, senders) == 0
    assert message(post).state == "claimed", "its sender may still be at it"
    post.office.now.at += LEASE
    assert send_due(post.desk, senders) == 0
    assert message(post).state == "unknown"
    assert server.mails == []


def test_an_agents_message_lost_while_it_was_sent_goes_out_again_under_the_same_id_with_a_mark(
    post: Post, senders: Senders, server: Scripted
) -> None:
    replied(post)
    with unit_of_work() as session:
        claim_outbox(session, post.office.context(), [MEDAN])
    first_id = message(post).message_id
    post.office.now.at += LEASE + timedelta(seconds=1)
    assert send_due(post.desk, senders) == 1
    after = message(post)
    assert (after.state, after.doubt, after.message_id) == ("sent", True, first_id)
    assert f"Message-ID: <{first_id}>".encode() in server.mails[0][2]


@pytest.mark.parametrize("automatic", [True, False])
def test_a_break_before_the_answer_is_doubt(post: Post, senders: Senders, server: Scripted, automatic: bool) -> None:
    if automatic:
        post.arrives(letter())
    else:
        replied(post)
    server.answers["."] = [DROP]
    send_due(post.desk, senders)
    after = message(post)
    assert (after.state, after.doubt) == (("unknown", False) if automatic else ("pending", True))
    post.office.now.move(minutes=2)
    send_due(post.desk, senders)
    assert len(server.mails) == (0 if automatic else 1)
    assert message(post).state == ("unknown" if automatic else "sent")


@ONE_DATABASE
def test_an_answer_whose_files_cannot_be_read_waits_for_them_and_never_goes_without(
    post: Post, senders: Senders, server: Scripted
) -> None:
    number = str(post.arrives(letter(Precedence="bulk")).ticket)
    post.office.does(
        "agen", "reply", number, text="Terlampir.", files=(Attachment("a.pdf", "application/pdf", b"isi"),)
    )
    blobs = post.office.settings.data / "blobs"
    blobs.rename(blobs.with_name("away"))
    assert send_due(post.desk, senders) == 0
    assert (message(post).state, message(post).error) == ("pending", "its files cannot be read: FileNotFoundError")
    blobs.with_name("away").rename(blobs)
    post.office.now.move(minutes=2)
    assert send_due(post.desk, senders) == 1
    [file] = parsed(server.mails[0][2]).iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("a.pdf", b"isi")


@ONE_DATABASE
def test_a_refusal_for_good_is_shown_on_the_ticket_and_not_repeated(
    post: Post, senders: Senders, server: Scripted
) -> None:
    number = str(post.arrives(letter()).ticket)
    server.answers["RCPT"] = ["550 5.1.1 tidak dikenal"]
    send_due(post.desk, senders)
    assert message(post).state == "failed"
    assert post.entries(number)[-1] == ("work-note", "undelivered")
    assert "550 5.1.1 tidak dikenal" in post.on(number, Entry)[-1].text
    assert post.office.value(number, "unread") is True
    post.office.now.move(hours=2)
    assert send_due(post.desk, senders) == 0
    post.arrives(letter(From="lain@k.example", Message_ID="<2@k>"))
    assert send_due(post.desk, senders) == 1, "the server itself is well"
    assert len(server.mails) == 1


@ONE_DATABASE
def test_a_message_refused_for_now_is_tried_after_1_5_15_60_minutes_then_hourly_up_to_72_hours(
    post: Post, senders: Senders, server: Scripted
) -> None:
    post.arrives(letter())
    server.answers["RCPT"] = ["451 4.7.1 nanti"] * 200
    waits = []
    for _ in range(6):
        assert send_due(post.desk, senders) == 1
        after = message(post)
        assert after.state == "pending"
        waits.append((after.next_try_at - post.office.now()).total_seconds() / 60)
        post.office.now.at = after.next_try_at - timedelta(seconds=1)
        assert send_due(post.desk, senders) == 0
        post.office.now.move(seconds=1)
    table = (1, 5, 15, 60, 60, 60)
    assert all(m <= wait <= 1.1 * m for m, wait in zip(table, waits, strict=True)), waits
    assert any(wait > m for m, wait in zip(table, waits, strict=True)), "spread, so that all do not come together"
    created = message(post).created_at
    for hours, state in ((71.9, "pending"), (73, "failed")):
        post.office.now.at = created + timedelta(hours=hours)
        assert send_due(post.desk, senders) == 1
        assert message(post).state == state


@ONE_DATABASE
def test_one_refused_recipient_does_not_hold_up_the_others(post: Post, senders: Senders, server: Scripted) -> None:
    server.answers["RCPT"] = ["451 4.7.1 greylisted"]
    for n in range(4):
        post.arrives(letter(From=f"orang{n}@k.example", Message_ID=f"<{n}@k>"))
    assert send_due(post.desk, senders) == 4
    assert Counter(m.state for m in post.rows(OutboxMessage)) == {"sent": 3, "pending": 1}


@ONE_DATABASE
def test_a_server_that_does_not_listen_rests_and_then_everything_goes_out(
    post: Post, senders: Senders, server: Scripted
) -> None:
    for n in range(6):
        post.arrives(letter(From=f"orang{n}@k.example", Message_ID=f"<{n}@k>"))
    server.answers["greeting"] = ["421 tutup"] * 4
    assert send_due(post.desk, senders) == 1, "the others are not tried against a server that is away"
    with unit_of_work() as session:
        trouble = session.get_one(Submission, MEDAN)
        assert trouble.failed_at == post.office.now()
        assert "421" in trouble.error
    for seconds in (5, 10, 30):
        post.office.now.move(seconds=seconds - 1)
        assert send_due(post.desk, senders) == 0, "it is left alone for longer each time"
        post.office.now.move(seconds=1)
        assert send_due(post.desk, senders) == 1
    post.office.now.move(seconds=61)
    assert send_due(post.desk, senders) == 6
    assert {m.state for m in post.rows(OutboxMessage)} == {"sent"}
    with unit_of_work() as session:
        assert session.get(Submission, MEDAN) is None


def test_a_message_waits_for_a_channel_that_is_not_configured_and_goes_out_once_it_is(
    post: Post, senders: Senders, server: Scripted
) -> None:
    configured = post.office.settings
    post.office.settings = replace(configured, mail={})
    number = str(post.arrives(letter()).ticket)
    assert post.outbox(number) == [("acknowledgement", "sari@kantor.example", "unsendable")]
    post.office.settings = configured
    assert send_due(post.desk, senders) == 1
    assert post.outbox(number)[0][2] == "sent"


@ONE_DATABASE
@pytest.mark.parametrize(("minutes", "state"), [(14, "sent"), (15, "failed")])
@pytest.mark.parametrize("configured", [True, False], ids=["with a server", "without one at first"])
def test_a_code_goes_out_only_while_it_is_good(
    post: Post, senders: Senders, server: Scripted, configured: bool, minutes: int, state: str
) -> None:
    with_server = post.office.settings
    if not configured:
        post.office.settings = replace(with_server, mail={})
    post.office.opened(channel="phone")
    with unit_of_work() as session:
        session.execute(delete(OutboxMessage))
        ask_code(session, post.office.context(), "sari@kantor.example")
    assert message(post).state == ("pending" if configured else "unsendable")
    post.office.settings = with_server
    post.office.now.move(minutes=minutes)
    send_due(post.desk, senders)
    after = message(post)
    assert (after.kind, after.state, after.context) == ("code", state, {})
    assert len(server.mails) == (1 if state == "sent" else 0)


@ONE_DATABASE
def test_a_requester_with_only_a_telephone_refuses_no_action(post: Post) -> None:
    from helpdesk.usecases.opening import Opening, open_ticket, person_for

    office = post.office
    with unit_of_work() as session:
        caller = person_for(session, office.now(), name="Pak Ujang", phone="0811")
        opening = Opening(
            desk=MEDAN, channel="phone", requester=caller, subject="AC", text="Panas.", received_at=office.now()
        )
        number = open_ticket(session, office.context(), office.people["agen"], opening).number
    office.does("agen", "reply", number, text="Teknisi datang pukul 10.")
    assert post.outbox(number) == [("reply", "0811", "unsendable")]


def test_a_message_that_cannot_be_written_does_not_stop_the_next_one(
    post: Post, senders: Senders, server: Scripted
) -> None:
    post.arrives(letter())
    post.arrives(letter(From="lain@k.example", Message_ID="<2@k>"))
    rows = post.rows(OutboxMessage)
    with unit_of_work() as session:
        session.execute(
            update(OutboxMessage).where(OutboxMessage.id == rows[0].id).values(kind="no-such", entry_id=None)
        )
    assert send_due(post.desk, senders) == 1
    assert [m.state for m in post.rows(OutboxMessage)] == ["failed", "sent"]
    assert "cannot be written" in post.rows(OutboxMessage)[0].error


def test_what_is_no_longer_claimed_is_left_alone(post: Post) -> None:
    post.arrives(letter())
    with unit_of_work() as session:
        (claimed,) = claim_outbox(session, post.office.context(), [MEDAN])
        settle_lost_claims(session, post.office.now() + 2 * LEASE)
    with unit_of_work() as session:
        note_failed(session, claimed, post.office.now(), ChannelError("late"))
    assert message(post).state == "unknown"


# How the mails look, at a real server


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_one_message_is_claimed_whatever_way_the_database_takes_to_it(office: Office) -> None:
    for number in range(6):
        office.opened(email=f"warga{number}@kantor.example")
    with unit_of_work() as session:
        for way in ("hashjoin", "mergejoin", "hashagg", "sort", "material"):
            session.execute(text(f"SET LOCAL enable_{way} = off"))
        assert len(claim_outbox(session, office.context(), [MEDAN])) == 1
        states = session.scalars(select(OutboxMessage.state)).all()
    assert sorted(states) == ["claimed", *["pending"] * 5]
