"""Which stages of a procedure have ended, as the events of its ticket say."""

from collections.abc import Iterable
from datetime import datetime

from helpdesk.tickets.events import EventFact, moment
from helpdesk.tickets.words import Action


def stage_ends(events: Iterable[EventFact]) -> dict[str, datetime]:
    """When each stage ended (aware), by its name; events oldest first.

    What was taken back has not ended. A reopened ticket goes through its stages again.
    """
    found: dict[str, datetime] = {}
    for event in events:
        if event.action is Action.REOPEN:
            found.clear()
        for name, said in (event.data.get("stages") or {}).items():
            ended_at = moment(said.get("ended_at"))
            if ended_at is None:
                found.pop(name, None)
            else:
                found[name] = ended_at
    return found
