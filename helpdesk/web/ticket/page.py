"""The ticket page put together: what is stored, the clocks, what this person may do now."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Row
from sqlalchemy.orm import Session

from helpdesk.catalog.model import Item
from helpdesk.sla.clock import stopping
from helpdesk.store import page_queries as stored
from helpdesk.store.models import Event, Hold, Ticket
from helpdesk.store.people_queries import shown_names
from helpdesk.tickets.events import REQUESTER
from helpdesk.tickets.permission import Staff, allowed_actions, refusal
from helpdesk.tickets.words import OPEN_STATUSES, Action, Channel, Status
from helpdesk.tiers.routing import LAYER_1
from helpdesk.usecases.chat.accounts import CHATS
from helpdesk.usecases.clocks import Standing, events_of, standing
from helpdesk.usecases.context import Context
from helpdesk.usecases.deed import facts_of
from helpdesk.usecases.hopping import hops_of
from helpdesk.usecases.staging import as_recorded
from helpdesk.usecases.triage import proposed_group
from helpdesk.web.board.clocks import Clock, Pill, Present, leading, two_clocks
from helpdesk.web.board.frame import list_href
from helpdesk.web.ticket import chatting, side, talk
from helpdesk.web.ticket.buttons import buttons
from helpdesk.web.ticket.chat_marks import with_chat
from helpdesk.web.ticket.linked import linked
from helpdesk.web.ticket.open_questions import open_questions
from helpdesk.web.ticket.options import choices
from helpdesk.web.ticket.papers import lapse, papers, perhaps_came
from helpdesk.web.ticket.reached import reached, slip_choices
from helpdesk.web.ticket.stages import stages
from helpdesk.web.ticket.undelivered import undelivered
from helpdesk.web.ticket.view import Buttons, Message, Person, Rule, TicketPage
from helpdesk.web.ticket.visit import visit_for_staff


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and when and where: what every part of the page needs."""

    session: Session
    context: Context
    staff: Staff
    at: Present


_GOING_ON = OPEN_STATUSES - {Status.FULFILLED}


@dataclass(frozen=True, slots=True)
class Read:
    """Everything that was read for one page. `brief`: for the preview, with the last message only."""

    ticket: Ticket
    events: list[Event]
    holds: list[Hold]
    entries: list[Row[Any]]
    files: list[Row[Any]]
    deliveries: list[Row[Any]]
    standing: Standing
    names: talk.Names
    brief: bool

    @property
    def item(self) -> Item | None:
        """The ticket's item."""
        return self.standing.item


def read(session: Session, context: Context, ticket: Ticket, *, brief: bool = False) -> Read:
    """Read what the page (or the preview) of a ticket needs."""
    events, holds = events_of(session, ticket), stored.holds(session, ticket.id)
    now = standing(session, context, ticket, events=events, holds=holds)
    return Read(
        ticket,
        events,
        holds,
        stored.last_words(session, ticket.id) if brief else stored.entries(session, ticket.id),
        stored.files(session, ticket.id),
        [] if brief else stored.deliveries(session, ticket.id),
        replace(now, timeline=as_recorded(now.timeline, now.item, events)),
        _names(session, ticket, () if brief else events),
        brief,
    )


def _names(session: Session, ticket: Ticket, events: Collection[Event]) -> talk.Names:
    person = ticket.requester
    chatted = any(event.actor == REQUESTER and "@" not in event.by for event in events)
    accounts = stored.chat_accounts(session, person.id) if chatted else ()
    addresses = [address for address in (person.email, person.phone, *accounts) if address]
    called = person.name or str(_("Requester"))
    return talk.Names(shown_names(session, talk.user_names(events)), dict.fromkeys(addresses, called))


def _requester(viewer: Viewer, found: Read) -> Person:
    ticket, person = found.ticket, found.ticket.requester
    session = viewer.session
    seen = [desk for desk in viewer.context.catalog.desks if viewer.staff.works_at(desk)]
    count = stored.other_tickets(session, person.id, ticket.id, seen)
    people = [] if found.brief else stored.copies(session, ticket.id)
    return Person(
        name=person.name or person.email or person.phone or "?",
        address=person.email or "",
        phone=person.phone,
        others=ngettext("%(num)s other ticket", "%(num)s other tickets", count) if count else "",
        others_href=f"{list_href(viewer.staff)}?requester={person.id}",
        copies=", ".join(p.name or p.address for p in people),
        undeliverable=person.undeliverable,
    )


