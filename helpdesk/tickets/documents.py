"""Which documents of a ticket are there, as its events say: each is ticked off, and a hold may ask for it again."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from helpdesk.tickets.events import EventFact
from helpdesk.tickets.words import Action, HoldReason


@dataclass(frozen=True, slots=True)
class Tick:
    """What was last said of one document: there or not, by whom, when (aware UTC)."""

    there: bool
    by: str
    at: datetime


def _asks(event: EventFact) -> Iterable[str]:
    """The documents that a hold lists as missing."""
    if event.action is not Action.HOLD or event.data.get("reason") != HoldReason.DOCUMENTS:
        return ()
    return (str(name) for name in event.data.get("missing") or ())


def _said(event: EventFact) -> Mapping[str, Any]:
    found = event.data.get("documents")
    return found if isinstance(found, Mapping) else {}


def ticks(events: Iterable[EventFact], key: Callable[[str], str]) -> dict[str, Tick]:
    """What was last said of each document, by its key; `key` gives it for a name in a hold's list. Events oldest first.

    A hold that asks for a document takes back an earlier tick: what came before was not what is needed.
    """
    found: dict[str, Tick] = {}
    for event in events:
        for name in _asks(event):
            found[key(name)] = Tick(False, event.by, event.at)  # noqa: FBT003  # the first field of a tick
        for document, said in _said(event).items():
            found[document] = Tick(bool(said.get("there")), event.by, event.at)
    return found


def asked_for(events: Iterable[EventFact]) -> tuple[str, ...]:
    """Every name that a documents hold of the ticket has listed, each once, in order."""
    return tuple(dict.fromkeys(name for event in events for name in _asks(event)))
