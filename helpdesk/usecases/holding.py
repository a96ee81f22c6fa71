"""Holding and resuming a ticket, and extending its deadline."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.sla.clock import stopping
from helpdesk.sla.norms import Extension, StartKind
from helpdesk.sla.spans import span_end
from helpdesk.store.models import Hold, Ticket
from helpdesk.tickets.errors import WrongState, invalid
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.words import HoldReason
from helpdesk.usecases.clocks import events_of, standing
from helpdesk.usecases.deed import Deed, actor_name
from helpdesk.usecases.documents import checklist, in_both, key_of, name_of, still_needed
from helpdesk.usecases.notices import tell_requester
from helpdesk.usecases.standards import calendar_for


def open_hold(session: Session, ticket: Ticket) -> Hold | None:
    """The hold that lasts now, or None."""
    return session.scalar(select(Hold).where(Hold.ticket_id == ticket.id, Hold.ended_at.is_(None)))


def end_hold(deed: Deed) -> None:
    """Close the hold that lasts now in the ledger."""
    hold = open_hold(deed.session, deed.ticket)
    if hold is not None:
        hold.ended_at = deed.context.now
    deed.ticket.hold_reason = None


def _missing(deed: Deed, reason: HoldReason) -> list[str]:
    """What is missing, each once: a document of the item under its own name, anything else as it was typed.

    Only a hold for documents keeps such a list; beside another reason it says nothing, and is left out.
    """
    if reason is not HoldReason.DOCUMENTS:
        return []
    named = (" ".join(str(m).split())[:200] for m in deed.fields.get("missing") or ())
    missing = dict.fromkeys(name_of(deed.item, key_of(deed.item, name)).id for name in named if name)
    if not missing:
        raise invalid("missing", _("List the documents that are missing."))
    return list(missing)


def hold(deed: Deed) -> None:
    """Wait for somebody else; only the reasons that the item allows stop its clock."""
    try:
        reason = HoldReason(str(deed.fields.get("reason") or ""))
    except ValueError:
        raise invalid("reason", _("Unknown reason for a hold.")) from None
    missing = _missing(deed, reason)
    deed.done(why=reason, data={"reason": reason.value, "missing": missing})
    deed.session.add(
        Hold(
            ticket_id=deed.ticket.id,
            reason=reason,
            missing=missing,
            by=actor_name(deed.actor),
            started_at=deed.context.now,
        )
    )
    deed.ticket.hold_reason = reason
    if reason is HoldReason.DOCUMENTS:
        _ask_for(deed, missing)


def _ask_for(deed: Deed, missing: list[str]) -> None:
    """Tell the requester what is missing, and whether the time stands still until it has come."""
    stops = deed.item is not None and HoldReason.DOCUMENTS in stopping(deed.item.target, deed.ticket.attributes)
    keys = [key_of(deed.item, name) for name in missing]
    told = {"missing": in_both(deed.item, keys), "stops": stops, "lapse_at": _lapse(deed)}
    tell_requester(deed, "documents", {**told, **_not_begun(deed, keys)})


def _not_begun(deed: Deed, listed: list[str]) -> dict[str, Any]:
    """Whether the time does not count yet, and the documents besides those listed without which it does not begin."""
    awaiting = standing(deed.session, deed.context, deed.ticket).timeline.awaiting
    if awaiting is not StartKind.DOCUMENTS:
        return {"not_begun": awaiting is not None, "to_start": in_both(deed.item, ())}
    lines = checklist(deed.item, deed.ticket.attributes, events_of(deed.session, deed.ticket), None)
    others = [line.key for line in still_needed(lines, to_start=True) if line.key not in listed]
    return {"not_begun": True, "to_start": in_both(deed.item, others)}


def _lapse(deed: Deed) -> str | None:
    """By when the documents must have come where the standard says so, if the list goes out now."""
    rule = deed.item.target.requester_deadline if deed.item else None
    if rule is None:
        return None
    calendar = calendar_for(deed.context.catalog, deed.ticket.desk, deed.item)
    return span_end(rule.span, deed.context.now, calendar).isoformat()


def resume(deed: Deed) -> None:
    """Go on."""
    deed.done(why=str(deed.fields.get("reason") or ""))
    end_hold(deed)


def _extended(deed: Deed, due: datetime, extension: Extension) -> datetime:
    """The new deadline: the given one, or the longest that the standard allows. Raises Invalid beyond that."""
    calendar = calendar_for(deed.context.catalog, deed.ticket.desk, deed.item)
    longest = span_end(extension.span, due, calendar, follows=True)
    until = deed.by_close(deed.fields["due_at"]) if deed.fields.get("due_at") else longest
    if not due < until <= longest:
        raise invalid("due_at", _("The new deadline lies after the present one, and within what the standard allows."))
    return until


def extend(deed: Deed) -> None:
    """Extend the deadline once, where the standard allows it, before it has passed; the requester is told."""
    reason = deed.text("reason", _("A reason is needed."), 2000)
    ticket, item = deed.ticket, deed.item
    if item is None or item.target.extension is None:
        raise WrongState(_("The standard of this item allows no extension."))
    due = ticket.resolution_due_at
    if ticket.extended_due_at is not None:
        raise WrongState(_("The deadline has already been extended once."))
    if due is None or due < deed.context.now:
        raise WrongState(_("The deadline can only be extended before it has passed."))
    until = _extended(deed, due, item.target.extension)
    deed.done(why=reason, data={"due_at": until.isoformat(), "from_due_at": due.isoformat()})
    ticket.extended_due_at = until
    tell_requester(deed, "extension", {"reason": reason, "due_at": until.isoformat()})
