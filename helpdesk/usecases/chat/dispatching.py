"""Sending what is said to chats: one message at a time, in order for each person; the rules are those of the outbox."""

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, aliased

from helpdesk.channels.base import Attachment, ChannelError
from helpdesk.channels.chat.model import ChatOutbound, Choice, Template
from helpdesk.store.blobs import BlobStore
from helpdesk.store.chat_models import ChatAccount
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import File, Ticket
from helpdesk.usecases.caps import HELD, PENDING, UNSENDABLE, hold_pending, mail_is_held
from helpdesk.usecases.chat.accounts import CHATS, is_window_open
from helpdesk.usecases.chat.saying import SENT, SHUT_OUT, WINDOW_CLOSED, lines_of, note_said
from helpdesk.usecases.context import Context
from helpdesk.usecases.dispatch import LEASE, note_failed
from helpdesk.usecases.resending import DISCARDED
from helpdesk.usecases.sendable import STALE, STALE_AFTER

SHUT_CODES, WINDOW_CODES = frozenset({"403"}), frozenset({"131047"})
"""What platforms answer where the person lets nothing through, and where the time for free answers is over."""
SOMEBODY_ELSES = "the chat account belongs to another person now"
MOST_CLAIMED = 50
OVERTAKEN_AFTER = timedelta(seconds=15)
"""So long a message that is being sent holds up the next one to the same person; its sender may have been lost."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ClaimedChat:
    """A message that is ours to send: its row's id, its line, and what is said."""

    id: int
    channel: str
    bot: str
    message: ChatOutbound


def _of_lines(lines: Collection[tuple[str, str]]) -> ColumnElement[bool]:
    """The rows of these lines, (channel, desk)."""
    return or_(*(and_(OutboxMessage.channel == channel, OutboxMessage.desk == desk) for channel, desk in lines))


def make_chats_sendable(session: Session, context: Context) -> None:
    """What waited for a line to be set up goes out now; what a machine said more than a day ago does not."""
    lines = {(channel, desk) for (channel, _bot), desk in lines_of(context).items()}
    waits = (OutboxMessage.state == UNSENDABLE, OutboxMessage.channel.in_(sorted(CHATS)))
    if not lines or session.scalar(select(OutboxMessage.id).where(*waits, _of_lines(lines)).limit(1)) is None:
        return
    stale = (OutboxMessage.automatic, OutboxMessage.created_at < context.now - STALE_AFTER)
    session.execute(update(OutboxMessage).where(*waits, _of_lines(lines), *stale).values(state=DISCARDED, error=STALE))
    session.execute(update(OutboxMessage).where(*waits, _of_lines(lines)).values(state=PENDING))


