"""Working hours, working days, days, weeks and months, as behaviour section 4 words them; numbers are sla-cases 4.3."""

from datetime import UTC, datetime, time
from decimal import Decimal
from types import SimpleNamespace

import pytest

from helpdesk.sla.hours import CalendarError, NoWorkingTime, compile_calendar
from helpdesk.sla.norms import DayCount, Span, Unit
from helpdesk.sla.spans import span_end
from tests.rules.sla_samples import BERLIN, JAKARTA, MAKASSAR, OFFICE, OFFICE_WEEK, at, day, office, plain, wall

FRIDAY, SATURDAY, MONDAY = "2026-11-20", "2026-11-21", "2026-11-23"
HOUR = 3600
ALL_DAY = dict.fromkeys(range(7), ((time(0), time(0)),))
RAMADAN = SimpleNamespace(
    first=day("2026-02-18"), last=day("2026-03-19"), week=dict.fromkeys(range(5), ((time(8), time(15)),))
)


@pytest.mark.parametrize(
    ("moment", "working"),
    [
        ("07:59:59", False), ("08:00:00", True), ("08:00:01", True), ("11:59:59", True), ("12:00:00", False),
        ("12:59:59", False), ("13:00:00", True), ("16:59:59", True), ("17:00:00", False), ("17:00:01", False),
        ("00:00:00", False),
    ],
)  # fmt: skip
def test_case_01_intervals_are_half_open(moment, working):
    assert office().is_working(at(f"{FRIDAY} {moment}")) is working


@pytest.mark.parametrize(
    ("start", "begins"),
    [
        (f"{FRIDAY} 07:59:59", f"{FRIDAY} 08:00"),
        (f"{FRIDAY} 09:30", f"{FRIDAY} 09:30"),
        (f"{FRIDAY} 12:00", f"{FRIDAY} 13:00"),
        (f"{FRIDAY} 17:00", f"{MONDAY} 08:00"),
        (f"{SATURDAY} 00:00", f"{MONDAY} 08:00"),
        ("2026-03-17 17:00:01", "2026-03-25 08:00"),  # Nyepi and Lebaran with joint leave and a weekend
        ("2026-12-23 17:30", "2026-12-28 08:00"),
    ],
)
def test_case_01_a_clock_that_starts_outside_working_time_starts_at_the_next_working_instant(start, begins):
    assert wall(office().next_working(at(start))) == begins


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        (f"{FRIDAY} 08:00", 4, f"{FRIDAY} 12:00"),
        (f"{FRIDAY} 13:00", 4, f"{FRIDAY} 17:00"),
        (f"{FRIDAY} 12:30", 4, f"{FRIDAY} 17:00"),
        (f"{FRIDAY} 10:15", 4, f"{FRIDAY} 15:15"),
        (f"{FRIDAY} 16:30", 4, f"{MONDAY} 11:30"),
        (f"{FRIDAY} 17:00", 4, f"{MONDAY} 12:00"),
        (f"{FRIDAY} 08:00", 8, f"{FRIDAY} 17:00"),
        (f"{FRIDAY} 11:59:59", 1, f"{FRIDAY} 13:59:59"),
        ("2026-03-17 16:00", 4, "2026-03-25 11:00"),
    ],
)
def test_case_02_hours_used_up_at_the_end_of_an_interval_are_due_at_that_end(start, hours, due):
    calendar = office()
    assert wall(calendar.add(at(start), hours * HOUR)) == due
    assert calendar.between(at(start), at(due)) == hours * HOUR


def test_case_03_a_zero_length_target_is_due_at_the_next_working_instant():
    assert wall(office().add(at(f"{FRIDAY} 17:00"), 0)) == f"{MONDAY} 08:00"
    with pytest.raises(ValueError, match="negative"):
        office().add(at(f"{FRIDAY} 09:00"), -1)


def test_case_03_a_target_of_more_than_a_year_and_across_ramadan_hours():
    calendar = plain(dated=[RAMADAN])
    # 17 February has 8 hours, 18 and 19 February 7 each under the dated set
    assert wall(calendar.add(at("2026-02-17 08:00"), 22 * HOUR)) == "2026-02-19 15:00"
    assert wall(plain().add(at("2026-01-01 08:00"), 262 * 8 * HOUR)) == "2027-01-01 17:00"


