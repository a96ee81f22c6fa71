"""The operational clocks of a ticket, from its events, its holds and what the catalogue asks of its groups."""

from collections.abc import Iterable

from helpdesk.catalog.model import Group
from helpdesk.sla.hops import Hop, hops
from helpdesk.sla.hours import WorkingCalendar
from helpdesk.sla.norms import Span
from helpdesk.store.models import Event, Hold, Ticket
from helpdesk.tickets.events import EventFact
from helpdesk.tickets.stays import stays
from helpdesk.tickets.words import Action
from helpdesk.tiers.routing import LAYER_1
from helpdesk.usecases.context import Context
from helpdesk.usecases.standards import calendar_for, compiled

_ACTIONS = {action.value: action for action in Action}


def hops_of(
    context: Context, ticket: Ticket, events: Iterable[Event], holds: Iterable[Hold], public: WorkingCalendar
) -> tuple[Hop, ...]:
    """The stays of a ticket with their clocks, as of the context's now. `public`: the calendar of the public clock."""
    facts = (EventFact(_ACTIONS[e.action], e.actor, e.at, e.data or {}) for e in events if e.action in _ACTIONS)

    def group(group_id: str) -> Group | None:
        return context.catalog.groups.get(group_id)

    def own(group_id: str) -> WorkingCalendar:
        found = group(group_id)
        spec = context.catalog.calendars.get(found.calendar) if found else None
        zone = context.desk(ticket.desk).zone
        return compiled(spec, zone) if spec else calendar_for(context.catalog, ticket.desk)

    def target(group_id: str) -> Span | None:
        found = group(group_id)
        return found.ola if found else None

    waited = ((hold.started_at, hold.ended_at or context.now) for hold in holds)
    return hops(stays(facts, LAYER_1), waited, public, own, target, context.now)
