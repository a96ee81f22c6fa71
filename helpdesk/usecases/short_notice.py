"""Requests that come later than their standard asks: the requester is told once, and staff may take them on."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.catalog.model import Text
from helpdesk.sla.phrases import LANGUAGES, Teller
from helpdesk.sla.promises import lead_time_kept
from helpdesk.store.models import Event, Ticket
from helpdesk.tickets.errors import invalid
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.events import LATE_REQUEST, moment
from helpdesk.tickets.permission import Machine
from helpdesk.tickets.words import Action
from helpdesk.usecases.clocks import events_of
from helpdesk.usecases.context import Context
from helpdesk.usecases.deed import Deed
from helpdesk.usecases.notices import tell_requester
from helpdesk.usecases.standards import calendar_for

SHORT_NOTICE = "short notice: the lead time of the standard is not kept, the requester was told"
"""Why a form was sent all the same: its requester was told before."""
ACCEPTED = "short_notice"
"""The field of `set`, and of its event, with the reason why a late request is taken on."""


def lead_time_missed(context: Context, ticket: Ticket, data: Mapping[str, Any] | None = None) -> Text | None:
    """How early the standard asks for it, where the request came later; None where it came in time or nobody knows.

    `data`: of an event that is about to change the ticket.
    """
    item, changes = context.item(ticket.item, ticket.catalog_version), data or {}
    event_at = moment(changes.get("event_at")) or ticket.event_at
    lead = item.target.lead_time if item else None
    if item is None or lead is None or event_at is None:
        return None
    known = {name: str(value) for name, value in {**ticket.attributes, **changes.get("attributes", {})}.items()}
    calendar = calendar_for(context.catalog, ticket.desk, item)
    if lead_time_kept(item.target, known, ticket.received_at, event_at, calendar) is not False:
        return None
    span = lead.by.get(known.get(lead.attribute, ""), lead.span)
    return Text(*(Teller(language, calendar.zone).span(span) for language in LANGUAGES))


def is_accepted(session: Session, ticket: Ticket) -> bool:
    """True when staff have taken the late request on."""
    return any(ACCEPTED in e.data for e in events_of(session, ticket) if e.action == Action.SET)


def accepting(deed: Deed, data: Mapping[str, Any]) -> dict[str, str]:
    """What the event keeps of the reason to take a late request on. Raises Invalid where it came in time."""
    if not deed.fields.get(ACCEPTED):
        return {}
    reason = deed.text(ACCEPTED, _("A reason is needed."), 2000)
    if lead_time_missed(deed.context, deed.ticket, data) is None:
        raise invalid(ACCEPTED, _("This request keeps the lead time of its standard."))
    return {} if is_accepted(deed.session, deed.ticket) else {ACCEPTED: reason}


def _told(session: Session, ticket: Ticket) -> bool | None:
    """Whether the requester was told that the late request is taken on; None while they know of nothing."""
    ours = [e.data for e in events_of(session, ticket) if e.action == LATE_REQUEST]
    if ours:
        return bool(ours[-1].get("accepted"))
    by_form = select(Event.id).where(Event.ticket_id == ticket.id, Event.why == SHORT_NOTICE).limit(1)
    return None if session.scalar(by_form) is None else False


def mention(session: Session, context: Context, ticket: Ticket, action: Action) -> None:
    """After staff said what is asked for and when, tell the requester politely that it came late; once.

    At the opening too, where staff or a program recorded it with item and date. Once more when it is taken on after
    that. Whoever sent the portal's form all the same was told by the form.
    """
    if action not in (Action.OPEN, Action.CLASSIFY, Action.SET):
        return
    amount = lead_time_missed(context, ticket)
    if amount is None or ticket.event_at is None:
        return
    accepted, told = is_accepted(session, ticket), _told(session, ticket)
    if told is not None and told is accepted:
        return
    deed = Deed(session, context, Machine("worker"), ticket, Action.NOTE)
    asked = {"id": amount.id, "en": amount.en}
    deed.noted(LATE_REQUEST, {"asked": asked, "accepted": accepted})
    data = {"asked": asked, "event_at": ticket.event_at.isoformat(), "accepted": accepted}
    tell_requester(deed, "late-request", data)
