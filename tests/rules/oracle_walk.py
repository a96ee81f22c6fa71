"""A second opinion on working time: a walk over the clock on the wall, minute by minute.

It shares no code with the product and is slow on purpose. A calendar is one function from a date to the minutes of that
day that are worked; hours begin and end on whole minutes. Instants are seconds since the epoch, holds are pairs of
them. An instant `t` is on hold when a hold began before it and ends after it: a hold that begins when all is used up
came too late.
"""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from functools import cache
from itertools import groupby
from math import ceil
from zoneinfo import ZoneInfo

Hold = tuple[int, int]
Hours = Callable[[date], Sequence[tuple[int, int]]]
MINUTE = 60


class OutOfSight(Exception):
    """The walk does not reach so far."""


@cache
def minutes_on_the_wall(zone: ZoneInfo, first: date, days: int) -> dict[date, list[tuple[int, int]]]:
    """Of each date the minutes that the clock on the wall shows, as (instant, minute of the day)."""
    begin, end = (int(datetime.combine(day, time(), zone).timestamp()) for day in (first, first + timedelta(days=days)))
    shown: dict[date, list[tuple[int, int]]] = {}
    for second in range(begin, end, MINUTE):
        wall = datetime.fromtimestamp(second, zone)
        shown.setdefault(wall.date(), []).append((second, wall.hour * 60 + wall.minute))
    return shown


class Walk:
    """The worked minutes of `days` days from `first` on, found by looking at each minute of them."""

    def __init__(self, zone: ZoneInfo, hours: Hours, first: date, days: int) -> None:
        self.zone = zone
        self.end = self.midnight(first + timedelta(days=days))
        self.days: dict[date, list[int]] = {}
        for today, minutes in minutes_on_the_wall(zone, first, days).items():
            hours_today = hours(today)
            worked = [second for second, now in minutes for begin, end in hours_today if begin <= now < end]
            if worked:
                self.days[today] = worked
        self.minutes = [second for minutes in self.days.values() for second in minutes]
        self.dates = [today for today, minutes in self.days.items() for _ in minutes]

    # --- the clock on the wall -----------------------------------------------------------------------------------

    def midnight(self, day: date) -> int:
        return int(datetime.combine(day, time(), self.zone).timestamp())

    def date(self, second: int) -> date:
        return datetime.fromtimestamp(second, self.zone).date()

    def on_wall(self, second: int, *, days: int = 0, months: int = 0) -> int:
        """The same time of day so many days and months later; the last of the month where it has no such day."""
        wall = datetime.fromtimestamp(second, self.zone)
        year, month = wall.year, wall.month
        for _ in range(months):
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        day = min(wall.day, monthrange(year, month)[1])
        later = date(year, month, day) + timedelta(days=days)
        return int(datetime.combine(later, wall.time(), self.zone).timestamp())

    # --- minutes -------------------------------------------------------------------------------------------------

    def _from(self, second: int) -> range:
        """The places of the worked minutes that are not over at `second`."""
        return range(bisect_right(self.minutes, second - MINUTE), len(self.minutes))

    def is_worked(self, second: int) -> bool:
        return any(self.minutes[n] <= second for n in self._from(second)[:1])

    def opening(self, second: int, holds: Sequence[Hold] = ()) -> int:
        """`second` itself where it is worked and not on hold, else the next instant that is."""
        for n in self._from(second):
            candidate = max(second, self.minutes[n])
            for begin, end in sorted(holds):
                if begin < candidate < end:
                    candidate = end
            if candidate < self.minutes[n] + MINUTE:
                return candidate
        raise OutOfSight

    def closing(self, second: int) -> int:
        """`second` itself where it is worked or closes an interval, else the close before it."""
        if self.is_worked(second):
            return second
        place = bisect_right(self.minutes, second - MINUTE)
        if place == 0:
            raise OutOfSight
        return self.minutes[place - 1] + MINUTE

    def close_of(self, day: date) -> int:
        """The last closing on or before `day`."""
        return self.closing(self.midnight(day + timedelta(days=1)))

    def free(self, start: int, holds: Sequence[Hold] = ()):
        """The stretches of worked time from `start` on that are not on hold: the minute's place, from, to."""
        for n in self._from(start):
            begin, end = max(start, self.minutes[n]), self.minutes[n] + MINUTE
            for low, high in sorted(holds):
                if high <= begin or low >= end:
                    continue
                if low > begin:
                    yield n, begin, low
                begin = max(begin, high)
            if begin < end:
                yield n, begin, end

    def elapsed(self, start: int, end: int, holds: Sequence[Hold] = ()) -> int:
        """The worked seconds between two instants that are not on hold."""
        if end > self.end:
            raise OutOfSight
        total = 0
        for _, low, high in self.free(start, holds):
            if low >= end:
                break
            total += min(high, end) - low
        return total

    def add(self, start: int, seconds: int, holds: Sequence[Hold] = ()) -> int:
        """The instant at which `seconds` worked seconds are used up."""
        if seconds == 0:
            return self.opening(start)
        for _, low, high in self.free(start, holds):
            if seconds <= high - low:
                return low + seconds
            seconds -= high - low
        raise OutOfSight

    # --- days ----------------------------------------------------------------------------------------------------

    def add_whole_days(self, start: int, days: int, holds: Sequence[Hold] = ()) -> int:
        """Working days that count what is gone of a day: each second is worth its part of its own day.

        Whole seconds: a part of a second at the end is cut off, and of two boundaries the earlier counts.
        """
        wanted, used_up = Fraction(days), start
        for today, stretches in groupby(self.free(start, holds), lambda stretch: self.dates[stretch[0]]):
            length, gone = len(self.days[today]) * MINUTE, 0
            needed = wanted * length
            whole = ceil(needed)
            for _, low, high in stretches:
                if whole <= gone + high - low:
                    seconds = int(needed) - gone
                    return low + seconds if seconds else used_up
                gone += high - low
                used_up = high
            wanted -= Fraction(gone, length)
        raise OutOfSight

    def add_days_to_close(self, start: int, days: int, holds: Sequence[Hold] = ()) -> int:
        """Working days that end with the day: the day of the start does not count, nor a day whose close is on hold."""
        passed = 0
        for minutes in self.days.values():
            close = minutes[-1] + MINUTE
            if close > start and not any(begin < close <= end for begin, end in holds):
                passed += 1
                if passed == days + 1:
                    return close
        raise OutOfSight

    def add_wall(self, start: int, *, days: int = 0, months: int = 0, holds: Sequence[Hold] = ()) -> int:
        """Calendar days from the first worked instant, every hour of them, less the holds; then forward to work."""
        begin = self.opening(start)
        left = self.on_wall(begin, days=days, months=months) - begin
        now = begin
        for low, high in sorted(holds):
            if high <= now:
                continue
            if low > now:
                if low - now >= left:
                    break
                left -= low - now
            now = max(now, high)
        return self.opening(now + left, holds)

    def dates_after(self, day: date) -> list[date]:
        """The working days after `day`, in order."""
        return [other for other in self.days if other > day]
