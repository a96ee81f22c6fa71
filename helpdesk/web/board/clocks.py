"""What a clock shows: a pill with its state and words, and the absolute time for pointers and screen readers."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Protocol

from helpdesk.sla.norms import Target
from helpdesk.tickets.words import Status, Verdict
from helpdesk.web.board.phrases import Phrases


class ClockColumns(Protocol):
    """The columns that the clocks of a row need; every row of the ticket table has them."""

    status: str
    item: str | None
    hold_reason: str | None
    at_risk: bool
    handling_due_at: datetime | None
    response_due_at: datetime | None
    response_done_at: datetime | None
    response_verdict: str | None
    resolution_due_at: datetime | None
    resolution_done_at: datetime | None
    resolution_verdict: str | None
    starts_at: datetime | None


Measure = Callable[[datetime, datetime], int]
"""Working minutes between two times of which the first is not later, in the calendar of the ticket."""

_LATE = frozenset({Verdict.BREACHED, Verdict.BREACHED_AFTER_EXTENSION})
_VOID = frozenset({Verdict.EXCLUDED, Verdict.LAPSED})


@dataclass(frozen=True, slots=True)
class Clock:
    """What is known of one clock. Times are aware; `at_risk` only says something while it runs.

    `below_due` and `below_done` are the patterns (one `%s`) of the short time under the pill. `hold` is the
    reason while a hold stops it, else empty. `awaits` says what a clock without a due time waits for.
    """

    name: str
    below_due: str
    below_done: str
    due_at: datetime | None
    done_at: datetime | None = None
    verdict: str = ""
    at_risk: bool = False
    hold: str = ""
    awaits: str = ""


@dataclass(frozen=True, slots=True)
class Pill:
    """A clock as shown: `state` is a CSS class (ok, risk, late, hold, met, missed, none)."""

    state: str
    text: str
    title: str
    below: str = ""


@dataclass(frozen=True, slots=True)
class Present:
    """The moment and the place in which clocks are read; `named_zone` says that each time names its zone."""

    now: datetime
    zone: tzinfo
    words: Phrases
    measure: Measure
    named_zone: bool = False

    def brief(self, moment: datetime) -> str:
        """The short local time: `23 Nov 08.30`, or `23 Nov 08.30 WIB` where zones meet in one list."""
        write = self.words.brief_with_zone if self.named_zone else self.words.brief
        return write(moment, self.now, self.zone)


def pill(clock: Clock, at: Present) -> Pill:
    """The pill of one clock: ended, held, without a due time, over, at risk or on track."""
    if clock.verdict in _VOID or clock.done_at or clock.verdict:
        return _ended(clock, at)
    words = at.words
    due = clock.due_at
    when = at.words.full(due, at.zone) if due else clock.awaits or words.no_norm
    title = f"{clock.name}: {words.due % when if due else when}"
    below = clock.below_due % at.brief(due) if due else clock.name
    if clock.hold:
        below = below if due is None or due > at.now else ""  # it moves on with the hold
        return Pill("hold", words.held % words.hold.get(clock.hold, clock.hold), title, below)
    if due is None:
        return Pill("none", clock.awaits or words.no_norm, title)
    if at.now > due:
        text = words.over % words.amount(at.measure(due, at.now))
        return Pill("late", text, f"{text} · {title}", below)
    text = words.left % words.amount(at.measure(at.now, due))
    return Pill("risk" if clock.at_risk else "ok", text, f"{text} · {title}", below)


def _ended(clock: Clock, at: Present) -> Pill:
    words = at.words
    if clock.verdict in _VOID:
        return Pill(
            "none", words.not_counted, f"{clock.name}: {words.verdict.get(clock.verdict, clock.verdict)}", clock.name
        )
    late = clock.verdict in _LATE or bool(clock.due_at and clock.done_at and clock.done_at > clock.due_at)
    text = words.missed if late else words.met
    done = at.words.full(clock.done_at, at.zone) if clock.done_at else ""
    below = clock.below_done % at.brief(clock.done_at) if clock.done_at else clock.name
    return Pill("missed" if late else "met", text, f"{clock.name}: {text} {done}".rstrip(), below)


def two_clocks(
    row: ClockColumns, stops: Collection[str], at: Present, target: Target | None = None
) -> tuple[Clock, Clock]:
    """The response and the resolution clock of a row; `stops` are the hold reasons that stop the item's clock.

    The `target` of the item says what a clock without a due time waits for.

    A first handling that nobody has begun stands for the response: the same act ends both, and it is due sooner.
    """
    words = at.words
    held = row.hold_reason if row.status == Status.ON_HOLD and row.hold_reason in stops else None
    response = Clock(
        words.response,
        f"{words.response} %s",
        words.answered,
        row.response_due_at,
        row.response_done_at,
        row.response_verdict or "",
        at_risk=row.at_risk,
    )
    if row.handling_due_at is not None:
        response = Clock(words.handling, words.handle_by, words.answered, row.handling_due_at, at_risk=True)
    resolution = Clock(
        words.resolution,
        words.by,
        words.finished,
        row.resolution_due_at,
        row.resolution_done_at,
        row.resolution_verdict or "",
        at_risk=row.at_risk,
        hold=held or "",
        awaits=_awaits(row, target, words),
    )
    return response, resolution


def _awaits(row: ClockColumns, target: Target | None, words: Phrases) -> str:
    """Why there is no due time yet: nobody chose an item, whose norm then counts from receipt (behaviour section 4)."""
    if row.item is None:
        return words.not_yet
    return words.awaits.get(target.start.kind, "") if target and row.starts_at is None else ""


def leading(response: Clock, resolution: Clock, at: Present) -> tuple[Pill, Pill]:
    """The pill that matters now, and the other one: an unanswered response comes first, then the resolution.

    A response that was kept never stands for a resolution whose time has not begun: nothing is fulfilled yet.
    """
    first, second = pill(response, at), pill(resolution, at)
    waiting = response.due_at is not None and response.done_at is None and not response.verdict
    if waiting and not resolution.hold:
        return first, second
    return (first, second) if second.state == "none" and first.state not in {"none", "met"} else (second, first)
