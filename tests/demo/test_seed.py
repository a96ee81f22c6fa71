"""The tickets that a new demo begins with."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from helpdesk.catalog.load import load_file
from helpdesk.catalog.model import Catalog
from helpdesk.config import Settings, load
from helpdesk.demo import installation
from helpdesk.demo.installation import staff_addresses
from helpdesk.demo.people import UNREACHABLE, office_addresses
from helpdesk.demo.prepare import prepare
from helpdesk.demo.seed import ALL_STORIES, happenings, seed
from helpdesk.resources import catalog_path
from helpdesk.store.db import bare_app, db, reading, unit_of_work
from helpdesk.store.mail_models import OutboxMessage, RawMessage
from helpdesk.store.models import Entry, Event, File, Person, Ticket, TicketLink
from helpdesk.tickets.words import Channel, EntryKind, HoldReason, Status
from helpdesk.usecases.clocks import refresh
from helpdesk.usecases.context import Context
from helpdesk.usecases.standards import calendar_for
from helpdesk.usecases.sweep import due_tickets

TUESDAY = "2026-11-24T14:20:00+07:00"
CHAT = {Channel.WHATSAPP, Channel.TELEGRAM, Channel.WEB_CHAT}
CACHES = (
    "response_due_at", "response_done_at", "response_verdict", "resolution_due_at", "resolution_done_at",
    "resolution_verdict", "at_risk", "breached", "next_check_at",
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A demo's database at an instant."""

    settings: Settings
    catalog: Catalog
    now: datetime

    def context(self) -> Context:
        return Context(self.catalog, self.settings, self.now)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_file(catalog_path())


def begun(folder: Path, template: bytes, catalog: Catalog, now: str) -> Told:
    """A new demo, begun at `now`."""
    folder.mkdir(exist_ok=True)
    (folder / "helpdesk.sqlite3").write_bytes(template)
    demo = installation.settle(folder, catalog, 0)
    env = installation.environment(demo, folder, catalog) | {"HELPDESK_TESTING": "1", "HELPDESK_TEST_NOW": now}
    settings = load(tuple(catalog.desks), env)
    prepare(settings, catalog)
    return Told(settings, catalog, datetime.fromisoformat(now).astimezone(UTC))


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, sqlite_template: bytes, catalog: Catalog) -> Iterator[Told]:
    told = begun(tmp_path_factory.mktemp("told"), sqlite_template, catalog, TUESDAY)
    app = bare_app(told.settings)
    with app.app_context():
        yield told
        db.session.remove()
        db.engine.dispose()


def values(column: object) -> Counter[object]:
    with reading() as session:
        return Counter(session.scalars(select(column)))


def test_it_shows_every_status_every_desk_and_every_channel_that_there_is(told: Told) -> None:
    desks = values(Ticket.desk)
    assert 50 <= desks.total() <= 70
    assert set(values(Ticket.status)) == set(Status)
    assert set(desks) == set(told.catalog.desks)
    assert desks.most_common(1)[0][0] == "kptik-medan"
    assert set(values(Ticket.channel)) == set(Channel) - CHAT
    assert set(values(Ticket.hold_reason)) == {None, *HoldReason}
    assert set(values(Ticket.group)) == set(told.catalog.groups)


def test_it_shows_urgent_late_and_endangered_tickets_ratings_and_a_second_cycle(told: Told) -> None:
    with reading() as session:
        new = session.scalars(select(Ticket).where(Ticket.status == Status.NEW)).all()
        working = session.scalars(select(Ticket).where(Ticket.status == Status.IN_PROGRESS)).all()
    for found in (new, working):
        assert any(t.breached for t in found)
        assert any(t.at_risk for t in found)
        assert any(not t.breached and not t.at_risk for t in found)
    assert sum(t.urgent for t in new) == 2
    assert {2, 4, 5} <= set(values(Ticket.rating))
    assert set(values(Ticket.cycle)) == {1, 2}
    assert set(values(TicketLink.kind)) == {"follow-up", "merged"}
    assert set(values(Ticket.resolution_verdict)) == {None, "met", "breached", "excluded"}


def test_it_shows_every_kind_of_entry_and_the_marks_of_mail(told: Told) -> None:
    assert set(values(Entry.kind)) == set(EntryKind)
    assert {"", "resolution", "undelivered", "bounce", "auto-reply"} <= set(values(Entry.mark))
    assert values(File.media_type).keys() == {"image/png", "text/csv"}
    with reading() as session:
        quoting = session.scalars(select(Entry).where(Entry.text.contains("\n> "))).all()
        designed = session.scalar(select(func.count()).where(Entry.html.is_not(None)))
    assert quoting
    assert all(entry.shown_text and "> " not in entry.shown_text for entry in quoting)
    assert designed
    assert values(RawMessage.state)["quarantined"] == 1


