"""One action on one ticket: the checks that every action shares, and the event that it leaves behind."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from helpdesk.catalog.model import Desk, Item
from helpdesk.store.models import Entry, Event, Ticket
from helpdesk.tickets.errors import WrongState, invalid
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.events import MACHINE, REQUESTER, STAFF
from helpdesk.tickets.lifecycle import next_status
from helpdesk.tickets.permission import Actor, Machine, Requester, Staff, TicketFacts
from helpdesk.tickets.words import Action, EntryKind, Status
from helpdesk.usecases.context import Context
from helpdesk.usecases.standards import calendar_for


def facts_of(ticket: Ticket, context: Context | None = None) -> TicketFacts:
    """What the rules of permission need to know of a row; with a context also what time and standard allow now."""
    facts = TicketFacts(ticket.desk, Status(ticket.status), ticket.group, ticket.requester_id)
    if context is None:
        return facts
    item, until = context.item(ticket.item, ticket.catalog_version), ticket.reopen_until
    allows_extension = item is not None and item.target.extension is not None and ticket.extended_due_at is None
    return replace(facts, reopenable=until is not None and context.now < until, extendable=allows_extension)


def actor_kind(actor: Actor) -> str:
    """`staff`, `requester` or `machine`, as events keep it."""
    if isinstance(actor, Staff):
        return STAFF
    return REQUESTER if isinstance(actor, Requester) else MACHINE


def actor_name(actor: Actor) -> str:
    """The name that an event keeps: a user name, an address, or the worker."""
    return actor.name if isinstance(actor, Staff | Machine) else (actor.address or actor.name)


@dataclass(slots=True)
class Deed:
    """An action about to be done. `fields` are already of the right types; domain checks are the action's own."""

    session: Session
    context: Context
    actor: Actor
    ticket: Ticket
    action: Action
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def item(self) -> Item | None:
        """The ticket's catalogue item."""
        return self.context.item(self.ticket.item, self.ticket.catalog_version)

    @property
    def desk(self) -> Desk:
        """The ticket's desk."""
        return self.context.desk(self.ticket.desk)

    def by_close(self, given: date | datetime) -> datetime:
        """A time that was promised: of a date alone the end of its last working interval (behaviour section 4)."""
        if isinstance(given, datetime):
            return given
        return calendar_for(self.context.catalog, self.ticket.desk, self.item).close_of_day(given)

    def text(self, name: str, msgid: str, limit: int = 20_000) -> str:
        """A required text field, stripped. Raises Invalid with `msgid` when it is empty or too long."""
        value = str(self.fields.get(name) or "").strip()
        if not value:
            raise invalid(name, msgid)
        if len(value) > limit:
            raise invalid(name, _("At most %(limit)s characters."), limit=limit)
        return value

    def target(self, *, late_document: bool = False) -> Status:
        """The status after the action. Raises WrongState when the table does not allow it now.

        `late_document`: it only ticks off documents that are due after fulfilment.
        """
        requester_too_late = (
            isinstance(self.actor, Requester)
            and self.action is Action.CANCEL
            and self.ticket.status == Status.FULFILLED
        )
        if requester_too_late:
            raise WrongState(_("The request has already been fulfilled and can no longer be withdrawn."))
        return next_status(Status(self.ticket.status), self.action, late_document=late_document)

    def done(self, *, why: str = "", data: Mapping[str, Any] | None = None, late_document: bool = False) -> Event:
        """Move the ticket and write the event. Raises WrongState when the table does not allow the action."""
        before, after = self.ticket.status, self.target(late_document=late_document)
        self.ticket.status = after
        event = Event(
            ticket_id=self.ticket.id,
            action=self.action,
            actor=actor_kind(self.actor),
            by=actor_name(self.actor),
            at=self.context.now,
            from_status=before,
            to_status=after,
            why=why,
            data=dict(data or {}),
        )
        self.session.add(event)
        return event

    def noted(self, what: str, data: Mapping[str, Any]) -> None:
        """Write an event that is no action and changes no status, such as an apology."""
        self.session.add(
            Event(
                ticket_id=self.ticket.id,
                action=what,
                actor=actor_kind(self.actor),
                by=actor_name(self.actor),
                at=self.context.now,
                from_status=self.ticket.status,
                to_status=self.ticket.status,
                data=dict(data),
            )
        )

    def entry(self, kind: EntryKind, text: str, **values: Any) -> Entry:
        """Add an entry by this actor to the conversation."""
        staff = self.actor if isinstance(self.actor, Staff) else None
        entry = Entry(
            ticket_id=self.ticket.id,
            kind=kind,
            channel=values.pop("channel", self.ticket.channel),
            author_id=staff.id if staff else None,
            author_name=(staff.display_name or staff.name) if staff else getattr(self.actor, "name", ""),
            author_address=self.actor.address if isinstance(self.actor, Requester) else "",
            text=text,
            created_at=self.context.now,
            **values,
        )
        self.session.add(entry)
        return entry
