"""Working calendars: sums and differences of working time in one zone, by bisection over a compiled table.

Every time is an aware datetime; results are in UTC and in whole seconds (a fraction of a second is cut off). Source of
the conventions: behaviour section 4.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from helpdesk.sla.norms import DayCount
from helpdesk.sla.worktable import (
    DAY,
    CalendarError,
    CalendarRules,
    GrowingTable,
    HoursBetween,
    Named,
    NoWorkingTime,
    Week,
    compiled_week,
    days_of_months,
)

__all__ = ["CalendarError", "Named", "NoWorkingTime", "WorkingCalendar", "compile_calendar"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FROM_SECOND = datetime.fromtimestamp


def _second(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise ValueError("a time without a zone has no place in a calendar")
    since = moment - _EPOCH  # rounds down by itself, and takes less time than timestamp()
    return since.days * DAY + since.seconds


def _utc(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


class WorkingCalendar:
    """The working time of one desk (or item); made by `compile_calendar`.

    Any question that no working time can answer raises NoWorkingTime, as does a time outside the validity.
    """

    __slots__ = ("_growing", "rules")

    def __init__(self, rules: CalendarRules, first: date, last: date) -> None:
        self.rules = rules
        self._growing = GrowingTable(rules, first, last)

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the wall clock that the hours mean."""
        return self.rules.zone

    def day(self, moment: datetime) -> date:
        """The date of `moment` in the calendar's zone."""
        return _FROM_SECOND(_second(moment), self.zone).date()

    # --- working seconds -------------------------------------------------------------------------------------------

    def add(self, start: datetime, seconds: int) -> datetime:
        """The instant at which `seconds` of working time since `start` are used up; 0 gives the next working instant.

        Used up exactly at the end of an interval, that end is the answer. Raises ValueError for negative seconds.
        """
        if seconds <= 0:
            if seconds < 0:
                raise ValueError("working time to add cannot be negative")
            return self.next_working(start)
        # Written out for speed: this and add_working_days run for every open ticket when a holiday is added.
        second = _second(start)
        table = self._growing.table
        if table is None or not table.lower <= second < table.upper:
            table = self._growing.around(second)
        index = bisect_right(table.ends, second)
        gone = second - table.starts[index]
        worked = table.before[index] + seconds + (gone if gone > 0 else 0)
        while worked > table.after[-1]:
            table = self._growing.later(table)
        index = bisect_left(table.after, worked)
        return _FROM_SECOND(table.ends[index] - table.after[index] + worked, UTC)

    def subtract(self, end: datetime, seconds: int) -> datetime:
        """The instant that is followed by `seconds` of working time until `end`; at a boundary the earlier one."""
        second = _second(end)
        table = self._growing.around(second)
        while (worked := table.worked(second) - seconds) <= 0:
            table = self._growing.earlier(table)
        return _utc(table.at(worked))

    def between(self, start: datetime, end: datetime) -> int:
        """The working seconds from `start` to `end`; 0 when `end` is not after `start`."""
        low, high = _second(start), _second(end)
        if high <= low:
            return 0
        table = self._growing.table
        if table is None or not (table.lower <= low and high < table.upper):
            self._growing.around(low)
            table = self._growing.around(high)
        return table.worked(high) - table.worked(low)

    def is_working(self, moment: datetime) -> bool:
        """True inside an interval; intervals are half-open, so closing time itself is outside."""
        second = _second(moment)
        table = self._growing.around(second)
        return table.starts[bisect_right(table.ends, second)] <= second

    def next_working(self, moment: datetime) -> datetime:
        """`moment` itself when it is working time, else the next opening."""
        return _FROM_SECOND(self._working_from(_second(moment)), UTC)

    def _working_from(self, second: int) -> int:
        table = self._growing.table
        if table is None or not table.lower <= second < table.upper:
            table = self._growing.around(second)
        opens = table.starts[bisect_right(table.ends, second)]
        return opens if opens > second else second

    def back_to_working(self, moment: datetime) -> datetime:
        """`moment` itself when it is working time or a closing time, else the end of the last interval before it."""
        second = _second(moment)
        table = self._growing.around(second)
        while (index := bisect_right(table.ends, second)) == 0 and second < table.starts[0]:
            table = self._growing.earlier(table)
        return _utc(second if table.starts[index] <= second else table.ends[index - 1])

    def pieces(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """The stretches of working time between two instants, in order."""
        low, high = _second(start), _second(end)
        self._growing.around(low)
        table = self._growing.around(high)
        first, last = bisect_right(table.ends, low), bisect_left(table.starts, high)
        return [(_utc(max(low, table.starts[i])), _utc(min(high, table.ends[i]))) for i in range(first, last)]

    # --- working days ----------------------------------------------------------------------------------------------

    def add_working_days(
        self, start: datetime, days: int | Fraction, convention: DayCount = DayCount.ELAPSED
    ) -> datetime:
        """The end of `days` working days (at least 1) from `start`.

        `ELAPSED`: the fraction of a day gone at the start is the fraction gone at the end, and of two boundaries the
        earlier is due: Friday 16:30 + 1 = Monday 16:30; Monday 08:00 + 1 = Monday 17:00. `END_OF_DAY`: the day of
        receipt does not count, the close of the Nth working day after it is due; a receipt before opening or in a
        break belongs to that day, after the last interval or on a closed day to the next working day.
        """
        if days < 1:
            raise ValueError("at least one working day must be added")
        second = _second(start)
        table = self._growing.table
        if table is None or not table.lower <= second < table.upper:
            table = self._growing.around(second)
        index = bisect_right(table.ends, second)
        day = table.day_of[index]
        if convention is DayCount.END_OF_DAY:
            wanted, part, whole = day + int(days) + 1, 0, 1  # nothing gone of the day after: the close before it is due
        else:
            gone = second - table.starts[index]
            part = table.before[index] - table.day_before[day] + (gone if gone > 0 else 0)
            whole = table.day_lengths[day]
            if isinstance(days, int):
                wanted = day + days
            else:
                days += Fraction(part, whole)
                wanted, (part, whole) = day + int(days), (days % 1).as_integer_ratio()
        while wanted >= len(table.dates):
            table = self._growing.later(table)
        gone = part * table.day_lengths[wanted] // whole
        if not gone:
            return _FROM_SECOND(table.day_ends[wanted - 1], UTC)
        gone += table.day_before[wanted]
        index = bisect_left(table.after, gone)
        return _FROM_SECOND(table.ends[index] - table.after[index] + gone, UTC)

    def working_days(self, start: datetime, end: datetime, convention: DayCount = DayCount.ELAPSED) -> Fraction:
        """The working days from `start` to `end`, counted as `add_working_days` counts them; 0 when not after."""
        low, high = _second(start), _second(end)
        if high <= low:
            return Fraction(0)
        self._growing.around(low)
        table = self._growing.around(high)
        i, j = bisect_right(table.ends, low), bisect_right(table.ends, high)
        first, last = table.day_of[i], table.day_of[j]
        if convention is DayCount.END_OF_DAY:
            return Fraction(last - first)
        gone_first = Fraction(table.worked(low) - table.day_before[first], table.day_lengths[first])
        gone_last = Fraction(table.worked(high) - table.day_before[last], table.day_lengths[last])
        return last - first + gone_last - gone_first

    def is_working_day(self, day: date) -> bool:
        """True when `day` has working time."""
        return bool(self.rules.intervals(day))

    def nth_working_day_after(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`, which does not count itself."""
        table = self._growing.around(self.rules.midnight(day))
        while (index := bisect_right(table.dates, day) + count - 1) >= len(table.dates):
            table = self._growing.later(table)
        return table.dates[index]

    def nth_working_day_before(self, day: date, count: int) -> date:
        """The `count`-th working day before `day`, which does not count itself."""
        table = self._growing.around(self.rules.midnight(day))
        while (index := bisect_left(table.dates, day) - count) < 0:
            table = self._growing.earlier(table)
        return table.dates[index]

    def count_working_days(self, first: date, until: date) -> int:
        """The number of working days from `first` up to but not including `until`."""
        if until <= first:
            return 0
        self._growing.around(self.rules.midnight(first))
        table = self._growing.around(self.rules.midnight(until))
        return bisect_left(table.dates, until) - bisect_left(table.dates, first)

    # --- calendar days ---------------------------------------------------------------------------------------------

    def end_of(self, day: date) -> datetime:
        """24:00 of `day` in the calendar's zone."""
        return _utc(self.rules.midnight(day + timedelta(days=1)))

    def close_of_day(self, day: date) -> datetime:
        """The close of `day`; of a day without working time the close of the last working day before it."""
        return self.back_to_working(self.end_of(day))

    def on_wall(self, moment: datetime, *, days: int = 0, months: int = 0) -> datetime:
        """The same wall-clock time so many calendar days and months later, not moved into working time.

        Months: the same day of the month, else its last. A wall-clock time that a zone skips is the one after the gap.
        """
        return _FROM_SECOND(self._later(_second(moment), days, months), UTC)

    def _later(self, second: int, days: int, months: int = 0) -> int:
        """`on_wall` in seconds since the epoch."""
        if months:
            days += days_of_months(_FROM_SECOND(second, self.zone), months)
        table, later = self._growing.table, second + DAY * days
        if table is not None and table.one_offset:
            # While the zone keeps one offset, a day later is 24 hours later; near the table's ends it may not keep it.
            low, high = table.lower + DAY, table.upper - DAY
            if low <= second < high and low <= later < high:
                return later
        wall = _FROM_SECOND(second, self.zone)
        return _second(datetime.combine(wall.date() + timedelta(days=days), wall.timetz()))

    def add_days(self, start: datetime, days: int, *, months: int = 0) -> datetime:
        """The same wall-clock time so many days and months after the first working instant, moved forward if closed."""
        later = self._later(self._working_from(_second(start)), days, months)
        return _FROM_SECOND(self._working_from(later), UTC)

    def add_months(self, start: datetime, months: int) -> datetime:
        """The same day of the month (else its last) `months` later, counted as `add_days` counts."""
        return self.add_days(start, 0, months=months)

    # --- names -----------------------------------------------------------------------------------------------------

    def closed_days(self, start: datetime, end: datetime) -> list[tuple[date, Named]]:
        """The named closed days between two instants that would otherwise be worked, in order."""
        first, last = self.day(start), self.day(end)
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        named = ((day, self.rules.closed_by(day)) for day in days)
        return [(day, name) for day, name in named if name and self.rules.hours_of(day)]

    def unknown_years(self, start: datetime, end: datetime) -> list[int]:
        """The years between two instants whose official holidays are not decreed yet."""
        known = self.rules.holidays_known
        return [year for year in range(self.day(start).year, self.day(end).year + 1) if known and not known(year)]


def compile_calendar(
    *,
    zone: ZoneInfo,
    week: Week,
    dated: Iterable[HoursBetween] = (),
    closed: Mapping[date, Named] | None = None,
    opened: Collection[date] = frozenset(),
    holidays: Callable[[int], Mapping[date, Named]] | None = None,
    holidays_known: Callable[[int], bool] | None = None,
    first: date = date(1990, 1, 1),
    last: date = date(2100, 12, 31),
) -> WorkingCalendar:
    """A calendar of `week` (0 = Monday; an end of 00:00 means 24:00) in `zone`, valid from `first` to `last`.

    Each set in `dated` replaces the week on its dates, the last one that fits wins; `closed` days and the `holidays` of
    a year are not worked, unless `opened`. Raises CalendarError for intervals that overlap, are empty or out of order,
    NoWorkingTime when no weekday has any.
    """
    ordinary = compiled_week(week)
    sets = tuple((hours.first, hours.last, compiled_week(hours.week)) for hours in dated)
    if not any(ordinary) and not any(any(days) for _, _, days in sets):
        raise NoWorkingTime("the calendar has no working hours at all")
    rules = CalendarRules(zone, ordinary, sets, closed or {}, frozenset(opened), holidays, holidays_known)
    return WorkingCalendar(rules, first, last)
