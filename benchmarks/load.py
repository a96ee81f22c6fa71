"""Fill a new SQLite database with many tickets by bulk inserts, as a base for benchmarks/pages.py.

Run: python benchmarks/load.py DIR --tickets 100000 [--one-requester]

Two entries a ticket, twenty on every hundredth; spread over status, desk, item, agent and 200 requesters. The staff
users `agen` and `teknisi` work at all desks and in all groups; their password is in `PASSWORD`.
"""

import argparse
import json
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from machine import say
from mails import FAMILY, GIVEN, OBJECTS, PHRASES, STATES
from sqlalchemy import insert
from sqlalchemy.orm import Session

from helpdesk.catalog.load import load_file
from helpdesk.catalog.model import Catalog, Item
from helpdesk.config import Settings, load
from helpdesk.resources import catalog_path
from helpdesk.store.db import Base, bare_app, unit_of_work
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Entry, Event, Hold, NumberSequence, Participant, Person, Ticket
from helpdesk.store.people_models import StaffUser
from helpdesk.store.schema import upgrade_database
from helpdesk.tickets.reference import format_number, number_year
from helpdesk.tickets.words import Action, Channel, EntryKind, HoldReason, Role, Status
from helpdesk.usecases.people import add_user

PASSWORD = "sandi-untuk-pengukuran"
SECRET = "only-for-the-benchmark-0123456789"
REQUESTERS, COLLEAGUES, BATCH = 200, 20, 2_000
LONG_EVERY, LONG = 100, 20
FIRST_DESK = 0.6
"""The share of the tickets at the first desk."""
SHARES = {
    Status.NEW: 10, Status.IN_PROGRESS: 20, Status.ON_HOLD: 5, Status.FULFILLED: 5, Status.RESOLVED: 10,
    Status.CLOSED: 45, Status.CANCELLED: 5,
}  # fmt: skip
TAKEN = (Status.IN_PROGRESS, Status.ON_HOLD, Status.FULFILLED, Status.RESOLVED, Status.CLOSED)
DONE = (Status.FULFILLED, Status.RESOLVED, Status.CLOSED)
LABELS = ("reset kata sandi", "ganti kabel", "pinjam alat", "pasang aplikasi", "perbaikan ringan")
KEPT = "load.json"


@dataclass(slots=True)
class Filling:
    """What the rows are drawn from, and the rows of the batch at hand by table."""

    catalog: Catalog
    now: datetime
    draw: random.Random
    people: list[dict[str, Any]]
    staff: list[int]
    last: dict[tuple[str, int], int] = field(default_factory=dict)
    rows: dict[type[Base], list[dict[str, Any]]] = field(default_factory=dict)
    entry_id: int = 0

    def add(self, model: type[Base], **values: Any) -> None:
        """One row more."""
        self.rows.setdefault(model, []).append(values)

    def number(self, desk_id: str, at: datetime) -> str:
        """The next number of the desk in that year."""
        desk = self.catalog.desks[desk_id]
        year = number_year(at, desk.zone)
        self.last[desk_id, year] = self.last.get((desk_id, year), 0) + 1
        return format_number(desk.prefix, year, self.last[desk_id, year])

    def write(self, session: Session) -> None:
        """Insert the batch."""
        for model in (Ticket, Entry, Event, Hold, Participant, OutboxMessage):
            if rows := self.rows.pop(model, []):
                session.connection().execute(insert(model.__table__), rows)


def _times(filling: Filling, status: Status, received: datetime) -> dict[str, Any]:
    due = received + timedelta(days=filling.draw.randint(1, 4))
    open_late = status.is_open and due < filling.now and filling.draw.random() < 0.9
    if status.is_open and not open_late:
        due = filling.now + timedelta(minutes=filling.draw.randint(5, 6_000))
    done = received + timedelta(hours=filling.draw.randint(1, 60)) if status in DONE else None
    ended = status in (Status.RESOLVED, Status.CLOSED)
    return {
        "response_due_at": received + timedelta(minutes=30),
        "response_done_at": received + timedelta(minutes=12) if status in TAKEN else None,
        "response_verdict": "met" if status in TAKEN else None,
        "resolution_due_at": due,
        "resolution_done_at": done,
        "resolution_verdict": ("met" if done and done <= due else "breached") if ended else None,
        "fulfilled_at": done,
        "resolved_at": done if ended else None,
        "closed_at": done if status is Status.CLOSED else None,
        "reopen_until": done + timedelta(days=8) if done else None,
        "breached": open_late,
        "at_risk": status.is_open and not open_late and due < filling.now + timedelta(hours=2),
        "next_check_at": filling.now + timedelta(days=filling.draw.randint(1, 30)) if status.is_open else None,
    }


