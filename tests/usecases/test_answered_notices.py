"""Staff answer a warning, an alarm or a notice about several tickets by mail (S04): no answer becomes a ticket."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import MessageKey, OutboxMessage
from helpdesk.store.models import Ticket
from helpdesk.store.people_models import StaffUser
from helpdesk.usecases import staff_mail
from helpdesk.usecases.dispatch import letter as outgoing_letter
from helpdesk.usecases.intake import Outcome
from tests.usecases.conftest import Office
from tests.usecases.outgoing import ONE_DATABASE
from tests.usecases.post import Post, letter
from tests.usecases.test_alerting import at, near
from tests.usecases.test_sweep import classified

MX = "mx.kemenkeu.go.id"


@pytest.fixture
def post(office: Office) -> Post:
    with unit_of_work() as session:
        for user in session.scalars(select(StaffUser)):
            user.email = f"{user.name}@kantor.example"
    made = Post(office)
    made.trusts(MX)
    return made


def notices(post: Post) -> list[OutboxMessage]:
    return post.rows(OutboxMessage, OutboxMessage.kind.in_(["warning", "alarm", "digest", "not-taken"]))


def answers(post: Post, notice: OutboxMessage, text: str, name: str, **fields: str) -> Outcome:
    given = {"From": notice.recipient, "In_Reply_To": f"<{notice.message_id}>", "Message_ID": f"<{name}@r>"}
    return post.arrives(letter(text, **{**given, "Authentication_Results": f"{MX}; dmarc=pass", **fields}))


@ONE_DATABASE
def test_an_answer_to_a_warning_or_an_alarm_answers_or_notes_as_one_to_any_notice(post: Post) -> None:
    number = classified(post.office)
    at(post.office, near(post.office, number))
    at(post.office, post.office.value(number, "resolution_due_at") + timedelta(hours=1, seconds=1))
    warning, alarm = notices(post)
    assert (warning.kind, alarm.kind) == ("warning", "alarm")
    assert not post.rows(MessageKey, MessageKey.message_id.in_([warning.message_id, alarm.message_id]))
    with unit_of_work() as session:
        text = outgoing_letter(session, post.office.context(), session.get_one(OutboxMessage, warning.id)).text
    assert "#catatan" in text, "whoever answers is told that the requester reads it"
    assert answers(post, warning, "Sedang dikerjakan.", "a").ticket == number
    assert answers(post, alarm, "#catatan\nKenapa lama?", "b").ticket == number
    assert post.entries(number)[-2:] == [("public-reply", ""), ("work-note", "")]
    assert len(post.rows(Ticket)) == 1


@ONE_DATABASE
def test_an_answer_to_a_notice_about_several_tickets_is_set_aside_and_its_sender_told_so_once(post: Post) -> None:
    numbers = [classified(post.office), classified(post.office)]
    at(post.office, near(post.office, numbers[0]))
    (digest,) = notices(post)
    assert digest.kind == "digest"
    before = [post.entries(number) for number in numbers]
    forged = answers(post, digest, "Baik", "f", From="eva@kantor.example")
    robot = answers(post, digest, "Cuti", "r", Auto_Submitted="auto-replied")
    assert (forged.reason, robot.reason) == (staff_mail.NOT_YOURS, staff_mail.ROBOT)
    assert len(notices(post)) == 1, "neither is told anything"
    for name in ("a", "b"):
        done = answers(post, digest, f"Baik, {name}", name)
        assert (done.outcome, done.reason, done.ticket) == ("quarantined", staff_mail.OF_SEVERAL, None)
    _digest, told = notices(post)
    assert (told.kind, told.recipient, told.automatic) == ("not-taken", digest.recipient, True)
    with unit_of_work() as session:
        mail = outgoing_letter(session, post.office.context(), session.get_one(OutboxMessage, told.id))
    assert "tidak masuk ke tiket mana pun" in mail.text
    assert "Baik" not in mail.text
    assert answers(post, told, "Oh", "c").reason == staff_mail.OF_SEVERAL
    assert len(notices(post)) == 2, "an answer to that is not answered"
    assert [post.entries(number) for number in numbers] == before
    assert len(post.rows(Ticket)) == 2
