"""The kinds of time norms that a service standard can state, as frozen values without behaviour.

`catalog/` reads them from `catalog.yaml`; `sla/clock.py` executes them. Source of the kinds: behaviour
section 4, and the standards' own wording which the catalogue keeps beside each norm.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class Unit(StrEnum):
    """The units of a span. Minutes and hours are working time; days, weeks, months are calendar time."""

    MINUTE = "minute"
    HOUR = "hour"
    WORKING_DAY = "working day"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class DayCount(StrEnum):
    """How working days are counted: `elapsed` (KPTIK) or `end_of_day` (Biro Umum)."""

    ELAPSED = "elapsed"
    END_OF_DAY = "end_of_day"


@dataclass(frozen=True, slots=True)
class Span:
    """An amount of time: `Span(Decimal("2.5"), Unit.HOUR)`. Only minutes and hours may be fractional."""

    amount: Decimal
    unit: Unit
    day_count: DayCount = DayCount.ELAPSED


@dataclass(frozen=True, slots=True)
class Fixed:
    """One span. Of a range ("1 to 5 working days") `span` is the upper end, the deadline; `lower` is shown only."""

    span: Span
    lower: Span | None = None
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class AsAgreed:
    """The date is agreed per ticket and entered on it."""


@dataclass(frozen=True, slots=True)
class Step:
    """Quantities up to and including `upto` take `span`."""

    upto: int
    span: Span


@dataclass(frozen=True, slots=True)
class ByQuantity:
    """By the whole number in `attribute`: the first step that holds it; beyond the last step, per further

    `each` units `add` more of the last step's unit (open-ended formula), or as agreed when `each` is None.
    """

    attribute: str
    steps: tuple[Step, ...]
    each: int | None = None
    add: Span | None = None


@dataclass(frozen=True, slots=True)
class ByChannel:
    """By the channel of receipt; `default` for the channels not named."""

    cases: Mapping[str, "Norm"]
    default: "Norm"


@dataclass(frozen=True, slots=True)
class Case:
    """One line of a decision table: `norm` holds where every attribute named in `when` has one of the values."""

    when: Mapping[str, frozenset[str]]
    norm: "Norm"


@dataclass(frozen=True, slots=True)
class ByAttribute:
    """By attributes of the request: the first matching case wins; while attributes are missing, the earliest

    deadline among the cases still possible counts.
    """

    cases: tuple[Case, ...]


class Anchor(StrEnum):
    """Where an event-relative deadline lies."""

    ON = "on"
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class EventRelative:
    """Relative to the event date on the ticket.

    BEFORE: `span` before the event, moved back to the end of the last working interval. AFTER: the close of the
    `span.amount`-th working day after it. ON: the event date itself. `event_stage` adds a stage `event`.
    """

    anchor: Anchor
    span: Span | None = None
    event_stage: bool = False


@dataclass(frozen=True, slots=True)
class CalendarAnchored:
    """By a date of the calendar: `day` of `month` (every month when None), moved back when not a working day."""

    day: int
    month: int | None = None


AT_START = "start"
"""In `Stage.after`, alone: the stage waits for no other, only for the start of the clock."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of a staged norm. `after` names the stages it waits for (empty: the one before it; first: the start).

    `repeat` is a count, or the name of the attribute that gives it, `times` over for each ("2 per units"); one
    repetition follows the other. `norm` None where the standard states none. `english` renders the name, `note_english`
    the note, "" where it is not rendered; `step` is its number in the standard ("4b2a").
    """

    name: str
    norm: "Norm | None"
    performed_by: str = ""
    checked_by: str = ""
    repeat: int | str = 1
    after: tuple[str, ...] = ()
    note: str = ""
    english: str = ""
    step: str = ""
    times: int = 1
    note_english: str = ""


@dataclass(frozen=True, slots=True)
class Stages:
    """Stages one after another or side by side; the planned end is when every stage has ended on its due."""

    stages: tuple[Stage, ...]


Norm = Fixed | AsAgreed | ByQuantity | ByChannel | ByAttribute | EventRelative | CalendarAnchored | Stages


class StartKind(StrEnum):
    """What starts a clock."""

    RECEIVED = "received"
    DOCUMENTS = "documents"
    DISPOSITION = "disposition"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Start:
    """What starts a clock; `event` names it where kind is EVENT. Not stated in the standard: `assumed`.

    `event_english` renders the event, "" where it is not rendered.
    """

    kind: StartKind = StartKind.RECEIVED
    event: str = ""
    assumed: bool = False
    event_english: str = ""


@dataclass(frozen=True, slots=True)
class Extension:
    """The deadline may be extended once, by at most `span`, with a reason and a notice."""

    span: Span


@dataclass(frozen=True, slots=True)
class RequesterDeadline:
    """The requester's own deadline on a `hold` (documents): the ticket lapses with a notice after `span`.

    `remind` (before the lapse) is when a reminder goes out.
    """

    span: Span
    remind: Span | None = None


@dataclass(frozen=True, slots=True)
class LeadTime:
    """The request must come at least so long before the event; `by` maps a value of `attribute` to its span.

    `outside_hours`: only asked for when the event lies outside of working hours.
    """

    span: Span
    attribute: str = ""
    by: Mapping[str, Span] = field(default_factory=dict)
    outside_hours: bool = False


@dataclass(frozen=True, slots=True)
class Target:
    """Everything that governs the resolution clock of an item, and the `first handling` stage where there is one.

    `stops` are the hold reasons that stop the clock; `stops_when` narrows one of them to attribute values
    (BMN.3: `vendor` only where performed_by is third-party). `first_handling` runs from receipt.
    """

    norm: Norm
    start: Start = Start()
    stops: frozenset[str] = frozenset({"documents", "requester"})
    stops_when: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    lead_time: LeadTime | None = None
    extension: Extension | None = None
    requester_deadline: RequesterDeadline | None = None
    first_handling: Span | None = None
