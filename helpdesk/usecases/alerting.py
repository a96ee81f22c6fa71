"""Notices to staff by mail: a warning before a breach, and the breach to those above them; each once a cycle."""

from helpdesk.store.people_queries import Addressee, addressee, addressees, is_active
from helpdesk.tickets.events import WARNED
from helpdesk.tickets.words import Role
from helpdesk.tiers.routing import LAYER_1
from helpdesk.usecases.deed import Deed
from helpdesk.usecases.notices import enqueue, over_cap

KINDS = {True: "warning", False: "alarm"}


def _who(deed: Deed, *, warning: bool) -> tuple[Addressee, ...]:
    """For a warning whoever works on it, else the group; for a breach the supervisors of the desk."""
    ticket, session = deed.ticket, deed.session
    if not warning:
        return addressees(session, ticket.desk, Role.SUPERVISOR)
    if is_active(session, ticket.assignee_id):
        return addressee(session, ticket.assignee_id)
    if ticket.group == LAYER_1:
        return addressees(session, ticket.desk, Role.AGENT)
    return addressees(session, ticket.desk, Role.TECHNICIAN, ticket.group)


def tell_staff(deed: Deed, notice: str) -> None:
    """Write to those whom a notice concerns, in working hours; nothing at all where none of them has an address.

    Who has had the share of automatic mail for this hour is left out: the mark in the lists says the same.
    """
    warning, ticket = notice == WARNED, deed.ticket
    people = _who(deed, warning=warning)
    if not people:
        return
    deed.noted(notice, {"cycle": ticket.cycle, "to": [person.name for person in people]})
    deed.session.flush()
    due = ticket.resolution_due_at
    page = f"{deed.context.settings.base_url}/tickets/{ticket.number}"
    data = {"due_at": due.isoformat() if due else None, "page": page}
    for person in people:
        if not over_cap(deed.session, deed.context, person.email):
            enqueue(
                deed.session, deed.context, ticket, None, KINDS[warning], person.email,
                name=person.shown, automatic=True, data=data,
            )  # fmt: skip
