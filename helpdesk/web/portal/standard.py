"""The published standard of an item in plain words, and what would happen if the form were sent now."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from helpdesk.catalog.conditions import comparison
from helpdesk.catalog.model import Catalog, Desk, Document, Item
from helpdesk.sla.clock import FIRST_HANDLING, timeline
from helpdesk.sla.facts import Facts, Timeline
from helpdesk.sla.hours import WorkingCalendar
from helpdesk.sla.norms import ByQuantity, StartKind
from helpdesk.sla.promises import lead_time_kept
from helpdesk.sla.rules import Basis
from helpdesk.tickets.words import Channel
from helpdesk.usecases.answers import asked_attributes
from helpdesk.usecases.documents import documents_asked
from helpdesk.usecases.standards import begins_with, calendar_for, provisional_for
from helpdesk.web.portal.times import when, whole_day
from helpdesk.web.portal.words import _

SEARCHED_DAYS = 120


@dataclass(frozen=True, slots=True)
class Present:
    """When and where a page is made, and for which language."""

    now: datetime
    desk: Desk
    language: str

    def when(self, moment: datetime) -> str:
        """A moment as the public reads it."""
        return when(moment, self.desk.zone, self.now, self.language)


@dataclass(frozen=True, slots=True)
class Needed:
    """A document that the requester supplies; `only` says under which condition, empty for always."""

    id: str
    name: str
    only: str = ""


@dataclass(frozen=True, slots=True)
class Standard:
    """The standard of an item as a page shows it."""

    service: str
    name: str
    promise: str
    if_sent_now: str
    provisional: str
    notes: tuple[str, ...]
    done_by: str
    needs: tuple[str, ...]
    documents: tuple[Needed, ...]
    later: tuple[Needed, ...]
    requirements: tuple[str, ...]
    products: tuple[str, ...]
    fee: str
    complaints: str
    wording: str
    legal_basis: tuple[str, ...]
    legal_source: str
    source_language: bool


def preview(item: Item, calendar: WorkingCalendar, now: datetime) -> Timeline:
    """The clocks that a form sent now would start, with nothing filled in."""
    facts = Facts(received_at=now, channel=Channel.PORTAL)
    return timeline(facts, item.response_minutes, item.target, calendar, now, warn_at=item.warn_at)


def _by_when(item: Item, line: Timeline, at: Present) -> str:
    due = line.resolution.due_at
    if line.awaiting is StartKind.DOCUMENTS:
        return _("The time counts from the moment your documents are complete.")
    if line.awaiting is not None:
        return _("The time counts from: %(event)s.", event=begins_with(item, at.language))
    if due is None and line.basis is Basis.EVENT:
        return _("Done according to the date of your activity.")
    if due is None:
        return _("The time is agreed with you.")
    if line.basis is Basis.STAGES:
        return _("If you send it now: all stages are done by %(when)s at the latest.", when=at.when(due))
    return _("If you send it now: done by %(when)s at the latest.", when=at.when(due))


def _first_handling(line: Timeline, at: Present) -> list[str]:
    stage = next((s for s in line.stages if s.name == FIRST_HANDLING and s.due_at), None)
    if stage is None or stage.due_at is None:
        return []
    return [_("First handling by %(when)s at the latest.", when=at.when(stage.due_at))]


def _beyond(item: Item, language: str) -> list[str]:
    """More than the last step of a norm by quantity: as agreed."""
    norm = item.target.norm
    if not isinstance(norm, ByQuantity) or norm.each is not None:
        return []
    attribute = item.attribute(norm.attribute)
    name = attribute.name.get(language) if attribute else norm.attribute
    return [_("%(name)s above %(upto)s: the time is agreed with you.", name=name, upto=norm.steps[-1].upto)]


def _waits_for_opening(line: Timeline, calendar: WorkingCalendar, at: Present) -> list[str]:
    """That the time begins with the next opening; it does not where it waits for documents or an event."""
    if calendar.is_working(at.now) or line.awaiting is not None:
        return []
    return [_("The service desk is closed now; the time begins %(when)s.", when=at.when(calendar.next_working(at.now)))]


def earliest_event(item: Item, calendar: WorkingCalendar, at: Present, value: str | None = None) -> date | None:
    """The first date that keeps the lead time for one value of its attribute; None where there is no lead time."""
    lead = item.target.lead_time
    if lead is None:
        return None
    attributes = {lead.attribute: value} if lead.attribute and value is not None else {}
    target = replace(item.target, lead_time=replace(lead, outside_hours=False))
    today = at.now.astimezone(at.desk.zone).date()
    days = (today + timedelta(days=n) for n in range(SEARCHED_DAYS))
    return next((d for d in days if lead_time_kept(target, attributes, at.now, d, calendar)), None)


def lead_time_help(item: Item, calendar: WorkingCalendar, at: Present) -> str:
    """From which date on the standard's lead time is kept, per value where it depends on one."""
    lead = item.target.lead_time
    if lead is None:
        return ""

    def day(value: str | None) -> str:
        found = earliest_event(item, calendar, at, value)
        return whole_day(found, at.language) if found else "-"

    attribute = item.attribute(lead.attribute) if lead.attribute else None
    if attribute is not None:
        values = "; ".join(f"{name.get(at.language)}: {day(value)}" for value, name in attribute.choices.items())
        return _("The standard asks for time to prepare. Nearest date if you send it now: %(values)s.", values=values)
    if lead.outside_hours:
        return _("For activities outside working hours the nearest date is %(day)s.", day=day(None))
    return _("The standard asks for time to prepare. Nearest date if you send it now: %(day)s.", day=day(None))