def _talk(viewer: Viewer, found: Read, href: str) -> tuple[Message, ...]:
    at = viewer.at
    parts = talk.messages(found.entries, found.files, found.deliveries, at, href)
    if found.ticket.channel in CHATS:
        parts = with_chat(viewer.session, found.ticket.id, parts)
    if not found.brief:
        parts += talk.steps(found.events, viewer.context.catalog, at, found.names)
    return talk.conversation(parts)


def _input(moment: datetime | None, at: Present) -> str:
    """As a `datetime-local` field wants it."""
    return moment.astimezone(at.zone).strftime("%Y-%m-%dT%H:%M") if moment else ""


def _task(found: Read, requester: Person, last: Pill, at: Present) -> tuple[Rule, ...]:
    """What a technician needs first: what, for whom, until when, with what."""
    ticket, item, language = found.ticket, found.item, at.words.language
    told = [Rule(_("Service"), item.name.get(language) if item else at.words.no_item)]
    for attribute in item.attributes if item else ():
        value = ticket.attributes.get(attribute.id)
        if value is not None:
            named = attribute.choices.get(str(value))
            told.append(Rule(attribute.name.get(language), named.get(language) if named else str(value)))
    told.append(Rule(_("For"), " · ".join(p for p in (requester.name, requester.phone, requester.address) if p)))
    if ticket.event_at:
        told.append(Rule(_("Event"), at.words.full(ticket.event_at, at.zone)))
    due = ticket.resolution_due_at
    if ticket.visit_at:
        told.append(Rule(_("Visit"), at.words.full(ticket.visit_at, at.zone)))
    told.append(Rule(_("Until"), f"{at.words.full(due, at.zone)} · {last.text}" if due else last.text))
    asked = next((e.why for e in reversed(found.events) if e.action == Action.ESCALATE and e.why), "")
    told += [Rule(_("From Layer 1"), asked)] if asked else []
    names = ", ".join(file.name for file in found.files)
    return (*told, Rule(_("Attached"), names)) if names else tuple(told)


def _ways(channel: str, requester: Person) -> str:
    if channel in CHATS:
        names = {Channel.WHATSAPP: _("Send by WhatsApp"), Channel.TELEGRAM: _("Send by Telegram")}
        return str(names.get(Channel(channel), _("Send to the chat")))
    if requester.address:
        return str(_("Send by e-mail"))
    return str(_("Save the reply"))


def _buttons(staff: Staff, context: Context, found: Read) -> tuple[Buttons, tuple[Action, ...]]:
    ticket, item = found.ticket, found.item
    groups = context.catalog.desks[ticket.desk].groups
    allowed = allowed_actions(staff, facts_of(ticket, context))
    if ticket.assignee_id == staff.id:
        allowed = tuple(action for action in allowed if action is not Action.TAKE)
    shown = buttons(
        allowed,
        ticket.status,
        ticket.group,
        classified=item is not None,
        taken=ticket.status != Status.NEW and ticket.assignee_id is not None,
        resolves_here=proposed_group(item, groups) == ticket.group,
    )
    return shown, allowed


def _clocks(found: Read, at: Present) -> tuple[Clock, Clock]:
    stops = stopping(found.item.target if found.item else None, found.ticket.attributes)
    return two_clocks(found.ticket, stops, at, found.item.target if found.item else None)


def _head(viewer: Viewer, found: Read) -> TicketPage:
    """Who, what, where, and how it stands."""
    at, ticket, item, catalog = viewer.at, found.ticket, found.item, viewer.context.catalog
    words = at.words
    group = catalog.groups.get(ticket.group)
    first, _other = leading(*_clocks(found, at), at)
    return TicketPage(
        number=ticket.number,
        href=f"/tickets/{ticket.number}",
        version=ticket.version,
        subject=ticket.subject,
        status=words.status[ticket.status],
        status_look=side.status_look(ticket.status),
        type=words.type.get(ticket.type or "", ""),
        item=item.name.get(words.language) if item else words.no_item,
        service=catalog.service_of(item).code if item else "",
        priority=_("Priority %(number)s", number=ticket.priority),
        urgent=ticket.urgent,
        desk=catalog.desks[ticket.desk].name,
        channel=words.channel.get(ticket.channel, ticket.channel),
        received=_("received %(time)s", time=words.full(ticket.received_at, at.zone)),
        group=group.name.get(words.language) if group else ticket.group,
        assignee=stored.assignee_name(viewer.session, ticket.assignee_id),
        requester=_requester(viewer, found),
        leading=first,
        held=words.held % words.hold.get(ticket.hold_reason, ticket.hold_reason) if ticket.hold_reason else "",
        label=ticket.label or "",
        rating=_("%(rating)s of 5", rating=ticket.rating) if ticket.rating else "",
        rating_comment=ticket.rating_comment,
    )


