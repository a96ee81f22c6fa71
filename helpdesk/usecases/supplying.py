"""Ticking documents off, by staff or by the requester who sends them, and what follows when nothing is missing."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from helpdesk.store.models import Ticket
from helpdesk.tickets.errors import invalid
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.permission import Machine
from helpdesk.tickets.words import Action, HoldReason, Status
from helpdesk.usecases.clocks import events_of
from helpdesk.usecases.context import Context
from helpdesk.usecases.deed import Deed
from helpdesk.usecases.documents import (
    Line,
    as_said,
    awaited,
    checklist,
    is_complete,
    key_of,
    known_keys,
    still_missing,
    ticks_of,
)
from helpdesk.usecases.holding import open_hold, resume

NOTHING_MISSING = _("nothing is missing any more")
"""Why a documents hold ended by itself."""


def asked_ticks(deed: Deed) -> dict[str, bool]:
    """The `documents` of the fields by their keys. Raises Invalid for a document that this ticket does not have."""
    asked: Mapping[str, bool] = deed.fields.get("documents") or {}
    if not asked:
        return {}
    known = known_keys(deed.item, events_of(deed.session, deed.ticket))
    found = {}
    for name, there in asked.items():
        key = key_of(deed.item, name)
        if key not in known:
            raise invalid("documents", _("This ticket has no document %(name)s."), name=name[:80])
        found[key] = there
    return found


def changes(deed: Deed, asked: Mapping[str, bool]) -> dict[str, Any]:
    """What the event keeps of them: those that were not known to be so; a tick that is there already is no event."""
    said = ticks_of(deed.item, events_of(deed.session, deed.ticket)) if asked else {}
    new = {key: there for key, there in asked.items() if there != (key in said and said[key].there)}
    return as_said(deed.item, new)


def are_late(deed: Deed, keys: Iterable[str]) -> bool:
    """True when every one of these documents is due only after fulfilment."""
    late = {d.id for d in deed.item.documents if d.after_fulfilment} if deed.item else set()
    return all(key in late for key in keys)


def is_now_complete(deed: Deed, attributes: Mapping[str, Any], ticked: Mapping[str, Any]) -> bool:
    """True when the clock waits for complete documents, and with what is set now each of them is there."""
    if deed.ticket.starts_at is not None or not (attributes or ticked):
        return False
    said = ticks_of(deed.item, events_of(deed.session, deed.ticket))
    there = {key for key, tick in said.items() if tick.there} | {k for k, v in ticked.items() if v["there"]}
    there -= {k for k, v in ticked.items() if not v["there"]}
    return is_complete(deed.item, {**deed.ticket.attributes, **attributes}, there)


def end_satisfied_hold(deed: Deed) -> None:
    """End the running documents hold when nothing on its list is missing any more (behaviour section 3)."""
    if deed.ticket.status != Status.ON_HOLD:
        return
    deed.session.flush()
    hold = open_hold(deed.session, deed.ticket)
    said = ticks_of(deed.item, events_of(deed.session, deed.ticket))
    if hold is None or hold.reason != HoldReason.DOCUMENTS or still_missing(deed.item, hold, said):
        return
    machine = Machine("documents")
    resume(Deed(deed.session, deed.context, machine, deed.ticket, Action.RESUME, {"reason": NOTHING_MISSING}))


def lines_of(session: Session, context: Context, ticket: Ticket) -> tuple[Line, ...]:
    """The documents of a ticket as they stand."""
    item = context.item(ticket.item, ticket.catalog_version)
    return checklist(item, ticket.attributes, events_of(session, ticket), open_hold(session, ticket))


def awaited_now(session: Session, context: Context, ticket: Ticket) -> tuple[Line, ...]:
    """The documents that the requester may supply now."""
    return awaited(lines_of(session, context, ticket), ticket.status)