def _needed(item: Item, document: Document, language: str) -> Needed:
    conditions = []
    for attribute_id, value in document.when.items():
        attribute = item.attribute(attribute_id)
        name = attribute.name.get(language) if attribute else attribute_id
        compared = comparison(value)
        if compared:
            conditions.append(f"{name} {compared.sign} {compared.number}")
        else:
            shown = attribute.choices.get(value) if attribute else None
            conditions.append(f"{name}: {shown.get(language) if shown else value}")
    return Needed(document.id, document.name.get(language), ", ".join(conditions))


def _needs(item: Item, language: str) -> tuple[str, ...]:
    """What the requester brings beside the documents."""
    found = [a.name.get(language) for a in asked_attributes(item) if a.required]
    if item.superior_cc:
        found.append(_("A copy (CC) to your superior, at least eselon IV"))
    if item.event_date and not item.event_optional:
        found.append(_("The date of the activity"))
    return tuple(found)


def standard(catalog: Catalog, item: Item, at: Present) -> Standard:
    """The standard of an item at a desk, for a page made now."""
    calendar = calendar_for(catalog, at.desk.id, item)
    line, language = preview(item, calendar, at.now), at.language
    service, group = catalog.services[item.service], catalog.groups[item.group]
    return Standard(
        service=service.name.get(language),
        name=item.name.get(language),
        promise=item.summary.get(language),
        if_sent_now=_by_when(item, line, at),
        provisional=provisional_for(item, line, language),
        notes=(*_first_handling(line, at), *_beyond(item, language), *_waits_for_opening(line, calendar, at)),
        done_by=group.name.get(language),
        needs=_needs(item, language),
        documents=tuple(_needed(item, d, language) for d in documents_asked(item)),
        later=tuple(_needed(item, d, language) for d in item.documents if d.after_fulfilment),
        requirements=tuple(text.get(language) for text in item.requirements),
        products=tuple(text.get(language) for text in item.products),
        fee=item.fee.get(language),
        complaints=item.complaints.get(language) or at.desk.complaints.get(language),
        wording=item.wording.get(language),
        legal_basis=service.legal_basis,
        legal_source=catalog.standard_of(item),
        source_language=language == "id",
    )
