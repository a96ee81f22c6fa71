"""What must be true of an installation after any fault: nothing lost, nothing twice, nothing stuck.

Each function is one promise and raises AssertionError with what it found.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Engine, select, text

from helpdesk.store.db import unit_of_work
from helpdesk.store.models import Ticket
from helpdesk.usecases.clocks import refresh
from helpdesk.usecases.context import Context

CLOCKS = (
    "response_due_at", "response_done_at", "resolution_due_at", "resolution_done_at", "response_verdict",
    "resolution_verdict", "handling_due_at", "breached", "at_risk", "reopen_until",
)  # fmt: skip


def rows(engine: Engine, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def nothing_is_lost(engine: Engine, sent: Mapping[str, str]) -> None:
    """I1: each mail (Message-ID -> SHA-256 of what was handed in) is stored once and decided about."""
    stored = rows(engine, "select message_id, state from raw_message")
    assert sorted(message_id for message_id, _ in stored) == sorted(sent)
    assert {state for _, state in stored} <= {"ticketed", "quarantined", "suppressed"}
    whole = rows(engine, "select sha256, body from raw_message")
    assert [sha for sha, body in whole if hashlib.sha256(bytes(body)).hexdigest() != sha] == []


def nothing_is_doubled(engine: Engine, senders: Collection[str]) -> None:
    """I2: one ticket a sender, numbers without a gap, each message once in its conversation."""
    asked = rows(engine, "select p.email from ticket t join person p on p.id = t.requester_id")
    assert sorted(email for (email,) in asked) == sorted(senders)
    numbers = [number for (number,) in rows(engine, "select number from ticket")]
    assert sorted(int(number.rpartition("-")[2]) for number in numbers) == list(range(1, len(numbers) + 1))
    said = rows(engine, "select ticket_id, count(*) from entry where kind = 'requester-message' group by ticket_id")
    assert {count for _, count in said} <= {1}
    opened = rows(engine, "select ticket_id, count(*) from event where action = 'open' group by ticket_id")
    assert {count for _, count in opened} <= {1}


def each_answer_goes_once(engine: Engine, arrived: Collection[tuple[str, str]], *, in_doubt: int) -> None:
    """I3: (recipient, kind) of what arrived: at most once each, missing only where a kill fell into a sending."""
    wanted = rows(engine, "select recipient, kind, state from outbox_message")
    assert [letter for letter, count in Counter(arrived).items() if count > 1] == []
    unsure = [(recipient, kind) for recipient, kind, state in wanted if state == "unknown"]
    assert len(unsure) <= in_doubt
    assert {state for _, _, state in wanted} <= {"sent", "unknown"}
    missing = {(recipient, kind) for recipient, kind, _ in wanted} - set(arrived)
    assert missing <= set(unsure)
    keys = [key for (key,) in rows(engine, "select once_key from outbox_message where once_key is not null")]
    assert len(keys) == len(set(keys))


def conversations_are_in_order(engine: Engine) -> None:
    """I4: on each ticket the mails stand in the order in which they were stored."""
    of_mail = "select ticket_id, raw_id from entry where raw_id is not null order by ticket_id, id"
    found = rows(engine, of_mail)
    assert found == sorted(found)


def files_are_whole(engine: Engine, blobs: Path) -> None:
    """I5: every file that a row names is there with its bytes; nothing half-written bears a file's name."""
    for (sha256,) in rows(engine, "select distinct sha256 from file"):
        assert hashlib.sha256((blobs / sha256[:2] / sha256).read_bytes()).hexdigest() == sha256
    for path in blobs.rglob("*"):
        if path.is_file() and not path.name.startswith("."):
            assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name


def clocks_are_what_they_add_up_to(app: Flask, context: Context) -> None:
    """I6: what lists show of a ticket's clocks is what its events say, computed anew."""
    with app.app_context(), unit_of_work() as session:
        for ticket in session.scalars(select(Ticket)):
            before = {name: getattr(ticket, name) for name in CLOCKS}
            refresh(session, context, ticket)
            assert {name: getattr(ticket, name) for name in CLOCKS} == before
        session.rollback()


def every_change_has_one_event(engine: Engine) -> None:
    """I9: the last event of a ticket leads to the status that it has."""
    last = "select max(id) from event where ticket_id = t.id and to_status is not null"
    wrong = f"select t.number from ticket t join event e on e.id = ({last}) where e.to_status != t.status"
    assert rows(engine, wrong) == []


def nothing_is_stuck(engine: Engine) -> None:
    """I8, I10: nothing waits for work that nobody will do any more."""
    assert rows(engine, "select id, state from raw_message where state = 'received'") == []
    assert rows(engine, "select id, state from outbox_message where state in ('claimed', 'pending')") == []


def what_is_marked_is_stored(engine: Engine, marked: Collection[bytes]) -> None:
    """I10: no mail is marked as read at its server of which the bytes are not kept here."""
    kept = {bytes(body) for (body,) in rows(engine, "select body from raw_message")}
    assert [mail for mail in marked if mail not in kept] == []
