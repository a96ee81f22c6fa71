"""The requester's own deadline for missing documents: one reminder, then the ticket lapses, but only once told."""

from datetime import timedelta

from sqlalchemy.orm import Session

from helpdesk.sla.facts import Timeline
from helpdesk.store.document_queries import files_since_hold, mail_is_read
from helpdesk.store.models import Ticket
from helpdesk.tickets.events import REMINDER
from helpdesk.usecases.clocks import events_of
from helpdesk.usecases.context import Context
from helpdesk.usecases.deed import Deed
from helpdesk.usecases.documents import in_both, still_missing, ticks_of
from helpdesk.usecases.holding import open_hold
from helpdesk.usecases.notices import tell_requester

MAIL_ON_ITS_WAY = timedelta(minutes=1)
"""How soon to look again while mail that came in time may not have been read yet."""
STAFF_TO_LOOK = timedelta(minutes=15)
"""How soon to look again while staff have not said what a file is that came."""


def missing_now(deed: Deed) -> dict[str, list[str]]:
    """The names of what the running documents hold still waits for, in both languages."""
    said = ticks_of(deed.item, events_of(deed.session, deed.ticket))
    return in_both(deed.item, still_missing(deed.item, open_hold(deed.session, deed.ticket), said))


def remind(deed: Deed, line: Timeline) -> None:
    """The one reminder of a hold, with what is missing and when the ticket lapses."""
    assert line.lapse_at is not None
    deed.noted(REMINDER, {"lapse_at": line.lapse_at.isoformat()})
    tell_requester(deed, "reminder", {"missing": missing_now(deed), "lapse_at": line.lapse_at.isoformat()})


def something_may_have_come(session: Session, context: Context, ticket: Ticket, line: Timeline) -> timedelta | None:
    """How long to wait with a lapse, because what was asked for may have come in time; None when nothing has.

    A file counts until staff have said what it is, and a mail from the moment in which it reached the mailbox.
    """
    assert line.lapse_at is not None
    account = context.settings.mail.get(ticket.desk)
    fetched = account is not None and account.imap is not None
    if not mail_is_read(session, ticket.desk, line.lapse_at, fetched=fetched):
        return MAIL_ON_ITS_WAY
    return STAFF_TO_LOOK if files_since_hold(session, [ticket.id]) else None
