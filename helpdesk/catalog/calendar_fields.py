"""Working hours in a catalogue: weeks, hours between two dates, closed and opened days."""

import re
from datetime import time
from itertools import pairwise
from typing import Any

from marshmallow import ValidationError

from helpdesk.catalog.fields import Day, ListOf, OfSchema, Part, Said, TableOf, Wording, YesNo, once, read_day

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOURS = re.compile(r"([01]\d|2[0-3])[.:]([0-5]\d)-([01]\d|2[0-4])[.:]([0-5]\d)", re.ASCII)


def _weekdays(name: str) -> tuple[int, ...]:
    first, _, last = name.partition("-")
    if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
        raise ValidationError(f'"{name[:60]}" is not a day or range of days such as mon or mon-fri')
    start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    if end < start:
        raise ValidationError(f'"{name}" ends before it begins')
    return tuple(range(start, end + 1))


class HoursField(Said):
    """An interval such as 08.00-12.00; an end of 24.00 is kept as 00:00."""

    def read(self, value: Any) -> Any:
        found = HOURS.fullmatch(value) if isinstance(value, str) else None
        if not found or (found[3] == "24" and found[4] != "00"):
            raise ValidationError(f'"{str(value)[:60]}" is not a pair of times such as 08.00-12.00')
        start, end = time(int(found[1]), int(found[2])), time(int(found[3]) % 24, int(found[4]))
        if end <= start and end != time():
            raise ValidationError(f'"{value}" ends before it begins')
        if end == time() and found[3] != "24":
            raise ValidationError(f'"{value}" ends before it begins; write 24.00 for midnight')
        return start, end


class WeekField(TableOf):
    """Days or ranges of days with their intervals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(ListOf(HoursField(), least=0), _weekdays, **kwargs)

    def read(self, value: Any) -> Any:
        try:
            given: dict[tuple[int, ...], Any] = super().read(value)
        except ValidationError as error:
            raise ValidationError(error.messages) from error  # half a week is none
        names = {days: name for name in value for days in [_weekdays(name)]}
        week: dict[int, tuple[tuple[time, time], ...]] = {}
        for days, hours in given.items():
            _refuse_overlap(names[days], hours)
            twice = next((day for day in days if day in week), None)
            if twice is not None:
                raise ValidationError({names[days]: [f"{WEEKDAYS[twice]} stands in two lines"]})
            week.update(dict.fromkeys(days, hours))
        return dict(sorted(week.items()))


def _refuse_overlap(name: str, hours: tuple[tuple[time, time], ...]) -> None:
    for index, ((_, end), (start, _)) in enumerate(pairwise(hours)):
        if start < end or end == time():
            raise ValidationError({name: {index + 1: ["overlaps the interval before it, or comes before it"]}})


class DatedSchema(Part):
    first = Day(required=True)
    last = Day(required=True)
    name = Wording(required=True)
    week = WeekField(required=True)


class CalendarSchema(Part):
    week = WeekField(required=True)
    dated = ListOf(OfSchema(once(DatedSchema)), load_default=())
    closed = TableOf(Wording(), read_day, load_default=dict)
    opened = ListOf(Day(), load_default=())
    public_holidays = YesNo(load_default=True)
    joint_leave = YesNo(load_default=True)
