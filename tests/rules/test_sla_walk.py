"""Random calendars, zones and norms against an independent walk, minute by minute, over the clock on the wall."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from helpdesk.sla.clock import Facts, HoldPeriod, timeline
from helpdesk.sla.hours import NoWorkingTime, compile_calendar
from helpdesk.sla.norms import DayCount, Fixed, Span, Target, Unit

ZONES = ["Asia/Jakarta", "Asia/Makassar", "Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Asia/Kathmandu"]
# Beginnings near which the zones above change their clocks, and quiet ones
BEGINNINGS = [
    date(2026, 3, 27),
    date(2026, 10, 22),
    date(2026, 4, 2),
    date(2026, 9, 3),
    date(2026, 10, 2),
    date(2026, 6, 1),
]
MINUTE = timedelta(minutes=1)
HORIZON = 12 * 1440
NAME = SimpleNamespace(id="libur", en="closed")


@st.composite
def weeks(draw):
    """Up to three intervals a weekday on a grid of half hours, some touching, some until 24:00."""
    week = {}
    for weekday in range(7):
        marks = sorted(draw(st.sets(st.integers(0, 48), max_size=4)))
        pairs = list(zip(marks[::2], marks[1::2], strict=False)) or []
        if pairs and draw(st.booleans()) and pairs[-1][1] < 48:
            pairs.append((pairs[-1][1], 48))
        week[weekday] = tuple((_time(a), _time(b)) for a, b in pairs)
    return week


def _time(half_hours):
    return time(half_hours // 2 % 24, half_hours % 2 * 30)


@st.composite
def cases(draw):
    """A calendar as its plain parts, and a start on the minute."""
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    beginning = draw(st.sampled_from(BEGINNINGS))
    closed = {beginning + timedelta(days=n) for n in draw(st.sets(st.integers(0, 9), max_size=3))}
    week = draw(weeks())
    assume(any(week.values()))
    midnight = datetime.combine(beginning, time(), zone).astimezone(UTC)
    start = midnight + timedelta(minutes=draw(st.integers(0, 4 * 1440)))
    return zone, week, closed, start


class Walk:
    """The oracle: whether each minute from the start on is worked, looked up on the wall one after another."""

    def __init__(self, zone, week, closed, start):
        self.start = start
        self.walls = [(start + n * MINUTE).astimezone(zone) for n in range(HORIZON)]
        self.worked = [self._is_worked(moment, week, closed) for moment in self.walls]

    @staticmethod
    def _is_worked(moment, week, closed):
        if moment.date() in closed:
            return False
        now = moment.hour * 60 + moment.minute
        ends = [(a.hour * 60 + a.minute, (b.hour * 60 + b.minute) or 1440) for a, b in week[moment.weekday()]]
        return any(a <= now < b for a, b in ends)

    def moment(self, minute):
        return self.start + minute * MINUTE

    def add(self, minutes):
        left = minutes
        for minute, worked in enumerate(self.worked):
            left -= worked
            if left == 0:
                return self.moment(minute + 1)
        return None

    def between(self, low, high):
        return sum(self.worked[low:high])

    def days(self):
        """The minutes of each working day, in order."""
        days = {}
        for minute, worked in enumerate(self.worked):
            if worked:
                days.setdefault(self.walls[minute].date(), []).append(minute)
        return list(days.values())


def calendar_of(zone, week, closed, _start):
    return compile_calendar(zone=zone, week=week, closed=dict.fromkeys(closed, NAME), last=date(2028, 12, 31))


@settings(max_examples=40, deadline=None, database=None)
@given(cases(), st.integers(1, 3000), st.integers(0, 3000))
def test_adding_and_measuring_agree_with_the_walk_and_with_each_other(case, minutes, later):
    calendar, walk = calendar_of(*case), Walk(*case)
    due = walk.add(minutes)
    if due is not None:
        assert calendar.add(walk.start, minutes * 60) == due
        assert calendar.between(walk.start, due) == minutes * 60
        assert calendar.subtract(due, minutes * 60) <= calendar.next_working(walk.start)
    assert calendar.between(walk.start, walk.moment(later)) == walk.between(0, later) * 60
    assert calendar.is_working(walk.moment(later)) is walk.worked[later]


@settings(max_examples=40, deadline=None, database=None)
@given(cases(), st.integers(0, 3000))
def test_moving_forward_and_back_agree_with_the_walk(case, later):
    calendar, walk = calendar_of(*case), Walk(*case)
    following = next((n for n in range(later, HORIZON) if walk.worked[n]), None)
    if following is not None:
        assert calendar.next_working(walk.moment(later)) == walk.moment(following)
    earlier = next((n for n in range(later, -1, -1) if (n and walk.worked[n - 1]) or walk.worked[later]), None)
    if earlier is not None:
        assert calendar.back_to_working(walk.moment(later)) == walk.moment(earlier)


@settings(max_examples=40, deadline=None, database=None)
@given(cases(), st.integers(1, 5))
def test_working_days_of_both_conventions_agree_with_the_walk(case, count):
    zone, _, _, start = case
    # the day of the start is only whole when the walk saw it begin
    walk = Walk(*case[:3], start.astimezone(zone).replace(hour=0, minute=0).astimezone(UTC))
    days = walk.days()
    begun = int((start - walk.start) / MINUTE)
    first = next((n for n, day in enumerate(days) if day[-1] >= begun), None)
    if first is None or first + count >= len(days) - 1:
        return
    calendar = calendar_of(*case)
    gone = Fraction(sum(minute < begun for minute in days[first]), len(days[first]))
    due = calendar.add_working_days(start, count)
    if not gone:
        assert due == walk.moment(days[first + count - 1][-1] + 1)
    else:
        there = days[first + count]
        minute, second = divmod(int(gone * len(there) * 60), 60)  # whole seconds, cut off
        assert minute or second
        instant = there[minute] if second else there[minute - 1] + 1
        assert due == walk.moment(instant) + timedelta(seconds=second)
    assert calendar.working_days(start, due) <= count < calendar.working_days(start, due) + Fraction(1, 1000)
    assert calendar.add_working_days(start, count, DayCount.END_OF_DAY) == walk.moment(days[first + count][-1] + 1)


@settings(max_examples=40, deadline=None, database=None)
@given(cases(), st.integers(1, 1500), st.lists(st.tuples(st.integers(0, 4000), st.integers(1, 2000)), max_size=3))
def test_a_clock_with_holds_agrees_with_the_walk(case, minutes, holds):
    calendar, walk = calendar_of(*case), Walk(*case)
    held = {minute for begin, length in holds for minute in range(begin, begin + length)}
    free = [n for n in range(HORIZON) if walk.worked[n] and n not in held]
    if len(free) < minutes:
        return
    known = Facts(
        walk.start,
        "portal",
        holds=tuple(HoldPeriod("documents", walk.moment(a), walk.moment(a + length)) for a, length in holds),
    )
    target = Target(Fixed(Span(Decimal(minutes), Unit.MINUTE)))
    now = walk.moment(HORIZON - 1)
    clock = timeline(known, 30, target, calendar, now).resolution
    assert clock.due_at == walk.moment(free[minutes - 1] + 1)
    assert clock.elapsed_seconds == 60 * sum(n < HORIZON - 1 for n in free)
    at_due = timeline(known, 30, target, calendar, clock.due_at).resolution
    assert (at_due.elapsed_seconds, at_due.remaining_seconds) == (minutes * 60, 0)


@settings(max_examples=40, deadline=None, database=None)
@given(cases(), st.integers(1, 100_000), st.integers(1, 100_000))
def test_adding_twice_is_adding_once(case, first, second):
    calendar, start = calendar_of(*case), case[3]
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
