"""Checked data -> the frozen values of model.py."""

from collections.abc import Mapping
from typing import Any

from helpdesk.catalog.model import (
    Attribute,
    Authority,
    CalendarSpec,
    Catalog,
    DatedHours,
    Desk,
    Document,
    Group,
    Item,
    Service,
    Text,
)
from helpdesk.catalog.norm_fields import conditions
from helpdesk.catalog.schema import ALL, EventDate
from helpdesk.catalog.spans import counted
from helpdesk.sla.norms import Extension, LeadTime, RequesterDeadline, Start, Target

_NO_TEXT = Text("", "")
Data = Mapping[str, Any]


def build(data: Data) -> Catalog:
    """The catalogue that `data`, loaded by CatalogSchema and found without fault, describes."""
    groups = {
        group_id: Group(group_id, str(g["tier"]), g["name"], g["shared"], g["ola"], g["calendar"])
        for group_id, g in data["groups"].items()
    }
    return Catalog(
        version=data["version"],
        legal_basis=data["legal_basis"],
        valid_from=data["valid_from"],
        calendars={name: _calendar(name, calendar) for name, calendar in data["calendars"].items()},
        groups=groups,
        desks={name: _desk(name, desk, groups, _items_by(data)) for name, desk in data["desks"].items()},
        services={
            name: Service(name, s["code"], s["name"], s["legal_basis"], s["authority"])
            for name, s in data["services"].items()
        },
        items={i: _item(i, s, item) for s, service in data["services"].items() for i, item in service["items"].items()},
        authorities={
            name: Authority(name, a["name"], a["standard"], a["valid_from"]) for name, a in data["authorities"].items()
        },
    )


def _items_by(data: Data) -> Mapping[str, tuple[str, ...]]:
    """The items of each service and of each authority, by its id, and all of them, in the order of the file."""
    found = {authority: tuple[str, ...]() for authority in (ALL, *data["authorities"])}
    for name, service in data["services"].items():
        found[name] = tuple(service["items"])
        found[ALL] += found[name]
        if service["authority"]:
            found[service["authority"]] += found[name]
    return found


def _calendar(name: str, data: Data) -> CalendarSpec:
    return CalendarSpec(
        id=name,
        week=data["week"],
        dated=tuple(DatedHours(**hours) for hours in data["dated"]),
        closed=data["closed"],
        opened=frozenset(data["opened"]),
        public_holidays=data["public_holidays"],
        joint_leave=data["joint_leave"],
    )


def _desk(name: str, data: Data, groups: Mapping[str, Group], items_of: Mapping[str, tuple[str, ...]]) -> Desk:
    chosen = {item for entry in data["items"] for item in items_of.get(entry, (entry,))}
    shared = (group.id for group in groups.values() if group.shared)
    return Desk(
        id=name,
        prefix=data["prefix"],
        name=data["name"],
        zone=data["zone"],
        calendar=data["calendar"],
        groups=tuple(dict.fromkeys((*data["groups"], *shared))),
        items=tuple(item for item in items_of[ALL] if item in chosen),
        email=data["email"].lower(),
        whatsapp=data["whatsapp"],
        phone=data["phone"],
        address=data["address"],
        visit_minutes=data["visit_minutes"],
        visits_at_once=data["visits_at_once"],
        complaints=data.get("complaints", _NO_TEXT),
    )


def _item(item_id: str, service_id: str, data: Data) -> Item:
    target = counted(_target(data), data["day_count"])
    return Item(
        id=item_id,
        service=service_id,
        target=target,
        attributes=tuple(_attribute(name, attribute) for name, attribute in data["attributes"].items()),
        documents=tuple(Document(name, **document) for name, document in data["documents"].items()),
        event_date=data["event_date"] is not None,
        event_optional=data["event_date"] is EventDate.OPTIONAL,
        urgent_when=conditions(data["urgent_when"]),
        **{key: data.get(key, _NO_TEXT) for key in ("summary", "fee", "complaints")},
        **{key: data[key] for key in _AS_WRITTEN},
    )


_AS_WRITTEN = (
    "name",
    "types",
    "group",
    "wording",
    "response_minutes",
    "superior_cc",
    "channels_named",
    "requirements",
    "products",
    "reopen_days",
    "warn_at",
    "calendar",
    "keywords",
)


def _attribute(name: str, data: Data) -> Attribute:
    return Attribute(id=name, **{"help": _NO_TEXT, **data, "kind": str(data["kind"])})


def _target(data: Data) -> Target:
    start, deadline, extension = data["start"], data["requester_deadline"], data["extension"]
    stops = {} if data["holds_stop"] is None else {"stops": frozenset(map(str, data["holds_stop"]))}
    when = {str(reason): conditions(values) for reason, values in (data["holds_stop"] or {}).items() if values}
    return Target(
        norm=data["norm"],
        start=_start(start) if start else Start(),
        stops_when=when,
        lead_time=_lead_time(data["lead_time"]),
        extension=Extension(extension) if extension else None,
        requester_deadline=RequesterDeadline(deadline["lapse_after"], deadline["remind_before"]) if deadline else None,
        first_handling=data["first_handling"],
        **stops,
    )


def _start(data: Data) -> Start:
    event, english = data["event"]
    return Start(data["at"], event, data["assumed"], english)


def _lead_time(data: Data | None) -> LeadTime | None:
    if data is None:
        return None
    span = data["span"] if "span" in data else data["otherwise"]
    return LeadTime(span, data.get("by", ""), data.get("spans", {}), outside_hours=data["outside_hours"])
