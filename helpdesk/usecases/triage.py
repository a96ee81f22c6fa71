"""Taking, classifying, assigning, describing and moving a ticket between tiers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from helpdesk.catalog.model import Item
from helpdesk.sla.norms import StartKind
from helpdesk.store.models import Ticket
from helpdesk.store.people_models import StaffUser
from helpdesk.tickets.errors import Invalid, invalid
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.events import moment
from helpdesk.tickets.permission import Staff
from helpdesk.tickets.priority import PRIORITIES, is_urgent
from helpdesk.tickets.words import TicketType
from helpdesk.tiers.routing import route
from helpdesk.usecases.deed import Deed
from helpdesk.usecases.people import staff_of
from helpdesk.usecases.supplying import are_late, asked_ticks, changes, end_satisfied_hold, is_now_complete


def mark_urgent(ticket: Ticket, item: Item | None) -> None:
    """Set the queue's `urgent` from priority, attributes and the item's rule."""
    ticket.urgent = is_urgent(ticket.priority, ticket.attributes, item.urgent_when if item else {})


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
    """Choose item, type and priority; the clocks follow the item, the hold ledger stays."""
    data = _classification(deed)
    deed.done(data=data)
    ticket = deed.ticket
    ticket.item = data.get("item", ticket.item)
    ticket.type = data.get("type", ticket.type)
    ticket.priority = data.get("priority", ticket.priority)
    mark_urgent(ticket, deed.item)


def assign(deed: Deed) -> None:
    """Give the ticket to a person who works at its desk."""
    name = deed.text("assignee", _("Choose a person."))
    user = deed.session.scalar(select(StaffUser).where(StaffUser.name == name, StaffUser.active))
    if user is None or not staff_of(user).works_at(deed.ticket.desk):
        raise invalid("assignee", _("Nobody of that name works at this desk."))
    deed.done(data={"assignee": name})
    deed.ticket.assignee_id = user.id


def checked_attributes(item: Item | None, given: dict[str, Any]) -> dict[str, Any]:
    """The given attributes in their stored form. Raises Invalid for unknown ones and for wrong values."""
    if given and item is None:
        raise invalid("attributes", _("Choose an item before its attributes."))
    return {name: _attribute_value(item, name, value) for name, value in given.items() if item is not None}


def _attribute_value(item: Item, name: str, value: Any) -> Any:
    attribute = item.attribute(name)
    if attribute is None:
        raise invalid("attributes", _("The item has no attribute %(name)s."), name=name)
    if attribute.kind == "integer":
        return _whole_number(name, value, attribute.minimum if attribute.minimum is not None else 1)
    text = str(value).strip()
    if attribute.kind == "choice" and text not in attribute.choices:
        raise invalid("attributes", _("%(name)s has no value %(value)s."), name=name, value=text[:60])
    if len(text) > 2000:
        raise invalid("attributes", _("%(name)s is too long."), name=name)
    return text


def _whole_number(name: str, value: Any, minimum: int) -> int:
    text = str(value).strip()
    if (
        isinstance(value, bool)
        or not text.isascii()
        or not text.isdigit()
        or len(text) > 7
        or not minimum <= int(text) <= 1_000_000
    ):
        raise invalid(
            "attributes", _("%(name)s must be a whole number of at least %(minimum)s."), name=name, minimum=minimum
        )
    return int(text)


def _times(deed: Deed) -> dict[str, str]:
    ticket, found = deed.ticket, {}
    for name in ("event_at", "starts_at", "agreed_due_at"):
        value = deed.fields.get(name)
        if value is None:
            continue
        if name == "starts_at":
            _check_start(deed, value)
        elif value < ticket.received_at and name == "agreed_due_at":
            raise invalid(name, _("The agreed date lies before the receipt."))
        found[name] = value.isoformat()
    return found


def _check_start(deed: Deed, value: datetime) -> None:
    if deed.item is not None and deed.item.target.start.kind is StartKind.RECEIVED:
        raise invalid("starts_at", _("The clock of this item starts at receipt."))
    if value > deed.context.now or value < deed.ticket.received_at:
        raise invalid("starts_at", _("The start lies between the receipt and now."))


def describe(deed: Deed) -> None:
    """`set`: attributes, event date, start of the clock, agreed date, documents that have come; any of them.

    After fulfilment only documents that are due then can be ticked off; it changes no status (docs/adr/0015).
    """
    attributes = checked_attributes(deed.item, deed.fields.get("attributes") or {})
    asked = asked_ticks(deed)
    data: dict[str, Any] = dict(_times(deed))
    late = bool(asked) and not data and not attributes and are_late(deed, asked)
    if not data and not attributes and not asked:
        raise Invalid(_("Nothing to set was given."))
    deed.target(late_document=late)
    if attributes:
        data["attributes"] = attributes
    ticked = changes(deed, asked)
    if ticked:
        data["documents"] = ticked
    if "starts_at" not in data and is_now_complete(deed, attributes, ticked):
        data["starts_at"] = deed.context.now.isoformat()
    if data:
        deed.done(why=str(deed.fields.get("reason") or ""), data=data, late_document=late)
        _take_over(deed.ticket, data)
        mark_urgent(deed.ticket, deed.item)
        end_satisfied_hold(deed)


def _take_over(ticket: Ticket, data: Mapping[str, Any]) -> None:
    """What the event says, on the row."""
    ticket.attributes = {**ticket.attributes, **data.get("attributes", {})}
    for name in ("event_at", "starts_at", "agreed_due_at"):
        if name in data:
            setattr(ticket, name, moment(data[name]))


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