def test_the_two_sample_requesters_own_a_few_and_nobody_has_an_address_that_could_exist(told: Told) -> None:
    with reading() as session:
        owners = Counter(session.scalars(select(Person.email).join(Ticket, Ticket.requester_id == Person.id)))
    assert owners["pemohon@helpdesk.test"] >= 3
    assert owners["pemohon2@helpdesk.test"] >= 3
    assert all(address is None or address.endswith((".example", ".test")) for address in owners)
    for recipient in values(OutboxMessage.recipient):
        known = {*office_addresses(), *staff_addresses(), "pemohon@helpdesk.test", "pemohon2@helpdesk.test"}
        assert recipient in known or recipient in UNREACHABLE, "an answer to everybody else arrives in the demo"


def test_nothing_is_left_to_send_and_nothing_is_due(told: Told) -> None:
    assert set(values(OutboxMessage.state)) == {"sent", "failed"}
    with unit_of_work() as session:
        assert due_tickets(session, told.context()) == []
        session.rollback()


def test_cached_times_are_those_that_events_and_holds_give(told: Told) -> None:
    """Save where a hold lasts: there the deadline moves with the present."""
    with unit_of_work() as session:
        for ticket in session.scalars(select(Ticket).where(Ticket.hold_reason.is_(None))):
            before = {name: getattr(ticket, name) for name in CACHES}
            refresh(session, told.context(), ticket)
            assert {name: getattr(ticket, name) for name in CACHES} == before, ticket.number
        session.rollback()


def test_numbers_have_no_gap_and_follow_the_order_of_creation(told: Told) -> None:
    with reading() as session:
        for desk in told.catalog.desks.values():
            wanted = select(Ticket.number).where(Ticket.desk == desk.id).order_by(Ticket.created_at, Ticket.id)
            numbers = list(session.scalars(wanted))
            assert numbers == [f"{desk.prefix}-2026-{n:06d}" for n in range(1, len(numbers) + 1)]


def test_a_second_start_adds_nothing(told: Told) -> None:
    before = (values(Ticket.id), values(OutboxMessage.id), values(Event.id))
    prepare(told.settings, told.catalog)
    assert (values(Ticket.id), values(OutboxMessage.id), values(Event.id)) == before


MOMENTS = (
    TUESDAY,
    "2026-11-21T23:45:00+07:00",  # a Saturday night
    "2026-11-23T08:01:00+07:00",  # the week has just begun
    "2027-01-01T12:00:00+07:00",  # a holiday; the stories lie in two years
    "2027-03-12T10:00:00+07:00",  # among the holidays of Idul Fitri
)


@pytest.mark.parametrize("now", MOMENTS)
def test_staff_have_worked_in_working_time_and_nothing_lies_in_the_future(catalog: Catalog, now: str) -> None:
    present = datetime.fromisoformat(now).astimezone(UTC)
    for it in happenings(catalog, present):
        assert it.at <= present
        if it.step.who:
            calendar = calendar_for(catalog, it.story.desk)
            assert calendar.back_to_working(it.at) == it.at, it.story.subject


@pytest.mark.parametrize("story", ALL_STORIES, ids=lambda story: story.subject)
def test_every_story_is_told_in_order_and_within_its_age(story: object) -> None:
    assert isinstance(story, type(ALL_STORIES[0]))
    afters = [0, *(step.after for step in story.steps)]
    assert afters == sorted(afters)
    assert len(set(afters)) == len(afters)
    assert afters[-1] <= story.age - (480 if story.evening else 0)


@pytest.mark.parametrize("now", MOMENTS[2:4])
def test_a_demo_may_begin_at_any_hour_of_any_day(
    tmp_path: Path, sqlite_template: bytes, catalog: Catalog, now: str
) -> None:
    told = begun(tmp_path / "var", sqlite_template, catalog, now)
    app = bare_app(told.settings)
    with app.app_context():
        assert not {"pending", "claimed", "held", "unknown"} & set(values(OutboxMessage.state))
        assert set(values(Ticket.status)) == set(Status)
        with reading() as session:
            assert session.scalar(select(func.max(Ticket.created_at))) <= told.now
            assert session.scalar(select(func.max(Event.at))) <= told.now
        db.session.remove()
        db.engine.dispose()


def test_what_goes_wrong_in_the_middle_leaves_nothing_behind(
    tmp_path: Path, sqlite_template: bytes, catalog: Catalog
) -> None:
    """Without the demo accounts the stories cannot be told; half a demo must not stay."""
    folder = tmp_path / "var"
    folder.mkdir()
    (folder / "helpdesk.sqlite3").write_bytes(sqlite_template)
    demo = installation.settle(folder, catalog, 0)
    settings = load(tuple(catalog.desks), installation.environment(demo, folder, catalog))
    app = bare_app(settings)
    with pytest.raises(KeyError):
        seed(app, catalog, settings, datetime.fromisoformat(TUESDAY))
    with app.app_context():
        assert values(Ticket.id) == Counter()
        assert values(RawMessage.id) == Counter()
        db.engine.dispose()
