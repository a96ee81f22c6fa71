"""What the requester told of the request, as the item's attributes: which are asked for, and what they may be."""

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from helpdesk.catalog.model import Attribute, Item
from helpdesk.store.models import Ticket
from helpdesk.tickets.errors import invalid
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.priority import is_urgent


def mark_urgent(ticket: Ticket, item: Item | None) -> None:
    """Set the queue's `urgent` from priority, attributes and the item's rule."""
    ticket.urgent = is_urgent(ticket.priority, ticket.attributes, item.urgent_when if item else {})


def asked_attributes(item: Item | None) -> tuple[Attribute, ...]:
    """The attributes that the portal asks for; those that the desk judges itself are left out."""
    return tuple(a for a in item.attributes if not a.by_staff) if item else ()


def checked_attributes(item: Item | None, given: dict[str, Any]) -> dict[str, Any]:
    """The given attributes in their stored form. Raises Invalid for unknown ones and for wrong values."""
    if given and item is None:
        raise invalid("attributes", _("Choose an item before its attributes."))
    return {name: _attribute_value(item, name, value) for name, value in given.items() if item is not None}


EVENT_WITHOUT_TIME = time(8, 0)
"""When an event begins of which only the day is known, by the desk's clock: however it was told, all count alike."""


def checked_event(given: date | datetime | None, received_at: datetime, zone: ZoneInfo) -> datetime | None:
    """When the event is, in UTC. Raises Invalid for a day in the desk's zone before that of the receipt."""
    if given is None:
        return None
    event_at = given if isinstance(given, datetime) else datetime.combine(given, EVENT_WITHOUT_TIME, zone)
    if event_at.astimezone(zone).date() < received_at.astimezone(zone).date():
        raise invalid("event_at", _("The event lies before the receipt."))
    return event_at.astimezone(UTC)


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
