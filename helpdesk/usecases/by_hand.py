"""A quarantined mail becomes a ticket by hand: staff say at which desk and for whom; the sender stays unproved."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from helpdesk.channels.base import Attachment, Inbound
from helpdesk.channels.email.addresses import addr_spec
from helpdesk.store.mail_models import RawMessage
from helpdesk.store.models import Ticket
from helpdesk.tickets.addresses import is_nobodys
from helpdesk.tickets.errors import WrongState, invalid
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.permission import Staff
from helpdesk.tickets.words import Channel
from helpdesk.usecases.context import Context
from helpdesk.usecases.floods import FLOOD
from helpdesk.usecases.opening import Opening, open_ticket, person_for
from helpdesk.usecases.redaction import masked, without_links_of_ours, without_private_links

Read = Callable[[RawMessage], Inbound | None]
UNPROVED = "unproved"
"""The mark of its first entry."""


def open_by_hand(
    session: Session, context: Context, staff: Staff, raw_id: int, given: Mapping[str, str], read: Read
) -> Ticket:
    """The ticket of a message in quarantine or in a flood. The caller commits.

    `given`: desk, email, subject, name. `read` gives what can be read of its bytes; where nothing can, they become a
    file. No automatic reply goes out. Raises Invalid for an unknown desk, a wrong address and an empty subject,
    WrongState when somebody else has decided about the message.
    """
    raw = session.scalar(
        select(RawMessage).options(undefer(RawMessage.body)).where(RawMessage.id == raw_id).with_for_update()
    )
    if raw is None or raw.state not in ("quarantined", FLOOD):
        raise WrongState(_("This message does not wait for anybody: look at the list again."))
    desk, subject = given.get("desk", ""), " ".join(given.get("subject", "").split())
    if desk not in context.catalog.desks or not staff.is_agent(desk):
        raise invalid("desk", _("Unknown desk: %(desk)s."), desk=desk[:60])
    email = addr_spec(given.get("email", ""))
    if not email or email in context.own_addresses():
        raise invalid("email", _("This is not an e-mail address."))
    if not subject:
        raise invalid("subject", _("A subject is needed."))
    person = person_for(session, context.now, email=email, name=given.get("name", "").strip())
    opening = Opening(
        desk=desk,
        channel=Channel.EMAIL,
        requester=person,
        subject=without_private_links(subject),
        text="",
        received_at=raw.received_at,
        answerable=False,
        tellable=not is_nobodys(email),
        raw_id=raw.id,
        message_id=raw.message_id,
        mark=UNPROVED,
    )
    ticket = open_ticket(session, context, staff, _filled(opening, raw, read(raw)))
    raw.state, raw.reason, raw.desk, raw.ticket_id = "ticketed", f"opened by {staff.name}", desk, ticket.id
    return ticket


def _filled(opening: Opening, raw: RawMessage, mail: Inbound | None) -> Opening:
    """With what the mail says; where it could not be read, with its bytes as a file."""
    if mail is None:
        whole = Attachment(f"message-{raw.id}.eml", "message/rfc822", masked(raw.body))
        return replace(opening, attachments=(whole,))
    mail = without_links_of_ours(mail)
    shown = mail.reply_text if mail.reply_text and mail.reply_text != mail.text else None
    return replace(
        opening, text=mail.text, shown_text=shown, html=mail.html or None, attachments=mail.attachments,
        message_id=mail.message_id[:500],
    )  # fmt: skip
