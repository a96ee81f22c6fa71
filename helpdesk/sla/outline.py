"""A working calendar written down as plain values, and on which days two such outlines differ.

An outline says for every day between two dates what is worked, by the clock on the wall; so two of them tell whether
a deadline can have moved, whatever the reason: the catalogue, or another release of the official holidays.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from helpdesk.sla.phrases import Teller
from helpdesk.sla.worktable import CalendarRules

Hours = list[list[int]]
"""Working intervals in seconds of the wall clock, as JSON gives them back."""
MOST_NAMED = 4


class Became(StrEnum):
    """What a day has become."""

    CLOSED = "closed"
    WORKED = "worked"
    OTHER_HOURS = "other hours"


@dataclass(frozen=True, slots=True)
class Outline:
    """What is worked from `first` to `last`: the ordinary `week`, and the `days` that differ from it by ISO date.

    A day has its `hours` and, where one closes it, the name of the holiday (`id`, `en`).
    """

    first: date
    last: date
    week: list[Hours]
    days: Mapping[str, Mapping[str, Any]]

    def hours(self, day: date) -> Hours:
        """The working intervals of a day."""
        other = self.days.get(day.isoformat())
        hours: Hours = self.week[day.weekday()] if other is None else other["hours"]
        return hours

    def as_plain(self) -> dict[str, Any]:
        """The outline as JSON keeps it."""
        bounds = {"first": self.first.isoformat(), "last": self.last.isoformat()}
        return {**bounds, "week": self.week, "days": dict(self.days)}


def outline(rules: CalendarRules, first: date, last: date) -> Outline:
    """What a calendar's rules say from `first` to `last`."""
    week = [_plain(hours) for hours in rules.week]
    days: dict[str, Mapping[str, Any]] = {}
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        hours, name = _plain(rules.intervals(day)), rules.closed_by(day)
        if hours != week[day.weekday()]:
            days[day.isoformat()] = {"hours": hours, **({"id": name.id, "en": name.en} if name else {})}
    return Outline(first, last, week, days)


def outline_from(plain: Mapping[str, Any]) -> Outline:
    """The outline that JSON has kept."""
    return Outline(date.fromisoformat(plain["first"]), date.fromisoformat(plain["last"]), plain["week"], plain["days"])


def _plain(hours: Iterable[Sequence[int]]) -> Hours:
    return [list(interval) for interval in hours]


@dataclass(frozen=True, slots=True)
class DayChange:
    """A day that is worked otherwise than before. `id` and `en` name the holiday that came or went, else empty."""

    day: date
    before: Hours
    after: Hours
    id: str = ""
    en: str = ""

    @property
    def became(self) -> Became:
        """What the day has become."""
        if not self.after:
            return Became.CLOSED
        return Became.OTHER_HOURS if self.before else Became.WORKED

    def as_plain(self) -> dict[str, Any]:
        """The change as an event keeps it."""
        words = {"id": self.id, "en": self.en} if self.id else {}
        return {"day": self.day.isoformat(), "before": self.before, "after": self.after, **words}


def change_from(plain: Mapping[str, Any]) -> DayChange:
    """The change that an event has kept."""
    name = str(plain.get("id", "")), str(plain.get("en", ""))
    return DayChange(date.fromisoformat(plain["day"]), plain["before"], plain["after"], *name)


def differences(old: Outline, new: Outline) -> tuple[DayChange, ...]:
    """The days that both outlines hold and that are not worked alike, in order."""
    first, last = max(old.first, new.first), min(old.last, new.last)
    if old.week == new.week:
        both = (date.fromisoformat(day) for day in sorted({*old.days, *new.days}))
        days = [day for day in both if first <= day <= last]
    else:
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return tuple(_change(old, new, day) for day in days if old.hours(day) != new.hours(day))


def _change(old: Outline, new: Outline, day: date) -> DayChange:
    after = new.hours(day)
    named = (old if after else new).days.get(day.isoformat(), {})
    return DayChange(day, old.hours(day), after, named.get("id", ""), named.get("en", ""))


def net(changes: Iterable[DayChange]) -> tuple[DayChange, ...]:
    """What is left of changes that followed on each other: a day closed and opened again is as it was."""
    days: dict[date, DayChange] = {}
    for change in changes:
        before = days[change.day].before if change.day in days else change.before
        days[change.day] = DayChange(change.day, before, change.after, change.id, change.en)
    return tuple(days[day] for day in sorted(days) if days[day].before != days[day].after)


def told(changes: Sequence[DayChange], language: str) -> str:
    """The changes as a part of a sentence, each day by its name; beyond a few only how many more there are."""
    tell = Teller(language, ZoneInfo("UTC"))
    parts = [_told(change, tell) for change in changes[:MOST_NAMED]]
    if further := len(changes) - len(parts):
        parts.append(tell.say("further days", count=further))
    return tell.listed(parts)


def _told(change: DayChange, tell: Teller) -> str:
    said = tell.say(f"day {change.became}", day=tell.day(change.day))
    return f"{said} ({tell.name(change)})" if change.id else said
