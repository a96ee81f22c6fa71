"""The documents of a ticket: those of its item that apply, and what a hold asked for in words of its own.

A document is known by a key: the catalogue's id, or for anything else the text that the hold listed.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from helpdesk.catalog.conditions import holds
from helpdesk.catalog.model import Document, Item, Text
from helpdesk.sla.norms import StartKind
from helpdesk.store.models import Event, Hold
from helpdesk.tickets.documents import Tick, asked_for, ticks
from helpdesk.tickets.events import EventFact
from helpdesk.tickets.lifecycle import SUPPLIED_LATE
from helpdesk.tickets.words import OPEN_STATUSES, Action, HoldReason, Status


class State(StrEnum):
    """How a document stands: there; missing (the running hold waits for it); due after fulfilment; not ticked yet."""

    THERE = "there"
    MISSING = "missing"
    LATER = "later"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Line:
    """One document of a ticket. `by` and `at` (aware UTC): who ticked it off, or for a missing one who asked for it."""

    key: str
    name: Text
    state: State
    after_fulfilment: bool = False
    by: str = ""
    at: datetime | None = None


def documents_asked(item: Item | None) -> tuple[Document, ...]:
    """The documents that the requester supplies with the request; those due after fulfilment come later."""
    return tuple(d for d in item.documents if not d.after_fulfilment) if item else ()


def is_needed(document: Document, attributes: Mapping[str, Any]) -> bool:
    """False only where the attributes rule the document out; an attribute that is not given rules nothing out."""
    given = {name: attributes[name] for name in document.when if attributes.get(name) is not None}
    return all(holds(document.when[name], answer) for name, answer in given.items())


def _documents(item: Item | None) -> tuple[Document, ...]:
    return item.documents if item else ()


def key_of(item: Item | None, name: str) -> str:
    """The key of a document that somebody named: by its id or its name in either language, else the text itself."""
    wanted = name.strip().casefold()
    for document in _documents(item):
        if wanted in {w.strip().casefold() for w in (document.id, document.name.id, document.name.en)}:
            return document.id
    return name.strip()


def name_of(item: Item | None, key: str) -> Text:
    """What people call the document of that key."""
    found = next((d.name for d in _documents(item) if d.id == key), None)
    return found or Text(key, key)


def in_both(item: Item | None, keys: Iterable[str]) -> dict[str, list[str]]:
    """The names of documents in both languages, as messages list them."""
    names = [name_of(item, key) for key in keys]
    return {"id": [name.id for name in names], "en": [name.en for name in names]}


def facts(events: Iterable[Event]) -> tuple[EventFact, ...]:
    """The events that say anything about documents, as the rules see them."""
    telling = {str(Action.OPEN), str(Action.SET), str(Action.HOLD)}
    return tuple(EventFact(Action(e.action), e.actor, e.at, e.data, e.by) for e in events if e.action in telling)


def ticks_of(item: Item | None, events: Iterable[Event]) -> dict[str, Tick]:
    """What was last said of each document, by its key."""
    return ticks(facts(events), partial(key_of, item))


def known_keys(item: Item | None, events: Iterable[Event]) -> frozenset[str]:
    """The keys that may be ticked: every document of the item, and all that a hold of this ticket ever asked for."""
    asked = {key_of(item, name) for name in asked_for(facts(events))}
    return frozenset(asked | {d.id for d in _documents(item)})


def still_missing(item: Item | None, hold: Hold | None, said: Mapping[str, Tick]) -> tuple[str, ...]:
    """The keys on the list of a documents hold that nobody has ticked off since it began; () for any other hold."""
    if hold is None or hold.reason != HoldReason.DOCUMENTS:
        return ()
    listed = dict.fromkeys(key_of(item, name) for name in hold.missing)
    return tuple(key for key in listed if not (key in said and said[key].there))


def missing_to_start(item: Item | None, attributes: Mapping[str, Any], there: Collection[str]) -> tuple[str, ...]:
    """The keys of the documents that are needed with the request and not among the keys that are there."""
    return tuple(d.id for d in documents_asked(item) if is_needed(d, attributes) and d.id not in there)


def is_complete(item: Item | None, attributes: Mapping[str, Any], there: Collection[str]) -> bool:
    """True when the clock of the item starts at complete documents, and each that is needed is among the keys."""
    if item is None or item.target.start.kind is not StartKind.DOCUMENTS:
        return False
    return not missing_to_start(item, attributes, there)


def still_needed(lines: Iterable[Line], *, to_start: bool) -> tuple[Line, ...]:
    """What the ticket waits for: the list of the running hold, and what the clock needs to begin.

    `to_start`: the clock waits for complete documents, so each document that is not there is needed.
    """
    return tuple(x for x in lines if x.state is State.MISSING or (to_start and x.state is State.OPEN))


def as_said(item: Item | None, there: Mapping[str, bool]) -> dict[str, Any]:
    """What an event keeps of ticked documents: by key whether it is there, and its name in both languages."""
    names = {key: name_of(item, key) for key in there}
    return {key: {"there": came, "name": {"id": names[key].id, "en": names[key].en}} for key, came in there.items()}


def checklist(
    item: Item | None, attributes: Mapping[str, Any], events: Iterable[Event], hold: Hold | None
) -> tuple[Line, ...]:
    """The documents of a ticket as the item orders them, then those that only a hold named. `hold`: the running one."""
    said = ticks_of(item, events)
    missing = still_missing(item, hold, said)
    found = [
        _line(d.id, d.name, said.get(d.id), missing=d.id in missing, after_fulfilment=d.after_fulfilment)
        for d in _documents(item)
        if is_needed(d, attributes) or d.id in missing or (d.id in said and said[d.id].there)
    ]
    own = {d.id for d in _documents(item)}
    rest = [key for key in dict.fromkeys((*said, *missing)) if key not in own]
    found += [
        _line(key, Text(key, key), said.get(key), missing=key in missing)
        for key in rest
        if key in missing or said[key].there
    ]
    return tuple(found)


def _line(key: str, name: Text, tick: Tick | None, *, missing: bool, after_fulfilment: bool = False) -> Line:
    if tick is not None and tick.there:
        return Line(key, name, State.THERE, after_fulfilment, tick.by, tick.at)
    if missing:
        return Line(key, name, State.MISSING, after_fulfilment, tick.by if tick else "", tick.at if tick else None)
    return Line(key, name, State.LATER if after_fulfilment else State.OPEN, after_fulfilment)


def may_change(line: Line, status: str) -> bool:
    """True where the status lets staff tick the document off, or take that back."""
    return status in OPEN_STATUSES - SUPPLIED_LATE or (line.after_fulfilment and status in SUPPLIED_LATE)


def is_due_now(line: Line, status: str) -> bool:
    """True for a document due after fulfilment that is not there although the ticket is fulfilled."""
    return line.state is State.LATER and status in SUPPLIED_LATE


def awaited(lines: Iterable[Line], status: str) -> tuple[Line, ...]:
    """The documents that may be supplied now: before fulfilment those for the work, after it those due then."""
    if status == Status.CANCELLED:
        return ()
    if status in SUPPLIED_LATE:
        return tuple(line for line in lines if is_due_now(line, status))
    return tuple(line for line in lines if line.state in (State.MISSING, State.OPEN))
