"""Fetching the files that people sent: the words are on the ticket at once, the files follow from the platform."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from helpdesk.channels.base import Attachment, ChannelError
from helpdesk.channels.chat.model import Media
from helpdesk.channels.filenames import made_name, safe_name
from helpdesk.store.blobs import BlobStore
from helpdesk.store.chat_models import ChatAccount, ChatFile, ChatMessage
from helpdesk.store.models import Entry, Ticket
from helpdesk.tickets.errors import DomainError
from helpdesk.tickets.permission import Requester
from helpdesk.tickets.words import Action
from helpdesk.usecases.chat.saying import language_of, phrase, say
from helpdesk.usecases.clocks import refresh
from helpdesk.usecases.context import Context
from helpdesk.usecases.deed import Deed
from helpdesk.usecases.describing import describe
from helpdesk.usecases.opening import attach

MOST_BYTES = 20_000_000
LEASE = timedelta(minutes=5)
AGAIN_AFTER = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3600))
GIVE_UP_AFTER = timedelta(days=3)
"""How long a file is asked for; the platforms keep it for a week."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to be fetched, and the line that it came by."""

    id: int
    channel: str
    bot: str
    media: Media


def take_file(session: Session, context: Context) -> Wanted | None:
    """Claim the next file whose time has come; None when there is none. The caller commits before fetching."""
    due = (
        select(ChatFile.id)
        .where(ChatFile.state == "waiting", ChatFile.next_try_at <= context.now)
        .order_by(ChatFile.next_try_at, ChatFile.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    once = due.cte("due").prefix_with("MATERIALIZED", dialect="postgresql")
    file_id = session.scalar(
        update(ChatFile)
        .where(ChatFile.id.in_(select(once.c.id)))
        .values(next_try_at=context.now + LEASE, attempts=ChatFile.attempts + 1)
        .returning(ChatFile.id)
    )
    if file_id is None:
        return None
    file = session.get_one(ChatFile, file_id)
    account = _account(session, file)
    media = Media(**{key: value for key, value in file.media.items() if key != "document"})
    return Wanted(file_id, account.channel, account.bot, media)


def _account(session: Session, file: ChatFile) -> ChatAccount:
    return session.scalars(
        select(ChatAccount)
        .join(ChatMessage, ChatMessage.account_id == ChatAccount.id)
        .where(ChatMessage.id == file.message_id)
    ).one()


def keep_file(session: Session, context: Context, file_id: int, content: bytes) -> None:
    """The file is here: it joins its entry, and ticks off the document that it was asked for as."""
    file = session.get_one(ChatFile, file_id, with_for_update=True)
    if file.state != "waiting":
        return
    file.state = "fetched"
    media_type = str(file.media.get("media_type") or "application/octet-stream").partition(";")[0].strip()
    name = safe_name(str(file.media.get("name") or "")) or made_name(media_type, file.id)
    attach(session, BlobStore(context.settings.data), file.entry_id, (Attachment(name, media_type, content),))
    entry = session.get_one(Entry, file.entry_id)
    ticket = session.get_one(Ticket, entry.ticket_id)
    ticket.unread = True
    if file.media.get("document"):
        _tick_off(session, context, ticket, _account(session, file), str(file.media["document"]))


def _tick_off(session: Session, context: Context, ticket: Ticket, account: ChatAccount, document: str) -> None:
    if account.person_id != ticket.requester_id:
        return
    actor = Requester(ticket.requester_id, account.phone or account.account, account.name)
    try:
        with session.begin_nested():
            describe(Deed(session, context, actor, ticket, Action.SET, {"documents": {document: True}}))
    except DomainError:
        return  # the item has become another one meanwhile; staff see the file
    session.flush()
    refresh(session, context, ticket)


def documents_here(session: Session, sent: Mapping[str, int]) -> frozenset[str]:
    """Those of the documents whose files have all come; the others are ticked off when theirs do.

    `sent`: the chat message that brought each. One without rows here brought its files with it.
    """
    wanted = select(ChatFile.message_id).where(ChatFile.message_id.in_(sent.values()), ChatFile.state != "fetched")
    away = set(session.scalars(wanted)) if sent else set()
    return frozenset(document for document, message_id in sent.items() if message_id not in away)


def note_file_failed(session: Session, context: Context, file_id: int, error: ChannelError) -> None:
    """Try again later; what cannot be had is said to the person, who may send it again, and shown to staff."""
    file = session.get_one(ChatFile, file_id, with_for_update=True)
    if file.state != "waiting":
        return
    file.fault = str(error)[:500]
    if not error.permanent and context.now - file.created_at < GIVE_UP_AFTER:
        wait = AGAIN_AFTER[min(file.attempts, len(AGAIN_AFTER)) - 1]
        if error.retry_after is not None:
            wait = timedelta(seconds=error.retry_after)
        file.next_try_at = context.now + wait
        return
    file.state = "failed"
    account = _account(session, file)
    name = str(file.media.get("name") or file.media.get("media_type") or "")
    say(session, context, account, phrase(language_of(account), "file_failed", name=name))
