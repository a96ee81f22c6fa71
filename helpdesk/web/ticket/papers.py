"""The documents of a ticket as its page shows them: what is there, what is missing, what may be ticked off now."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from helpdesk.catalog.model import Item
from helpdesk.sla.facts import Timeline
from helpdesk.store.document_queries import files_since_hold
from helpdesk.store.models import Event, Hold, Ticket
from helpdesk.tickets.words import HoldReason
from helpdesk.usecases.documents import Line, State, checklist, is_due_now, may_change
from helpdesk.web.board.clocks import Present
from helpdesk.web.ticket.talk import Names
from helpdesk.web.ticket.view import Paper

_LOOKS = {State.THERE: "done", State.MISSING: "wanted", State.LATER: "", State.OPEN: ""}


def _says(line: Line, status: str, names: Names, at: Present) -> str:
    """When and by whom it was ticked or asked for; else when it is due."""
    if line.at is not None:
        who = names.staff.get(line.by) or names.requester.get(line.by) or line.by
        when = at.words.brief(line.at, at.now, at.zone)
        if line.state is State.THERE:
            return str(_("there: %(time)s, %(name)s", time=when, name=who))
        return str(_("missing: asked for %(time)s, %(name)s", time=when, name=who))
    if line.state is State.LATER:
        return str(_("due now") if is_due_now(line, status) else _("due after fulfilment"))
    return ""


def _paper(line: Line, ticket: Ticket, names: Names, at: Present, *, may_set: bool) -> Paper:
    says = _says(line, ticket.status, names, at)
    look = "wanted" if is_due_now(line, ticket.status) else _LOOKS[line.state]
    may = may_set and may_change(line, ticket.status)
    there = line.state is State.THERE
    return Paper(line.name.get(at.words.language), look, says, line.key, tick=may and not there, untick=may and there)


def papers(
    item: Item | None,
    ticket: Ticket,
    events: Iterable[Event],
    holds: Sequence[Hold],
    names: Names,
    at: Present,
    *,
    may_set: bool,
) -> tuple[Paper, ...]:
    """The documents of the ticket; `may_set`: this person may tick them off where the status allows it."""
    running = next((hold for hold in reversed(holds) if hold.ended_at is None), None)
    lines = checklist(item, ticket.attributes, events, running)
    found = [_paper(line, ticket, names, at, may_set=may_set) for line in lines]
    if item and item.superior_cc:
        found.append(Paper(_("A copy to a superior"), ""))
    return tuple(found)


def lapse(line: Timeline, at: Present) -> str:
    """When the ticket lapses unless what is missing comes; empty where it does not."""
    if line.lapse_at is None:
        return ""
    return str(_("Lapses after %(time)s, by the service standard.", time=at.words.full(line.lapse_at, at.zone)))


def perhaps_came(session: Session, ticket: Ticket, at: Present) -> str:
    """What to say when a message with a file has come while the ticket waits for documents; empty when none has."""
    if ticket.hold_reason != HoldReason.DOCUMENTS:
        return ""
    came: datetime | None = files_since_hold(session, [ticket.id]).get(ticket.id)
    if came is None:
        return ""
    return str(_("A file has come, %(time)s: is it a document that is missing?", time=at.brief(came)))
