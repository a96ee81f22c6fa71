"""The ticket's life: every status with every action, typed from the table of the behaviour, section 3."""

import pytest

from helpdesk.tickets.errors import WrongState
from helpdesk.tickets.lifecycle import TRANSITIONS, is_possible, next_status
from helpdesk.tickets.words import Action, Status

# Columns: new, in_progress, on_hold, fulfilled, resolved, closed, cancelled.
# "." is refused, "=" leaves the status as it is.
COLUMNS = ("new", "in_progress", "on_hold", "fulfilled", "resolved", "closed", "cancelled")
TABLE = {
    "open": ". . . . . . .",
    "take": "in_progress in_progress . . . . .",
    "classify": "in_progress in_progress . . . . .",
    "assign": "in_progress in_progress . . . . .",
    "set": "= = = . . . .",
    "escalate": "in_progress in_progress . . . . .",
    "hand-back": "in_progress in_progress . . . . .",
    "reply": "= = = = = = .",
    "note": "= = = = = = =",
    "hold": ". on_hold . . . . .",
    "resume": ". . in_progress . . . .",
    "extend": ". = = . . . .",
    "fulfil": ". fulfilled . . . . .",
    "confirm-fulfilment": ". . . resolved . . .",
    "send-back": ". . . in_progress . . .",
    "confirm": ". . . . closed . .",
    "close": ". . . . closed . .",
    "reopen": ". . . . in_progress in_progress .",
    "cancel": "cancelled cancelled cancelled cancelled . . .",
    "merge": "cancelled cancelled cancelled cancelled . . .",
    "split": "= = = = . . .",
    "link": "= = = = . . .",
}
PAIRS = [
    (status, action, target)
    for action, row in TABLE.items()
    for status, target in zip(COLUMNS, row.split(), strict=True)
]


def test_the_table_here_has_every_status_and_every_action() -> None:
    assert set(COLUMNS) == {s.value for s in Status}
    assert set(TABLE) == {a.value for a in Action}
    assert len(PAIRS) == len(Status) * len(Action)


@pytest.mark.parametrize(("status", "action", "target"), PAIRS)
def test_every_pair_leads_where_the_standard_says_or_is_refused(status: str, action: str, target: str) -> None:
    before, deed = Status(status), Action(action)
    assert is_possible(before, deed) is (target != ".")
    if target == ".":
        with pytest.raises(WrongState, match=f"{action} on a ticket that is {status}"):
            next_status(before, deed)
    else:
        assert next_status(before, deed) == (status if target == "=" else target)


@pytest.mark.parametrize("action", [a.value for a in Action])
@pytest.mark.parametrize("status", COLUMNS)
def test_a_document_due_after_fulfilment_lets_set_and_nothing_else_in_late(status: str, action: str) -> None:
    before, deed = Status(status), Action(action)
    if action == "set" and status in ("fulfilled", "resolved", "closed"):
        assert next_status(before, deed, late_document=True) is before
    elif is_possible(before, deed):
        assert next_status(before, deed, late_document=True) == next_status(before, deed)
    else:
        with pytest.raises(WrongState):
            next_status(before, deed, late_document=True)


def test_nothing_leads_out_of_cancelled() -> None:
    assert {action for status, action in TRANSITIONS if status is Status.CANCELLED} == {Action.NOTE}


def test_open_are_those_that_somebody_still_has_to_work_on() -> None:
    assert {s.value for s in Status if s.is_open} == {"new", "in_progress", "on_hold", "fulfilled"}
