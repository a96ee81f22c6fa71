"""Merging, splitting and linking tickets."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.failpoints import failpoint
from helpdesk.store.models import Entry, File, Ticket, TicketLink
from helpdesk.tickets.errors import invalid
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.permission import sees
from helpdesk.tickets.words import CancelReason, EntryKind, Status
from helpdesk.usecases.clocks import end_of_cycle
from helpdesk.usecases.context import Context
from helpdesk.usecases.deed import Deed, facts_of
from helpdesk.usecases.holding import end_hold
from helpdesk.usecases.notices import is_silent
from helpdesk.usecases.opening import Opening, open_ticket

ENTRY_COLUMNS = (
    "kind", "channel", "author_id", "author_name", "author_address", "text", "shown_text", "html", "created_at",
)  # fmt: skip
CLAIMED = "claimed-number"
"""The kind of a link to a ticket that a message names though its sender takes no part in it."""
FILE_COLUMNS = ("sha256", "name", "media_type", "size", "content_id", "inline")


def link_tickets(session: Session, context: Context, source: Ticket, target: Ticket, kind: str) -> None:
    """Link two tickets once."""
    known = select(TicketLink.id).where(
        TicketLink.from_id == source.id, TicketLink.to_id == target.id, TicketLink.kind == kind
    )
    if session.scalar(known) is None:
        session.add(TicketLink(from_id=source.id, to_id=target.id, kind=kind, created_at=context.now))


def final_target(session: Session, ticket: Ticket) -> Ticket:
    """The ticket that a merged one leads to, following the chain to its end."""
    seen = {ticket.id}
    while ticket.merged_into_id is not None and ticket.merged_into_id not in seen:
        found = session.get(Ticket, ticket.merged_into_id)
        if found is None:
            break
        seen.add(found.id)
        ticket = found
    return ticket


def _other(deed: Deed) -> Ticket:
    number = deed.text("number", _("Give the number of the other ticket."), 24).upper()
    other = deed.session.scalar(select(Ticket).where(Ticket.number == number))
    if other is None or not sees(deed.actor, facts_of(other)):
        raise invalid("number", _("There is no such ticket."))
    if other.id == deed.ticket.id:
        raise invalid("number", _("That is this very ticket."))
    return other


def merge(deed: Deed) -> None:
    """Let the ticket go on in another one; later messages to its number reach that one."""
    other = final_target(deed.session, _other(deed))
    if other.id == deed.ticket.id or other.status == Status.CANCELLED or not sees(deed.actor, facts_of(other)):
        raise invalid("number", _("That ticket cannot take this one in."))
    deed.target()
    kept = end_of_cycle(deed.session, deed.context, deed.ticket, CancelReason.MERGED)
    deed.done(why=other.number, data={"reason": CancelReason.MERGED.value, "into": other.number, "ended": kept})
    end_hold(deed)
    failpoint("web.merge_mid")
    deed.ticket.merged_into_id = other.id
    link_tickets(deed.session, deed.context, deed.ticket, other, "merged")


def link(deed: Deed) -> None:
    """Note that two tickets belong together."""
    other = _other(deed)
    deed.done(why=other.number, data={"to": other.number})
    link_tickets(deed.session, deed.context, deed.ticket, other, "related")


def split(deed: Deed) -> None:
    """Make a ticket of its own from some of the requester's messages; it was received when they were."""
    asked = deed.fields.get("entries") or ()
    entries = list(
        deed.session.scalars(
            select(Entry)
            .where(
                Entry.ticket_id == deed.ticket.id,
                Entry.id.in_(asked),
                Entry.kind == EntryKind.REQUESTER_MESSAGE.value,
            )
            .order_by(Entry.id)
        )
    )
    if not entries or len(entries) != len(set(asked)):
        raise invalid("entries", _("Choose messages of the requester on this ticket."))
    deed.target()
    ticket = open_ticket(deed.session, deed.context, deed.actor, _opening(deed.session, deed.ticket, entries[0]))
    for entry in entries:
        deed.session.add(_copy(entry, ticket))
    deed.done(why=ticket.number, data={"to": ticket.number, "entries": [e.id for e in entries]})
    link_tickets(deed.session, deed.context, deed.ticket, ticket, "split")


def _opening(session: Session, source: Ticket, first: Entry) -> Opening:
    return Opening(
        desk=source.desk,
        channel=source.channel,
        requester=source.requester,
        subject=source.subject,
        text="",
        received_at=first.created_at,
        answerable=False,
        tellable=not is_silent(session, source),
    )


def _copy(entry: Entry, ticket: Ticket) -> Entry:
    copy = Entry(ticket_id=ticket.id, **{name: getattr(entry, name) for name in ENTRY_COLUMNS})
    copy.files = [File(**{name: getattr(file, name) for name in FILE_COLUMNS}) for file in entry.files]
    return copy
