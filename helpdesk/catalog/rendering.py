"""A catalogue as plain dictionaries, lists and texts: for GET /catalog and `helpdesk catalog list --json`."""

from typing import Any

from helpdesk.catalog.model import Attribute, Authority, Catalog, Desk, Document, Item, Service, Text
from helpdesk.catalog.spans import written
from helpdesk.sla.norms import (
    Anchor,
    AsAgreed,
    ByAttribute,
    ByChannel,
    ByQuantity,
    CalendarAnchored,
    EventRelative,
    Fixed,
    LeadTime,
    Norm,
    Span,
    Stage,
    Stages,
    Start,
    Target,
)

Plain = dict[str, Any]


def as_plain(catalog: Catalog, language: str | None = None) -> Plain:
    """The whole catalogue; wordings in `language` ("id", "en"), or in both as {"id": …, "en": …} when None.

    Spans and norms are written as in catalog.yaml; everything can be turned into JSON.
    """
    return {
        "version": catalog.version,
        "legal_basis": catalog.legal_basis,
        "valid_from": catalog.valid_from.isoformat(),
        "groups": [
            {"id": group.id, "tier": group.tier, "name": _text(group.name, language), "shared": group.shared}
            for group in catalog.groups.values()
        ],
        "desks": [desk_as_plain(desk, language) for desk in catalog.desks.values()],
        "authorities": [_authority(authority, language) for authority in catalog.authorities.values()],
        "services": [_service(service, language) for service in catalog.services.values()],
        "items": [item_as_plain(item, language) for item in catalog.items.values()],
    }


def _authority(authority: Authority, language: str | None) -> Plain:
    return {
        "id": authority.id,
        "name": _text(authority.name, language),
        "standard": authority.standard,
        "valid_from": authority.valid_from and authority.valid_from.isoformat(),
    }


def _service(service: Service, language: str | None) -> Plain:
    return {
        "id": service.id,
        "code": service.code,
        "name": _text(service.name, language),
        "authority": service.authority or None,
        "legal_basis": list(service.legal_basis),
    }


def desk_as_plain(desk: Desk, language: str | None = None) -> Plain:
    """One desk; `zone` is its IANA name."""
    return {
        "id": desk.id,
        "prefix": desk.prefix,
        "name": desk.name,
        "zone": desk.zone.key,
        "calendar": desk.calendar,
        "groups": list(desk.groups),
        "items": list(desk.items),
        "email": desk.email,
        "whatsapp": desk.whatsapp,
        "phone": desk.phone,
        "address": desk.address,
        "complaints": _text(desk.complaints, language),
    }


def item_as_plain(item: Item, language: str | None = None) -> Plain:
    """One item with everything that governs it; `fee` and `complaints` are None where the item names none."""
    return {
        "id": item.id,
        "service": item.service,
        "name": _text(item.name, language),
        "summary": _text(item.summary, language),
        "types": [str(kind) for kind in item.types],
        "group": item.group,
        "response_minutes": item.response_minutes,
        **_target(item.target),
        "wording": _text(item.wording, language),
        "attributes": [_attribute(attribute, language) for attribute in item.attributes],
        "documents": [_document(document, language) for document in item.documents],
        "requirements": [_text(text, language) for text in item.requirements],
        "products": [_text(text, language) for text in item.products],
        "fee": _text(item.fee, language) if item.fee.id else None,
        "complaints": _text(item.complaints, language) if item.complaints.id else None,
        "superior_cc": item.superior_cc,
        "event_date": ("optional" if item.event_optional else "required") if item.event_date else None,
        "urgent_when": {name: sorted(values) for name, values in item.urgent_when.items()},
        "channels_named": [str(channel) for channel in item.channels_named],
        "reopen_days": item.reopen_days,
        "warn_at": item.warn_at,
        "calendar": item.calendar,
        "keywords": list(item.keywords),
    }


def _text(text: Text, language: str | None) -> str | Plain:
    return {"id": text.id, "en": text.en} if language is None else text.get(language)


def _attribute(attribute: Attribute, language: str | None) -> Plain:
    return {
        "id": attribute.id,
        "name": _text(attribute.name, language),
        "kind": attribute.kind,
        "choices": [{"value": value, "name": _text(name, language)} for value, name in attribute.choices.items()],
        "minimum": attribute.minimum,
        "required": attribute.required,
        "by_staff": attribute.by_staff,
        "help": _text(attribute.help, language),
    }


def _document(document: Document, language: str | None) -> Plain:
    return {
        "id": document.id,
        "name": _text(document.name, language),
        "after_fulfilment": document.after_fulfilment,
        "when": dict(document.when),
    }


def _target(target: Target) -> Plain:
    deadline = target.requester_deadline
    return {
        "norm": norm_as_plain(target.norm),
        "start": _start(target.start),
        "holds_stop": {reason: _when(target.stops_when.get(reason, {})) or "always" for reason in sorted(target.stops)},
        "lead_time": _lead_time(target.lead_time),
        "extension": _span(target.extension.span if target.extension else None),
        "requester_deadline": deadline
        and {"lapse_after": written(deadline.span), "remind_before": _span(deadline.remind)},
        "first_handling": _span(target.first_handling),
    }


def _span(span: Span | None) -> str | None:
    return None if span is None else written(span)


def _start(start: Start) -> Plain:
    event = {"event": start.event, "event_en": start.event_english}
    return {"at": str(start.kind), **event, "assumed": start.assumed}


def _when(conditions: Any) -> Plain:
    return {name: sorted(values) for name, values in conditions.items()}


def _lead_time(lead: LeadTime | None) -> Plain | None:
    if lead is None:
        return None
    spans = {value: written(span) for value, span in lead.by.items()}
    return {"span": written(lead.span), "by": lead.attribute, "spans": spans, "outside_hours": lead.outside_hours}


def norm_as_plain(norm: Norm) -> str | Plain:
    """A norm as catalog.yaml writes it."""
    match norm:
        case Fixed():
            lower = "" if norm.lower is None else f"{written(norm.lower)} to "
            return f"{'about ' if norm.approximate else ''}{lower}{written(norm.span)}"
        case AsAgreed():
            return "as agreed"
        case EventRelative(anchor=Anchor.ON):
            return "on the event date"
        case EventRelative():
            return {f"{norm.anchor}_event": _span(norm.span), "event_stage": norm.event_stage}
        case ByQuantity():
            beyond = "as agreed" if norm.each is None else {"each": norm.each, "add": _span(norm.add)}
            steps = {str(step.upto): written(step.span) for step in norm.steps}
            return {"by_quantity": norm.attribute, "steps": steps, "beyond": beyond}
        case ByChannel():
            cases = {channel: norm_as_plain(inner) for channel, inner in norm.cases.items()}
            return {"by_channel": cases, "otherwise": norm_as_plain(norm.default)}
        case ByAttribute():
            return {"by_attribute": [{"when": _when(c.when), "norm": norm_as_plain(c.norm)} for c in norm.cases]}
        case CalendarAnchored():
            return {"by_date": {"day": norm.day, "month": norm.month}}
        case Stages():
            return {"stages": {stage.name: _stage(stage) for stage in norm.stages}}


def _stage(stage: Stage) -> Plain:
    return {
        "norm": None if stage.norm is None else norm_as_plain(stage.norm),
        "en": stage.english,
        "step": stage.step,
        "performed_by": stage.performed_by,
        "checked_by": stage.checked_by,
        "repeat": stage.repeat if stage.times == 1 else f"{stage.times} per {stage.repeat}",
        "after": list(stage.after),
        "note": stage.note,
        "note_en": stage.note_english,
    }
