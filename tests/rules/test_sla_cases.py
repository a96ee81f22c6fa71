"""Cases of sla-cases 4.3 that the other tests of the time rules do not name; docs/sla-cases.md lists all of them."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from helpdesk.sla.clock import timeline
from helpdesk.sla.explain import explain
from helpdesk.sla.norms import ByAttribute, Case, Fixed, Target, Unit
from helpdesk.sla.verdict import response_verdict
from helpdesk.tickets.words import Verdict
from tests.rules.sla_requests import (
    CALENDAR,
    FOUR_HOURS,
    FRIDAY,
    INFORMATION,
    MONDAY,
    ONE_DAY,
    SATURDAY,
    TUESDAY,
    due,
    facts,
    hold,
    run,
    span,
)
from tests.rules.sla_samples import MAKASSAR, OFFICE_WEEK, at, day, office, plain, wall

HOUR = 3600
NAME = SimpleNamespace(id="Tutup kantor", en="Office closed")


def closed(*days):
    return dict.fromkeys(map(day, days), NAME)


def test_case_04_an_interval_shorter_than_a_pause_gives_nothing():
    known = facts(holds=(hold("documents", f"{FRIDAY} 10:30", f"{FRIDAY} 17:30"),))
    assert due(FOUR_HOURS, known) == f"{MONDAY} 11:30", "half an hour on Friday, the rest on Monday"


def test_case_06_a_closure_of_twelve_days_is_passed_over():
    lebaran = office(closed=closed("2026-03-16", "2026-03-17", "2026-03-25"))  # and what the decree closes between
    assert wall(lebaran.add(at("2026-03-13 16:30"), HOUR)) == "2026-03-26 08:30"
    assert lebaran.between(at("2026-03-13 17:00"), at("2026-03-26 08:00")) == 0


def test_case_08_closed_days_across_the_new_year_and_on_a_weekend_are_skipped_once():
    days = [day("2026-12-24") + timedelta(days=n) for n in range(10)]  # to 2 January, weekends among them
    calendar = plain(closed=dict.fromkeys(days, NAME))
    assert wall(calendar.add(at("2026-12-23 16:00"), 2 * HOUR)) == "2027-01-04 09:00"
    assert calendar.count_working_days(day("2026-12-21"), day("2027-01-05")) == 4
    told = [date for date, _ in calendar.closed_days(at("2026-12-23 16:00"), at("2027-01-04 09:00"))]
    assert day("2026-12-26") not in told, "nobody works on a Saturday anyway"


def test_case_08_a_day_that_is_closed_twice_counts_once():
    twice = office(closed=closed("2026-12-25"))
    assert twice.add(at("2026-12-23 16:00"), 2 * HOUR) == office().add(at("2026-12-23 16:00"), 2 * HOUR)


def test_case_08_a_day_closed_every_year_by_hand_moves_with_nothing_else():
    """A religious feast moves yearly: each year's date is its own entry, and no other year follows it."""
    calendar = plain(closed=closed("2026-03-19"))
    assert calendar.is_working_day(day("2027-03-19"))
    assert not calendar.is_working_day(day("2026-03-19"))


def test_case_08_14_a_holiday_of_one_office_leaves_the_others_at_work():
    local, others = office(MAKASSAR, closed=closed(FRIDAY)), office(MAKASSAR)
    assert wall(local.add(at(f"{FRIDAY} 10:00", MAKASSAR), HOUR), MAKASSAR) == f"{MONDAY} 09:00"
    assert wall(others.add(at(f"{FRIDAY} 10:00", MAKASSAR), HOUR), MAKASSAR) == f"{FRIDAY} 11:00"


@pytest.mark.parametrize("zone", [None, MAKASSAR])
def test_case_10_a_holiday_is_the_same_local_date_in_every_zone(zone):
    calendar = office(**({"zone": zone} if zone else {}))
    for before, after in (("2026-12-23", "2026-12-28"), ("2026-08-14", "2026-08-18")):
        closing, opening = at(f"{before} 17:00", calendar.zone), at(f"{after} 08:00", calendar.zone)
        assert calendar.next_working(closing) == opening
        assert calendar.back_to_working(opening - timedelta(seconds=1)) == closing


