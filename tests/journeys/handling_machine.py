"""Random lives of tickets: anybody does anything with any values, time passes, and the books must agree each time."""

import contextlib
import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.catalog.load import load_file
from helpdesk.catalog.model import Catalog
from helpdesk.config import Settings, load
from helpdesk.resources import catalog_path
from helpdesk.sla.norms import Extension, Span, Unit
from helpdesk.store.db import bare_app, db, unit_of_work
from helpdesk.store.models import Entry, Ticket
from helpdesk.store.people_models import Membership, StaffUser
from helpdesk.tickets.errors import DomainError
from helpdesk.tickets.lifecycle import is_possible, next_status
from helpdesk.tickets.permission import Actor, Machine, allowed_actions
from helpdesk.tickets.words import Action, CancelReason, Channel, HoldReason, Status, TicketType
from helpdesk.usecases.deed import facts_of
from helpdesk.usecases.joining import Answer, in_window, join
from helpdesk.usecases.people import staff_of
from helpdesk.usecases.sweep import check, due_tickets
from tests.conftest import StandingClock
from tests.journeys.handling_books import Books
from tests.usecases.conftest import MEDAN, PEOPLE, Office

START = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)  # a Friday afternoon in Medan
MOST_TICKETS = 4
ACTIONS = [a for a in Action if a is not Action.OPEN]
USUAL = {
    Status.NEW: (Action.TAKE, Action.CLASSIFY, Action.ASSIGN, Action.ESCALATE),
    Status.IN_PROGRESS: (
        Action.FULFIL, Action.HOLD, Action.FULFIL, Action.CLASSIFY, Action.HAND_BACK, Action.SPLIT, Action.EXTEND,
        Action.SET,
    ),
    Status.ON_HOLD: (Action.RESUME, Action.RESUME, Action.SPLIT, Action.EXTEND, Action.MERGE),
    Status.FULFILLED: (Action.CONFIRM_FULFILMENT, Action.SEND_BACK),
    Status.RESOLVED: (Action.CONFIRM, Action.REOPEN, Action.CLOSE),
    Status.CLOSED: (Action.REOPEN,),
    Status.CANCELLED: (Action.NOTE,),
}  # fmt: skip
LONGER = Extension(Span(Decimal(1), Unit.WORKING_DAY))
NUMBER = st.integers(0, 999)
WRITERS = ("the requester", "the requester", "somebody in copy", "a machine")
DICE = st.fixed_dictionaries(
    {
        "reason": NUMBER, "item": NUMBER, "group": NUMBER, "other": NUMBER, "attributes": NUMBER,
        "days": st.integers(-3, 30), "minutes": st.integers(0, 1_440),
    }
)  # fmt: skip


def pick(values: Any, number: int) -> Any:
    """One of the values; which, the number decides."""
    ordered = list(values)
    return ordered[number % len(ordered)]


