"""Random calendars and zones against an independent walk, minute by minute, over the clock on the wall."""

from datetime import datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.sla.hours import NoWorkingTime, compile_calendar
from helpdesk.sla.norms import DayCount
from tests.rules.oracle_walk import OutOfSight
from tests.rules.random_calendars import ZONES, calendars

SECONDS = st.integers(0, 8 * 86_400)
quickly = settings(max_examples=40, deadline=None, database=None)


def seen(answer, *arguments, **named):
    """The walk's answer, None where it does not reach so far."""
    try:
        return answer(*arguments, **named)
    except OutOfSight:
        return None


@quickly
@given(calendars(), SECONDS, st.integers(0, 200_000), SECONDS)
def test_case_02_15_adding_and_measuring_agree_with_the_walk_and_with_each_other(drawn, offset, seconds, later):
    calendar, walk, start = drawn.calendar, drawn.walk, drawn.midnight + offset
    moment, due = drawn.moment, seen(drawn.walk.add, drawn.midnight + offset, seconds)
    if due is not None:
        assert calendar.add(moment(start), seconds) == moment(due)
        assert calendar.between(moment(start), moment(due)) == seconds
        if seconds:
            assert calendar.subtract(moment(due), seconds) <= calendar.next_working(moment(start))
    assert calendar.between(moment(start), moment(start + later)) == seen(walk.elapsed, start, start + later) or (
        start + later > walk.end
    )


@quickly
@given(calendars(), SECONDS)
def test_case_01_moving_forward_and_back_agree_with_the_walk(drawn, offset):
    second = drawn.midnight + offset
    moment = drawn.moment(second)
    assert drawn.calendar.is_working(moment) is drawn.walk.is_worked(second)
    following, earlier = seen(drawn.walk.opening, second), seen(drawn.walk.closing, second)
    if following is not None:
        assert drawn.calendar.next_working(moment) == drawn.moment(following)
    if earlier is not None:
        assert drawn.calendar.back_to_working(moment) == drawn.moment(earlier)


@quickly
@given(calendars(), SECONDS, st.integers(1, 5))
def test_case_18_working_days_of_both_conventions_agree_with_the_walk(drawn, offset, count):
    start = drawn.midnight + offset
    moment = drawn.moment(start)
    due = seen(drawn.walk.add_whole_days, start, count)
    if due is not None:
        found = drawn.calendar.add_working_days(moment, count)
        assert found == drawn.moment(due)
        counted = drawn.calendar.working_days(moment, found)
        assert counted <= count < counted + Fraction(1, 100)  # a part of a second may be cut off, of a short day more
    close = seen(drawn.walk.add_days_to_close, start, count)
    if close is not None:
        assert drawn.calendar.add_working_days(moment, count, DayCount.END_OF_DAY) == drawn.moment(close)


@quickly
@given(calendars(), SECONDS, st.integers(1, 8))
def test_case_19_calendar_days_agree_with_the_walk(drawn, offset, days):
    start = drawn.midnight + offset
    due = seen(drawn.walk.add_wall, start, days=days)
    if due is not None:
        assert drawn.calendar.add_days(drawn.moment(start), days) == drawn.moment(due)


@settings(max_examples=10, deadline=None, database=None)
@given(calendars(days=110), SECONDS, st.integers(1, 3))
def test_case_20_months_agree_with_the_walk(drawn, offset, months):
    start = drawn.midnight + offset
    due = seen(drawn.walk.add_wall, start, months=months)
    if due is not None:
        assert drawn.calendar.add_months(drawn.moment(start), months) == drawn.moment(due)


@quickly
@given(calendars(), st.integers(0, 12), st.integers(0, 12), st.integers(1, 4))
def test_counting_and_finding_working_days_agree_with_the_walk(drawn, first, length, count):
    day = drawn.beginning + timedelta(days=first)
    until = day + timedelta(days=min(length, 13 - first))
    assert drawn.calendar.count_working_days(day, until) == sum(day <= other < until for other in drawn.walk.days)
    following = drawn.walk.dates_after(day)
    if len(following) >= count:
        assert drawn.calendar.nth_working_day_after(day, count) == following[count - 1]
    close = seen(drawn.walk.close_of, day)
    if close is not None:
        assert drawn.calendar.close_of_day(day) == drawn.moment(close)


@quickly
@given(calendars(), SECONDS, st.integers(1, 100_000), st.integers(1, 100_000))
def test_adding_twice_is_adding_once(drawn, offset, first, second):
    calendar, start = drawn.calendar, drawn.moment(drawn.midnight + offset)
    try:
        whole = calendar.add(start, first + second)
    except NoWorkingTime:
        return
    assert calendar.add(calendar.add(start, first), second) == whole
    assert sum(int((b - a).total_seconds()) for a, b in calendar.pieces(start, whole)) == first + second


@pytest.mark.parametrize("zone", ZONES)
def test_a_year_of_days_around_the_clock_has_the_length_of_the_year(zone):
    calendar = compile_calendar(zone=ZoneInfo(zone), week=dict.fromkeys(range(7), ((time(0), time(0)),)))
    start, end = (datetime(year, 1, 1, tzinfo=ZoneInfo(zone)) for year in (2026, 2027))
    assert calendar.between(start, end) == 365 * 86_400
    assert len(calendar.pieces(start, end)) >= 365