def claim_chat(session: Session, context: Context, lines: Collection[tuple[str, str]]) -> int | None:
    """Claim the next message on these lines, (channel, desk); nobody's second message before their first."""
    if not lines:
        return None
    earlier = aliased(OutboxMessage)
    before_it = exists().where(
        earlier.channel == OutboxMessage.channel,
        earlier.recipient == OutboxMessage.recipient,
        earlier.desk == OutboxMessage.desk,
        or_(
            earlier.state == PENDING,
            and_(earlier.state == "claimed", earlier.lease_until > context.now + LEASE - OVERTAKEN_AFTER),
        ),
        earlier.id < OutboxMessage.id,
    )
    due = (
        select(OutboxMessage.id)
        .where(OutboxMessage.state == PENDING, OutboxMessage.next_try_at <= context.now, _of_lines(lines), ~before_it)
        .order_by(OutboxMessage.next_try_at, OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    once = due.cte("due").prefix_with("MATERIALIZED", dialect="postgresql")
    return session.scalar(
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(select(once.c.id)))
        .values(state="claimed", lease_until=context.now + LEASE, attempts=OutboxMessage.attempts + 1)
        .returning(OutboxMessage.id)
    )


def take_next_chat(session: Session, context: Context, lines: Collection[tuple[str, str]]) -> ClaimedChat | None:
    """Claim the next message and write it; None when nothing is due. The caller commits before sending."""
    if mail_is_held(session, context.settings):
        hold_pending(session)
    for _attempt in range(MOST_CLAIMED):
        claimed = claim_chat(session, context, lines)
        if claimed is None:
            return None
        message = session.get_one(OutboxMessage, claimed)
        account = session.get(ChatAccount, message.context.get("account", 0))
        if account is None:
            note_failed(session, claimed, context.now, ChannelError("no such account", permanent=True))
        elif _is_for_somebody_else(session, message, account):
            note_failed(session, claimed, context.now, ChannelError(SOMEBODY_ELSES, permanent=True))
        elif not message.context.get("template") and (why := _kept_back(account, context)):
            message.state, message.error, message.lease_until = HELD, why, None
            session.flush()
        elif (written := _written(session, context, message, account)) is not None:
            return ClaimedChat(claimed, message.channel, account.bot, written)
    return None


def _written(session: Session, context: Context, message: OutboxMessage, account: ChatAccount) -> ChatOutbound | None:
    """What is sent; None where it cannot be written: it must not stand in the way of what everybody else is told.

    Files that cannot be read now are waited for.
    """
    try:
        with session.begin_nested():
            return _outbound(session, context, message, account)
    except SQLAlchemyError:
        raise
    except OSError as error:
        log.warning("the files of chat message %s cannot be read: %s", message.id, type(error).__name__)
        away = ChannelError(f"its files cannot be read now ({type(error).__name__})")
        note_failed(session, message.id, context.now, away)
    except Exception as error:  # whatever is wrong with one message, the next one is sent
        log.exception("chat message %s cannot be written", message.id)
        unwritable = ChannelError(f"cannot be written: {type(error).__name__}", permanent=True)
        note_failed(session, message.id, context.now, unwritable)
    session.flush()
    return None


def _is_for_somebody_else(session: Session, message: OutboxMessage, account: ChatAccount) -> bool:
    """True where staff gave the account to another person while this waited: a telephone number finds a new owner."""
    if message.ticket_id is None:
        return False
    asked = session.scalar(select(Ticket.requester_id).where(Ticket.id == message.ticket_id))
    return asked != account.person_id


def _kept_back(account: ChatAccount, context: Context) -> str:
    if account.shut_at is not None:
        return SHUT_OUT
    return "" if is_window_open(account, context.now) else WINDOW_CLOSED


def _outbound(session: Session, context: Context, message: OutboxMessage, account: ChatAccount) -> ChatOutbound:
    data = message.context
    template = data.get("template")
    return ChatOutbound(
        bot=account.bot,
        account=account.account,
        text=str(data.get("text", "")),
        choices=tuple(Choice(**choice) for choice in data.get("choices", ())),
        files=_files(session, context, message.entry_id) if data.get("files") and message.entry_id else (),
        template=Template(template["name"], template["language"], tuple(template["values"])) if template else None,
        reply_to=str(data.get("reply_to", "")),
    )


def _files(session: Session, context: Context, entry_id: int) -> tuple[Attachment, ...]:
    blobs = BlobStore(context.settings.data)
    rows = session.scalars(select(File).where(File.entry_id == entry_id).order_by(File.id))
    return tuple(Attachment(f.name, f.media_type, blobs.path(f.sha256).read_bytes()) for f in rows)


def note_chat_sent(session: Session, context: Context, outbox_id: int, external_ids: Collection[str]) -> None:
    """The platform has taken the message, under these ids."""
    message = session.get(OutboxMessage, outbox_id)
    if message is None or message.state != "claimed":
        return
    message.state, message.sent_at, message.lease_until, message.error = SENT, context.now, None, ""
    account = session.get_one(ChatAccount, message.context["account"])
    values = {"ticket_id": message.ticket_id, "entry_id": message.entry_id}
    for external_id in external_ids:
        note_said(session, context, account, external_id, outbox_id, values)


def note_chat_failed(
    session: Session, context: Context, outbox_id: int, error: ChannelError, *, line_down: bool
) -> None:
    """Sending failed: wait as long as the platform wants, hold it where nothing gets through now, or give up."""
    message = session.get(OutboxMessage, outbox_id)
    if message is None or message.state != "claimed":
        return
    account = session.get(ChatAccount, message.context.get("account", 0))
    if account is not None and error.code in SHUT_CODES:
        account.shut_at = context.now
    if account is not None and error.code in WINDOW_CODES:
        message.state, message.error, message.lease_until = HELD, WINDOW_CLOSED, None
        return
    note_failed(session, outbox_id, context.now, error, server_down=line_down)
