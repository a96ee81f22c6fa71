"""Adding and removing a holiday moves open deadlines, tells requesters once, leaves ended cycles alone."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select, text

from helpdesk.catalog.model import Catalog, DatedHours, Desk, Item, Text
from helpdesk.catalog.source import CatalogSource
from helpdesk.sla.clock import timeline
from helpdesk.sla.facts import Facts, Timeline
from helpdesk.sla.holiday_source import Holiday
from helpdesk.sla.reach import counts_forward
from helpdesk.store.catalog_models import CalendarsApplied, MovedDeadline
from helpdesk.store.db import db, reading, unit_of_work
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Entry, Event
from helpdesk.usecases import calendars_in_force, recalculation, standards
from helpdesk.usecases.clocks import refresh
from helpdesk.usecases.dispatch import letter
from helpdesk.usecases.moved_deadlines import TOLD_AFTER
from helpdesk.usecases.recalculation import CACHED, SETTLED_AFTER, is_wanted, step
from helpdesk.worker import Worker
from tests.usecases.conftest import Office

RESET = "itsm.8/reset-password"
TUESDAY = date(2026, 11, 24)
TUESDAY_11 = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)  # 11:00 in Medan: four working hours after Monday 16:00
WEDNESDAY_11, THURSDAY_11 = TUESDAY_11 + timedelta(days=1), TUESDAY_11 + timedelta(days=2)
MOURNING = Text("Hari berkabung", "Day of mourning")


@pytest.fixture
def office(office: Office) -> Office:
    """The office on Monday at 16:00, and the calendars of that moment remembered."""
    office.now.at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    assert follow(office) == 0, "the first start only remembers"
    return office


@pytest.fixture
def worker(office: Office) -> Iterator[Worker]:
    made = Worker(office.settings, CatalogSource(office.catalog))
    made.desk = replace(made.desk, now=office.now)
    yield made
    with made.app.app_context():
        db.engine.dispose()


def with_closed(catalog: Catalog, *days: date) -> Catalog:
    calendars = {
        name: replace(spec, closed={**spec.closed, **dict.fromkeys(days, MOURNING)})
        for name, spec in catalog.calendars.items()
    }
    return replace(catalog, calendars=calendars)


def follow(office: Office, batch: int = 500) -> int:
    """Do all steps that can be done now; how many there were."""
    for count in range(100):
        with unit_of_work() as session:
            if not step(session, office.context(), batch):
                return count
    raise AssertionError("there is always another step")


def adopt(office: Office, catalog: Catalog) -> None:
    """The catalogue changes and every worker has seen it."""
    office.catalog = catalog
    follow(office)
    office.now.at += SETTLED_AFTER
    follow(office)


def telling(office: Office, worker: Worker) -> None:
    """Time passes until requesters may be told, and the worker looks."""
    worker.desk = replace(worker.desk, source=CatalogSource(office.catalog))
    office.now.at += TOLD_AFTER
    worker.follow_calendars()


def opened(office: Office, **values) -> str:
    return office.opened(item=RESET, **values)


def due(office: Office, number: str) -> datetime | None:
    return office.value(number, "resolution_due_at")


def rows(office: Office, number: str, query) -> list:
    """The rows that `query(ticket)` gives, readable when the session is over."""

    def look(session, ticket):
        found = list(session.scalars(query(ticket)))
        session.expunge_all()
        return found

    return office.see(number, look)


def events(office: Office, number: str) -> list[Event]:
    return rows(office, number, lambda t: select(Event).where(Event.ticket_id == t.id).order_by(Event.id))


def moves(office: Office, number: str) -> list[Event]:
    return [e for e in events(office, number) if e.action == "moved"]


def told(office: Office, number: str) -> list[OutboxMessage]:
    kind = OutboxMessage.kind == "calendar"
    return rows(office, number, lambda t: select(OutboxMessage).where(OutboxMessage.ticket_id == t.id, kind))


def test_case_09_a_holiday_added_moves_an_open_deadline_and_taken_away_again_moves_it_back(office: Office) -> None:
    plain, number = office.catalog, opened(office)
    assert due(office, number) == TUESDAY_11
    adopt(office, with_closed(plain, TUESDAY))
    assert due(office, number) == WEDNESDAY_11
    adopt(office, plain)
    assert due(office, number) == TUESDAY_11
    assert [(e.data["old_due_at"], e.data["due_at"]) for e in moves(office, number)] == [
        (TUESDAY_11.isoformat(), WEDNESDAY_11.isoformat()),
        (WEDNESDAY_11.isoformat(), TUESDAY_11.isoformat()),
    ]


def test_the_event_says_which_day_it_was_in_both_languages_and_is_nobodys_action(office: Office) -> None:
    number = opened(office)
    adopt(office, with_closed(office.catalog, TUESDAY, date(2026, 12, 1)))
    (event,) = moves(office, number)
    (change,) = event.data["changes"]
    assert (change["day"], change["id"], change["en"], change["after"]) == ("2026-11-24", MOURNING.id, MOURNING.en, [])
    assert (event.actor, event.by, event.from_status, event.to_status) == ("machine", "worker", "new", "new")


def test_the_requester_is_told_once_with_both_times_and_the_name_of_the_day(office: Office, worker: Worker) -> None:
    number = opened(office)
    adopt(office, with_closed(office.catalog, TUESDAY))
    assert told(office, number) == [], "a day entered by mistake can still be taken out"
    for _ in range(3):
        telling(office, worker)
    (message,) = told(office, number)
    with unit_of_work() as session:
        words = letter(session, office.context(), session.get_one(OutboxMessage, message.id)).text
    assert "Rabu, 25 November 2026 pukul 11.00 WIB" in words
    assert "Sebelumnya: Selasa, 24 November 2026 pukul 11.00 WIB" in words
    assert "Selasa, 24 November 2026 libur (Hari berkabung)" in words
    assert "Tuesday, 24 November 2026 is closed (Day of mourning)" in words
    assert words.index("Hari berkabung") < words.index("Day of mourning")
    assert (message.automatic, message.recipient) == (True, "sari@kantor.example")


def test_a_day_added_and_taken_out_before_anybody_was_told_is_told_to_nobody(office: Office, worker: Worker) -> None:
    plain, number = office.catalog, opened(office)
    adopt(office, with_closed(plain, TUESDAY))
    adopt(office, plain)
    telling(office, worker)
    assert (due(office, number), told(office, number)) == (TUESDAY_11, [])
    with reading() as session:
        assert session.scalars(select(MovedDeadline)).all() == []


def test_nobody_is_told_while_another_change_is_on_its_way(office: Office, worker: Worker) -> None:
    plain, number = office.catalog, opened(office)
    adopt(office, with_closed(plain, TUESDAY))
    office.catalog = plain
    telling(office, worker)
    assert told(office, number) == []


def test_two_days_added_one_after_the_other_are_told_together(office: Office, worker: Worker) -> None:
    number = opened(office)
    adopt(office, with_closed(office.catalog, TUESDAY))
    adopt(office, with_closed(office.catalog, TUESDAY + timedelta(days=1)))
    telling(office, worker)
    (message,) = told(office, number)
    assert message.context["old_due_at"] == TUESDAY_11.isoformat()
    assert message.context["due_at"] == THURSDAY_11.isoformat()
    assert "24 November" in message.context["reason"]["id"]
    assert "25 November" in message.context["reason"]["id"]


def test_a_robot_is_told_nothing_but_the_deadline_moves(office: Office, worker: Worker) -> None:
    number = office.opened(item=RESET, tellable=False)
    adopt(office, with_closed(office.catalog, TUESDAY))
    telling(office, worker)
    assert (due(office, number), told(office, number)) == (WEDNESDAY_11, [])
    entries = rows(office, number, lambda t: select(Entry).where(Entry.ticket_id == t.id))
    assert [e.text for e in entries if "Hari berkabung" in e.text] == []


def test_nobody_is_told_of_a_deadline_that_may_still_become_a_later_one(office: Office, worker: Worker) -> None:
    number = office.opened(item="itsm.9/software-install")  # on how many devices is not known
    standing = office.see(number, lambda s, t: refresh(s, office.context(), t))
    assert standing.timeline.missing == ("devices",)
    before = due(office, number)
    adopt(office, with_closed(office.catalog, *(TUESDAY + timedelta(days=n) for n in range(3))))
    telling(office, worker)
    assert due(office, number) > before
    assert (len(moves(office, number)), told(office, number)) == (1, [])


def test_a_ticket_without_an_item_is_left_as_it_is(office: Office, worker: Worker) -> None:
    number = office.opened()
    adopt(office, with_closed(office.catalog, TUESDAY))
    telling(office, worker)
    assert (due(office, number), moves(office, number), told(office, number)) == (None, [], [])


def test_case_09_ended_cycles_are_left_alone(office: Office, worker: Worker) -> None:
    resolved, cancelled = opened(office), opened(office)
    office.does("agen", "take", resolved)
    office.does("agen", "fulfil", resolved, note="x", label="y")
    office.does("agen", "confirm-fulfilment", resolved)
    office.does("agen", "cancel", cancelled, reason="duplicate")
    before = [office.see(n, lambda _s, t: (t.version, *(getattr(t, c) for c in CACHED))) for n in (resolved, cancelled)]
    adopt(office, with_closed(office.catalog, TUESDAY))
    telling(office, worker)
    after = [office.see(n, lambda _s, t: (t.version, *(getattr(t, c) for c in CACHED))) for n in (resolved, cancelled)]
    assert before == after
    assert [moves(office, n) + told(office, n) for n in (resolved, cancelled)] == [[], []]


def test_only_rows_whose_times_move_are_written(office: Office) -> None:
    late = opened(office)
    office.now.at = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    early = opened(office)  # due on Monday at noon
    office.now.at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    sweep(office)
    versions = [office.value(n, "version") for n in (late, early)]
    adopt(office, with_closed(office.catalog, TUESDAY))
    assert [office.value(n, "version") for n in (late, early)] == [versions[0] + 1, versions[1]]


def test_what_is_written_is_what_an_action_on_the_ticket_would_write(office: Office) -> None:
    numbers = [opened(office, channel=channel) for channel in ("email", "portal", "phone")]
    office.does("agen", "take", numbers[0])
    office.does("agen", "hold", numbers[0], reason="requester")
    office.does("agen", "take", numbers[1])
    office.does("agen", "fulfil", numbers[1], note="x", label="y")
    numbers.append(office.opened(item="bmn.1/psp"))
    adopt(office, with_closed(office.catalog, TUESDAY))

    def caches(session, ticket):
        kept = {name: getattr(ticket, name) for name in CACHED}
        refresh(session, office.context(), ticket)
        return kept, {name: getattr(ticket, name) for name in CACHED}

    for number in numbers:
        kept, fresh = office.see(number, caches)
        assert kept == fresh, number


def test_a_held_clock_follows_without_a_word_since_its_date_is_not_fixed(office: Office, worker: Worker) -> None:
    number = opened(office)
    office.does("agen", "take", number)
    office.does("agen", "hold", number, reason="requester")
    adopt(office, with_closed(office.catalog, TUESDAY))
    telling(office, worker)
    assert due(office, number) == WEDNESDAY_11 + SETTLED_AFTER
    assert (moves(office, number), told(office, number)) == ([], [])


def test_case_26_a_breach_that_was_apologised_for_stays_in_the_history_and_is_no_longer_shown(office: Office) -> None:
    number = opened(office, channel="portal")
    office.now.at = TUESDAY_11 + timedelta(minutes=5)
    sweep(office)
    assert office.value(number, "breached") is True
    adopt(office, with_closed(office.catalog, TUESDAY))
    assert (office.value(number, "breached"), due(office, number)) == (False, WEDNESDAY_11)
    assert [e.action for e in events(office, number)] == ["open", "apology", "moved"]
    office.now.at = WEDNESDAY_11 + timedelta(minutes=5)
    sweep(office)
    assert office.value(number, "breached") is True
    assert [e.action for e in events(office, number)].count("apology") == 1


def test_a_deadline_that_moves_into_the_past_is_found_by_the_ordinary_sweep(office: Office) -> None:
    plain = office.catalog
    adopt(office, with_closed(plain, TUESDAY))
    number = opened(office, received_at=office.now() - SETTLED_AFTER)
    assert due(office, number) == WEDNESDAY_11
    office.now.at = TUESDAY_11 + timedelta(hours=1)
    adopt(office, plain)
    assert due(office, number) == TUESDAY_11
    assert office.value(number, "next_check_at") <= office.now()
    sweep(office)
    assert "apology" in [e.action for e in events(office, number)]


def sweep(office: Office) -> None:
    from tests.usecases.test_sweep import sweep as swept

    swept(office)


def test_nothing_moves_before_every_worker_can_have_seen_the_change(office: Office) -> None:
    number, plain = opened(office), office.catalog
    changed = with_closed(plain, TUESDAY)
    for _ in range(3):  # two workers, of which one has not looked at the file yet
        for office.catalog in (changed, plain):
            follow(office)
            office.now.at += SETTLED_AFTER / 2
    assert due(office, number) == TUESDAY_11
    adopt(office, changed)
    assert due(office, number) == WEDNESDAY_11


def test_a_killed_worker_s_work_is_taken_up_where_it_stood_and_nothing_is_done_twice(office: Office) -> None:
    numbers = [opened(office, email=f"p{n}@kantor.example") for n in range(5)]
    office.catalog = with_closed(office.catalog, TUESDAY)
    follow(office)
    office.now.at += SETTLED_AFTER
    with unit_of_work() as session:
        assert step(session, office.context(), 2)
    with unit_of_work() as session:
        assert step(session, office.context(), 2)
        session.rollback()  # as a kill does
    assert [due(office, n) for n in numbers] == [WEDNESDAY_11] * 2 + [TUESDAY_11] * 3
    follow(office, 2)
    assert [due(office, n) for n in numbers] == [WEDNESDAY_11] * 5
    assert [len(moves(office, n)) for n in numbers] == [1] * 5


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
@pytest.mark.postgres
def test_case_49_two_workers_do_not_do_it_twice(office: Office) -> None:
    opened(office)
    office.catalog = with_closed(office.catalog, TUESDAY)
    follow(office)
    office.now.at += SETTLED_AFTER
    with db.engine.connect() as other:
        other.execute(text("select * from calendars_applied for update"))
        assert follow(office) == 0
    assert follow(office) > 0


def test_case_47_doing_it_again_changes_nothing(office: Office) -> None:
    number = opened(office)
    adopt(office, with_closed(office.catalog, TUESDAY))
    version = office.value(number, "version")
    with unit_of_work() as session:
        session.get_one(CalendarsApplied, 1).applied = "before"
    adopt(office, office.catalog)
    assert (office.value(number, "version"), len(moves(office, number))) == (version, 1)
    with reading() as session:
        assert not is_wanted(session, office.context())


def test_a_change_on_the_way_is_carried_out_after_it(office: Office) -> None:
    plain = office.catalog
    numbers = [opened(office, email=f"p{n}@kantor.example") for n in range(4)]
    office.catalog = with_closed(plain, TUESDAY)
    follow(office)
    office.now.at += SETTLED_AFTER
    with unit_of_work() as session:
        step(session, office.context(), 2)
    adopt(office, plain)
    assert [due(office, n) for n in numbers] == [TUESDAY_11] * 4
    assert [len(moves(office, n)) for n in numbers] == [2, 2, 0, 0]


def test_case_11_other_hours_between_two_dates_move_deadlines_too(office: Office, worker: Worker) -> None:
    number = opened(office)
    week = dict.fromkeys(range(5), ((time(8), time(10)),))
    short = DatedHours(TUESDAY, TUESDAY, Text("Hari pendek", "Short day"), week)
    calendars = {name: replace(spec, dated=(short,)) for name, spec in office.catalog.calendars.items()}
    adopt(office, replace(office.catalog, calendars=calendars))
    telling(office, worker)
    assert due(office, number) == datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
    assert told(office, number)[0].context["reason"]["id"] == "jam kerja Selasa, 24 November 2026 berubah"


def test_another_release_of_the_official_holidays_counts_as_a_change(office: Office, monkeypatch) -> None:
    number = opened(office)
    real = standards.of_year

    def newer(year: int, *, as_kept: bool = True):
        more = {TUESDAY: Holiday("Cuti bersama baru", "New joint leave", joint_leave=True)} if year == 2026 else {}
        return {**real(year, as_kept=as_kept), **more}

    monkeypatch.setattr(standards, "of_year", newer)
    restarted(office)
    assert due(office, number) == WEDNESDAY_11
    assert moves(office, number)[0].data["changes"][0]["id"] == "Cuti bersama baru"
    monkeypatch.undo()
    restarted(office)
    assert due(office, number) == TUESDAY_11


def restarted(office: Office) -> None:
    """A new process: nothing compiled is in memory."""
    standards._holidays.cache_clear()
    standards._COMPILED.clear()
    calendars_in_force._KNOWN.clear()
    adopt(office, office.catalog)


def test_a_new_year_moves_nothing(office: Office) -> None:
    number = opened(office)
    version = office.value(number, "version")
    office.now.at = datetime(2027, 1, 4, 3, 0, tzinfo=UTC)
    adopt(office, office.catalog)
    assert (office.value(number, "version"), moves(office, number)) == (version, [])
    with reading() as session:
        assert session.get_one(CalendarsApplied, 1).outline["calendars"]["office"]["last"].startswith("2031")


def test_a_ticket_whose_clocks_cannot_be_computed_does_not_stop_the_others(office: Office, monkeypatch) -> None:
    broken, sound = opened(office), opened(office, email="b@kantor.example")
    broken_id = office.value(broken, "id")

    def faulty(session, context, ticket, **given):
        if ticket.id == broken_id:
            raise KeyError("no such desk")
        return refresh(session, context, ticket, **given)

    monkeypatch.setattr(recalculation, "refresh", faulty)
    adopt(office, with_closed(office.catalog, TUESDAY))
    assert (due(office, broken), due(office, sound)) == (TUESDAY_11, WEDNESDAY_11)


def test_case_14_desks_whose_calendar_did_not_change_are_not_looked_at(office: Office) -> None:
    number = opened(office)
    other = replace(office.catalog.calendars["office"], id="other", closed={TUESDAY: MOURNING})
    desks = {**office.catalog.desks}
    desks["kptik-denpasar"] = replace(desks["kptik-denpasar"], calendar="other")
    items = {name: replace(item, calendar="") for name, item in office.catalog.items.items()}
    calendars = {**office.catalog.calendars, "other": other}
    office.see(number, lambda _s, t: setattr(t, "resolution_due_at", None))
    adopt(office, replace(office.catalog, calendars=calendars, desks=desks, items=items))
    assert due(office, number) is None


def test_what_lies_out_of_reach_would_not_have_moved(catalog: Catalog) -> None:
    """Every item of every desk, received at many times, and a day closed after its deadline."""
    looked = 0
    for desk in catalog.desks.values():
        for item in filter(lambda item: counts_forward(item.target.norm), catalog.items_of(desk.id)):
            for hours in range(0, 24 * 9, 31):
                received = datetime(2026, 11, 23, 1, 0, tzinfo=UTC) + timedelta(hours=hours)
                facts = Facts(received, "email")

                def line(of: Catalog, facts: Facts = facts, item: Item = item, desk: Desk = desk) -> Timeline:
                    calendar = standards.calendar_for(of, desk.id, item)
                    return timeline(facts, item.response_minutes, item.target, calendar, facts.received_at)

                before = line(catalog)
                dues = [at for at in (before.resolution.due_at, before.response.due_at) if at is not None]
                if dues:
                    after = standards.calendar_for(catalog, desk.id, item).day(max(dues)) + timedelta(days=1)
                    assert line(with_closed(catalog, after)) == before, (item.id, received)
                    looked += 1
    assert looked > 100


def test_a_deadline_that_was_moved_back_before_a_holiday_follows_when_the_holiday_is_taken_away(
    office: Office,
) -> None:
    """It lies before the changed day, and is moved all the same."""
    plain = office.catalog
    adopt(office, with_closed(plain, TUESDAY, TUESDAY + timedelta(days=1)))
    number = office.opened(item="itsm.9/software-install")  # beyond the last step: as agreed
    office.does("agen", "set", number, attributes={"devices": "1000"}, agreed_due_at=WEDNESDAY_11)
    assert due(office, number) == datetime(2026, 11, 23, 10, 0, tzinfo=UTC), "the close of Monday"
    adopt(office, plain)
    assert due(office, number) == WEDNESDAY_11
