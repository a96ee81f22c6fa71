"""A desk can send at last: what waited for that goes out, within the caps that would have held it meanwhile."""

from collections import Counter
from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from helpdesk.store.mail_models import OutboxMessage
from helpdesk.tickets.words import Channel
from helpdesk.usecases.caps import CODE, HELD, HOUR, OVER_CAP, PENDING, UNSENDABLE
from helpdesk.usecases.context import Context
from helpdesk.usecases.resending import DISCARDED

STALE_AFTER = timedelta(days=1)
STALE = "too old when the desk could send at last"
"""Why an automatic message is never sent: nobody wants to be told now that a request came in last week."""
AT_ONCE = 500


def make_sendable(session: Session, context: Context, desks: Collection[str]) -> None:
    """Messages that waited for a mail server are sent once there is one: agents' all, automatic ones in measure.

    An automatic one older than a day is discarded; of the others so many go to an address as it may have in an hour,
    the rest is held for staff. A one-time code goes, and is given up where it has expired.
    """
    waits = (OutboxMessage.state == UNSENDABLE, OutboxMessage.channel == Channel.EMAIL, OutboxMessage.desk.in_(desks))
    if session.scalar(select(OutboxMessage.id).where(*waits).limit(1)) is None:
        return
    at_once = or_(OutboxMessage.automatic.is_(False), OutboxMessage.kind == CODE)
    session.execute(update(OutboxMessage).where(*waits, at_once).values(state=PENDING))
    stale = (*waits, OutboxMessage.created_at < context.now - STALE_AFTER)
    session.execute(update(OutboxMessage).where(*stale).values(state=DISCARDED, error=STALE))
    fresh = session.execute(
        select(OutboxMessage.id, OutboxMessage.recipient).where(*waits).order_by(OutboxMessage.id).limit(AT_ONCE)
    ).all()
    had = _had(session, context, {row.recipient for row in fresh})
    held: list[int] = []
    for row in fresh:
        had[row.recipient] += 1
        if had[row.recipient] > context.settings.automatic_per_hour:
            held.append(row.id)
    session.execute(update(OutboxMessage).where(OutboxMessage.id.in_(held)).values(state=HELD, error=OVER_CAP))
    let = [row.id for row in fresh if row.id not in set(held)]
    session.execute(update(OutboxMessage).where(OutboxMessage.id.in_(let)).values(state=PENDING))


def _had(session: Session, context: Context, recipients: Collection[str]) -> Counter[str]:
    """How many automatic messages each of them got within the hour, or is about to get."""
    recent: ColumnElement[bool] = or_(
        OutboxMessage.state.in_((PENDING, "claimed")), OutboxMessage.sent_at > context.now - HOUR
    )
    counted = (
        select(OutboxMessage.recipient, func.count().label("messages"))
        .where(OutboxMessage.recipient.in_(sorted(recipients)), OutboxMessage.automatic, recent)
        .group_by(OutboxMessage.recipient)
    )
    return Counter({row.recipient: row.messages for row in session.execute(counted)})
