"""Which ticket a mail belongs to, and whether its sender may join it. Source: behaviour section 5, mail-cases 1."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from helpdesk.channels.base import Inbound
from helpdesk.store.mail_models import MessageKey
from helpdesk.store.models import Participant, Ticket
from helpdesk.store.rows import write
from helpdesk.tickets.reference import numbers_in
from helpdesk.usecases.ahead import ahead_of
from helpdesk.usecases.linking import final_target
from helpdesk.usecases.notices import is_ours

NEAREST = 50
"""At most so many ids of one mail are looked up: the answered one, and the latest of its references."""

AWAITED = 5
"""At most so many messages that an opening mail answers are awaited."""


@dataclass(frozen=True, slots=True)
class Match:
    """What was found. `joins`: the ticket that the mail continues. `claimed`: a ticket that it only names."""

    joins: Ticket | None = None
    claimed: Ticket | None = None


def takes_part(session: Session, ticket: Ticket, address: str) -> bool:
    """True when the address is the requester's or in copy."""
    if not address:
        return False
    ahead = ahead_of(session)
    if ahead is not None and (ticket.id, address.lower()) in ahead.taking_part:
        return ahead.taking_part[ticket.id, address.lower()]
    return bool(
        session.scalar(
            select(exists().where(Participant.ticket_id == ticket.id, Participant.address == address.lower()))
        )
    )


_BY_IDS = (
    select(MessageKey.message_id, MessageKey.awaited, MessageKey.ticket_id)
    .where(
        MessageKey.message_id.in_(bindparam("ids", expanding=True)),
        MessageKey.awaited == (MessageKey.message_id == bindparam("own")),
    )
    .order_by(MessageKey.ticket_id.desc())
    .limit(4 * NEAREST)
)


def nearest_ids(mail: Inbound) -> list[str]:
    """The ids that a mail answers, the most telling one first: In-Reply-To, then References from the newest on."""
    return list(dict.fromkeys((*mail.in_reply_to[:NEAREST], *reversed(mail.references))))[:NEAREST]


def tickets_by_ids(session: Session, mail: Inbound, desk: str | None) -> list[Ticket]:
    """The tickets on which an id that the mail answers is known, the best first; then those that await this very mail,
    because an answer to it came before it.

    One id may be known on several tickets, as a mail to two desks is: there the one of the receiving desk comes
    first, then those of who used the id first, then the newest. Else whoever has read the id of somebody's mail could
    open a ticket under it, put the people of that mail in copy, and get their next words.
    """
    ids = [*nearest_ids(mail), *filter(None, [mail.message_id])]
    if not ids:
        return []
    rows = _known(session, ids, mail.message_id)
    found = [(awaited, ids.index(key), session.get_one(Ticket, ticket_id)) for key, awaited, ticket_id in rows]
    first = {rank: ticket.requester_id for _awaited, rank, ticket in found}  # the newest ticket comes first
    found.sort(key=lambda each: (each[0], each[1], each[2].desk != desk, each[2].requester_id != first[each[1]]))
    return list(dict.fromkeys(ticket for _awaited, _rank, ticket in found))


def _known(session: Session, ids: list[str], own: str) -> list[tuple[str, bool, int]]:
    """Message-ID, whether it is awaited, its ticket; newest tickets first. Of `own` only what is awaited counts."""
    ahead = ahead_of(session)
    keys = ahead.known(dict.fromkeys(ids)) if ahead is not None else None
    if keys is None:
        session.flush()
        return [(*row,) for row in session.connection().execute(_BY_IDS, {"ids": ids, "own": own})]
    rows = [(key, found.awaited, found.ticket_id) for key, found in keys if found.awaited == (key == own)]
    return sorted(rows, key=lambda row: -row[2])[: 4 * NEAREST]


def await_parents(session: Session, mail: Inbound, ticket: Ticket) -> None:
    """Note the messages that a mail answers and that have not come yet: each joins the ticket when it comes."""
    wanted = [identifier for identifier in nearest_ids(mail) if identifier != mail.message_id][:AWAITED]
    if not wanted:
        return
    ahead = ahead_of(session)
    keys = ahead.known(wanted) if ahead is not None else None
    if keys is not None:
        known = {identifier for identifier, _key in keys}
    else:
        known = set(session.scalars(select(MessageKey.message_id).where(MessageKey.message_id.in_(wanted))))
    for identifier in (i for i in wanted if i not in known):
        write(session, MessageKey, message_id=identifier, ticket_id=ticket.id, awaited=True)


def remember_ids(session: Session, ticket_id: int, entry_id: int | None, ids: tuple[str, ...]) -> None:
    """Let answers to this mail find its ticket by any id that it had; an id is kept once per ticket."""
    ahead = ahead_of(session)
    for identifier in dict.fromkeys(i for i in ids if i and not is_ours(session, i)):
        keys = ahead.known([identifier]) if ahead is not None else None
        if keys is not None and not any(key.ticket_id == ticket_id for _id, key in keys):
            write(session, MessageKey, message_id=identifier, ticket_id=ticket_id, entry_id=entry_id)
            continue
        known = session.scalar(
            select(MessageKey).where(MessageKey.message_id == identifier, MessageKey.ticket_id == ticket_id)
        )
        if known is None:
            session.add(MessageKey(message_id=identifier, ticket_id=ticket_id, entry_id=entry_id))
        elif known.awaited:
            known.awaited, known.entry_id = False, entry_id


def _tickets_by_numbers(session: Session, subject: str) -> list[Ticket]:
    found = (session.scalar(select(Ticket).where(Ticket.number == number)) for number in numbers_in(subject))
    return [ticket for ticket in found if ticket is not None]


def _of_participant(session: Session, tickets: Iterable[Ticket], address: str) -> Match:
    first = None
    for ticket in tickets:
        if takes_part(session, ticket, address):
            return Match(joins=final_target(session, ticket))
        first = first or ticket
    return Match(claimed=final_target(session, first)) if first else Match()


def is_proved(mail: Inbound) -> bool:
    """True unless it is uncertain who wrote (several From addresses) or certain that somebody else did (DMARC)."""
    return mail.authenticated_sender and bool(mail.sender.email) and mail.dmarc != "fail"


def match(session: Session, mail: Inbound, desk: str | None, authserv_id: str) -> Match:
    """Find the ticket of a mail that arrived at `desk`.

    A known Message-ID joins when the sender takes part; a number in the subject alone only when, besides, DMARC
    passed where an authserv-id is configured. Otherwise the mail merely names the ticket, and its sender learns
    nothing of it. Merged tickets lead to their target.
    """
    sender = mail.sender.email if is_proved(mail) else ""
    found = _of_participant(session, tickets_by_ids(session, mail, desk), sender)
    if found.joins is not None:
        return found
    trusted = sender if not authserv_id or mail.dmarc == "pass" else ""
    named = _of_participant(session, _tickets_by_numbers(session, mail.subject), trusted)
    return named if named.joins is not None or found.claimed is None else found
