"""What the forms of the actions offer to choose from; only what the allowed actions need is read."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row
from sqlalchemy.orm import Session

from helpdesk.catalog.model import Attribute, Catalog, Desk, Item
from helpdesk.sla.clock import stopping
from helpdesk.store.models import Event, Ticket
from helpdesk.store.page_queries import earlier_labels
from helpdesk.store.people_queries import staff_at
from helpdesk.tickets.words import Action, CancelReason, EntryKind, HoldReason
from helpdesk.tiers.routing import LAYER_1
from helpdesk.usecases.documents import State, checklist
from helpdesk.usecases.editions import item_of
from helpdesk.usecases.triage import proposed_group
from helpdesk.web.board.clocks import Present
from helpdesk.web.board.view import Choice
from helpdesk.web.ticket.view import AttributeField, Choices, Options

STAFF_CANCELS = (CancelReason.WITHDRAWN, CancelReason.LAPSED, CancelReason.DUPLICATE, CancelReason.SPAM,
                 CancelReason.NOT_OURS)  # fmt: skip


def items_offered(catalog: Catalog, desk: Desk, language: str, now: str | None) -> tuple[Options, ...]:
    """The items of a desk, grouped by service."""
    by_service: dict[str, list[Choice]] = {}
    for item in catalog.items_of(desk.id):
        by_service.setdefault(item.service, []).append(Choice(item.id, item.name.get(language), item.id == now))
    named = ((catalog.services[service], tuple(found)) for service, found in by_service.items())
    return tuple(Options(f"{service.code} {service.name.get(language)}", found) for service, found in named)


def _groups(catalog: Catalog, desk: Desk, language: str, chosen: str, without: str) -> tuple[Choice, ...]:
    return tuple(
        Choice(group, catalog.groups[group].name.get(language), group == chosen)
        for group in desk.groups
        if group != without
    )


def _holds(item: Item | None, attributes: Mapping[str, Any], at: Present) -> tuple[Choice, ...]:
    stops = stopping(item.target if item else None, attributes)
    names = ((r.value, at.words.hold[r]) for r in HoldReason)
    return tuple(Choice(r, _("%(reason)s (clock stops)", reason=n) if r in stops else n) for r, n in names)


def attribute_field(attribute: Attribute, value: object, language: str) -> AttributeField:
    """An attribute as a field, with the value that it has now (None: not known)."""
    text = "" if value is None else str(value)
    return AttributeField(
        attribute.id,
        attribute.name.get(language),
        attribute.kind,
        text,
        attribute.help.get(language),
        tuple(Choice(v, name.get(language), v == text) for v, name in attribute.choices.items()),
    )


def _priorities(now: int) -> tuple[Choice, ...]:
    names = {1: _("1: highest, urgent"), 2: _("2: high, urgent"), 3: _("3: usual"), 4: _("4: low")}
    return tuple(Choice(str(number), name, number == now) for number, name in names.items())


def _ratings() -> tuple[Choice, ...]:
    names = {5: _("5: very satisfied"), 4: _("4: satisfied"), 3: _("3: fair"), 2: _("2: dissatisfied"),
             1: _("1: very dissatisfied")}  # fmt: skip
    return tuple(Choice(str(number), name) for number, name in names.items())


def _spoken(rows: Sequence[Row[Any]], at: Present) -> tuple[Choice, ...]:
    asked = (row for row in rows if row.kind == EntryKind.REQUESTER_MESSAGE)
    return tuple(
        Choice(str(r.id), f"{at.words.brief(r.created_at, at.now, at.zone)} {' '.join((r.text or '')[:80].split())}")
        for r in asked
    )


def choices(
    session: Session,
    catalog: Catalog,
    ticket: Ticket,
    allowed: Collection[Action],
    at: Present,
    *,
    entries: Sequence[Row[Any]] = (),
    kept_documents: Collection[str] = (),
    events: Sequence[Event] = (),
) -> Choices:
    """The choices of a ticket's forms. `kept_documents` were ticked in a form that was refused.

    The `events` of the ticket say which documents are there: a hold asks for the others.
    """
    desk, language = catalog.desks[ticket.desk], at.words.language
    item = item_of(catalog, ticket.item, ticket.catalog_version)
    types: Mapping[str, str] = at.words.type
    now = ticket.type or (item.types[0].value if item else "service request")
    staff = staff_at(session, [desk.id]) if Action.ASSIGN in allowed else {}
    proposed = proposed_group(item, desk.groups)
    there = {line.key for line in checklist(item, ticket.attributes, events, None) if line.state is State.THERE}
    return Choices(
        items=items_offered(catalog, desk, language, ticket.item) if Action.CLASSIFY in allowed else (),
        types=tuple(Choice(value, name, value == now) for value, name in types.items()),
        priorities=_priorities(ticket.priority),
        staff=tuple(Choice(name, person.shown) for name, person in staff.items()),
        groups=_groups(catalog, desk, language, proposed, ticket.group),
        back_groups=_groups(catalog, desk, language, LAYER_1, ticket.group),
        holds=_holds(item, ticket.attributes, at),
        documents=tuple(
            Choice(d.name.id, d.name.get(language), d.name.id in kept_documents)
            for d in (item.documents if item else ())
            if not d.after_fulfilment and (d.id not in there or d.name.id in kept_documents)
        ),
        labels=tuple(earlier_labels(session, ticket.item, ticket.desk)) if Action.FULFIL in allowed else (),
        cancels=tuple(Choice(reason.value, at.words.cancel[reason]) for reason in STAFF_CANCELS),
        ratings=_ratings(),
        messages=_spoken(entries, at) if Action.SPLIT in allowed else (),
        attributes=tuple(
            attribute_field(a, ticket.attributes.get(a.id), language) for a in (item.attributes if item else ())
        ),
    )
