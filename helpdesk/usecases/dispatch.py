"""Sending the outbox: claim, send, note what came of it. Automatic mail at most once, agents' mail at least once."""

import logging
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, not_, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from helpdesk.channels.base import ChannelError, Outbound
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Entry, Ticket
from helpdesk.tickets.words import Channel, EntryKind
from helpdesk.usecases.access import CODE_LIFE
from helpdesk.usecases.bouncing import mark_undeliverable
from helpdesk.usecases.caps import CODE, HELD, IN_ALL, hold_pending, mail_is_held, over_cap_in_all
from helpdesk.usecases.context import Context
from helpdesk.usecases.destinations import resting
from helpdesk.usecases.redaction import without_private_links
from helpdesk.usecases.retrying import GIVE_UP_AFTER, OVERDUE, SERVER_DOWN, TELL_AFTER, wait_after
from helpdesk.usecases.writing import FilesAway, letter

DOCUMENTS = "documents"
UNDELIVERED, WAITING = "undelivered", "waiting"
"""The marks of the notes that say so on the ticket; their text is `RECIPIENT: ERROR`."""
LEASE = timedelta(minutes=5)
MOST_AT_ONCE = 50
NO_SUCH_ADDRESS = re.compile(r"recipient: 5\d\d[ -]#?5\.1\.(?:1|2|3|6|10)\b")
"""A server knows at once that nobody is there (RFC 3463 section 3.2)."""
SINCE = func.coalesce(OutboxMessage.released_at, OutboxMessage.created_at)
"""Since when a message is tried: since it was written, or since staff let it go (again)."""

log = logging.getLogger(__name__)


def _rests(left_alone: Collection[tuple[str, str]]) -> ColumnElement[bool]:
    of_one = (
        and_(OutboxMessage.desk == d, OutboxMessage.recipient.endswith(f"@{n}", autoescape=True)) for d, n in left_alone
    )
    return or_(*of_one)


