"""The list by due: the first handling, the response while it is open, else the resolution; without a due, last."""

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select, text

from helpdesk.store.board_queries import Wanted, _due_keys, by_due
from helpdesk.store.db import reading, unit_of_work
from helpdesk.store.models import Person, Ticket
from tests.usecases.conftest import MEDAN

DENPASAR = "kptik-denpasar"
TICKETS = 60
STATUSES = ("new", "in_progress", "on_hold", "fulfilled")


def due(ticket):
    """What is due next on a ticket."""
    if ticket.handling_due_at is not None:
        return ticket.handling_due_at
    awaited = ticket.response_done_at is None and ticket.response_due_at is not None
    return ticket.response_due_at if awaited else ticket.resolution_due_at


@pytest.fixture
def many(office):
    """Tickets with every mixture of times; the same draw each time."""
    draw, now = Random(7), office.now()
    with unit_of_work() as session:
        person = Person(name="Sari", created_at=now)
        session.add(person)
        session.flush()
        for number in range(TICKETS):
            times = {
                name: now + timedelta(minutes=draw.randrange(40)) if draw.random() < share else None
                for name, share in (
                    ("handling_due_at", 0.2),
                    ("response_due_at", 0.7),
                    ("response_done_at", 0.5),
                    ("resolution_due_at", 0.7),
                )
            }
            session.add(
                Ticket(
                    number=f"T-{number}", desk=draw.choice((MEDAN, DENPASAR)), status=draw.choice(STATUSES),
                    channel="email", group=draw.choice(("layer-1", "rft-tik")), tier="layer-1", subject="Printer",
                    requester_id=person.id, catalog_version="x", received_at=now, created_at=now, **times,
                )
            )  # fmt: skip
    return office


def listed(wanted, limit=TICKETS, offset=0):
    with reading() as session:
        return [row.number for row in by_due(session, wanted, limit, offset)]


def expected(belongs):
    with reading() as session:
        tickets = [t for t in session.scalars(select(Ticket)) if belongs(t)]
        far = max(due(t) or t.received_at for t in tickets)
        ordered = sorted(tickets, key=lambda t: (due(t) is None, due(t) or far, t.received_at, t.id))
        return [t.number for t in ordered]


def waits_for_triage(ticket):
    returned = ticket.status == "in_progress" and ticket.group == "layer-1" and ticket.assignee_id is None
    return ticket.status == "new" or returned


@pytest.mark.parametrize(
    ("wanted", "belongs"),
    [
        (Wanted((MEDAN, DENPASAR), STATUSES), lambda t: True),
        (Wanted((MEDAN,), STATUSES), lambda t: t.desk == MEDAN),
        (Wanted((MEDAN, DENPASAR), ("new",), waiting=True), waits_for_triage),
        (Wanted((MEDAN, DENPASAR), ("new", "in_progress"), waiting=True), lambda t: t.status in STATUSES[:2]),
        (Wanted((MEDAN,), STATUSES, groups=(("rft-tik", MEDAN),)), lambda t: (t.desk, t.group) == (MEDAN, "rft-tik")),
        (Wanted((MEDAN, DENPASAR), STATUSES, words="sari"), lambda t: True),
    ],
    ids=["all", "one desk", "triage", "overlapping", "a group", "words"],
)
def test_the_list_by_due_is_in_order_and_its_pages_meet(many, wanted, belongs):
    whole = listed(wanted)
    assert whole == expected(belongs)
    assert [number for offset in range(0, TICKETS, 7) for number in listed(wanted, 7, offset)] == whole


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_each_way_to_be_due_has_its_index(office):
    with reading() as session:
        plans = [plan(session, keys) for keys in _due_keys(Wanted((MEDAN,), ("new",)), 50)]
    indexes = ("ix_ticket_handling_due", "ix_ticket_response_due", "ix_ticket_due", "ix_ticket_due")
    assert len(plans) == len(indexes)
    for found, index in zip(plans, indexes, strict=True):
        assert f"INDEX {index} " in found, found
        assert "TEMP B-TREE" not in found, "nothing is sorted"


def plan(session, keys):
    """How SQLite reads the rows of a statement."""
    sql = keys.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    return "\n".join(row[3] for row in session.execute(text(f"EXPLAIN QUERY PLAN {sql}")))
