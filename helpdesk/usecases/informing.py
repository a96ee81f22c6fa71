"""Mail to the person who works on a ticket: somebody answered, or gave them the ticket; answering it works by mail."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.store.models import Entry, Ticket
from helpdesk.store.people_models import StaffUser
from helpdesk.store.people_queries import Addressee, addressee
from helpdesk.tickets.permission import Staff
from helpdesk.usecases.absence import who_is_there
from helpdesk.usecases.caps import over_cap
from helpdesk.usecases.context import Context
from helpdesk.usecases.deed import Deed
from helpdesk.usecases.notices import enqueue
from helpdesk.usecases.staff_tokens import conversation_id, notice_id

ANSWERED, ASSIGNED = "answered", "assigned"
"""The kinds of these messages, folders of templates/messages."""
CUT = "##- Balas di atas baris ini / Reply above this line -##"
"""What stands below it in an answer is our own notice, whatever a mail program makes of the quotation."""
NOTE_WORDS = ("catatan", "note")
"""What makes an answer an internal note: `#catatan` as its first line, or mail to `desk+catatan@domain`."""
SHOWN = 4_000
"""Characters of an answer that a notice repeats at most; the page has the rest."""


def tell_of_answer(session: Session, context: Context, ticket: Ticket, entry: Entry) -> None:
    """Tell whoever works on the ticket, or stands in for them, what was answered; nobody while nobody does.

    The lists mark the ticket as unread anyway. Who has had the share of automatic mail for this hour is left out.
    """
    people = [person for person in _who(session, context, ticket) if person.email != entry.author_address]
    if not people:
        return
    said = (entry.shown_text or entry.text).strip()
    data = {
        "by": entry.author_name or entry.author_address,
        "said": said[:SHOWN],
        "more": len(said) > SHOWN,
        "files": len(entry.files),
    }
    for person in people:
        _tell(session, context, ticket, ANSWERED, person, data)


def tell_of_assignment(deed: Deed) -> None:
    """Tell somebody, or who stands in for them, that a colleague gave them the ticket."""
    actor = deed.actor
    if not isinstance(actor, Staff) or actor.id == deed.ticket.assignee_id:
        return
    data = {"by": actor.display_name or actor.name}
    for person in _who(deed.session, deed.context, deed.ticket):
        if person.name != actor.name:
            _tell(deed.session, deed.context, deed.ticket, ASSIGNED, person, data)


def _who(session: Session, context: Context, ticket: Ticket) -> tuple[Addressee, ...]:
    today = context.now.astimezone(context.desk(ticket.desk).zone).date()
    return who_is_there(session, addressee(session, ticket.assignee_id), today)


def _tell(
    session: Session, context: Context, ticket: Ticket, kind: str, person: Addressee, said: dict[str, Any]
) -> None:
    # The rest is for warnings and alarms: whoever writes answer after answer must not use that up.
    if over_cap(session, context, person.email, spare=context.settings.automatic_per_hour // 2):
        return
    page = f"{context.settings.base_url}/tickets/{ticket.number}"
    data = {**said, "page": page, **ways_to_answer(context, ticket.desk)}
    conversation, own = ids_for(session, context, ticket.desk, ticket.id, person)
    session.flush()
    enqueue(
        session, context, ticket, None, kind, person.email, name=person.shown, automatic=True, data=data,
        answers=(conversation,), own_id=own,
    )  # fmt: skip


def ways_to_answer(context: Context, desk_id: str) -> dict[str, str]:
    """What a notice says about answering it: `cut`, the line above which the answer stands, and `note_address`.

    Both are empty where the desk takes no mail of staff.
    """
    account = context.settings.mail.get(desk_id)
    if account is None or not account.staff_mail:
        return {"cut": "", "note_address": ""}
    local, _at, domain = context.address(desk_id).rpartition("@")
    return {"cut": CUT, "note_address": f"{local}+{NOTE_WORDS[0]}@{domain}" if account.plus_address else ""}


def ids_for(session: Session, context: Context, desk_id: str, ticket_id: int, person: Addressee) -> tuple[str, str]:
    """(what a notice refers to, its own fresh Message-ID), bound to the ticket, or to SEVERAL, and to the person."""
    user_id = session.scalars(select(StaffUser.id).where(StaffUser.name == person.name)).one()
    bound = (context.settings.secret_key, ticket_id, user_id, context.address(desk_id))
    return conversation_id(*bound), notice_id(*bound)
