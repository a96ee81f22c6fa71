"""Spans of time as people write them: "4 working hours", "1 to 5 working days", "about 30 minutes"."""

import re
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from typing import Any, TypeVar

from helpdesk.sla.norms import DayCount, Fixed, Span, Unit

UNITS = {
    "minute": Unit.MINUTE,
    "working minute": Unit.MINUTE,
    "hour": Unit.HOUR,
    "working hour": Unit.HOUR,
    "working day": Unit.WORKING_DAY,
    "day": Unit.DAY,
    "week": Unit.WEEK,
    "month": Unit.MONTH,
}
_MINUTES = {
    Unit.MINUTE: 7,
    Unit.HOUR: 7 * 60,
    Unit.WORKING_DAY: 7 * 480,
    Unit.DAY: 5 * 480,
    Unit.WEEK: 7 * 5 * 480,
    Unit.MONTH: 30 * 5 * 480,
}
"""Sevenths of a working minute, where five of seven days are worked for eight hours."""
_CALENDAR_TIME = frozenset({Unit.DAY, Unit.WEEK, Unit.MONTH})
NUMBER = r"\d{1,5}(?:\.\d{1,3})?"
_UNIT = r"(?:working )?(?:minute|hour|day|week|month)s?"
_SPAN = re.compile(rf"({NUMBER}) ({_UNIT})", re.ASCII)
_RANGE = re.compile(rf"(about )?(?:({NUMBER})(?: ({_UNIT}))? to )?({NUMBER}) ({_UNIT})", re.ASCII)

T = TypeVar("T")


def _span(amount: str, unit: str) -> Span:
    try:
        span = Span(Decimal(amount), UNITS[unit.removesuffix("s")])
    except KeyError:
        raise ValueError(f'"{unit}" is not a unit; weeks and months are never "working"') from None
    if span.amount <= 0:
        raise ValueError("a span of time must be longer than 0")
    if span.unit not in {Unit.MINUTE, Unit.HOUR} and span.amount != span.amount.to_integral_value():
        raise ValueError("only minutes and hours may have a fraction")
    return span


def read_span(text: str) -> Span:
    """The span that `text` names. Raises ValueError with a message for the writer of the catalogue."""
    found = _SPAN.fullmatch(" ".join(text.split()))
    if not found:
        raise ValueError(f'"{text[:60]}" is not a span of time such as "4 working hours"')
    return _span(found[1], found[2])


def read_fixed(text: str) -> Fixed:
    """The fixed norm, range or approximate norm that `text` names. Raises ValueError as `read_span` does."""
    found = _RANGE.fullmatch(" ".join(text.split()))
    if not found:
        raise ValueError(f'"{text[:60]}" is not a span of time such as "4 working hours" or "1 to 5 working days"')
    about, low, low_unit, high, unit = found.groups()
    upper = _span(high, unit)
    lower = _span(low, low_unit or unit) if low else None
    if lower and not _may_be_shorter(lower, upper):
        raise ValueError(f'"{text[:60]}": the first span must be shorter than the second')
    return Fixed(upper, lower, approximate=bool(about))


def longer(span: Span, other: Span) -> bool:
    """True where `span` is longer than `other`; a working day is eight working hours, a week five working days."""
    return span.amount * _MINUTES[span.unit] > other.amount * _MINUTES[other.unit]


def _may_be_shorter(span: Span, other: Span) -> bool:
    """False also for equal ones, unless one is working time and the other is not: 5 working days, 1 week."""
    return longer(other, span) or (
        not longer(span, other) and (span.unit in _CALENDAR_TIME) != (other.unit in _CALENDAR_TIME)
    )


def written(span: Span) -> str:
    """The span as the catalogue spells it."""
    working = "working " if span.unit in {Unit.MINUTE, Unit.HOUR} else ""
    return f"{span.amount.normalize():f} {working}{span.unit.value}{'' if span.amount == 1 else 's'}"


def counted(value: T, day_count: DayCount) -> T:
    """`value` (a norm, a target or any part of one) with every span in it counted by `day_count`."""
    if day_count is DayCount.ELAPSED:
        return value
    result: Any = _counted(value, day_count)
    return result  # type: ignore[no-any-return]  # the same type as went in


def uncounted(value: T) -> T:
    """`value` without any difference in how its days are counted: every span counted by the ordinary way."""
    result: Any = _counted(value, DayCount.ELAPSED)
    return result  # type: ignore[no-any-return]  # the same type as went in


def day_counts(value: Any) -> frozenset[DayCount]:
    """How the spans in `value` are counted; empty where there is none."""
    if isinstance(value, Span):
        return frozenset({value.day_count})
    inside: Any = ()
    if isinstance(value, tuple):
        inside = value
    elif isinstance(value, dict):
        inside = value.values()
    elif is_dataclass(value) and not isinstance(value, type):
        inside = [getattr(value, f.name) for f in fields(value)]
    return frozenset().union(*map(day_counts, inside))


def _counted(value: Any, day_count: DayCount) -> Any:
    if isinstance(value, Span):
        return replace(value, day_count=day_count)
    if isinstance(value, tuple):
        return tuple(_counted(entry, day_count) for entry in value)
    if isinstance(value, dict):
        return {key: _counted(entry, day_count) for key, entry in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _counted(getattr(value, f.name), day_count) for f in fields(value)})
    return value
