"""A calendar's rules and the table of working intervals compiled from them.

The table keeps, in seconds since the epoch, every working interval between two dates with running sums, so that any
question about working time is a bisection. An instant is working time if and only if the clock on the wall in the
calendar's zone shows a time inside one of that date's intervals; so days of 23 and 25 hours need no rule of their own.
"""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from threading import Lock
from typing import Protocol
from zoneinfo import ZoneInfo

DAY = 86_400
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()

Week = Mapping[int, Sequence[tuple[time, time]]]
Intervals = tuple[tuple[int, int], ...]


class CalendarError(ValueError):
    """A calendar that cannot be compiled: overlapping or empty intervals."""


class NoWorkingTime(ValueError):
    """The calendar has no reachable working time where some is needed, or the time lies outside its validity."""


class Named(Protocol):
    """A name in Indonesian and English."""

    @property
    def id(self) -> str: ...
    @property
    def en(self) -> str: ...


class HoursBetween(Protocol):
    """Hours that replace the ordinary week from `first` to `last`, both inclusive."""

    @property
    def first(self) -> date: ...
    @property
    def last(self) -> date: ...
    @property
    def week(self) -> Week: ...


def _seconds(moment: time, *, end: bool) -> int:
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    return DAY if end and seconds == 0 else seconds


def compiled_week(week: Week) -> tuple[Intervals, ...]:
    """Seven days of intervals in seconds of the day; an end of 00:00 is 24:00."""
    days = []
    for weekday in range(7):
        pairs = [(_seconds(a, end=False), _seconds(b, end=True)) for a, b in week.get(weekday, ())]
        latest = 0
        for start, end in pairs:
            if start < latest or end <= start:
                raise CalendarError(f"weekday {weekday}: intervals must be in order, not empty and not overlap")
            latest = end
        days.append(tuple(pairs))
    return tuple(days)


@dataclass(frozen=True)
class CalendarRules:
    """What `compile_calendar` was given. `dated`: the last hour set that holds a date wins; `opened` beats `closed`."""

    zone: ZoneInfo
    week: tuple[Intervals, ...]
    dated: tuple[tuple[date, date, tuple[Intervals, ...]], ...] = ()
    closed: Mapping[date, Named] = field(default_factory=dict)
    opened: Collection[date] = frozenset()
    holidays: Callable[[int], Mapping[date, Named]] | None = None
    holidays_known: Callable[[int], bool] | None = None

    def closed_by(self, day: date) -> Named | None:
        """The holiday or own closed day that closes `day`; None when none does."""
        if day in self.opened:
            return None
        name = self.closed.get(day)
        return name if name or self.holidays is None else self.holidays(day.year).get(day)

    def hours_of(self, day: date) -> Intervals:
        """The hours of `day` in seconds of the wall clock, as if no holiday closed it."""
        week = next((week for first, last, week in reversed(self.dated) if first <= day <= last), self.week)
        return week[day.weekday()]

    def intervals(self, day: date) -> Intervals:
        """The working intervals of `day` in seconds of the wall clock; none on a closed day."""
        return () if self.closed_by(day) else self.hours_of(day)

    def midnight(self, day: date) -> int:
        """00:00 of `day` in the zone, as seconds since the epoch."""
        return int(datetime.combine(day, time(), self.zone).timestamp())


def _offset(zone: ZoneInfo, second: int) -> int:
    offset = datetime.fromtimestamp(second, zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def _changes_at(zone: ZoneInfo, low: int, high: int) -> int:
    """The first second of the offset that holds at `high`; at `low` another one holds."""
    wanted = _offset(zone, high)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, middle) == wanted:
            high = middle
        else:
            low = middle
    return high


def _stretches(zone: ZoneInfo, lower: int, upper: int) -> Iterator[tuple[int, int, int]]:
    """The stretches (from, to, offset) between two seconds in which the zone keeps one offset."""
    begin, second, offset = lower, lower, _offset(zone, lower)
    while second < upper:
        following = min(second + DAY, upper)
        if (changed := _offset(zone, following)) != offset:
            turn = _changes_at(zone, second, following)
            yield begin, turn, offset
            begin, offset = turn, changed
        second = following
    yield begin, upper, offset