def _with_facts(page: TicketPage, viewer: Viewer, found: Read) -> TicketPage:
    """The right column; the preview does without the long parts."""
    at, ticket, item, catalog = viewer.at, found.ticket, found.item, viewer.context.catalog
    story = () if found.brief else side.story(found.standing, at)
    response, resolution = side.clock_sides(*_clocks(found, at), story, at)
    works = ticket.group != LAYER_1 and viewer.staff.in_group(ticket.group, ticket.desk)
    page = replace(
        page,
        response=response,
        resolution=resolution,
        milestones=side.milestones(found.standing, response, at),
        rules=side.rules(item, ticket, catalog, at),
        wording=item.wording.id if item else "",
        task=_task(found, page.requester, resolution.pill, at) if works or found.brief else (),
        messages=_talk(viewer, found, page.href),
    )
    if found.brief:
        return page
    hops = hops_of(viewer.context, ticket, found.events, found.holds, found.standing.calendar)
    may_set = refusal(viewer.staff, Action.SET, facts_of(ticket)) is None
    return replace(
        page,
        papers=papers(item, ticket, found.events, found.holds, found.names, at, may_set=may_set),
        **open_questions(viewer.session, viewer.context, ticket, found.standing, at, may_set=may_set),
        stages=stages(found.standing, at, open_=ticket.status in _GOING_ON, may_set=may_set),
        lapses=lapse(found.standing.timeline, at),
        reached=reached(found.events[0].data, at),
        visit=visit_for_staff(viewer.session, viewer.context, ticket, at, may=may_set),
        slip=slip_choices(found.events[0].data) if viewer.staff.is_agent(ticket.desk) else (),
        perhaps_came=perhaps_came(viewer.session, ticket, at),
        undelivered=undelivered(found.deliveries, viewer.staff, ticket.desk),
        shares=side.shares(hops, catalog, at),
        own_times=side.own_times(hops, catalog, at),
        history=tuple(talk.deed(event, catalog, at, found.names) for event in found.events),
    )


def _with_forms(page: TicketPage, viewer: Viewer, found: Read, kept: Collection[str]) -> TicketPage:
    """What this person may do now, and what the forms offer."""
    at, ticket, item, catalog = viewer.at, found.ticket, found.item, viewer.context.catalog
    words = at.words
    desk = catalog.desks[ticket.desk]
    shown, allowed = _buttons(viewer.staff, viewer.context, found)
    proposed = catalog.groups[proposed_group(item, desk.groups)].name.get(words.language)
    reopen = _("Possible until %(time)s.", time=words.full(ticket.reopen_until, at.zone)) if ticket.reopen_until else ""
    return replace(
        page,
        buttons=shown,
        choices=choices(
            viewer.session,
            catalog,
            ticket,
            allowed,
            at,
            entries=found.entries,
            kept_documents=kept,
            events=found.events,
        ),
        reply_way=_ways(ticket.channel, page.requester),
        chat=chatting.chat_of(viewer.session, viewer.context, ticket, at),
        reply_hint=_("Write an answer to %(name)s…", name=page.requester.name),
        group_reason=_("Proposed for this service: %(group)s", group=proposed) if item else "",
        reopen_until=reopen,
        extension_help=_("Once, before the deadline has passed."),
        needs_event=bool(item and item.event_date),
        event_input=_input(ticket.event_at, at),
        starts_label=side.starts_label(item, at.words.language),
        starts_input=_input(ticket.starts_at, at),
        agreed_input=_input(ticket.agreed_due_at, at),
    )


def build(viewer: Viewer, found: Read, kept_documents: Collection[str] = ()) -> TicketPage:
    """The page (or the preview) of a ticket; `kept_documents` were ticked in a form that was refused."""
    page = _with_facts(_head(viewer, found), viewer, found)
    page = _with_forms(page, viewer, found, kept_documents)
    return page if found.brief else replace(page, linked=linked(viewer.session, viewer.staff, found.ticket))