def _history(filling: Filling, ticket_id: int, status: Status, received: datetime, item: Item, done: Any) -> None:
    def event(action: Action, at: datetime, after: Status, by: str, **data: Any) -> None:
        actor = "staff" if by == "agen" else "requester"
        filling.add(
            Event, ticket_id=ticket_id, action=action, actor=actor, by=by, at=at, from_status=None, to_status=after,
            why="", data=data,
        )  # fmt: skip

    opened = {"received_at": received.isoformat(), "channel": Channel.EMAIL.value}
    event(Action.OPEN, received, Status.NEW, "pegawai@kantor.example", **opened)
    if status in TAKEN:
        at = received + timedelta(minutes=12)
        event(Action.TAKE, at, Status.IN_PROGRESS, "agen", assignee="agen")
        event(Action.CLASSIFY, at, Status.IN_PROGRESS, "agen", item=item.id, type=item.types[0].value)
    if status is Status.ON_HOLD:
        event(Action.HOLD, received + timedelta(hours=1), status, "agen", reason="requester", missing=[])
        filling.add(
            Hold, ticket_id=ticket_id, reason=HoldReason.REQUESTER, why="", missing=[], by="agen",
            started_at=received + timedelta(hours=1), ended_at=None,
        )  # fmt: skip
    if status in DONE:
        event(Action.FULFIL, done, Status.FULFILLED, "agen", label=LABELS[ticket_id % len(LABELS)])
    if status in (Status.RESOLVED, Status.CLOSED):
        event(Action.CONFIRM_FULFILMENT, done, Status.RESOLVED, "agen", ended={})
    if status in (Status.CLOSED, Status.CANCELLED):
        action = Action.CONFIRM if status is Status.CLOSED else Action.CANCEL
        event(action, done or received + timedelta(hours=2), status, "agen", reason="withdrawn")


def _talk(filling: Filling, ticket_id: int, received: datetime, person: dict[str, Any], desk_id: str) -> None:
    count = LONG if ticket_id % LONG_EVERY == 0 else 2
    for number in range(count):
        filling.entry_id += 1
        kind = (EntryKind.REQUESTER_MESSAGE, EntryKind.AUTOMATIC_REPLY, EntryKind.WORK_NOTE, EntryKind.PUBLIC_REPLY)
        of_kind = kind[number] if number < 2 else kind[(number * 3) % 4]
        asked = of_kind is EntryKind.REQUESTER_MESSAGE
        filling.add(
            Entry, id=filling.entry_id, ticket_id=ticket_id, kind=of_kind, channel=Channel.EMAIL,
            author_id=None if number < 2 or asked else filling.staff[0],
            author_name=person["name"] if asked else "", author_address=person["email"] if asked else "",
            text="\n\n".join(filling.draw.choices(PHRASES, k=4)), shown_text=None, html=None, mark="", raw_id=None,
            created_at=received + timedelta(minutes=7 * number),
        )  # fmt: skip
        if number == 1:
            _reply_row(filling, ticket_id, received, person, desk_id)


def _reply_row(filling: Filling, ticket_id: int, at: datetime, person: dict[str, Any], desk_id: str) -> None:
    filling.add(
        OutboxMessage, ticket_id=ticket_id, entry_id=filling.entry_id, desk=desk_id, channel=Channel.EMAIL,
        kind="acknowledgement", automatic=True, recipient=person["email"], recipient_name=person["name"],
        message_id=f"{ticket_id}@ukur.example", in_reply_to="", references=[], context={},
        once_key=f"acknowledgement:{ticket_id}", state="sent", doubt=False, attempts=1, error="", next_try_at=at,
        lease_until=None, created_at=at, sent_at=at,
    )  # fmt: skip


def _ticket(filling: Filling, ticket_id: int, received: datetime) -> None:
    draw = filling.draw
    status = draw.choices(list(SHARES), weights=list(SHARES.values()))[0]
    first, *others = filling.catalog.desks
    desk_id = first if draw.random() < FIRST_DESK else draw.choice(others)
    item = filling.catalog.items[draw.choice(filling.catalog.desks[desk_id].items)]
    group = item.group if status in TAKEN and draw.random() < 0.7 else "layer-1"
    person, times = draw.choice(filling.people), _times(filling, status, received)
    filling.add(
        Ticket, id=ticket_id, version=1, number=filling.number(desk_id, received), desk=desk_id, status=status,
        type=item.types[0].value if status in TAKEN else None, item=item.id if status in TAKEN else None,
        channel=Channel.EMAIL, group=group, tier=filling.catalog.groups[group].tier,
        assignee_id=draw.choice(filling.staff) if status in TAKEN else None, requester_id=person["id"],
        subject=f"Mohon bantuan {draw.choice(OBJECTS)} {draw.choice(STATES)} #{ticket_id}",
        priority=draw.choices((1, 2, 3, 4), weights=(1, 4, 90, 5))[0], urgent=draw.random() < 0.05,
        label=LABELS[ticket_id % len(LABELS)] if status in DONE else None, attributes={},
        catalog_version=filling.catalog.version, received_at=received, created_at=received, event_at=None,
        starts_at=None, agreed_due_at=None, extended_due_at=None, cycle=1,
        hold_reason=HoldReason.REQUESTER if status is Status.ON_HOLD else None,
        fulfilled_group=group if status in DONE else None, rating=5 if status is Status.CLOSED else None,
        rating_comment="", merged_into_id=None, unread=draw.random() < 0.05, **times,
    )  # fmt: skip
    filling.add(Participant, ticket_id=ticket_id, address=person["email"], name=person["name"], kind="requester")
    _talk(filling, ticket_id, received, person, desk_id)
    _history(filling, ticket_id, status, received, item, times["fulfilled_at"])


