"""Which ticket a mail belongs to, and whether its sender may join it. Source: behaviour section 5, mail-cases 1."""

from dataclasses import dataclass

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from helpdesk.channels.base import Inbound
from helpdesk.store.mail_models import MessageKey
from helpdesk.store.models import Participant, Ticket
from helpdesk.tickets.reference import numbers_in
from helpdesk.usecases.linking import final_target


@dataclass(frozen=True, slots=True)
class Match:
    """What was found. `joins`: the ticket that the mail continues. `claimed`: a ticket that it only names."""

    joins: Ticket | None = None
    claimed: Ticket | None = None


def takes_part(session: Session, ticket: Ticket, address: str) -> bool:
    """True when the address is the requester's or in copy."""
    if not address:
        return False
    return bool(
        session.scalar(
            select(exists().where(Participant.ticket_id == ticket.id, Participant.address == address.lower()))
        )
    )


_BY_IDS = (
    select(Ticket)
    .join(MessageKey, MessageKey.ticket_id == Ticket.id)
    .where(MessageKey.message_id.in_(bindparam("ids", expanding=True)))
    .order_by(Ticket.id.desc())
    .limit(1)
)


def ticket_by_ids(session: Session, ids: tuple[str, ...]) -> Ticket | None:
    """The newest ticket on which one of the Message-IDs is known."""
    return session.scalar(_BY_IDS, {"ids": ids[-50:]}) if ids else None


def _ticket_by_number(session: Session, subject: str) -> Ticket | None:
    for number in numbers_in(subject):
        found = session.scalar(select(Ticket).where(Ticket.number == number))
        if found is not None:
            return found
    return None


def match(session: Session, mail: Inbound, authserv_id: str) -> Match:
    """Find the ticket of a mail.

    A known Message-ID joins when the sender takes part; a number in the subject alone only when, besides, DMARC
    passed where an authserv-id is configured. Otherwise the mail merely names the ticket, and its sender learns
    nothing of it. Merged tickets lead to their target.
    """
    trusted = mail.authenticated_sender and bool(mail.sender.email)
    ticket = ticket_by_ids(session, mail.in_reply_to + mail.references)
    if ticket is not None:
        joins = trusted and takes_part(session, ticket, mail.sender.email)
        ticket = final_target(session, ticket)
        return Match(joins=ticket) if joins else Match(claimed=ticket)
    ticket = _ticket_by_number(session, mail.subject)
    if ticket is None:
        return Match()
    joins = trusted and takes_part(session, ticket, mail.sender.email) and (not authserv_id or mail.dmarc == "pass")
    ticket = final_target(session, ticket)
    return Match(joins=ticket) if joins else Match(claimed=ticket)