def test_case_04_days_with_two_three_and_no_intervals_and_touching_ones():
    week = {0: ((time(8), time(9)), (time(10), time(11)), (time(11), time(12))), 2: ((time(22), time(0)),)}
    calendar = plain(week=week)
    assert wall(calendar.add(at("2026-11-23 08:00"), 3 * HOUR)) == "2026-11-23 12:00"
    assert wall(calendar.add(at("2026-11-23 08:00"), 4 * HOUR)) == "2026-11-25 23:00"
    assert wall(calendar.add(at("2026-11-23 08:00"), 5 * HOUR)) == "2026-11-26 00:00"
    assert calendar.is_working(at("2026-11-23 11:00"))


@pytest.mark.parametrize(
    "intervals",
    [((time(8), time(12)), (time(11), time(17))), ((time(9), time(9)),), ((time(13), time(17)), (time(8), time(12)))],
)
def test_case_04_overlapping_empty_or_disordered_intervals_are_refused(intervals):
    with pytest.raises(CalendarError):
        plain(week={0: intervals})


def test_case_05_a_calendar_around_the_clock_loses_no_minute_at_midnight():
    calendar = plain(week=ALL_DAY)
    assert wall(calendar.add(at(f"{FRIDAY} 23:30"), 48 * HOUR)) == "2026-11-22 23:30"
    assert calendar.between(at(f"{FRIDAY} 00:00"), at("2026-11-27 00:00")) == 7 * 24 * HOUR
    assert calendar.is_working(at(f"{SATURDAY} 00:00"))


def test_case_06_a_closure_of_seven_days_and_an_office_open_one_day_a_week():
    assert wall(office().add(at("2026-03-17 16:59"), 120)) == "2026-03-25 08:01"
    thursdays = plain(week={3: ((time(8), time(12)),)})
    assert wall(thursdays.add(at(f"{FRIDAY} 09:00"), 9 * HOUR)) == "2026-12-10 09:00"


def test_case_07_a_calendar_without_reachable_working_time_is_an_error():
    with pytest.raises(NoWorkingTime):
        compile_calendar(zone=JAKARTA, week={})
    always_closed = plain(closed={}, holidays=_every_day, last=day("2040-12-31"))
    for question in (always_closed.next_working, always_closed.back_to_working, always_closed.is_working):
        with pytest.raises(NoWorkingTime):
            question(at(f"{FRIDAY} 09:00"))
    ended = plain(last=day("2026-12-31"))
    with pytest.raises(NoWorkingTime):
        ended.add(at("2026-12-31 16:00"), 2 * HOUR)
    with pytest.raises(NoWorkingTime):
        ended.add_working_days(at("2026-12-01 16:00"), 40)
    with pytest.raises(NoWorkingTime):
        plain().add(at("2101-01-03 09:00"), 60)


def _every_day(year):
    name = SimpleNamespace(id="tutup", en="closed")
    return {datetime.fromordinal(n).date(): name for n in range(day(f"{year}-01-01").toordinal(), _end(year))}


def _end(year):
    return day(f"{year}-12-31").toordinal() + 1


def test_case_08_own_closed_days_leap_day_short_days_and_days_opened_although_holidays():
    name = SimpleNamespace(id="HUT kantor", en="Office anniversary")
    assert wall(plain(closed={day("2028-02-29"): name}).next_working(at("2028-02-28 17:00"))) == "2028-03-01 08:00"
    short = SimpleNamespace(first=day(FRIDAY), last=day(FRIDAY), week=dict.fromkeys(range(5), ((time(8), time(11)),)))
    assert wall(plain(dated=[short]).add(at(f"{FRIDAY} 10:00"), 2 * HOUR)) == f"{MONDAY} 09:00"
    opened = office(opened=frozenset({day("2026-12-24")}))
    assert wall(opened.next_working(at("2026-12-23 17:00"))) == "2026-12-24 08:00"