def _pieces(rules: CalendarRules, stretches: Iterable[tuple[int, int, int]]) -> Iterator[tuple[date, int, int]]:
    for begin, end, offset in stretches:
        for number in range((begin + offset) // DAY, (end - 1 + offset) // DAY + 1):
            day = date.fromordinal(number + _EPOCH_ORDINAL)
            zero = number * DAY - offset
            for opens, closes in rules.intervals(day):
                start, stop = max(begin, zero + opens), min(end, zero + closes)
                if start < stop:
                    yield day, start, stop


def days_of_months(wall: datetime, months: int) -> int:
    """The days from a date to the same day so many months later, else to the last day of that month."""
    year, month = divmod(wall.year * 12 + wall.month - 1 + months, 12)
    day = min(wall.day, monthrange(year, month + 1)[1])
    return date(year, month + 1, day).toordinal() - wall.toordinal()


class Table:
    """Working intervals between two dates. `before[i]`: working seconds before interval i; `after[i]`: at its end.

    `day_of[i]` is the working day of interval i; of each working day its `dates`, close, sum before it and length.
    Answers for the instants from `lower` until `upper`, the last close. `one_offset`: the zone keeps one offset to UTC
    from `first` to `last`.
    """

    __slots__ = (
        "after", "before", "dates", "day_before", "day_ends", "day_lengths", "day_of", "ends", "first", "last", "lower",
        "one_offset", "starts", "upper",
    )  # fmt: skip

    def __init__(self, rules: CalendarRules, first: date, last: date) -> None:
        self.first, self.last = first, last
        self.lower = self.upper = rules.midnight(first)
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.before: list[int] = []
        self.after: list[int] = []
        self.day_of: list[int] = []
        self.dates: list[date] = []
        self.day_ends: list[int] = []
        self.day_before: list[int] = []
        self.day_lengths: list[int] = []
        stretches = list(_stretches(rules.zone, self.lower, rules.midnight(last + timedelta(days=1))))
        self.one_offset = len(stretches) == 1
        for day, start, end in _pieces(rules, stretches):
            self._append(day, start, end)

    def _append(self, day: date, start: int, end: int) -> None:
        total = self.after[-1] if self.after else 0
        if not self.dates or self.dates[-1] != day:
            self.dates.append(day)
            self.day_before.append(total)
            self.day_ends.append(end)
            self.day_lengths.append(0)
        self.starts.append(start)
        self.ends.append(end)
        self.before.append(total)
        self.after.append(total + end - start)
        self.day_of.append(len(self.dates) - 1)
        self.day_ends[-1] = self.upper = end
        self.day_lengths[-1] += end - start

    def worked(self, second: int) -> int:
        """The working seconds gone at `second` since the table's first; `second` lies before `upper`."""
        index = bisect_right(self.ends, second)
        gone = second - self.starts[index]
        return self.before[index] + (gone if gone > 0 else 0)

    def at(self, worked: int) -> int:
        """The first instant at which `worked` seconds are gone; at a boundary the end of the interval."""
        index = bisect_left(self.after, worked)
        return self.ends[index] - self.after[index] + worked


class GrowingTable:
    """A table that begins with the years around the first question and grows, at most from `first` to `last`.

    Growing replaces the table by one that holds the old one's years too, so what was covered stays covered.
    """

    __slots__ = ("_lock", "first", "last", "rules", "table")

    def __init__(self, rules: CalendarRules, first: date, last: date) -> None:
        self.rules, self.first, self.last = rules, first, last
        self.table: Table | None = None
        self._lock = Lock()

    def _grow(self, first: date, last: date) -> Table:
        with self._lock:
            if (old := self.table) is not None:
                first, last = min(first, old.first), max(last, old.last)
            self.table = table = Table(self.rules, max(first, self.first), min(last, self.last))
            return table

    def later(self, table: Table) -> Table:
        """A table that reaches further into the future. Raises NoWorkingTime at the end of the calendar."""
        if table.last >= self.last:
            raise NoWorkingTime(f"no working time is left until {self.last}, the end of the calendar")
        years = table.last.year - table.first.year + 1
        return self._grow(table.first, date(min(table.last.year + years, self.last.year), 12, 31))

    def earlier(self, table: Table) -> Table:
        """A table that reaches further back. Raises NoWorkingTime at the beginning of the calendar."""
        if table.first <= self.first:
            raise NoWorkingTime(f"no working time since {self.first}, the beginning of the calendar")
        years = table.last.year - table.first.year + 1
        return self._grow(date(max(table.first.year - years, self.first.year), 1, 1), table.last)

    def around(self, second: int) -> Table:
        """A table with working time after `second` (since the epoch). Raises NoWorkingTime."""
        table = self.table
        if table is not None and table.lower <= second < table.upper:
            return table
        day = datetime.fromtimestamp(second, self.rules.zone).date()
        if not self.first <= day <= self.last:
            raise NoWorkingTime(f"{day} is outside the calendar, which runs from {self.first} to {self.last}")
        if table is None or not table.first <= day <= table.last:
            table = self._grow(date(day.year - 1, 1, 1), date(day.year + 1, 12, 31))
        while second >= table.upper:
            table = self.later(table)
        return table
