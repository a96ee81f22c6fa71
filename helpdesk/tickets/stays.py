"""Where a ticket has been: each stay at a group, from one hand-over to the next, as its events say."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from helpdesk.tickets.events import EventFact
from helpdesk.tickets.words import Action


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay at a group, aware times. `to_at` None while it lasts; `done_at`: the group had done its part before."""

    group: str
    from_at: datetime
    to_at: datetime | None = None
    done_at: datetime | None = None


def stays(events: Iterable[EventFact], first_group: str) -> tuple[Stay, ...]:
    """The stays of a ticket that began at `first_group`, in order; between its end and a reopening it is nowhere.

    Events oldest first. A sent-back or reopened ticket returns to the group that fulfilled it. Handing a ticket to the
    group that has it is no new stay: nobody wins time by it.
    """
    found: list[Stay] = []
    fulfilled_by = first_group

    def moves(group: str, at: datetime) -> None:
        ends(at)
        found.append(Stay(group, at))

    def ends(at: datetime) -> None:
        if found and found[-1].to_at is None:
            found[-1] = replace(found[-1], to_at=at)

    for event in events:
        match event.action:
            case Action.OPEN:
                moves(first_group, event.at)
            case Action.ESCALATE | Action.HAND_BACK:
                group = str(event.data.get("group", first_group))
                if found[-1].group != group or found[-1].to_at is not None:
                    moves(group, event.at)
            case Action.FULFIL:
                fulfilled_by = found[-1].group
                found[-1] = replace(found[-1], done_at=event.at)
            case Action.SEND_BACK | Action.REOPEN:
                moves(fulfilled_by, event.at)
            case Action.CONFIRM_FULFILMENT | Action.CANCEL | Action.MERGE:
                ends(event.at)
    return tuple(found)
