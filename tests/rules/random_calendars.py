"""Calendars drawn at random, each as the product takes it and as the independent walk takes it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

from hypothesis import assume
from hypothesis import strategies as st

from helpdesk.sla.hours import WorkingCalendar, compile_calendar
from tests.rules.oracle_walk import Walk

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
NAME = SimpleNamespace(id="libur", en="closed")
BEFORE = 1  # the walk begins a day before the first moment that is drawn, so that it sees whole days


@dataclass(frozen=True)
class Drawn:
    """One calendar in both shapes; `start` and all seconds lie inside the walk."""

    calendar: WorkingCalendar
    walk: Walk
    beginning: date
    midnight: int

    def moment(self, second: int) -> datetime:
        return datetime.fromtimestamp(second, UTC)


@st.composite
def weeks(draw, grid=30):
    """Up to three intervals a weekday on a grid of minutes, some touching, some until 24:00, some days without."""
    week = {}
    for weekday in range(7):
        marks = sorted(draw(st.sets(st.integers(0, 1440 // grid), max_size=4)))
        pairs = [(a * grid, b * grid) for a, b in zip(marks[::2], marks[1::2], strict=False)]
        if pairs and pairs[-1][1] < 1440 and draw(st.booleans()):
            pairs.append((pairs[-1][1], 1440))
        week[weekday] = tuple(pairs)
    return week


def _as_times(week):
    return {day: tuple((_time(a), _time(b)) for a, b in pairs) for day, pairs in week.items()}


def _time(minutes):
    return time(minutes // 60 % 24, minutes % 60)


@st.composite
def calendars(draw, days=14):
    """A week, dated sets of hours, closed days, and days opened although closed."""
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    beginning = draw(st.sampled_from(BEGINNINGS))
    week = draw(weeks())
    assume(any(week.values()))
    some_days = st.sets(st.integers(0, days - 1), max_size=4)
    closed = {beginning + timedelta(days=n) for n in draw(some_days)}
    opened = {beginning + timedelta(days=n) for n in draw(some_days)}
    dated = []
    for first, length in draw(st.lists(st.tuples(st.integers(0, days), st.integers(0, 5)), max_size=2)):
        begin = beginning + timedelta(days=first)
        dated.append((begin, begin + timedelta(days=length), draw(weeks(grid=15))))

    def hours(day):
        if day in closed and day not in opened:
            return ()
        holding = [other for first, last, other in dated if first <= day <= last]
        return (holding[-1] if holding else week)[day.weekday()]

    calendar = compile_calendar(
        zone=zone,
        week=_as_times(week),
        dated=[SimpleNamespace(first=first, last=last, week=_as_times(other)) for first, last, other in dated],
        closed=dict.fromkeys(closed, NAME),
        opened=opened,
        last=date(2028, 12, 31),
    )
    walk = Walk(zone, hours, beginning - timedelta(days=BEFORE), days + BEFORE)
    return Drawn(calendar, walk, beginning, walk.midnight(beginning))
