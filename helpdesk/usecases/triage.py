"""Taking, classifying, assigning and moving a ticket between tiers."""

from typing import Any

from sqlalchemy import select

from helpdesk.catalog.model import Item
from helpdesk.store.people_models import StaffUser
from helpdesk.tickets.errors import Invalid, invalid
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.permission import Staff
from helpdesk.tickets.priority import PRIORITIES
from helpdesk.tickets.words import TicketType
from helpdesk.tiers.routing import route
from helpdesk.usecases.answers import mark_urgent
from helpdesk.usecases.clocks import events_of, standing
from helpdesk.usecases.deed import Deed
from helpdesk.usecases.documents import ticks_of
from helpdesk.usecases.informing import tell_of_assignment
from helpdesk.usecases.notices import tell_requester
from helpdesk.usecases.people import staff_of
from helpdesk.usecases.promising import promised


def take(deed: Deed) -> None:
    """The person who takes it is the one who works on it."""
    assert isinstance(deed.actor, Staff)
    deed.done(data={"assignee": deed.actor.name})
    deed.ticket.assignee_id = deed.actor.id


def _offered_item(deed: Deed, item_id: object) -> Item:
    item = deed.context.item(str(item_id), deed.ticket.catalog_version)
    if item is None or item.id not in deed.desk.items:
        raise invalid("item", _("This desk does not offer such an item."))
    return item


def _ticket_type(value: object) -> str:
    try:
        return TicketType(str(value)).value
    except ValueError:
        raise invalid("type", _("Unknown ticket type.")) from None


def _classification(deed: Deed) -> dict[str, Any]:
    fields, data = deed.fields, {}
    if fields.get("item") is not None:
        item = _offered_item(deed, fields["item"])
        data["item"] = item.id
        data["type"] = deed.ticket.type or item.types[0].value
    if fields.get("type") is not None:
        data["type"] = _ticket_type(fields["type"])
    if fields.get("priority") is not None:
        if fields["priority"] not in PRIORITIES:
            raise invalid("priority", _("The priority is a number from 1 to 4."))
        data["priority"] = fields["priority"]
    if not data:
        raise Invalid(_("Choose an item, a type or a priority."))
    return data


def classify(deed: Deed) -> None:
    """Choose item, type and priority; the clocks follow the item, the hold ledger stays.

    A requester who named no service is told once which one it is and by when it is done.
    """
    data = _classification(deed)
    deed.done(data=data)
    ticket, was = deed.ticket, deed.ticket.item
    ticket.item = data.get("item", ticket.item)
    ticket.type = data.get("type", ticket.type)
    ticket.priority = data.get("priority", ticket.priority)
    mark_urgent(ticket, deed.item)
    if was is None and ticket.item is not None:
        _tell_service(deed)


def _tell_service(deed: Deed) -> None:
    """The requester did not say which service it is: tell which one it became, and by when it is done; once."""
    deed.session.flush()
    there = {key for key, tick in ticks_of(deed.item, events_of(deed.session, deed.ticket)).items() if tick.there}
    now = standing(deed.session, deed.context, deed.ticket)
    tell_requester(deed, "classification", promised(now, deed.ticket, there))


def assign(deed: Deed) -> None:
    """Give the ticket to a person who works at its desk."""
    name = deed.text("assignee", _("Choose a person."))
    user = deed.session.scalar(select(StaffUser).where(StaffUser.name == name, StaffUser.active))
    if user is None or not staff_of(user).works_at(deed.ticket.desk):
        raise invalid("assignee", _("Nobody of that name works at this desk."))
    deed.done(data={"assignee": name})
    deed.ticket.assignee_id = user.id
    tell_of_assignment(deed)


def _group(deed: Deed) -> str:
    group = deed.text("group", _("Choose a support group."), 60)
    if group not in deed.desk.groups:
        raise invalid("group", _("This desk has no such support group."))
    return group


def _move_to(deed: Deed, group: str, why: str) -> None:
    data = {"from_group": deed.ticket.group, "group": group}
    deed.done(why=why, data=data)
    ticket = deed.ticket
    ticket.group, ticket.tier, ticket.assignee_id = group, deed.context.tier(group), None


def escalate(deed: Deed) -> None:
    """Hand the ticket to a support group; somebody there takes it."""
    _move_to(deed, _group(deed), str(deed.fields.get("reason") or "").strip())


def hand_back(deed: Deed) -> None:
    """Give the ticket back to another group, with the reason."""
    group = _group(deed)
    _move_to(deed, group, deed.text("reason", _("A reason is needed."), 2000))


def proposed_group(deed_item: Item | None, desk_groups: tuple[str, ...]) -> str:
    """The group that the router proposes for an item at a desk."""
    return route(deed_item.group if deed_item else None, desk_groups)
