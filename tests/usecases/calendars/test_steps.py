"""How a change of the calendars is carried out: when, in which parts, and of which tickets."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import cache

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from helpdesk import failpoints
from helpdesk.catalog.model import Catalog, DatedHours, Desk, Item, Text
from helpdesk.sla.clock import timeline
from helpdesk.sla.facts import Facts, Timeline
from helpdesk.sla.holiday_source import Holiday
from helpdesk.sla.reach import counts_forward
from helpdesk.store.catalog_models import CalendarsApplied
from helpdesk.store.db import db, reading, unit_of_work
from helpdesk.usecases import calendars_in_force, recalculation, standards
from helpdesk.usecases.clocks import refresh
from helpdesk.usecases.recalculation import SETTLED_AFTER, is_wanted, step
from helpdesk.worker import Worker
from tests.servers.killed import in_a_killed_process
from tests.usecases.calendars.changes import (
    MOURNING,
    TUESDAY,
    TUESDAY_11,
    WEDNESDAY_11,
    adopt,
    due,
    follow,
    moves,
    opened,
    telling,
    told,
    with_closed,
)
from tests.usecases.conftest import Office


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


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("how", ["kill", "database", "disk"])
def test_whatever_fails_while_a_worker_has_it_the_next_one_ends_it(office: Office, how: str) -> None:
    numbers = [opened(office, email=f"p{n}@kantor.example") for n in range(3)]
    office.catalog = with_closed(office.catalog, TUESDAY)
    follow(office)
    office.now.at += SETTLED_AFTER
    failpoints.arm(f"scheduler.after_claim:{how}@2")
    try:
        if how == "kill":
            db.engine.dispose()
            in_a_killed_process(lambda: follow(office, 1))
        else:
            with pytest.raises((SQLAlchemyError, OSError)):
                follow(office, 1)
    finally:
        failpoints.arm("")
    assert [due(office, n) for n in numbers] == [WEDNESDAY_11, TUESDAY_11, TUESDAY_11]
    follow(office, 1)
    assert [due(office, n) for n in numbers] == [WEDNESDAY_11] * 3
    assert [len(moves(office, n)) for n in numbers] == [1] * 3


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
    office.see(number, lambda _s, t: setattr(t, "resolution_due_at", WEDNESDAY_11))  # would be computed anew
    adopt(office, replace(office.catalog, calendars=calendars, desks=desks, items=items))
    assert due(office, number) == WEDNESDAY_11


def test_what_lies_out_of_reach_would_not_have_moved(catalog: Catalog) -> None:
    """Every item of every desk, received at many times, and a day closed after its deadline."""
    looked, closed = 0, cache(lambda day: with_closed(catalog, day))
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
                    assert line(closed(after)) == before, (item.id, received)
                    looked += 1
    assert looked > 100


def test_no_calendar_makes_a_deadline_where_a_start_an_event_or_an_agreement_is_awaited(catalog: Catalog) -> None:
    """Every item of every desk, of which only the receipt is known: why rows without a deadline are left out."""
    facts, awaited = Facts(datetime(2026, 11, 23, 1, 0, tzinfo=UTC), "email"), 0
    closed = with_closed(catalog, TUESDAY)
    for desk in catalog.desks.values():
        for item in catalog.items_of(desk.id):
            dues = [
                timeline(facts, None, item.target, standards.calendar_for(of, desk.id, item), facts.received_at)
                for of in (catalog, closed)
            ]
            before, after = (line.resolution.due_at for line in dues)
            assert (before is None) == (after is None), item.id
            awaited += before is None
    assert awaited > 20


def test_beside_many_ended_tickets_the_work_goes_on_in_stretches_of_ids(office: Office, monkeypatch) -> None:
    numbers = [opened(office, email=f"p{n}@kantor.example") for n in range(6)]
    for number in numbers[1:5]:
        office.does("agen", "take", number)
        office.does("agen", "cancel", number, reason="withdrawn")
    monkeypatch.setattr(recalculation, "STRETCH", 2)
    adopt(office, with_closed(office.catalog, TUESDAY))
    assert [due(office, n) for n in (numbers[0], numbers[5])] == [WEDNESDAY_11] * 2


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