def _people(draw: random.Random, count: int, now: datetime) -> Iterator[dict[str, Any]]:
    for number in range(1, count + 1):
        name = f"{draw.choice(GIVEN)} {draw.choice(FAMILY)}"
        yield {
            "id": number, "name": name, "email": f"pegawai{number}@kantor.example", "phone": "", "language": "id",
            "undeliverable": False, "created_at": now,
        }  # fmt: skip


def _staff(session: Session, catalog: Catalog, now: datetime) -> list[int]:
    desks, groups = list(catalog.desks), list(catalog.groups)
    first = [
        add_user(session, catalog, now, name="agen", password=PASSWORD, roles=[Role.AGENT], desks=desks, groups=[]),
        add_user(
            session, catalog, now, name="teknisi", password=PASSWORD, roles=[Role.TECHNICIAN], desks=desks,
            groups=groups,
        ),
    ]  # fmt: skip
    others = [
        StaffUser(name=f"rekan{n}", display_name=f"Rekan {n}", password_hash=first[0].password_hash, created_at=now)
        for n in range(COLLEAGUES)
    ]
    session.add_all(others)
    session.flush()
    return [user.id for user in (*first, *others)]


def settings_for(folder: Path) -> Settings:
    """The settings of a filled database."""
    return load((), {"HELPDESK_DATA": str(folder), "HELPDESK_SECRET_KEY": SECRET})


def fill(folder: Path, tickets: int, *, one_requester: bool) -> None:
    """Make the database and fill it; the newest ticket is a minute old."""
    catalog, app = load_file(catalog_path()), bare_app(settings_for(folder))
    upgrade_database(app)
    now, draw = datetime.now(UTC).replace(microsecond=0), random.Random(11)
    ages = sorted((draw.random() ** 2 * 365 * 86_400 + 60 for _ in range(tickets)), reverse=True)
    with app.app_context():
        with unit_of_work() as session:
            people = list(_people(draw, 1 if one_requester else REQUESTERS, now))
            session.connection().execute(insert(Person.__table__), people)
            filling = Filling(catalog, now, draw, people, _staff(session, catalog, now))
        for begin in range(0, tickets, BATCH):
            with unit_of_work() as session:
                for ticket_id, age in enumerate(ages[begin : begin + BATCH], start=begin + 1):
                    _ticket(filling, ticket_id, now - timedelta(seconds=int(age)))
                filling.write(session)
        with unit_of_work() as session:
            session.add_all(NumberSequence(desk=d, year=y, last=n) for (d, y), n in filling.last.items())
        with unit_of_work() as session:
            _keep(session, folder, tickets)


def _keep(session: Session, folder: Path, tickets: int) -> None:
    """What pages.py has to know: a long ticket, somebody's address."""
    long = session.get_one(Ticket, tickets - tickets % LONG_EVERY or LONG_EVERY)
    kept = {"tickets": tickets, "long": long.number, "subject": long.subject, "requester": long.requester.email}
    (folder / KEPT).write_text(json.dumps(kept))


def main() -> None:
    """Fill the folder that was named."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path, help="a folder that does not exist yet")
    options.add_argument("--tickets", type=int, default=10_000)
    options.add_argument("--one-requester", action="store_true", help="one requester owns them all")
    asked = options.parse_args()
    if asked.folder.exists():
        raise SystemExit(f"{asked.folder} exists already")
    begin = time.perf_counter()
    fill(asked.folder, asked.tickets, one_requester=asked.one_requester)
    size = sum(p.stat().st_size for p in asked.folder.glob("helpdesk.sqlite3*"))
    say(tickets=asked.tickets, seconds=round(time.perf_counter() - begin, 1), database_mib=round(size / 2**20, 1))


if __name__ == "__main__":
    main()
