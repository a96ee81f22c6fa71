"""`set`: what is true of the request, said anew; who is concerned by a deadline that moves is told once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from helpdesk.catalog.model import Item, Text
from helpdesk.sla.norms import StartKind
from helpdesk.store.models import Ticket
from helpdesk.tickets.errors import Forbidden, Invalid, invalid
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.events import PROMISED, moment
from helpdesk.tickets.permission import Requester, Staff
from helpdesk.usecases.answers import asked_attributes, checked_attributes, checked_event, mark_urgent
from helpdesk.usecases.clocks import due_before_and_after
from helpdesk.usecases.deed import Deed
from helpdesk.usecases.notices import tell_requester
from helpdesk.usecases.short_notice import ACCEPTED, accepting
from helpdesk.usecases.staging import asked_ends, changed_ends
from helpdesk.usecases.supplying import are_late, asked_ticks, changes, end_satisfied_hold, is_now_complete
from helpdesk.usecases.visits import booked, take_over, tell_of_visit

BEFORE_FULFILMENT = frozenset(
    {"attributes", "event_at", "starts_at", "agreed_due_at", "stages", "visit", "visit_at", ACCEPTED}
)
"""The fields of `set` that need a ticket which is not fulfilled yet."""


def _times(deed: Deed) -> dict[str, Any]:
    found: dict[str, Any] = {}
    ticket = deed.ticket
    for name in ("event_at", "starts_at", "agreed_due_at"):
        value: Any = deed.fields.get(name)
        if value is None:
            continue
        if name == "starts_at":
            _check_start(deed, value)
        elif name == "event_at":
            value = checked_event(value, ticket.received_at, deed.desk.zone)
        else:
            value = deed.by_close(value)
            if value < ticket.received_at:
                raise invalid(name, _("The agreed date lies before the receipt."))
        found[name] = value.isoformat()
    if "agreed_due_at" in found:
        found[PROMISED] = isinstance(deed.actor, Staff) and deed.actor.is_supervisor(ticket.desk)
    return found


def _check_start(deed: Deed, value: datetime) -> None:
    if deed.item is not None and deed.item.target.start.kind is StartKind.RECEIVED:
        raise invalid("starts_at", _("The clock of this item starts at receipt."))
    if value > deed.context.now or value < deed.ticket.received_at:
        raise invalid("starts_at", _("The start lies between the receipt and now."))


def _answers(deed: Deed) -> dict[str, Any]:
    """The attributes that were given, in their stored form. A requester changes only what the portal asks for."""
    given = checked_attributes(deed.item, deed.fields.get("attributes") or {})
    if isinstance(deed.actor, Requester) and not given.keys() <= {a.id for a in asked_attributes(deed.item)}:
        raise Forbidden(_("The service desk itself says this of a request."))
    return given


def _shown(item: Item | None, name: str, value: object) -> Text:
    """A value of an attribute as people read it; empty while it is not known."""
    if value is None:
        return Text("", "")
    attribute, bare = item.attribute(name) if item else None, Text(str(value), str(value))
    return attribute.choices.get(str(value), bare) if attribute else bare


def _changed(deed: Deed, new: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What the event and the notice say of changed attributes: names and values, old and new, in both languages."""
    found = []
    for name, value in new.items():
        before = deed.ticket.attributes.get(name)
        attribute = deed.item.attribute(name) if deed.item else None
        told = {"name": attribute.name if attribute else Text(name, name)}
        told |= {"from": _shown(deed.item, name, before), "to": _shown(deed.item, name, value)}
        said = {key: {"id": text.id, "en": text.en} for key, text in told.items()}
        found.append({"attribute": name, "before": before, "after": value, **said})
    return found


def _told(deed: Deed, changed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of what was changed that which a notice may say: no free text, which moves no deadline.

    The notice is automatic and goes to addresses that its writer chose: it must not carry the writer's own words.
    """
    kinds = {attribute.id: attribute.kind for attribute in deed.item.attributes} if deed.item else {}
    return [change for change in changed if kinds.get(change["attribute"]) in ("integer", "choice")]


def _refuse_a_time_past(deed: Deed, before: datetime | None, after: datetime | None) -> None:
    """A requester makes nobody late by other answers: that is for staff to say, who know what was asked when."""
    now = deed.context.now
    if isinstance(deed.actor, Requester) and after is not None and after < now and (before is None or before >= now):
        raise Invalid(_("With these answers the time would be over already. Please write to the service desk instead."))


def describe(deed: Deed) -> None:
    """Attributes, event date, start of the clock, agreed date, documents that came, stages that ended, a late request
    taken on, a visit booked; any.

    What is known to be so already is no event. A deadline that moves by it is told to the requester and everybody in
    copy. After fulfilment only documents that are due then can be ticked off; it changes no status (docs/adr/0015).
    """
    given, asked, ends = _answers(deed), asked_ticks(deed), asked_ends(deed)
    data: dict[str, Any] = {**_times(deed), **booked(deed)}
    late = bool(asked) and not any(deed.fields.get(name) for name in BEFORE_FULFILMENT) and are_late(deed, asked)
    if not data and not any((given, asked, ends, deed.fields.get(ACCEPTED), deed.fields.get("visit"))):
        raise Invalid(_("Nothing to set was given."))
    deed.target(late_document=late)
    attributes = {name: value for name, value in given.items() if deed.ticket.attributes.get(name) != value}
    if attributes:
        data |= {"attributes": attributes, "changed": _changed(deed, attributes)}
    ticked = changes(deed, asked)
    if ticked:
        data["documents"] = ticked
    ended = changed_ends(deed, ends)
    if ended:
        data["stages"] = ended
    data |= accepting(deed, data)
    if "starts_at" not in data and is_now_complete(deed, given, ticked):
        data["starts_at"] = deed.context.now.isoformat()
    if data:
        _describe(deed, data, late_document=late)


def _describe(deed: Deed, data: dict[str, Any], *, late_document: bool) -> None:
    before, after = due_before_and_after(deed.session, deed.context, deed.ticket, data)
    moves = before is not None and before != after and not late_document
    if "attributes" in data:
        _refuse_a_time_past(deed, before, after)
    if moves:
        data |= {"from_due_at": _iso(before), "due_at": _iso(after)}
    deed.done(why=str(data.get(ACCEPTED) or deed.fields.get("reason") or ""), data=data, late_document=late_document)
    _take_over(deed.ticket, data)
    mark_urgent(deed.ticket, deed.item)
    if isinstance(deed.actor, Requester) and ("attributes" in data or "visit" in data):
        deed.ticket.unread = True
    end_satisfied_hold(deed)
    if "visit" in data:
        tell_of_visit(deed, data)
    if moves:
        told = {name: data[name] for name in ("from_due_at", "due_at")}
        tell_requester(deed, "change", {"changed": _told(deed, data.get("changed", [])), **told}, copies=True)


def _iso(when: datetime | None) -> str | None:
    return when.isoformat() if when else None


def _take_over(ticket: Ticket, data: Mapping[str, Any]) -> None:
    """What the event says, on the row."""
    ticket.attributes = {**ticket.attributes, **data.get("attributes", {})}
    for name in ("event_at", "starts_at", "agreed_due_at"):
        if name in data:
            setattr(ticket, name, moment(data[name]))
    if "visit" in data:
        take_over(ticket, data["visit"])
