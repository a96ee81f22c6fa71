"""Revoking the private links of a ticket: whoever got one by mistake sees nothing any more."""

from sqlalchemy.orm import Session

from helpdesk.store.models import Ticket
from helpdesk.tickets.permission import Staff
from helpdesk.tickets.words import Action, EntryKind
from helpdesk.usecases.access import revoke_links
from helpdesk.usecases.context import Context
from helpdesk.usecases.deed import Deed

REVOKED = "Tautan pribadi dicabut. / The private links were revoked."


def withdraw_links(session: Session, context: Context, staff: Staff, ticket: Ticket) -> bool:
    """Revoke them, with a note of who did; False when none was alive. The next mail carries a new link."""
    if not revoke_links(session, ticket.id, context.now):
        return False
    Deed(session, context, staff, ticket, Action.NOTE).entry(EntryKind.WORK_NOTE, REVOKED)
    return True
