"""A second opinion on deadlines: every kind of norm on top of the independent walk; no code of the product is used.

A norm answers `due(request, start)` in seconds since the epoch, None where it gives no deadline. It raises `Missing`
when it lacks an attribute; `earliest` then tries every value that would make a difference and takes the earliest.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import count

from tests.rules.oracle_walk import Hold, Walk

MACHINES = ("portal", "whatsapp", "telegram", "web-chat", "api")


class Missing(Exception):
    """An attribute is not given; `values` are those that matter."""

    def __init__(self, name: str, values: Iterable[str]) -> None:
        super().__init__(name)
        self.name, self.values = name, list(dict.fromkeys(values))


@dataclass(frozen=True)
class Request:
    """What a deadline depends on. `event` is a date; `follows`: it begins where something before it ended."""

    walk: Walk
    received: int
    channel: str = "email"
    attributes: Mapping[str, str] = field(default_factory=dict)
    event: date | None = None
    agreed: date | None = None
    holds: tuple[Hold, ...] = ()
    follows: bool = False

    def given(self, name: str, values: Iterable[str]) -> str:
        if name not in self.attributes:
            raise Missing(name, values)
        return self.attributes[name]


def earliest(norm, request: Request, start: int) -> int | None:
    """The deadline; while attributes are missing, the earliest of all that are possible."""
    try:
        return norm.due(request, start)
    except Missing as missing:
        tried = [replace(request, attributes={**request.attributes, missing.name: v}) for v in missing.values]
    dues = [earliest(norm, each, start) for each in tried]
    return min((due for due in dues if due is not None), default=None)


@dataclass(frozen=True)
class Working:
    """So many minutes of working time."""

    minutes: float

    def due(self, request, start):
        return request.walk.add(start, int(self.minutes * 60), request.holds)


@dataclass(frozen=True)
class WholeDays:
    """Working days, what is gone of a day counting: the convention `elapsed`."""

    number: int

    def due(self, request, start):
        return request.walk.add_whole_days(start, self.number, request.holds)


@dataclass(frozen=True)
class DaysToClose:
    """Working days up to the close, the day of the start not counting: the convention `end_of_day`."""

    number: int

    def due(self, request, start):
        # What begins at the very close at which something before it ended begins on that day.
        return request.walk.add_days_to_close(start - request.follows, self.number, request.holds)


@dataclass(frozen=True)
class Calendar:
    """Days, weeks and months of the calendar, moved forward."""

    days: int = 0
    months: int = 0

    def due(self, request, start):
        return request.walk.add_wall(start, days=self.days, months=self.months, holds=request.holds)


@dataclass(frozen=True)
class Agreed:
    """As agreed: the close of the agreed day, moved back."""

    def due(self, request, start):
        return None if request.agreed is None else request.walk.close_of(request.agreed)


@dataclass(frozen=True)
class OnEvent:
    """The close of the event's day, moved back; `before` calendar days before it."""

    before: int = 0

    def due(self, request, start):
        if request.event is None:
            return None
        return request.walk.close_of(request.event - timedelta(days=self.before))


@dataclass(frozen=True)
class AfterEvent:
    """The close of the so-manieth working day after the event."""

    number: int

    def due(self, request, start):
        if request.event is None:
            return None
        return request.walk.close_of(request.walk.dates_after(request.event)[self.number - 1])


@dataclass(frozen=True)
class OnDate:
    """A date of every year, moved back; the first whose deadline is not over at the start."""

    day: int
    month: int

    def due(self, request, start):
        for year in count(request.walk.date(start).year):
            due = request.walk.close_of(date(year, self.month, self.day))
            if due >= start:
                return due
        raise AssertionError


@dataclass(frozen=True)
class ByNumber:
    """By how many: `steps` are (up to, norm); beyond the last, `further(n)` makes the norm for n, else as agreed."""

    attribute: str
    steps: tuple
    further: object = None

    def due(self, request, start):
        number = int(request.given(self.attribute, [str(upto) for upto, _ in self.steps]))
        for upto, norm in self.steps:
            if number <= upto:
                return norm.due(request, start)
        return (self.further(number) if self.further else Agreed()).due(request, start)


@dataclass(frozen=True)
class ByChannel:
    """By the channel of receipt."""

    named: Mapping
    otherwise: object

    def due(self, request, start):
        return self.named.get(request.channel, self.otherwise).due(request, start)


@dataclass(frozen=True)
class ByValue:
    """By one attribute; a value may stand for a further table."""

    attribute: str
    table: Mapping

    def due(self, request, start):
        value = request.given(self.attribute, self.table)
        return self.table[value].due(request, start) if value in self.table else None


@dataclass(frozen=True)
class Step:
    """One stage: `after` None waits for the one before it, () for the start alone; `norm` None: no stated time.

    `each` is an attribute with the number of repetitions, `times` over.
    """

    name: str
    norm: object = None
    after: tuple[str, ...] | None = None
    times: int = 1
    each: str = ""


def _last(ends: list[int | None]) -> int | None:
    return None if None in ends else max(ends)


@dataclass(frozen=True)
class Staged:
    """Steps one after another or side by side; the planned end is the last of them."""

    steps: tuple[Step, ...]

    def plan(self, request, start):
        """(name, begin, due) of each step, and the end of all.

        None where the standard states no time, and where a step that it waits for has no date yet.
        """
        ends: dict[str, int | None] = {}
        before: tuple[str, ...] = ()
        rows = []
        for step in self.steps:
            awaited = before if step.after is None else step.after
            begin = _last([ends[name] for name in awaited]) if awaited else start
            own = replace(request, follows=request.follows or bool(awaited))
            due = None if step.norm is None or begin is None else self._end(step, own, begin)
            rows.append((step.name, None if begin is None else request.walk.opening(begin), due))
            ends[step.name] = due if step.norm else begin
            before = (step.name,)
        return rows, _last(list(ends.values()))

    @staticmethod
    def _end(step, request, begin):
        number = step.times * int(request.attributes.get(step.each, 1))
        end = begin
        for n in range(number):
            end = earliest(step.norm, replace(request, follows=request.follows or n > 0), end)
            if end is None:
                break
        return end

    def due(self, request, start):
        return self.plan(request, start)[1]


def response(request: Request, minutes: int | None) -> tuple[int | None, int | None]:
    """When the first answer is counted from and due."""
    if minutes is None:
        return None, None
    if request.channel in ("email", "nota-dinas"):
        return request.walk.opening(request.received), request.walk.add(request.received, minutes * 60)
    return request.received, request.received