def test_case_11_the_last_normal_day_and_the_first_day_of_ramadan_hours():
    calendar = plain(dated=[RAMADAN])
    assert wall(calendar.add(at("2026-02-17 16:00"), 2 * HOUR)) == "2026-02-18 09:00"
    assert wall(calendar.add(at("2026-02-18 14:00"), 2 * HOUR)) == "2026-02-19 09:00"
    assert wall(calendar.add(at("2026-03-19 14:30"), HOUR)) == "2026-03-20 08:30"


def test_case_12_a_calendar_in_which_lunch_counts_ends_earlier():
    through = plain(week=dict.fromkeys(range(5), ((time(8), time(17)),)))
    assert wall(through.add(at(f"{FRIDAY} 10:00"), 4 * HOUR)) == f"{FRIDAY} 14:00"
    assert wall(plain().add(at(f"{FRIDAY} 10:00"), 4 * HOUR)) == f"{FRIDAY} 15:00"


def test_case_13_the_same_wall_clock_hours_are_an_hour_apart_in_wita():
    assert office(MAKASSAR).next_working(at(f"{FRIDAY} 07:30")) == at(f"{FRIDAY} 08:30", MAKASSAR)
    due = office(MAKASSAR).add(at(f"{FRIDAY} 08:00", MAKASSAR), 4 * HOUR)
    assert due == datetime(2026, 11, 20, 4, tzinfo=UTC)
    assert due.tzinfo is UTC


def test_case_15_days_of_23_and_25_hours():
    calendar = compile_calendar(zone=BERLIN, week=ALL_DAY)
    spring, autumn = at("2026-03-28 12:00", BERLIN), at("2026-10-24 12:00", BERLIN)
    assert wall(calendar.add(spring, 24 * HOUR), BERLIN) == "2026-03-29 13:00"
    assert wall(calendar.add(autumn, 24 * HOUR), BERLIN) == "2026-10-25 11:00"
    night = compile_calendar(zone=BERLIN, week=dict.fromkeys(range(7), ((time(1), time(4)),)))
    assert night.between(at("2026-03-29 00:00", BERLIN), at("2026-03-30 00:00", BERLIN)) == 2 * HOUR
    assert night.between(at("2026-10-25 00:00", BERLIN), at("2026-10-26 00:00", BERLIN)) == 4 * HOUR
    # an interval that ends inside the hour that comes twice is worked in both
    twice = compile_calendar(zone=BERLIN, week=dict.fromkeys(range(7), ((time(1), time(2, 30)),)))
    assert twice.between(at("2026-10-25 00:00", BERLIN), at("2026-10-26 00:00", BERLIN)) == 2 * HOUR


def test_case_16_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        office().next_working(datetime(2026, 11, 20, 9))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (f"{FRIDAY} 16:30", 1, f"{MONDAY} 16:30"),
        (f"{MONDAY} 08:00", 1, f"{MONDAY} 17:00"),
        (f"{FRIDAY} 17:00", 1, f"{MONDAY} 17:00"),
        (f"{FRIDAY} 12:15", 1, f"{MONDAY} 12:00"),  # half a day gone: of 12:00 and 13:00 the earlier
        (f"{FRIDAY} 13:00", 1, f"{MONDAY} 12:00"),
        (f"{SATURDAY} 10:00", 3, "2026-11-25 17:00"),
        (f"{FRIDAY} 09:00", 20, "2026-12-18 09:00"),
        ("2026-03-17 10:00", 1, "2026-03-25 10:00"),
        ("2026-12-22 16:30", 2, "2026-12-28 16:30"),
    ],
)
def test_a_working_day_elapsed_ends_at_the_fraction_of_the_day_at_which_it_began(start, days, due):
    assert wall(office().add_working_days(at(start), days)) == due


