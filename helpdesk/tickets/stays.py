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


class _Way:
    """The stays so far, the last of them open until something ends it."""

    def __init__(self) -> None:
        self.stays: list[Stay] = []

    def ends(self, at: datetime) -> None:
        if self.stays and self.stays[-1].to_at is None:
            self.stays[-1] = replace(self.stays[-1], to_at=at)

    def moves(self, group: str, at: datetime) -> None:
        self.ends(at)
        self.stays.append(Stay(group, at))

    def hands_over(self, group: str, at: datetime) -> None:
        if self.stays[-1].group != group or self.stays[-1].to_at is not None:
            self.moves(group, at)


def stays(events: Iterable[EventFact], first_group: str) -> tuple[Stay, ...]:
    """The stays of a ticket that began at `first_group`, in order; between its end and a reopening it is nowhere.

    Events oldest first. A sent-back or reopened ticket returns to the group that fulfilled it. Handing a ticket to the
    group that has it is no new stay: nobody wins time by it.
    """
    way = _Way()
    fulfilled_by = first_group
    for event in events:
        match event.action:
            case Action.OPEN:
                way.moves(first_group, event.at)
            case Action.ESCALATE | Action.HAND_BACK:
                way.hands_over(str(event.data.get("group", first_group)), event.at)
            case Action.FULFIL:
                fulfilled_by = way.stays[-1].group
                way.stays[-1] = replace(way.stays[-1], done_at=event.at)
            case Action.SEND_BACK | Action.REOPEN:
                way.moves(fulfilled_by, event.at)
            case Action.CONFIRM_FULFILMENT | Action.CANCEL | Action.MERGE:
                way.ends(event.at)
    return tuple(way.stays)
