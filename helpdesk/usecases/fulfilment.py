"""From the technician's note and label to the requester's confirmation, and back again."""

from helpdesk.tickets.errors import WrongState, invalid
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.permission import Requester
from helpdesk.tickets.words import CancelReason, EntryKind
from helpdesk.usecases.clocks import end_of_cycle, window
from helpdesk.usecases.deed import Deed
from helpdesk.usecases.holding import end_hold
from helpdesk.usecases.lapsing import missing_now
from helpdesk.usecases.notices import tell_requester


def _set_window(deed: Deed) -> None:
    ticket = deed.ticket
    ticket.reopen_until = window(deed.context, ticket.desk, deed.item, ticket.fulfilled_at, ticket.resolved_at)


def fulfil(deed: Deed) -> None:
    """The work is done: a note for the desk and a label, both required."""
    note = deed.text("note", _("A note is needed."))
    label = deed.text("label", _("A label is needed."), 60)
    deed.done(data={"label": label})
    ticket = deed.ticket
    deed.entry(EntryKind.WORK_NOTE, note, mark="resolution")
    ticket.label = label
    ticket.fulfilled_at, ticket.fulfilled_group = deed.context.now, ticket.group
    _set_window(deed)


def confirm_fulfilment(deed: Deed) -> None:
    """Layer 1 confirms; the cycle ends, the requester is told and asked to confirm and to rate.

    An optional text says to the requester what was done: it stands in the conversation and in that message.
    """
    said = str(deed.fields.get("text") or "").strip()
    deed.target()
    deed.done(data={"ended": end_of_cycle(deed.session, deed.context, deed.ticket)})
    ticket = deed.ticket
    ticket.resolved_at = deed.context.now
    ticket.unread = False
    _set_window(deed)
    assert ticket.reopen_until is not None
    if said:
        deed.entry(EntryKind.PUBLIC_REPLY, said)
    tell_requester(deed, "resolution", {"reopen_until": ticket.reopen_until.isoformat(), "said": said})


def send_back(deed: Deed) -> None:
    """Not fulfilled after all: back to the group that fulfilled; its stop of the clock is void."""
    deed.done(why=deed.text("reason", _("A reason is needed."), 2000))
    _return_to_fulfillers(deed)
    deed.ticket.reopen_until = None


def _return_to_fulfillers(deed: Deed) -> None:
    ticket = deed.ticket
    group = ticket.fulfilled_group or ticket.group
    if group in deed.desk.groups:
        ticket.group, ticket.tier = group, deed.context.tier(group)
    ticket.fulfilled_at = None


def _rating(deed: Deed) -> int | None:
    value = deed.fields.get("rating")
    if value is not None and value not in (1, 2, 3, 4, 5):
        raise invalid("rating", _("The rating is a number from 1 to 5."))
    return value


def confirm(deed: Deed) -> None:
    """The requester, or an agent for them, says that it is done; a rating and a comment are optional."""
    rating, comment = _rating(deed), str(deed.fields.get("comment") or "").strip()[:2000]
    deed.done(data={"rating": rating, "comment": comment})
    ticket = deed.ticket
    ticket.closed_at, ticket.rating, ticket.rating_comment = deed.context.now, rating, comment


def close(deed: Deed) -> None:
    """The window has ended without a word."""
    deed.done(why="window over")
    deed.ticket.closed_at = deed.context.now


def reopen(deed: Deed) -> None:
    """Inside the window: a new cycle at the group that fulfilled it."""
    reason = str(deed.fields.get("reason") or "").strip()[:5000]
    if not reason and not isinstance(deed.actor, Requester):
        raise invalid("reason", _("A reason is needed."))
    deed.target()
    ticket = deed.ticket
    if ticket.reopen_until is None or deed.context.now >= ticket.reopen_until:
        raise WrongState(_("The time for reopening is over; please send a new request."))
    deed.done(why=reason, data={"cycle": ticket.cycle + 1})
    _return_to_fulfillers(deed)
    ticket.cycle += 1
    ticket.resolved_at = ticket.closed_at = ticket.reopen_until = ticket.extended_due_at = None
    ticket.resolution_done_at = ticket.resolution_verdict = None
    ticket.rating, ticket.rating_comment = None, ""
    ticket.unread = True


def cancel(deed: Deed) -> None:
    """End the ticket without fulfilment; requesters can only withdraw."""
    asked = deed.fields.get("reason")
    if isinstance(deed.actor, Requester):
        asked = CancelReason.WITHDRAWN
    try:
        reason = CancelReason(str(asked or ""))
    except ValueError:
        raise invalid("reason", _("Unknown reason for cancelling.")) from None
    if reason is CancelReason.MERGED:
        raise invalid("reason", _("Use merge for this."))
    deed.target()
    kept = end_of_cycle(deed.session, deed.context, deed.ticket, reason)
    missing = missing_now(deed)
    deed.done(why=reason, data={"reason": reason.value, "ended": kept})
    end_hold(deed)
    if reason is CancelReason.LAPSED:
        tell_requester(deed, "lapse", {"missing": missing})