class Handling(Books):
    """An office with a few tickets, its people, and those who ask."""

    @initialize(channel=st.sampled_from(Channel))
    def begin(self, channel: Channel) -> None:
        db.session.remove()
        db.engine.dispose()
        for old in self.path.parent.glob(f"{self.path.name}*"):
            old.unlink()
        self.path.write_bytes(self.template)
        self.office.now.at = START
        self.numbers: list[str] = []
        self.history: list[Any] = []
        self.swept = True
        self.open(channel)

    @rule(channel=st.sampled_from(Channel))
    @precondition(lambda self: len(self.numbers) < MOST_TICKETS)
    def open(self, channel: Channel) -> None:
        """Somebody asks for something."""
        received = self.office.now() - timedelta(minutes=20 if channel is Channel.PHONE else 0)
        asker = f"sari{len(self.numbers) % 2}@kantor.example"
        self.numbers.append(self.office.opened(email=asker, channel=channel, received_at=received))

    @rule(who=NUMBER, action=st.sampled_from(ACTIONS), ticket=NUMBER, dice=DICE)
    def anybody_tries_anything(self, who: int, action: Action, ticket: int, dice: dict[str, int]) -> None:
        """Mostly refused; a refusal changes nothing."""
        number = pick(self.numbers, ticket)
        self._act(pick(self._actors(number), who), action, number, dice)

    @rule(who=NUMBER, which=NUMBER, ticket=NUMBER, dice=DICE)
    def somebody_does_what_is_offered(self, who: int, which: int, ticket: int, dice: dict[str, int]) -> None:
        """An action that role and status allow; its values may still be wrong."""
        number = pick(self.numbers, ticket)
        actor = pick(self._actors(number), who)
        allowed = self.office.see(number, lambda _s, t: allowed_actions(actor, facts_of(t, self.office.context())))
        ending = (Action.CANCEL, Action.MERGE)
        allowed = [a for a in allowed if a not in ending or dice["other"] % 8 == 0]  # else few lives would last
        if allowed:
            self._act(actor, pick(allowed, which), number, dice)

    @rule(which=st.lists(NUMBER, min_size=1, max_size=6), ticket=NUMBER, item=NUMBER)
    def work_goes_on(self, which: list[int], ticket: int, item: int) -> None:
        """The usual next steps with right values, so that lives reach their end and begin again."""
        number = pick(self.numbers, ticket)
        for choice in which:
            action = pick(USUAL[Status(self.office.value(number, "status"))], choice)
            actor = Machine() if action is Action.CLOSE else self.office.people["admin"]
            roll = int(action is Action.SET)  # with it, an event date is given
            other = int(action in (Action.SPLIT, Action.MERGE))
            dice = {"reason": roll, "item": 2 + item % 20, "group": 0, "attributes": 1, "days": 0, "minutes": 0}
            self._act(actor, action, number, dice | {"other": other})

    @rule(ticket=NUMBER, words=st.sampled_from(["Ini suratnya.", "Terima kasih."]), by=st.sampled_from(WRITERS))
    def somebody_writes(self, ticket: int, words: str, by: str) -> None:
        """A message joins the ticket: only the requester's own words resume or reopen it, and no thanks do."""
        number = pick(self.numbers, ticket)
        before, status, held = self._rows(), *self.office.see(number, lambda _s, t: (t.status, t.hold_reason))
        requester = self.office.requester(number)
        with unit_of_work() as session:
            row = session.scalars(select(Ticket).where(Ticket.number == number)).one()
            if not in_window(row, self.office.now()):
                return
            address = "orang-lain@kantor.example" if by == "somebody in copy" else requester.address
            answer = Answer(
                channel=Channel.EMAIL, address=address, name="Sari", text=words, received_at=self.office.now(),
                machine=by == "a machine",
            )  # fmt: skip
            join(session, self.office.context(), row, answer)
        resumes = held == HoldReason.REQUESTER
        reopens = status in (Status.RESOLVED, Status.CLOSED) and words != "Terima kasih."
        moved = by == "the requester" and (resumes or reopens)
        assert self.office.value(number, "status") == (Status.IN_PROGRESS if moved else status)
        assert len(self._rows()["entry"]) == len(before["entry"]) + 1
        assert len(self._rows()["event"]) == len(before["event"]) + moved
        self._check_caches(number, "right after a message")

    @rule(minutes=st.sampled_from([1, 31, 250, 1_440, 4 * 1_440, 12 * 1_440]), sweeps=st.booleans())
    def time_passes(self, minutes: int, sweeps: bool) -> None:
        """With or without a worker that looks after what is due."""
        self.office.now.move(minutes=minutes)
        self.swept = False
        if sweeps:
            self.sweep()

    @rule()
    def sweep(self) -> None:
        """The worker does all that is due."""
        for _ in range(50):
            with unit_of_work() as session:
                tickets = due_tickets(session, self.office.context())
                for ticket in tickets:
                    check(session, self.office.context(), ticket)
            if not tickets:
                break
        else:
            pytest.fail("a ticket is due for ever")
        self.swept = True

    def _actors(self, number: str) -> list[Actor]:
        return [*self.office.people.values(), self.office.requester(number), Machine()]

    def _act(self, actor: Actor, action: Action, number: str, dice: dict[str, int]) -> None:
        before, status = self._rows(), Status(self.office.value(number, "status"))
        fields = self.office.see(number, lambda s, t: self._fields(s, t, action, dice))
        try:
            self.office.does(actor, action, number, **fields)
        except DomainError:
            assert self._rows() == before, f"a refused {action} changed something"
            return
        assert is_possible(status, action), f"{action} was done on a ticket that is {status}"
        assert self.office.value(number, "status") == next_status(status, action)
        self._check_caches(number, "right after an action")
        self.done[action] += 1

    def _fields(self, session: Session, ticket: Ticket, action: Action, dice: dict[str, int]) -> dict[str, Any]:
        """Values for every action; those that an action does not know it does not look at."""
        roll, at = dice["reason"], self.office.now() + timedelta(days=dice["days"], minutes=-dice["minutes"])
        reasons: dict[Action, Any] = {Action.HOLD: [*HoldReason, "x"], Action.CANCEL: [*CancelReason, "x"]}
        fields: dict[str, Any] = {
            "reason": str(pick(reasons.get(action, ["sebab", "sebab", ""]), roll)),
            "item": pick([None, "x", *self.office.catalog.desks[MEDAN].items], dice["item"]),
            "type": pick([None, None, *TicketType], roll), "priority": pick([None, 1, 2, 3, 4, 9], roll),
            "assignee": pick([*PEOPLE, "x"], dice["group"]),
            "group": pick([*self.office.catalog.desks[MEDAN].groups, "x"], dice["group"]),
            "text": pick(["Teks.", "Teks.", " "], roll), "note": "Selesai.",
            "label": pick(["reset", "kabel", ""], roll),
            "missing": pick([["surat"], []], dice["other"]), "rating": pick([None, 1, 5, 6], roll),
            "number": pick([*self.numbers, "MDN-1"], dice["other"]),
            "entries": list(session.scalars(select(Entry.id).where(Entry.ticket_id == ticket.id)))[: dice["other"] % 4],
            "attributes": self._attributes(ticket, dice["attributes"]),
        }  # fmt: skip
        times = {"event_at": at, "starts_at": at, "agreed_due_at": at, "due_at": at}
        return fields | {name: pick([None, value], roll >> n) for n, (name, value) in enumerate(times.items())}

    def _attributes(self, ticket: Ticket, roll: int) -> dict[str, Any]:
        item = self.office.context().item(ticket.item)
        if item is None or not item.attributes or roll % 3 == 0:
            return {} if roll % 9 else {"x": 1}
        attribute = pick(item.attributes, roll)
        return {attribute.id: pick(attribute.choices, roll) if attribute.choices else roll % 40}


