"""Too many mails from one sender: kept as one bundle for staff, one automatic reply, everybody else served (E24)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from helpdesk.store.db import reading, unit_of_work
from helpdesk.store.mail_models import OutboxMessage, RawMessage
from helpdesk.store.models import Ticket
from helpdesk.store.trouble_queries import floods
from helpdesk.usecases.floods import discard_flood, release_flood
from helpdesk.usecases.processing import process
from helpdesk.usecases.raw import waiting
from tests.usecases.conftest import MEDAN, Office
from tests.usecases.outgoing import ONE_DATABASE
from tests.usecases.post import Post, letter

LOUD = "bising@luar.example"
LIMIT = 5


@pytest.fixture
def post(office: Office) -> Post:
    office.settings = replace(office.settings, flood_mails=LIMIT)
    return Post(office)


def loud(n: int) -> bytes:
    return letter(f"mail {n}", From=f"Bising <{LOUD}>", Message_ID=f"<{n}@luar>")


def states(post: Post) -> list[str]:
    return [raw.state for raw in post.rows(RawMessage)]


def test_what_is_too_much_is_one_bundle_and_others_are_served_meanwhile(post: Post) -> None:
    outcomes = [post.arrives(loud(n)).outcome for n in range(12)]
    assert outcomes == ["opened"] * LIMIT + ["quarantined"] * (12 - LIMIT)
    assert post.arrives(letter()).outcome == "opened"
    assert states(post).count("flood") == 7
    with reading() as session:
        (bundle,) = floods(session, [MEDAN])
    assert (bundle.desk, bundle.sender, bundle.mails) == (MEDAN, LOUD, 7)
    to_loud = [m.state for m in post.rows(OutboxMessage, OutboxMessage.recipient == LOUD)]
    assert to_loud == ["pending"] + ["held"] * (LIMIT - 1), "one automatic reply an hour is enough"


def test_a_bundle_that_staff_let_go_becomes_tickets_without_automatic_replies(post: Post, office: Office) -> None:
    for n in range(8):
        post.arrives(loud(n))
    replies = len(post.rows(OutboxMessage))
    with unit_of_work() as session:
        assert release_flood(session, MEDAN, LOUD, office.now()) == 3
        ids = waiting(session, office.now())
    assert [process(post.desk, raw_id).outcome for raw_id in ids] == ["opened"] * 3
    assert len(post.rows(Ticket)) == 8
    assert len(post.rows(OutboxMessage)) == replies


@ONE_DATABASE
def test_a_bundle_that_staff_discard_stays_stored_with_who_and_why(post: Post, office: Office) -> None:
    for n in range(7):
        post.arrives(loud(n))
    with unit_of_work() as session:
        assert discard_flood(session, MEDAN, LOUD, "agen", "sampah") == 2
        assert discard_flood(session, MEDAN, LOUD, "agen", "sampah") == 0
    assert post.raws()[-1] == ("suppressed", "discarded by agen: sampah")
    assert post.rows(RawMessage)[-1].size == len(loud(6))


@ONE_DATABASE
def test_the_window_ends_by_the_time_of_receipt_and_a_limit_of_nothing_is_none(post: Post, office: Office) -> None:
    for n in range(LIMIT):
        post.arrives(loud(n), at=office.now() - timedelta(minutes=10 + n))
    assert post.arrives(loud(90)).outcome == "opened"
    office.settings = replace(office.settings, flood_mails=0)
    assert {post.arrives(loud(100 + n)).outcome for n in range(LIMIT + 1)} == {"opened"}


@ONE_DATABASE
def test_copies_are_no_flood_and_bounces_that_nobody_knows_are_one(post: Post) -> None:
    for _ in range(LIMIT + 3):
        post.arrives(loud(1))
    assert "flood" not in states(post)
    for n in range(LIMIT + 2):
        report = 'multipart/report; report-type=delivery-status; boundary="b"'
        body = "--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; a@b.c\nAction: failed\n--b--\n"
        post.arrives(letter(f"{body}{n}", From="mailer-daemon@mx", Content_Type=report, Message_ID=f"<b{n}@mx>"))
    assert states(post).count("flood") == 2
