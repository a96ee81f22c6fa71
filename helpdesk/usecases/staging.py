"""Recording the ends of a procedure's stages, and the plan of a ticket as it stands with them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from helpdesk.catalog.model import Item
from helpdesk.sla.facts import Timeline
from helpdesk.sla.norms import Stage, Stages
from helpdesk.sla.progress import with_ends
from helpdesk.store.models import Event
from helpdesk.tickets.errors import Forbidden, invalid
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.events import EventFact
from helpdesk.tickets.permission import Staff
from helpdesk.tickets.stages import stage_ends
from helpdesk.tickets.words import Action
from helpdesk.usecases.clocks import events_of
from helpdesk.usecases.deed import Deed

_TELLING = frozenset({str(Action.SET), str(Action.REOPEN)})


def planned_stages(item: Item | None) -> tuple[Stage, ...]:
    """The stages of the item's norm; none where its norm is of another kind, or no item is chosen."""
    norm = item.target.norm if item else None
    return norm.stages if isinstance(norm, Stages) else ()


def ends_of(events: Iterable[Event]) -> dict[str, datetime]:
    """When the stages of a ticket ended, by their names."""
    return stage_ends(EventFact(Action(e.action), e.actor, e.at, e.data, e.by) for e in events if e.action in _TELLING)


def as_recorded(line: Timeline, item: Item | None, events: Iterable[Event]) -> Timeline:
    """The timeline of a ticket with the recorded ends of its stages."""
    return with_ends(line, ends_of(events)) if planned_stages(item) else line


def asked_ends(deed: Deed) -> dict[str, datetime | None]:
    """The `stages` of the fields by the names of the stages; None takes an end back.

    A stage is known by its name or its number. Raises Invalid for one that the item does not have, and for an end
    that does not lie between the beginning of the cycle and now; Forbidden for anybody but staff.
    """
    asked: Mapping[str, datetime | bool] = deed.fields.get("stages") or {}
    if asked and not isinstance(deed.actor, Staff):
        raise Forbidden(_("The service desk itself says this of a request."))
    return {_named(deed, key).name: _end(deed, value) for key, value in asked.items()}


def _named(deed: Deed, key: str) -> Stage:
    wanted = key.strip().casefold()
    stages = planned_stages(deed.item)
    found = next((s for s in stages if s.name.casefold() == wanted), None)
    found = found or next((s for s in stages if s.step and s.step.casefold() == wanted), None)
    if found is None:
        raise invalid("stages", _("This ticket has no stage %(name)s."), name=key[:80])
    return found


def _end(deed: Deed, value: object) -> datetime | None:
    if not isinstance(value, datetime):
        return deed.context.now if value else None
    if not deed.ticket.received_at <= value <= deed.context.now:
        raise invalid("stages", _("The end of a stage lies between the receipt and now."))
    return value


def changed_ends(deed: Deed, asked: Mapping[str, datetime | None]) -> dict[str, Any]:
    """What the event keeps of them: those that were not known to be so, with their names in both languages."""
    known = ends_of(events_of(deed.session, deed.ticket)) if asked else {}
    english = {stage.name: stage.english or stage.name for stage in planned_stages(deed.item)}
    return {
        name: {"ended_at": end.isoformat() if end else None, "name": {"id": name, "en": english[name]}}
        for name, end in asked.items()
        if known.get(name) != end
    }
