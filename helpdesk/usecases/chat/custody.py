"""Staff say whose a chat account is: a number that changed, was lost, or went to somebody else; with a record of how
the person was verified.
"""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpdesk.channels.email.addresses import addr_spec
from helpdesk.store.chat_models import ChatAccount, ChatCustody
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Entry, Person, Ticket
from helpdesk.store.rows import keep
from helpdesk.tickets.errors import Forbidden, NotFound, invalid
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.permission import Staff
from helpdesk.tickets.verification import Verified
from helpdesk.tickets.words import OPEN_STATUSES, EntryKind
from helpdesk.usecases.caps import HELD, PENDING, UNSENDABLE
from helpdesk.usecases.context import Context
from helpdesk.usecases.opening import person_for
from helpdesk.usecases.resending import DISCARDED

GIVEN = "Akun chat {account} sekarang milik {person}; diverifikasi: {verified}; alasan: {reason}"


def account_at(session: Session, staff: Staff, account_id: int) -> ChatAccount:
    """The account, for an agent of its desk. Raises NotFound, Forbidden."""
    account = session.get(ChatAccount, account_id)
    if account is None or not staff.works_at(account.desk):
        raise NotFound(_("There is no such chat account."))
    if not staff.is_agent(account.desk):
        raise Forbidden(_("Only Layer 1 of the desk says whose an account is."))
    return account


def _person_meant(session: Session, context: Context, account: ChatAccount, whose: str) -> Person:
    """By an e-mail address or the number of a ticket of this desk; "": somebody whom the desk does not know yet."""
    if not whose:
        person = Person(name="", phone=account.phone, created_at=context.now)
        keep(session, person)
        return person
    ticket = session.scalar(select(Ticket).where(Ticket.number == whose.upper(), Ticket.desk == account.desk))
    if ticket is not None:
        return session.get_one(Person, ticket.requester_id)
    address = addr_spec(whose)
    if not address or address in context.own_addresses():
        raise invalid("whose", _("Give an e-mail address or the number of a ticket of this desk."))
    return person_for(session, context.now, email=address, name=account.name, proved=True)


def give_account(
    session: Session, context: Context, staff: Staff, account: ChatAccount, *, whose: str, verified: str, reason: str
) -> Person:
    """From now on the account speaks for this person, and no longer for whom it spoke before.

    The tickets stay with whoever asked for them. A new owner of a number (`whose` "") sees nothing of the old one's.
    Raises Invalid where nobody was verified, or no reason is given.
    """
    if verified not in tuple(Verified) or verified == Verified.NONE:
        raise invalid("verified", _("Say how the person was verified."))
    if not reason.strip():
        raise invalid("reason", _("A reason is needed."))
    person, before = _person_meant(session, context, account, whose.strip()), account.person_id
    account.person_id, account.step, account.step_until = person.id, {}, None
    line = ChatCustody(
        account_id=account.id,
        staff_id=staff.id,
        from_person_id=before,
        to_person_id=person.id,
        verified=verified,
        reason=reason.strip()[:2000],
        at=context.now,
    )
    session.add(line)
    if before != person.id:
        _forget_what_waits(session, staff, account, line.reason)
    _note(session, staff, account, person, line)
    session.flush()
    return person


def _forget_what_waits(session: Session, staff: Staff, account: ChatAccount, reason: str) -> None:
    """What the machine was to say to the person before. What agents wrote fails by itself, shown on its ticket."""
    waits = (
        OutboxMessage.state.in_((HELD, PENDING, UNSENDABLE)),
        OutboxMessage.automatic,
        OutboxMessage.recipient == account.account,
        OutboxMessage.channel == account.channel,
        OutboxMessage.desk == account.desk,
    )
    gone = {"state": DISCARDED, "error": f"{staff.name}: {reason}"[:500]}
    session.execute(update(OutboxMessage).where(*waits).values(gone))


def _note(session: Session, staff: Staff, account: ChatAccount, person: Person, line: ChatCustody) -> None:
    """Whoever works on an open ticket of either of them reads of it there."""
    text = GIVEN.format(
        account=account.phone or account.account,
        person=person.name or person.email or "orang yang belum dikenal",
        verified=line.verified,
        reason=line.reason,
    )
    concerned = select(Ticket.id).where(
        Ticket.requester_id.in_((line.from_person_id, line.to_person_id)),
        Ticket.desk == account.desk,
        Ticket.status.in_(OPEN_STATUSES),
    )
    for ticket_id in session.scalars(concerned).all():
        session.add(
            Entry(
                ticket_id=ticket_id,
                kind=EntryKind.WORK_NOTE,
                channel=account.channel,
                author_id=staff.id,
                author_name=staff.display_name or staff.name,
                text=text,
                created_at=line.at,
            )
        )


def record_of(session: Session, account: ChatAccount) -> list[ChatCustody]:
    """Whom staff gave the account to, newest first."""
    wanted = select(ChatCustody).where(ChatCustody.account_id == account.id)
    return list(session.scalars(wanted.order_by(ChatCustody.id.desc()).limit(20)))
