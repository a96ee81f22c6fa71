"""The lifecycle as one table: (status, action) -> status. Source: behaviour section 3."""

from helpdesk.tickets.errors import WrongState
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.words import OPEN_STATUSES, Action, Status

UNCHANGED = None

_WORKING = (Status.NEW, Status.IN_PROGRESS)
_ANY = tuple(Status)


def _table() -> dict[tuple[Status, Action], Status | None]:
    rows: list[tuple[Action, tuple[Status, ...], Status | None]] = [
        (Action.TAKE, _WORKING, Status.IN_PROGRESS),
        (Action.CLASSIFY, _WORKING, Status.IN_PROGRESS),
        (Action.ASSIGN, _WORKING, Status.IN_PROGRESS),
        (Action.SET, (*_WORKING, Status.ON_HOLD), UNCHANGED),
        (Action.ESCALATE, _WORKING, Status.IN_PROGRESS),
        (Action.HAND_BACK, _WORKING, Status.IN_PROGRESS),
        (Action.REPLY, tuple(s for s in _ANY if s is not Status.CANCELLED), UNCHANGED),
        (Action.NOTE, _ANY, UNCHANGED),
        (Action.HOLD, (Status.IN_PROGRESS,), Status.ON_HOLD),
        (Action.RESUME, (Status.ON_HOLD,), Status.IN_PROGRESS),
        (Action.EXTEND, (Status.IN_PROGRESS, Status.ON_HOLD), UNCHANGED),
        (Action.FULFIL, (Status.IN_PROGRESS,), Status.FULFILLED),
        (Action.CONFIRM_FULFILMENT, (Status.FULFILLED,), Status.RESOLVED),
        (Action.SEND_BACK, (Status.FULFILLED,), Status.IN_PROGRESS),
        (Action.CONFIRM, (Status.RESOLVED,), Status.CLOSED),
        (Action.CLOSE, (Status.RESOLVED,), Status.CLOSED),
        (Action.REOPEN, (Status.RESOLVED, Status.CLOSED), Status.IN_PROGRESS),
        (Action.CANCEL, tuple(OPEN_STATUSES), Status.CANCELLED),
        (Action.MERGE, tuple(OPEN_STATUSES), Status.CANCELLED),
        (Action.SPLIT, tuple(OPEN_STATUSES), UNCHANGED),
        (Action.LINK, tuple(OPEN_STATUSES), UNCHANGED),
    ]
    return {(status, action): target for action, sources, target in rows for status in sources}


TRANSITIONS: dict[tuple[Status, Action], Status | None] = _table()
"""Every allowed pair; None means that the status stays. `open` has no row: it makes the ticket."""


def is_possible(status: Status, action: Action) -> bool:
    """True when the table has the pair."""
    return (status, action) in TRANSITIONS


SUPPLIED_LATE = frozenset({Status.FULFILLED, Status.RESOLVED, Status.CLOSED})
"""Where `set` may still tick off a document that is due after fulfilment, and nothing else (docs/adr/0015)."""


def next_status(status: Status, action: Action, *, late_document: bool = False) -> Status:
    """The status after `action`. Raises WrongState for every pair that the table does not have.

    `late_document`: the action only ticks off documents that are due after fulfilment; it changes no status.
    """
    if late_document and action is Action.SET and status in SUPPLIED_LATE:
        return status
    try:
        target = TRANSITIONS[(status, action)]
    except KeyError:
        raise WrongState(
            _("This cannot be done now: %(action)s on a ticket that is %(status)s."),
            action=action,
            status=status,
        ) from None
    return status if target is None else target
