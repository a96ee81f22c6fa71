"""What the clocks are computed from and what they come to, as frozen values. All times are aware."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from helpdesk.sla.norms import Span, StartKind
from helpdesk.sla.rules import Basis, StageDue
from helpdesk.sla.spans import Pause


@dataclass(frozen=True, slots=True)
class HoldPeriod:
    """One hold of the ledger; `to_at` None while it lasts.

    `told_at`: when the list of what is missing went out to the requester; None while it has not. `told_lapse_at`: the
    latest time until which the requester was told to have.
    """

    reason: str
    from_at: datetime
    to_at: datetime | None = None
    told_at: datetime | None = None
    told_lapse_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What happened on a ticket, as far as clocks care.

    `recorded_at`: when a call or visit was entered (None: at receipt). `starts_at`: the moment of complete documents,
    disposition or named event, for items that start there. `fulfilled_at`: void after a send-back, and of the running
    cycle only, as `resolved_at`. `cycle_started_at`: the last reopen. `extended_due_at` was granted at `extended_at`.
    `event_at`, `agreed_due_at`: a date alone where no time of day was given.
    """

    received_at: datetime
    channel: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    recorded_at: datetime | None = None
    event_at: date | datetime | None = None
    starts_at: datetime | None = None
    agreed_due_at: date | datetime | None = None
    extended_due_at: datetime | None = None
    extended_at: datetime | None = None
    holds: tuple[HoldPeriod, ...] = ()
    first_action_at: datetime | None = None
    fulfilled_at: datetime | None = None
    resolved_at: datetime | None = None
    cancelled_at: datetime | None = None
    cycle_started_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock. Seconds are working seconds; on hold `due_at` is what it would be if the hold ended now.

    `at_risk_at`: when the item's share of the time is used up; None on hold and without a due. `remaining_seconds` is
    0 once due. `provisional`: a warning time only, while the item and so the norm is unknown.
    """

    starts_at: datetime | None = None
    due_at: datetime | None = None
    done_at: datetime | None = None
    on_hold: bool = False
    elapsed_seconds: int = 0
    remaining_seconds: int | None = None
    at_risk_at: datetime | None = None
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """The clocks of a ticket and what they rest on.

    `awaiting`: what starts the clock, while it has not happened. `expected_at`: the lower end of a range. `missing`:
    attributes without which the earliest deadline counts. `pauses`: the stretches that stopped the resolution clock.
    `approximate`: the standard says "about" the span. `remind_at`, `lapse_at`: the requester's own deadline on the
    running documents hold, once its list has gone out.
    """

    response: Clock
    resolution: Clock
    stages: tuple[StageDue, ...] = ()
    basis: Basis | None = None
    span: Span | None = None
    expected_at: datetime | None = None
    missing: tuple[str, ...] = ()
    awaiting: StartKind | None = None
    pauses: tuple[Pause, ...] = ()
    extended: bool = False
    approximate: bool = False
    remind_at: datetime | None = None
    lapse_at: datetime | None = None
