"""The history of a ticket folded into what is true now: the events decide, rows only remember the answer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from helpdesk.tickets.priority import DEFAULT_PRIORITY
from helpdesk.tickets.words import Action

STAFF = "staff"
REQUESTER = "requester"
MACHINE = "machine"
RELEASED = "released"
"""The event of a ticket whose person has left; nobody's action, so no part of the lifecycle."""
ALARMED = "alarmed"
"""The event of telling the supervisors of a breach."""
LATE_REQUEST = "late-request"
"""The event of telling a requester that the lead time was not kept; no part of the lifecycle either."""
REMINDER = "reminder"
"""The event of the one reminder of missing documents; the worker's, so no part of the lifecycle."""
MOVED = "moved"
"""The event of a deadline that the working calendar has moved; nobody's action, so no part of the lifecycle."""
WARNED = "warned"
"""The event of warning those who work on a ticket before its breach."""
SLIP = "slip"
"""The event of a slip that was handed out at the counter; no part of the lifecycle."""
SILENT = "silent"
"""In the data of an opening: no automatic message may ever go to the requester (RFC 3834, section 2)."""

FIRST_ACTIONS = frozenset({Action.TAKE, Action.CLASSIFY, Action.ASSIGN, Action.REPLY, Action.ESCALATE, Action.HOLD})
"""What stops the response clock of an e-mail when a person does it (behaviour section 4)."""


@dataclass(frozen=True, slots=True)
class EventFact:
    """One event as the rules see it. `at` is aware UTC; `data` holds ISO 8601 strings for times; `by` is a name."""

    action: Action
    actor: str
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)
    by: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """What the events of one ticket say, as of the last of them.

    `promised`: a supervisor entered the agreed date, so that it may also be the new time after a breach.
    `ended`: the clocks and verdicts that the event which ended the cycle keeps; empty while the cycle runs.
    """

    received_at: datetime
    channel: str
    item: str | None = None
    type: str | None = None
    priority: int = DEFAULT_PRIORITY
    attributes: Mapping[str, Any] = field(default_factory=dict)
    event_at: datetime | None = None
    starts_at: datetime | None = None
    agreed_due_at: datetime | None = None
    promised: bool = False
    extended_due_at: datetime | None = None
    extended_at: datetime | None = None
    first_action_at: datetime | None = None
    cycle: int = 1
    cycle_started_at: datetime | None = None
    fulfilled_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    cancelled_at: datetime | None = None
    cancel_reason: str = ""
    ended: Mapping[str, Any] = field(default_factory=dict)


def moment(value: object) -> datetime | None:
    """The aware time that an ISO 8601 string in an event names; None stays None."""
    return datetime.fromisoformat(value) if isinstance(value, str) else None


_TIMES = ("event_at", "starts_at", "agreed_due_at")
PROMISED = "promised"
"""Beside an agreed date in an event's data: whether it was a supervisor who entered it."""


def described(history: History, data: Mapping[str, Any]) -> History:
    """The history after an event with this data, as far as it says what is true of the request."""
    changes = _said(history.attributes, data)
    return replace(history, **changes) if changes else history


def _said(attributes: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """What an event's data say of the request, as fields of the history that had these attributes before."""
    changes: dict[str, Any] = {k: data[k] for k in ("item", "type", "priority") if data.get(k) is not None}
    changes |= {k: moment(data[k]) for k in _TIMES if k in data}
    if PROMISED in data:
        changes[PROMISED] = bool(data[PROMISED])
    if data.get("attributes"):
        changes["attributes"] = {**attributes, **data["attributes"]}
    return changes


def _done(event: EventFact, cycle: int) -> dict[str, Any]:
    """What an event means for the cycle that it happened in, as fields of the history."""
    match event.action:
        case Action.FULFIL:
            return {"fulfilled_at": event.at}
        case Action.SEND_BACK:
            return {"fulfilled_at": None}
        case Action.CONFIRM_FULFILMENT:
            return {"resolved_at": event.at, "ended": event.data.get("ended", {})}
        case Action.CONFIRM | Action.CLOSE:
            return {"closed_at": event.at}
        case Action.CANCEL | Action.MERGE:
            reason = str(event.data.get("reason", ""))
            return {"cancelled_at": event.at, "cancel_reason": reason, "ended": event.data.get("ended", {})}
        case Action.REOPEN:
            return {
                "cycle": cycle + 1, "cycle_started_at": event.at, "fulfilled_at": None, "resolved_at": None,
                "closed_at": None, "extended_due_at": None, "extended_at": None, "ended": {},
            }  # fmt: skip
        case Action.EXTEND:
            return {"extended_due_at": moment(event.data.get("due_at")), "extended_at": event.at}
        case _:
            return {}


def _opened(event: EventFact) -> dict[str, Any]:
    if event.action is not Action.OPEN:
        raise ValueError("a ticket's history begins with its opening")
    received = moment(event.data.get("received_at")) or event.at
    return {"received_at": received, "channel": str(event.data.get("channel", "")), "attributes": {}, "cycle": 1}


def fold(events: Iterable[EventFact]) -> History:
    """The state that a ticket's events, oldest first, add up to. ValueError when the first is not `open`."""
    state: dict[str, Any] = {}  # made a history once, at the end: this runs for every open ticket at a new holiday
    for event in events:
        if not state:
            state = _opened(event)
        if event.data:
            state |= _said(state["attributes"], event.data)
        state |= _done(event, state["cycle"])
        if event.actor == STAFF and event.action in FIRST_ACTIONS:
            state.setdefault("first_action_at", event.at)
    if not state:
        raise ValueError("a ticket without events")
    return History(**state)
