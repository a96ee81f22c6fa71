"""No difference between two catalogues is left out, and none is told badly."""

import re
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from helpdesk.catalog.catalog_facts import changes
from helpdesk.catalog.comparison import Change
from helpdesk.catalog.labels import LABELS
from helpdesk.catalog.load import load_file, load_text
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
from helpdesk.sla.norms import (
    Extension,
    Fixed,
    LeadTime,
    RequesterDeadline,
    Span,
    Stage,
    Stages,
    Start,
    StartKind,
    Target,
    Unit,
)
from helpdesk.tickets.words import Channel, TicketType
from tests.rules.test_catalog_diff import BASE, STAGES
from tests.rules.test_catalog_docs import BLOCKS, completed

NAME = Text("lain", "other")
SPAN = Span(Decimal(9), Unit.WORKING_DAY)
WEEK = {0: ((time(1), time(2)),)}
OTHER = {
    Item: {
        "service": "other", "name": NAME, "types": (TicketType.CHANGE,), "group": "layer-1", "wording": NAME,
        "response_minutes": 7, "attributes": (), "documents": (), "superior_cc": True, "event_date": True,
        "event_optional": True, "urgent_when": {"size": frozenset({"big"})}, "channels_named": (Channel.API,),
        "reopen_days": 8, "warn_at": 0.5, "calendar": "other", "keywords": ("a",), "summary": NAME,
        "requirements": (NAME,), "products": (NAME,), "fee": NAME, "complaints": NAME,
        "target": Target(Fixed(SPAN)),
    },
    Target: {
        "norm": Fixed(SPAN), "start": Start(StartKind.EVENT, "x"), "stops": frozenset({"internal"}),
        "stops_when": {"documents": {"size": frozenset({"big"})}}, "lead_time": LeadTime(SPAN),
        "extension": Extension(SPAN), "requester_deadline": RequesterDeadline(SPAN), "first_handling": SPAN,
    },
    Attribute: {
        "name": NAME, "kind": "text", "choices": {"a": NAME}, "minimum": 9, "required": True, "help": NAME,
        "by_staff": True,
    },
    Document: {"name": NAME, "after_fulfilment": True, "when": {"size": "big"}},
    Stage: {
        "norm": Fixed(SPAN), "performed_by": "x", "checked_by": "x", "repeat": 2, "after": ("start",), "note": "x",
        "english": "x", "step": "9", "times": 2, "note_english": "x",
    },
    CalendarSpec: {
        "week": WEEK, "dated": (DatedHours(date(2026, 1, 1), date(2026, 1, 2), NAME, WEEK),),
        "closed": {date(2026, 1, 1): NAME}, "opened": frozenset({date(2026, 1, 1)}), "public_holidays": False,
        "joint_leave": False,
    },
    Group: {"tier": "layer-3", "name": NAME, "shared": True, "ola": SPAN, "calendar": "other"},
    Desk: {
        "prefix": "XX", "name": "x", "zone": ZoneInfo("UTC"), "calendar": "x", "groups": (), "items": (),
        "email": "x@y.z", "whatsapp": "1", "phone": "1", "address": "Jl. Merdeka 1", "complaints": NAME,
        "visit_minutes": 30, "visits_at_once": 2,
    },
    Service: {"code": "x", "name": NAME, "legal_basis": ("x",), "authority": "a"},
    Authority: {"name": NAME, "standard": "x", "valid_from": date(2026, 1, 1)},
    Catalog: {"version": "x", "legal_basis": "x", "valid_from": date(2020, 1, 1)},
}  # fmt: skip
NOT_TOLD = {
    Item: {"id"},  # the identity
    Catalog: {"calendars", "groups", "desks", "services", "items", "authorities", "source", "edition"},
}
IDENTITY = {"id", "name"}


@pytest.fixture(scope="module")
def sample() -> Catalog:
    catalog = load_text(BASE[STAGES])
    return replace(catalog, authorities={"a": Authority("a", Text("A", "A"), "S")})


def changed(sample: Catalog, kind: type, field: str) -> Catalog:
    """The sample with another value in that field of the first thing of that kind."""
    value = {field: OTHER[kind][field]}
    item = sample.items["itsm.9/install"]
    attribute, document = item.attributes[0], item.documents[0]
    norm = item.target.norm
    assert isinstance(norm, Stages)
    if kind is Catalog:
        return replace(sample, **value)
    holders = {Group: "groups", Desk: "desks", Service: "services", Authority: "authorities", CalendarSpec: "calendars"}
    if kind in holders:
        things = dict(getattr(sample, holders[kind]))
        first = next(iter(things))
        return replace(sample, **{holders[kind]: {**things, first: replace(things[first], **value)}})
    if kind is Attribute:
        item = replace(item, attributes=(replace(attribute, **value), *item.attributes[1:]))
    elif kind is Document:
        item = replace(item, documents=(replace(document, **value),))
    elif kind is Target:
        item = replace(item, target=replace(item.target, **value))
    elif kind is Stage:
        stages = replace(
            norm,
            stages=(
                replace(norm.stages[0], **({"repeat": "devices"} if field == "times" else {}), **value),
                *norm.stages[1:],
            ),
        )
        item = replace(item, target=replace(item.target, norm=stages))
    else:
        item = replace(item, **({"event_date": True} if field == "event_optional" else {}), **value)
    return replace(sample, items={item.id: item})


@pytest.mark.parametrize(("kind", "field"), [(kind, field) for kind, others in OTHER.items() for field in others])
def test_whatever_differs_is_told(sample, kind, field):
    assert [c for c in changes(sample, changed(sample, kind, field)) if well_told(c)]


@pytest.mark.parametrize("kind", OTHER)
def test_no_field_is_forgotten(kind):
    left = {field.name for field in fields(kind)} - OTHER[kind].keys() - NOT_TOLD.get(kind, set())
    assert left <= IDENTITY


def well_told(change: Change) -> bool:
    """Both languages say something, nothing is left to fill in, and nothing becomes what it was in both of them."""
    said = change.sentence
    own_words = re.sub("“.*?”", "", f"{said.id} {said.en}")
    assert said.id and said.en and "{" not in own_words and "None" not in own_words
    assert change.before != change.after
    assert (change.what or change.about) in LABELS
    return True


def every_catalogue() -> Iterator[Catalog]:
    yield load_file(Path(__file__).parents[2] / "catalog.yaml")
    yield from map(completed, range(len(BLOCKS)))


def test_no_change_between_any_two_catalogues_is_told_badly():
    known = list(every_catalogue())
    for old in known[:1] + known[-3:]:
        for new in known:
            found = changes(old, new)
            assert all(well_told(change) for change in found)
            assert bool(found) is (replace(old, source="", edition="") != replace(new, source="", edition=""))