def _staff(now: datetime) -> dict[str, Any]:
    people = {}
    with unit_of_work() as session:
        for name, memberships in PEOPLE.items():
            user = StaffUser(name=name, display_name=name.title(), password_hash="-", created_at=now)
            user.memberships = [Membership(role=r, desk=d, group=g) for r, d, g in memberships]
            session.add(user)
            session.flush()
            people[name] = staff_of(user)
    return people


def _settings(folder: Path) -> Settings:
    env = {
        "HELPDESK_SECRET_KEY": "only-for-the-tests-0123456789",
        "HELPDESK_DATA": str(folder),
        "HELPDESK_KPTIK_MEDAN_SMTP_URL": "smtp://127.0.0.1:9",
    }
    return replace(load((MEDAN,), env), testing=True)


def _with_extensions(catalog: Catalog) -> Catalog:
    """Every second item's standard allows one more working day; the delivered ones name no extension."""
    longer = {
        name: replace(item, target=replace(item.target, extension=LONGER))
        for name, item in list(catalog.items.items())[::2]
    }
    return replace(catalog, items={**catalog.items, **longer})


@contextlib.contextmanager
def ground(template: bytes, folder: Path) -> Iterator[type[Handling]]:
    """The machine with a migrated database to begin each life with."""
    settings = _settings(folder)
    path = folder / "helpdesk.sqlite3"
    path.write_bytes(template)
    with bare_app(settings).app_context():
        office = Office(_with_extensions(load_file(catalog_path())), settings, StandingClock(START), _staff(START))
        db.engine.dispose()
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        given = {"template": path.read_bytes(), "path": path, "office": office, "done": Counter()}
        yield type("OneHandling", (Handling,), given)
        db.session.remove()
        db.engine.dispose()