def test_a_working_day_elapsed_is_one_day_whatever_its_length():
    short_friday = plain(week=OFFICE_WEEK | {4: ((time(8), time(12)),)})
    assert wall(short_friday.add_working_days(at("2026-11-19 15:00"), 1)) == f"{FRIDAY} 11:00"
    assert wall(short_friday.add_working_days(at(f"{FRIDAY} 09:00"), 1)) == f"{MONDAY} 10:00"


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (f"{FRIDAY} 09:00", 3, "2026-11-25 17:00"),
        (f"{FRIDAY} 07:00", 3, "2026-11-25 17:00"),
        (f"{FRIDAY} 12:30", 3, "2026-11-25 17:00"),
        (f"{FRIDAY} 16:59:59", 3, "2026-11-25 17:00"),
        (f"{FRIDAY} 17:00", 3, "2026-11-26 17:00"),
        (f"{SATURDAY} 09:00", 3, "2026-11-26 17:00"),
        ("2026-03-17 09:00", 1, "2026-03-25 17:00"),
    ],
)
def test_case_18_end_of_day_does_not_count_the_day_of_receipt(start, days, due):
    assert wall(office().add_working_days(at(start), days, DayCount.END_OF_DAY)) == due


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (f"{FRIDAY} 10:00", 1, f"{MONDAY} 08:00"),  # Saturday 10:00, moved forward
        (f"{FRIDAY} 10:00", 3, f"{MONDAY} 10:00"),
        (f"{FRIDAY} 18:00", 1, "2026-11-24 08:00"),  # counted from Monday 08:00
        ("2026-12-22 12:30", 1, "2026-12-23 13:00"),
        ("2026-12-17 10:00", 7, "2026-12-28 08:00"),  # joint leave, Christmas, weekend: rolled over all of them
        (f"{FRIDAY} 10:00", 14, "2026-12-04 10:00"),
    ],
)
def test_case_19_days_are_calendar_days_moved_forward_to_working_time(start, days, due):
    assert wall(office().add_days(at(start), days)) == due


def test_case_20_weeks_months_and_an_hour_before_closing():
    fortnight = Span(Decimal(2), Unit.WEEK)
    assert wall(span_end(fortnight, at(f"{FRIDAY} 10:00"), office())) == "2026-12-04 10:00"
    assert wall(office().add_months(at("2027-01-29 10:00"), 1)) == "2027-03-01 08:00"  # 28 February is a Sunday
    assert wall(plain().add_months(at("2028-01-31 10:00"), 1)) == "2028-02-29 10:00"
    assert wall(office().add_months(at("2026-11-30 10:00"), 2)) == "2027-02-01 08:00"  # 30 January is a Saturday
    assert wall(office().add(at(f"{FRIDAY} 15:30"), HOUR)) == f"{FRIDAY} 16:30"


@pytest.mark.parametrize(
    ("moment", "moved"),
    [
        (f"{FRIDAY} 12:30", f"{FRIDAY} 12:00"),
        (f"{FRIDAY} 17:00", f"{FRIDAY} 17:00"),
        (f"{SATURDAY} 15:00", f"{FRIDAY} 17:00"),
        (f"{MONDAY} 07:59", f"{FRIDAY} 17:00"),
        (f"{MONDAY} 08:00", f"{MONDAY} 08:00"),
        ("2026-03-24 10:00", "2026-03-17 17:00"),
    ],
)
def test_moving_back_ends_at_the_end_of_the_last_working_interval(moment, moved):
    assert wall(office().back_to_working(at(moment))) == moved


def test_counting_and_finding_working_days_by_date():
    calendar = office()
    assert calendar.nth_working_day_after(day(FRIDAY), 2) == day("2026-11-24")
    assert calendar.nth_working_day_before(day(MONDAY), 1) == day(FRIDAY)
    assert calendar.nth_working_day_after(day("2026-03-17"), 1) == day("2026-03-25")
    assert calendar.count_working_days(day(FRIDAY), day("2026-11-27")) == 5
    assert wall(calendar.close_of_day(day(SATURDAY))) == f"{FRIDAY} 17:00"
    assert wall(calendar.end_of(day(SATURDAY))) == "2026-11-22 00:00"


def test_a_question_far_from_the_first_one_is_answered_alike():
    calendar = office()
    early = calendar.between(at("2021-06-01 00:00"), at("2021-07-01 00:00"))
    late = calendar.between(at("2031-01-01 00:00"), at("2031-12-31 00:00"))
    assert early == office().between(at("2021-06-01 00:00"), at("2021-07-01 00:00")) == 21 * 8 * HOUR
    assert late == office().between(at("2031-01-01 00:00"), at("2031-12-31 00:00"))
    assert calendar.between(at(f"{MONDAY} 00:00"), at(f"{FRIDAY} 00:00")) == 0
    assert OFFICE[0][0] == time(8)