def claim_outbox(
    session: Session,
    context: Context,
    desks: Collection[str],
    limit: int = 1,
    left_alone: Collection[tuple[str, str]] = (),
) -> list[int]:
    """Claim messages whose time has come; they are ours until the lease ends. The caller commits before sending.

    `left_alone`: (desk, domain) of the destinations that rest. A sender claims one message at a time: what a
    killed one had claimed may have gone out, and nothing else may.
    """
    now = context.now
    due = (
        select(OutboxMessage.id)
        .where(OutboxMessage.state == "pending", OutboxMessage.next_try_at <= now, OutboxMessage.desk.in_(desks))
        .where(OutboxMessage.channel == Channel.EMAIL)
        .order_by(OutboxMessage.next_try_at, OutboxMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if left_alone:
        due = due.where(not_(_rests(left_alone)))
    # Materialized: PostgreSQL may run a subquery once for each row that it is compared with, and lock others each time.
    once = due.cte("due").prefix_with("MATERIALIZED", dialect="postgresql")
    claimed = session.scalars(
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(select(once.c.id)))
        .values(state="claimed", lease_until=now + LEASE, attempts=OutboxMessage.attempts + 1)
        .returning(OutboxMessage.id)
    )
    return sorted(claimed)


def settle_lost_claims(session: Session, now: datetime) -> None:
    """Decide about messages whose sender was lost while it sent.

    An automatic one may have gone out: it becomes `unknown` and is not sent again. An agent's is sent again under the
    same Message-ID, marked as in doubt.
    """
    lost = (OutboxMessage.state == "claimed", OutboxMessage.lease_until < now)
    session.execute(update(OutboxMessage).where(*lost, OutboxMessage.kind == CODE).values(context={}))
    session.execute(
        update(OutboxMessage)
        .where(*lost, OutboxMessage.automatic)
        .values(state="unknown", error="the worker ended while sending; it may have gone out")
    )
    session.execute(
        update(OutboxMessage)
        .where(*lost, OutboxMessage.automatic.is_(False))
        .values(state="pending", doubt=True, next_try_at=now)
    )


def tell_of_delays(session: Session, now: datetime) -> None:
    """Agents hear of their messages that have been waiting for an hour; what nobody could try for days is given up."""
    waits = select(OutboxMessage).where(OutboxMessage.state == "pending").limit(MOST_AT_ONCE)
    late = waits.where(OutboxMessage.told_at.is_(None), OutboxMessage.automatic.is_(False), now - TELL_AFTER > SINCE)
    for message in session.scalars(late):
        message.told_at = now
        tell_staff(session, message, WAITING, now)
    for message in session.scalars(waits.where(OutboxMessage.attempts > 0, now - OVERDUE > SINCE)):
        _give_up(session, message, now)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours to send: its row's id, its desk, and the letter."""

    id: int
    desk: str
    letter: Outbound


def take_next(session: Session, context: Context, desks: Collection[str]) -> Claimed | None:
    """Claim the next message and write its letter; None when nothing is due. The caller commits before sending.

    Destinations that rest are left alone.

    A message that cannot be written is given up, so that it does not stand in the way of the others; so is a code
    that has expired meanwhile. One whose files cannot be read is tried again later. While mail is held, only what staff
    let go is claimed.
    """
    if mail_is_held(session, context.settings):
        hold_pending(session)
    left_alone = resting(session, context.now)
    while claimed := claim_outbox(session, context, desks, left_alone=left_alone):
        message = session.get_one(OutboxMessage, claimed[0])
        if message.kind == CODE and context.now - message.created_at >= CODE_LIFE:
            note_failed(session, message.id, context.now, ChannelError("the code has expired", permanent=True))
            continue
        if _is_too_much(session, context, message):
            continue
        try:
            with session.begin_nested():
                return Claimed(message.id, message.desk, letter(session, context, message))
        except SQLAlchemyError:
            raise
        except FilesAway as error:
            note_failed(session, claimed[0], context.now, ChannelError(str(error)))
        except Exception as error:  # whatever is wrong with one message, the next one is sent
            log.exception("message %s cannot be written", claimed[0])
            unwritable = ChannelError(f"cannot be written: {type(error).__name__}", permanent=True)
            note_failed(session, claimed[0], context.now, unwritable)
    return None


def _is_too_much(session: Session, context: Context, message: OutboxMessage) -> bool:
    """Hold an automatic message back where all desks together have had their share. A code has limits of its own."""
    exempt = not message.automatic or message.kind == CODE or message.released_at is not None
    if exempt or not over_cap_in_all(session, context, message.recipient):
        return False
    message.state, message.error, message.lease_until, message.attempts = HELD, IN_ALL, None, 0
    session.flush()
    return True


def note_sent(session: Session, message_id: int, now: datetime) -> None:
    """The server has taken the message."""
    message = session.get(OutboxMessage, message_id)
    if message is None or message.state != "claimed":
        return
    message.state, message.sent_at, message.lease_until, message.error = "sent", now, None, ""
    _forget_code(message)
    if message.kind == DOCUMENTS:
        # The requester's own deadline is counted from now on; the sweep puts it down.
        session.execute(update(Ticket).where(Ticket.id == message.ticket_id).values(next_check_at=now))


def _forget_code(message: OutboxMessage) -> None:
    """A code that will not be sent again is nothing for those who read the database later."""
    if message.kind == CODE:
        message.context = {}


def note_failed(
    session: Session, message_id: int, now: datetime, error: ChannelError, *, server_down: bool = False
) -> None:
    """Sending failed: try again later, give up, or leave it where nobody knows whether it went out.

    `server_down`: the server did not listen at all. That says nothing about the message, so it need not wait longer
    each time.
    """
    message = session.get(OutboxMessage, message_id)
    if message is None or message.state != "claimed":
        return
    message.error, message.lease_until = without_private_links(str(error))[:500], None  # a server may quote our letter
    since = message.released_at or message.created_at
    if error.permanent and NO_SUCH_ADDRESS.match(str(error)):
        mark_undeliverable(session, message)
    if error.permanent or now - since > GIVE_UP_AFTER:
        _give_up(session, message, now)
    elif error.doubt and message.automatic:
        message.state = "unknown"
        _forget_code(message)
    else:
        wait = SERVER_DOWN if server_down else wait_after(message.attempts, message.message_id)
        if error.retry_after is not None:
            wait = timedelta(seconds=max(error.retry_after, 1.0))
        message.state, message.next_try_at = "pending", now + wait
        message.doubt = message.doubt or error.doubt


def _give_up(session: Session, message: OutboxMessage, now: datetime) -> None:
    message.state, message.lease_until = "failed", None
    _forget_code(message)
    tell_staff(session, message, UNDELIVERED, now)


def tell_staff(session: Session, message: OutboxMessage, mark: str, now: datetime) -> None:
    """What became of a message shows on its ticket, which stands as unread on the board."""
    ticket = session.get(Ticket, message.ticket_id) if message.ticket_id else None
    if ticket is None:
        return
    ticket.unread = True
    session.add(
        Entry(
            ticket_id=ticket.id,
            kind=EntryKind.WORK_NOTE,
            channel=message.channel,
            author_name="outbox",
            text=f"{message.recipient}: {message.error}",
            mark=mark,
            created_at=now,
        )
    )
