"""The other tickets that a ticket belongs together with, in words."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row
from sqlalchemy.orm import Session

from helpdesk.store import page_queries as stored
from helpdesk.store.models import Ticket
from helpdesk.tickets.permission import Staff
from helpdesk.usecases.linking import CLAIMED
from helpdesk.web.ticket.view import Linked


def linked(session: Session, staff: Staff, ticket: Ticket) -> tuple[Linked, ...]:
    """The tickets that belong to this one, as far as their desks are the viewer's."""
    names = {
        "follow-up": (_("continues"), _("is continued by")),
        "related": (_("belongs together with"), _("belongs together with")),
        "merged": (_("merged into"), _("took in")),
        "split": (_("was split into"), _("was split from")),
        "same-message": (_("same message as"), _("same message as")),
        CLAIMED: (_("names, without part in it"), _("is named, without part in it, in")),
    }
    found = []
    for row in stored.links(session, ticket.id):
        if staff.works_at(row.desk):
            found.append(Linked(row.number, f"/tickets/{row.number}", f"{_towards(names, row, ticket)}: {row.subject}"))
        elif row.kind == CLAIMED and row.from_id == ticket.id:
            # No more than that it does: another desk's ticket is as good as absent here.
            found.append(Linked("", "", _("names a ticket of another desk, without part in it")))
    return tuple(found)


def _towards(names: Mapping[str, tuple[str, str]], row: Row[Any], ticket: Ticket) -> str:
    there, back = names.get(row.kind, (row.kind, row.kind))
    return str(there if row.from_id == ticket.id else back)
