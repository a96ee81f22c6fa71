"""What must hold after every step in the random lives of tickets, whoever did what: the books agree."""

import contextlib
import sqlite3
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis.stateful import RuleBasedStateMachine, invariant
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from helpdesk.store.db import reading
from helpdesk.store.models import Ticket
from helpdesk.tickets.lifecycle import TRANSITIONS
from helpdesk.tickets.words import Action, Status
from helpdesk.usecases.clocks import history_of, refresh
from tests.usecases.conftest import Office

CACHES = (
    "response_due_at", "response_done_at", "response_verdict", "resolution_due_at", "resolution_done_at",
    "resolution_verdict", "handling_due_at", "at_risk", "breached", "next_check_at",
)  # fmt: skip
FOLDED = (
    "item", "type", "priority", "attributes", "event_at", "starts_at", "agreed_due_at", "extended_due_at", "cycle",
    "fulfilled_at", "resolved_at", "closed_at",
)  # fmt: skip
TABLES = ("ticket", "event", "hold", "entry", "ticket_link", "participant", "outbox_message", "number_sequence")


class Books(RuleBasedStateMachine):
    """The tickets of an office as their rows tell; `template` is its database, `path` where a life has its own."""

    template: ClassVar[bytes]
    path: ClassVar[Path]
    office: ClassVar[Office]
    done: ClassVar[Counter[Action]]
    history: list[Any]
    swept: bool

    def _rows(self) -> dict[str, list[Any]]:
        with reading() as session:
            return {name: [tuple(r) for r in session.execute(text(f'SELECT * FROM "{name}"'))] for name in TABLES}

    def _tickets(self, session: Session) -> list[Ticket]:
        return list(session.scalars(select(Ticket).order_by(Ticket.id)))

    def _check_caches(self, number: str, when: str) -> None:
        """Thrown away and rebuilt, they are what they were."""
        with reading() as session, session.no_autoflush:
            ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
            kept = {name: getattr(ticket, name) for name in CACHES}
            for name in CACHES:
                setattr(ticket, name, False if name in ("at_risk", "breached") else None)
            refresh(session, self.office.context(), ticket)
            rebuilt = {name: getattr(ticket, name) for name in CACHES}
            session.rollback()
        changed = {name: (kept[name], rebuilt[name]) for name in CACHES if kept[name] != rebuilt[name]}
        assert not changed, f"{when}: {number} {changed}"

    @invariant()
    def rebuilt_caches_are_the_same(self) -> None:
        """Once the worker has looked, on every ticket, also on those that nobody touched."""
        if self.swept:
            with reading() as session:
                numbers = list(session.scalars(select(Ticket.number)))
            for number in numbers:
                self._check_caches(number, "after a sweep")

    @invariant()
    def the_history_only_grows(self) -> None:
        """What was written stays as it was."""
        rows = self._rows()["event"]
        assert rows[: len(self.history)] == self.history
        self.history = rows

    @invariant()
    def status_and_rows_are_what_the_events_say(self) -> None:
        """Every event follows the table from where the last one ended, and the row remembers their sum."""
        with reading() as session:
            for ticket in self._tickets(session):
                self._check_chain(ticket)
                history = history_of(ticket.events)
                told = {name: getattr(history, name) for name in FOLDED}
                assert {name: getattr(ticket, name) for name in FOLDED} == told, ticket.number

    def _check_chain(self, ticket: Ticket) -> None:
        first, *others = ticket.events
        assert (first.action, first.from_status, first.to_status) == (Action.OPEN, None, Status.NEW)
        last = first
        for event in others:
            assert event.from_status == last.to_status
            if event.action == "apology":
                assert event.to_status == event.from_status
            else:
                target = TRANSITIONS[Status(event.from_status), Action(event.action)]
                assert event.to_status == (target or event.from_status)
            assert event.at >= last.at
            last = event
        assert ticket.status == last.to_status

    @invariant()
    def a_hold_lasts_exactly_while_the_ticket_is_on_hold(self) -> None:
        """The ledger and the status say the same."""
        with reading() as session:
            for ticket in self._tickets(session):
                lasting = [hold.reason for hold in ticket.holds if hold.ended_at is None]
                assert lasting == ([ticket.hold_reason] if ticket.status == Status.ON_HOLD else [])

    @invariant()
    def numbers_have_no_gap(self) -> None:
        """Refused and split ones included."""
        found = defaultdict(list)
        with reading() as session:
            for number in session.scalars(select(Ticket.number).order_by(Ticket.id)):
                prefix_and_year, _, last = number.rpartition("-")
                found[prefix_and_year].append(int(last))
        for numbers in found.values():  # they begin again with each year of the desk
            assert numbers == list(range(1, len(numbers) + 1))

    def teardown(self) -> None:
        with contextlib.closing(sqlite3.connect(self.path)) as connection:
            for statement in ("UPDATE event SET why = 'x'", "DELETE FROM event"):
                with pytest.raises(sqlite3.IntegrityError):
                    connection.execute(statement)
