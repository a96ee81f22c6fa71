"""What stands over a ticket as long as a message about it has not been delivered: whom it does not reach, and why."""

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row

from helpdesk.tickets.permission import Staff
from helpdesk.web.admin.reasons import error_shown
from helpdesk.web.ticket.view import Undelivered


def undelivered(deliveries: Iterable[Row[Any]], staff: Staff, desk: str) -> tuple[Undelivered, ...]:
    """The messages that failed, and agents' that have waited for an hour; gone once they are delivered or discarded."""
    found = []
    for row in deliveries:
        if row.state == "failed":
            why = error_shown(row.error)
            text = _("The message to %(recipient)s could not be delivered: %(why)s", recipient=row.recipient, why=why)
        elif row.state == "pending" and row.told_at:
            text = _(
                "The message to %(recipient)s has been waiting for an hour and is tried again by itself.",
                recipient=row.recipient,
            )
        else:
            continue
        found.append(Undelivered(text, f"/outbox/{row.id}" if staff.is_agent(desk) else ""))
    return tuple(found)
