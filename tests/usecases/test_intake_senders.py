"""Who a mail is from, and what it must have to become a ticket."""

import pytest

from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Entry
from tests.usecases.conftest import Office
from tests.usecases.post import Post, letter


@pytest.fixture
def database() -> str:
    """The decisions here are the same on every database; test_intake.py runs on both."""
    return "sqlite"


@pytest.fixture
def post(office: Office) -> Post:
    return Post(office)


def test_the_eleventh_automatic_message_to_an_address_in_an_hour_is_held_and_shown(post: Post, office: Office) -> None:
    for n in range(12):
        post.arrives(letter(f"nomor {n}", Message_ID=f"<banyak-{n}@k>"))
        office.now.move(minutes=1)
    states = [m.state for m in post.rows(OutboxMessage)]
    assert states == ["pending"] * 10 + ["held"] * 2
    assert post.outbox(str(post.arrives(letter(From="lain@k.example", Message_ID="<l@k>")).ticket))[0][2] == "pending"
    office.now.move(minutes=49)
    assert post.outbox(str(post.arrives(letter(Message_ID="<nanti@k>")).ticket))[0][2] == "pending"


def test_several_senders_are_nobody_proved(post: Post) -> None:
    number = str(post.arrives(letter()).ticket)
    twice = letter(
        From=["Sari <sari@kantor.example>", "Eva <eva@lain.example>"], Message_ID="<d@k>", Cc="eva@lain.example",
        In_Reply_To=f"<{post.our_id(number)}>", Subject=f"[{number}]",
    )  # fmt: skip
    other = str(post.arrives(twice).ticket)
    assert other != number
    assert post.links(other) == [("claimed-number", number)]
    assert post.entries(other)[0] == ("requester-message", "unproved")
    assert "eva@lain.example" not in {address for address, _kind in post.participants(other)}
    assert post.outbox(other) == []


def test_a_mail_without_a_usable_sender_is_quarantined(post: Post) -> None:
    for n, sender in enumerate(("", "Realname", "<>", "a@b@c")):
        outcome = post.arrives(letter(From=sender, Message_ID=f"<s{n}@k>"))
        assert outcome.outcome == "quarantined", sender
    assert {state for state, _ in post.raws()} == {"quarantined"}


def test_a_long_history_of_references_still_finds_the_ticket(post: Post) -> None:
    number = str(post.arrives(letter()).ticket)
    strangers = " ".join(f"<asing-{n}@lain.example>" for n in range(150))
    by_answer = letter(
        Message_ID="<x1@k>", In_Reply_To=f"<{post.our_id(number)}>", References=f"<m1@kantor.example> {strangers}"
    )
    assert post.arrives(by_answer).ticket == number
    by_end = letter(Message_ID="<x2@k>", References=f"{strangers} <m1@kantor.example>")
    assert post.arrives(by_end).ticket == number


def test_the_subject_and_the_text_are_kept_even_when_empty(post: Post, office: Office) -> None:
    number = str(post.arrives(letter("", Subject="")).ticket)
    assert office.value(number, "subject") == "(tanpa subjek)"
    assert post.on(number, Entry)[0].text.strip() == ""
