"""The slip of a ticket for somebody at the counter, and the private link on it for those who hold the matter."""

from sqlalchemy.orm import Session

from helpdesk.store.models import Person, Ticket
from helpdesk.store.people_models import AccessLink
from helpdesk.tickets.errors import Forbidden
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.events import SLIP
from helpdesk.tickets.permission import Staff
from helpdesk.tickets.verification import Verified
from helpdesk.tickets.words import Action, Channel
from helpdesk.usecases.access import link_for, link_token
from helpdesk.usecases.callers import tail_of
from helpdesk.usecases.context import Context
from helpdesk.usecases.deed import Deed

BY_MAIL, BY_SLIP = "ticket", "slip"
"""The purposes of links that open the whole ticket: bound to an address, and to a telephone or the slip itself."""


def _bound_to(person: Person) -> str:
    """What the link of a slip is bound to: the person's telephone, else that person."""
    tail = tail_of(person.phone)
    return f"tel:{tail}" if tail else f"slip:{person.id}"


def is_holder(ticket: Ticket, verified: Verified) -> bool:
    """True where the person at the counter may have the whole ticket.

    Who they are was verified; or they have just brought the matter to the counter themselves and nobody else's address
    stands on it.
    """
    return verified is not Verified.NONE or (ticket.channel == Channel.WALK_IN and not ticket.requester.email)


def make_slip(session: Session, context: Context, staff: Staff, ticket: Ticket, verified: Verified) -> str:
    """Record that a slip is handed out; the address that its code leads to, empty for one with the number alone.

    A slip printed again leads to the same address until the links of the ticket are revoked. Raises Forbidden for
    others than agents of the desk. The caller commits.
    """
    if not staff.is_agent(ticket.desk):
        raise Forbidden(_("Only Layer 1 of the desk hands out slips."))
    link = _link(session, context, ticket) if is_holder(ticket, verified) else None
    deed = Deed(session, context, staff, ticket, Action.NOTE)
    deed.noted(SLIP, {"verified": verified.value, "link": link is not None})
    return f"{context.settings.base_url}/t/{link_token(context.settings.secret_key, link)}" if link else ""


def _link(session: Session, context: Context, ticket: Ticket) -> AccessLink:
    person = ticket.requester
    purpose, address = (BY_MAIL, person.email) if person.email else (BY_SLIP, _bound_to(person))
    return link_for(session, ticket.id, address, purpose, context.now)


def holder_address(link: AccessLink, ticket: Ticket) -> str | None:
    """What the holder of the link is known by on the ticket (may be empty); None where the link opens it no more."""
    person = ticket.requester
    if link.purpose == BY_MAIL and person.email == link.address:
        return link.address
    return person.phone if link.purpose == BY_SLIP and link.address == _bound_to(person) else None
