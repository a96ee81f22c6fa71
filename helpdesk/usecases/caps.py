"""What keeps a message in the house: caps of automatic mail, addresses that bounce, the switch that holds all mail."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, exists, func, select, update
from sqlalchemy.orm import Session

from helpdesk.config import Settings
from helpdesk.store.mail_models import OutboxMessage, Switch
from helpdesk.store.models import Person
from helpdesk.tickets.words import Channel
from helpdesk.usecases.ahead import ahead_of
from helpdesk.usecases.context import Context

PENDING, HELD, UNSENDABLE = "pending", "held", "unsendable"
OVER_CAP, UNDELIVERABLE, IN_ALL, OF_CALLER, SWITCH = "", "undeliverable", "in-all", "caller", "switch"
"""Why it is held, as its `error` says: the share of its address, that mail to it comes back, all shares, the share of
who named the address in a form, the switch.
"""
CODE = "code"
MAIL_SWITCH = "mail-held"
HOUR = timedelta(hours=1)

_RECENT = select(func.count()).where(
    OutboxMessage.recipient == bindparam("recipient"),
    OutboxMessage.automatic,
    OutboxMessage.state != HELD,
    OutboxMessage.created_at > bindparam("since"),
)
_STANDING = select(
    _RECENT.scalar_subquery(), exists().where(Person.email == bindparam("recipient"), Person.undeliverable)
)


def over_cap(session: Session, context: Context, recipient: str, *, spare: int = 0) -> bool:
    """True when the address has had its share of automatic messages for this hour, but for `spare` of them."""
    recent = session.scalar(_RECENT, {"recipient": recipient, "since": context.now - HOUR})
    return (recent or 0) >= context.settings.automatic_per_hour - spare


def first_state(
    session: Session, context: Context, desk: str, recipient: str, *, channel: str, automatic: bool
) -> tuple[str, str]:
    """The state in which a new message waits, and why it is held.

    Pending; held over the cap or where mail to the address came back; unsendable where no channel is set up.
    """
    account = context.settings.mail.get(desk)
    if channel != Channel.EMAIL or account is None or account.smtp is None:
        return UNSENDABLE, ""
    if not automatic:
        return PENDING, ""
    recent, came_back = _standing(session, context, recipient)
    if came_back:
        return HELD, UNDELIVERABLE
    return (HELD, OVER_CAP) if recent >= context.settings.automatic_per_hour else (PENDING, "")


def _standing(session: Session, context: Context, recipient: str) -> tuple[int, bool]:
    """How many automatic messages the address has had within the hour, and whether mail to it comes back."""
    ahead = ahead_of(session)
    if ahead is not None and recipient in ahead.answered and recipient in ahead.people:
        person = ahead.people[recipient]
        return ahead.answered[recipient], person is not None and person.undeliverable
    wanted = {"recipient": recipient, "since": context.now - HOUR}
    recent, came_back = session.connection().execute(_STANDING, wanted).one()
    return recent, came_back


def over_cap_in_all(session: Session, context: Context, recipient: str) -> bool:
    """True when all desks together have sent their share of automatic mail within the hour; chats use up none of it.

    Addresses that nobody knew an hour ago get two thirds of it at most: whoever makes up thousands of them must not
    use up what everybody else needs.
    """
    most = context.settings.automatic_in_all
    of_late = (OutboxMessage.automatic, OutboxMessage.sent_at > context.now - HOUR)
    sent = select(OutboxMessage.id).where(*of_late, OutboxMessage.channel == Channel.EMAIL)
    count = session.scalar(select(func.count()).select_from(sent.limit(most).subquery())) or 0
    if count < most - most // 3:
        return False
    return count >= most or bool(
        session.scalar(select(exists().where(Person.email == recipient, Person.created_at > context.now - HOUR)))
    )


def mail_is_held(session: Session, settings: Settings) -> bool:
    """True while no mail leaves the house: by the setting, or because an administrator said so."""
    return settings.mail_held or bool(session.scalar(select(Switch.is_on).where(Switch.name == MAIL_SWITCH)))


def hold_mail(session: Session, by: str, now: datetime, *, on: bool) -> None:
    """Hold all mail from now on, or let new mail go again; what is held by then stays so until staff let it go."""
    switch = session.get(Switch, MAIL_SWITCH)
    if switch is None:
        session.add(Switch(name=MAIL_SWITCH, is_on=on, changed_by=by, changed_at=now))
    else:
        switch.is_on, switch.changed_by, switch.changed_at = on, by, now


def hold_pending(session: Session) -> None:
    """What waits to be sent is held, unless staff let it go by hand; a code is forgotten, nobody could use it later."""
    waits = (OutboxMessage.state == PENDING, OutboxMessage.released_at.is_(None))
    session.execute(update(OutboxMessage).where(*waits, OutboxMessage.kind == CODE).values(context={}))
    session.execute(update(OutboxMessage).where(*waits).values(state=HELD, error=SWITCH))