def test_case_16_naive_times_are_refused_wherever_they_come_in():
    naive = at(f"{FRIDAY} 10:00").replace(tzinfo=None)
    questions = (
        CALENDAR.next_working, CALENDAR.is_working, CALENDAR.day, lambda t: CALENDAR.add(t, 60),
        lambda t: CALENDAR.between(t, at(f"{MONDAY} 10:00")), lambda t: CALENDAR.add_working_days(t, 1),
        lambda t: CALENDAR.add_days(t, 1),
    )  # fmt: skip
    for question in questions:
        with pytest.raises(ValueError, match="zone"):
            question(naive)


def test_case_19_a_calendar_day_target_that_ends_before_two_closed_days_rolls_over_both():
    three_days = Target(Fixed(span(3, Unit.DAY)))
    assert due(three_days, facts("2026-03-17 10:00")) == "2026-03-25 08:00"  # the 20th is Lebaran until the 24th
    assert due(three_days, facts("2026-05-28 10:00")) == "2026-06-02 08:00"  # begins on the 29th, ends on Pancasila Day


@pytest.mark.parametrize("unit", [Unit.DAY, Unit.WEEK, Unit.MONTH])
def test_case_24_a_hold_that_is_over_before_the_clock_begins_moves_nothing(unit):
    target = Target(Fixed(span(1, unit)))
    received = f"{SATURDAY} 09:00"
    before = hold("documents", f"{SATURDAY} 10:00", "2026-11-22 10:00")
    assert due(target, facts(received, holds=(before,))) == due(target, facts(received))


def test_case_35_an_answer_after_its_breach_keeps_the_breach_and_its_time_through_a_reopen():
    late = facts(first_action_at=at(f"{FRIDAY} 10:45"))
    reopened = replace(late, cycle_started_at=at(f"{TUESDAY} 09:00"))
    for known in (late, reopened):
        line = run(FOUR_HOURS, known)
        assert (wall(line.response.due_at), wall(line.response.done_at)) == (f"{FRIDAY} 10:30", f"{FRIDAY} 10:45")
        assert response_verdict(line) is Verdict.BREACHED


def test_case_46_of_two_lines_that_match_the_first_in_the_file_wins():
    one, two = Case({"a": frozenset({"x"})}, Fixed(span(1))), Case({"a": frozenset({"x", "y"})}, Fixed(span(2)))
    known = facts(attributes={"a": "x"})
    assert due(Target(ByAttribute((one, two))), known) == f"{MONDAY} 10:00"
    assert due(Target(ByAttribute((two, one))), known) == f"{TUESDAY} 10:00"


def test_case_48_an_extended_deadline_on_a_closed_day_moves_back():
    known = facts(extended_due_at=at("2026-12-25 10:00"), extended_at=at("2026-12-01 09:00"))
    assert due(INFORMATION, known) == "2026-12-23 17:00"


def test_case_53_a_ticket_on_hold_at_the_end_of_a_period_is_neither_met_nor_breached():
    """What a report must be able to see at any instant, whatever comes later."""
    known = facts(holds=(hold("documents", f"{FRIDAY} 11:00"),))
    line = run(FOUR_HOURS, known, now=at("2026-11-30 23:59:59"))
    assert (line.resolution.on_hold, line.resolution.done_at, line.resolution.remaining_seconds) == (
        True,
        None,
        3 * HOUR,
    )


@pytest.mark.parametrize("language", ["id", "en"])
def test_case_55_the_story_ends_with_the_deadline_that_the_clock_gives(language):
    for target, received in ((FOUR_HOURS, f"{FRIDAY} 16:30"), (ONE_DAY, "2026-03-17 12:30"), (INFORMATION, SATURDAY)):
        known = facts(received)
        line = timeline(known, 30, target, CALENDAR, known.received_at)
        story = " ".join(explain(line, known, target, CALENDAR, language=language))
        local = line.resolution.due_at.astimezone(CALENDAR.zone)
        assert str(local.day) in story
        assert f"{local:%H.%M}" in story or f"{local:%H:%M}" in story


def test_case_12_lunch_counts_for_the_public_and_not_for_the_group():
    """Two clocks on one ticket: each by its own calendar."""
    public = plain(week=dict.fromkeys(range(5), ((at(f"{FRIDAY} 08:00").time(), at(f"{FRIDAY} 17:00").time()),)))
    start, end = at(f"{FRIDAY} 11:00"), at(f"{FRIDAY} 14:00")
    assert (public.between(start, end), plain(week=OFFICE_WEEK).between(start, end)) == (3 * HOUR, 2 * HOUR)
