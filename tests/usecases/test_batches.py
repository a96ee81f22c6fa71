"""Mails that wait together: one transaction for several, their order kept, and none is the worse for another."""

import time
from datetime import datetime
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy.exc import OperationalError

from helpdesk import failpoints
from helpdesk.channels.base import Inbound, Unreadable
from helpdesk.channels.email.reading import read
from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import RawMessage
from helpdesk.store.models import Ticket
from helpdesk.usecases import batches
from helpdesk.usecases.batches import Delivery, gathered, process_all, process_stored, store_and_process_all
from helpdesk.usecases.processing import Stored, process
from helpdesk.usecases.raw import claim_all, waiting
from tests.usecases.conftest import MEDAN, Office
from tests.usecases.post import Post, letter


@pytest.fixture
def post(office: Office) -> Post:
    return Post(office)


def numbered(count: int, **fields: str) -> list[bytes]:
    return [letter(Subject=f"Surat {n}", Message_ID=f"<m{n}@kantor.example>", **fields) for n in range(1, count + 1)]


def arrive(post: Post, mails: list[bytes]) -> list[str]:
    """What became of mails that were delivered together."""
    now = post.office.now()
    deliveries = [Delivery(Stored(raw, now, MEDAN), "email", f"x:{n}", "imap") for n, raw in enumerate(mails)]
    return [outcome.outcome for outcome in store_and_process_all(post.desk, deliveries)]


def kept(post: Post, mails: list[bytes]) -> list[tuple[int, Stored]]:
    return [(post.is_stored_only(raw), Stored(raw, post.office.now(), MEDAN)) for raw in mails]


def subjects(post: Post) -> list[str]:
    return [ticket.subject for ticket in post.rows(Ticket)]


def test_mails_that_wait_together_become_tickets_in_their_order(post: Post) -> None:
    answer = letter("Sudah bisa.", Message_ID="<m9@kantor.example>", In_Reply_To="<m2@kantor.example>")
    mails = numbered(3)
    assert arrive(post, [*mails, answer, mails[0], b"tanpa kepala"]) == [
        "opened", "opened", "opened", "continued", "duplicate", "quarantined",
    ]  # fmt: skip
    assert [(t.number[-1], t.subject) for t in post.rows(Ticket)] == [
        ("1", "Surat 1"),
        ("2", "Surat 2"),
        ("3", "Surat 3"),
    ]
    assert len(post.entries("MDN-2026-000002")) == 3
    assert arrive(post, mails) == ["duplicate"] * 3


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_one_mail_that_fails_takes_no_other_down(post: Post) -> None:
    def reader(raw: bytes, **arguments: Any) -> Inbound:
        if b"Surat 2" in raw:
            raise ValueError("a fault of ours")
        return read(raw, **arguments)

    post.reader = reader
    assert arrive(post, numbered(4)) == ["opened", "quarantined", "opened", "opened"]
    assert subjects(post) == ["Surat 1", "Surat 3", "Surat 4"]
    (faulty,) = post.rows(RawMessage, RawMessage.state == "received")
    assert (faulty.attempts, faulty.reason) == (1, "ValueError")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_fault_while_deciding_leaves_nothing_half_done(post: Post) -> None:
    failpoints.arm("intake.after_ticket_before_state:disk@3")
    try:
        assert arrive(post, numbered(4)) == ["opened"] * 4
    finally:
        failpoints.arm("")
    assert subjects(post) == ["Surat 1", "Surat 2", "Surat 3", "Surat 4"]
    assert [t.number[-1] for t in post.rows(Ticket)] == ["1", "2", "3", "4"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_database_that_goes_away_leaves_the_rest_waiting(post: Post) -> None:
    mails = kept(post, numbered(3))
    failpoints.arm("intake.after_parse_before_ticket:database@2")
    try:
        assert [o.outcome for o in process_all(post.desk, mails) if o] == [
            "opened"
        ] * 3  # the second try meets it again
        failpoints.arm("intake.before_parse:database@1")
        with pytest.raises(OperationalError):
            process_all(post.desk, kept(post, [letter(Message_ID="<a@x>"), letter(Message_ID="<b@x>")]))
    finally:
        failpoints.arm("")
    assert [state for state, _reason in post.raws()][3:] == ["received", "received"]


def test_a_mail_that_is_still_read_does_not_keep_the_transaction_open(post: Post) -> None:
    opened: list[bool] = []
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def reader(raw: bytes, **arguments: Any) -> Inbound:
        if b"Surat 2" in raw:
            end = time.monotonic() + 10
            while not opened and time.monotonic() < end:
                with app.app_context(), unit_of_work() as session:  # another process may write meanwhile
                    opened.extend([True] * session.query(Ticket).count())
        return read(raw, **arguments)

    post.reader = reader
    assert arrive(post, numbered(3)) == ["opened"] * 3
    assert opened == [True]


def test_what_another_worker_has_taken_is_left_to_it(post: Post) -> None:
    mails = kept(post, numbered(3))
    process(post.desk, mails[1][0])
    outcomes = process_all(post.desk, mails)
    assert [outcome.outcome if outcome else None for outcome in outcomes] == ["opened", None, "opened"]
    with unit_of_work() as session:
        assert claim_all(session, [raw_id for raw_id, _stored in mails]) == {}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_was_stored_before_is_processed_in_order_until_the_worker_stops(post: Post) -> None:
    now: datetime = post.office.now()
    kept(post, numbered(23))
    with unit_of_work() as session:
        ids = waiting(session, now)
    assert process_stored(post.desk, ids, lambda: True) == 0
    assert process_stored(post.desk, ids[:22]) == 22
    assert subjects(post) == [f"Surat {n}" for n in range(1, 23)]


def test_batches_end_by_number_by_size_and_by_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "GATHERED_WITHIN", 5.0)
    assert [len(batch) for batch in gathered(range(45), lambda _n: 1)] == [20, 20, 5]
    large = batches.BYTES
    assert list(gathered([1, 2, large, 3, large - 3, 1], lambda size: size)) == [[1, 2], [large], [3, large - 3], [1]]
    monkeypatch.setattr(batches, "GATHERED_WITHIN", 0.0)
    assert list(gathered([1, 2], lambda size: size)) == [[1], [2]]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_mail_that_cannot_be_read_is_set_aside_among_others(post: Post) -> None:
    def reader(raw: bytes, **arguments: Any) -> Inbound:
        if b"Surat 1" in raw:
            raise Unreadable("its reader died")
        return read(raw, **arguments)

    post.reader = reader
    assert arrive(post, numbered(2)) == ["quarantined", "opened"]
    assert post.raws()[0] == ("quarantined", "its reader died")


def test_a_mail_above_the_size_limit_is_kept_and_not_parsed(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "MAX_BYTES", 2_000)
    first, large, last = numbered(3)
    large += b"isi\r\n" * 400
    assert arrive(post, [first, large, last]) == ["opened", "quarantined", "opened"]
    assert post.raws()[1] == ("quarantined", f"{len(large)} bytes: larger than a mail may be")
    assert subjects(post) == ["Surat 1", "Surat 3"]
