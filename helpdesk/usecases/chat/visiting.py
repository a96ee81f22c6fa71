"""The chat in the browser: what a visitor writes, and the conversation as they see it again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.channels.chat.model import Choice, Said
from helpdesk.channels.web_chat.message import Written, media_in
from helpdesk.store.blobs import BlobStore
from helpdesk.store.chat_models import ChatAccount, ChatMessage
from helpdesk.store.mail_models import OutboxMessage, RawMessage
from helpdesk.store.models import Entry, File, Person
from helpdesk.tickets.words import Channel
from helpdesk.usecases.chat.accounts import account_for, find_account
from helpdesk.usecases.chat.placing import HERE
from helpdesk.usecases.chat.receiving import became_of, note_received, receive_said
from helpdesk.usecases.context import Context
from helpdesk.usecases.raw import store_raw

SHOWN = 200
"""So many of the newest messages are shown, and their buttons may be pressed."""


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file of a message. `sha256` names its bytes in the BlobStore; `size` in bytes."""

    name: str
    media_type: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as the visitor sees it. `own`: theirs; `automatic`: the machine's; `author`: of the desk, or "".

    `at` is aware UTC.
    """

    id: int
    own: bool
    automatic: bool
    author: str
    text: str
    at: datetime
    choices: tuple[Choice, ...] = ()
    files: tuple[ShownFile, ...] = ()


def visitor(session: Session, desk: str, account: str) -> ChatAccount | None:
    """The account of a visitor who has written to this desk before."""
    return find_account(session, Channel.WEB_CHAT, desk, account) if account else None


def receive_written(session: Session, context: Context, written: Written, contents: Sequence[bytes]) -> bool:
    """Keep what a visitor wrote, decide about it, and answer, all at once; False where this form was sent before.

    `contents`: the bytes of its files, in their order. The caller commits.
    """
    said = written.said(context.now)
    raw_id = store_raw(
        session,
        channel=Channel.WEB_CHAT,
        external_id=f"{said.account}:{said.id}",
        body=written.to_json(),
        source=written.desk,
        desk=written.desk,
        received_at=context.now,
        now=context.now,
    )
    if raw_id is None:
        return False
    blobs = BlobStore(context.settings.data)
    for content in contents:
        blobs.put(content, session)
    _take_language(session, context, written, said)
    row = receive_said(session, context, Channel.WEB_CHAT, written.desk, said, raw_id)
    note_received(session, session.get_one(RawMessage, raw_id), [became_of(row)])
    return True


def _take_language(session: Session, context: Context, written: Written, said: Said) -> None:
    """Who switched the page to a language reads it in the chat as well, unless they chose another one there.

    The row is locked: the worker goes on without the visitor where a question waited too long.
    """
    account, _was_cut_off = account_for(session, Channel.WEB_CHAT, written.desk, said, context.now)
    session.refresh(account, with_for_update=True)
    if account.language is None and written.language:
        account.language = written.language
        session.get_one(Person, account.person_id).language = written.language


def offered(session: Session, account: ChatAccount, payload: str) -> Choice | None:
    """The choice with this data where it was offered to this visitor, else None."""
    said = (
        select(OutboxMessage.context)
        .join(ChatMessage, ChatMessage.outbox_id == OutboxMessage.id)
        .where(ChatMessage.account_id == account.id)
        .order_by(ChatMessage.id.desc())
        .limit(SHOWN)
    )
    every = (choice for data in session.scalars(said) for choice in _choices(data))
    return next((choice for choice in every if choice.payload == payload), None)


def newest_of(session: Session, account: ChatAccount) -> int:
    """The id of the newest message of the conversation: as long as it stays, nothing has changed."""
    return session.scalar(select(func.max(ChatMessage.id)).where(ChatMessage.account_id == account.id)) or 0


def conversation(session: Session, account: ChatAccount) -> list[Shown]:
    """The newest messages, oldest first."""
    return _shown(session, ChatMessage.account_id == account.id)


def message_in(session: Session, account: ChatAccount, message_id: int) -> Shown | None:
    """One message of this visitor's conversation, else None."""
    found = _shown(session, ChatMessage.account_id == account.id, ChatMessage.id == message_id)
    return found[0] if found else None


def _shown(session: Session, *which: Any) -> list[Shown]:
    wanted = (
        select(ChatMessage, OutboxMessage.context, OutboxMessage.automatic, OutboxMessage.entry_id, Entry.author_name)
        .outerjoin(OutboxMessage, OutboxMessage.id == ChatMessage.outbox_id)
        .outerjoin(Entry, Entry.id == OutboxMessage.entry_id)
        .where(*which)
        .order_by(ChatMessage.id.desc())
        .limit(SHOWN)
    )
    rows = list(reversed(session.execute(wanted).all()))
    own = _own_files(session, [row[0].raw_id for row in rows if row[0].kind not in ("text", "choice")])
    sent = _sent_files(session, [row[3] for row in rows if row[1] and row[1].get("files")])
    return [_message(row, own, sent) for row in rows]


Files = dict[int, tuple[ShownFile, ...]]


def _message(row: Any, own: Files, sent: Files) -> Shown:
    message, data, automatic, entry_id, author = row
    if message.direction == "in":
        files = own.get(message.raw_id, ())
        return Shown(message.id, True, False, "", message.text, message.at, files=files)  # noqa: FBT003 - the order of the fields
    files = sent.get(entry_id, ()) if data.get("files") else ()
    who = "" if automatic else author or ""
    return Shown(message.id, False, automatic, who, str(data.get("text", "")), message.at, _choices(data), files)  # noqa: FBT003


def _choices(data: dict[str, Any]) -> tuple[Choice, ...]:
    return tuple(Choice(**choice) for choice in data.get("choices", ()))


def _own_files(session: Session, raw_ids: Sequence[int]) -> Files:
    """The files of the visitor's messages, by the raw message that brought them."""
    kept = session.execute(select(RawMessage.id, RawMessage.body).where(RawMessage.id.in_(raw_ids))) if raw_ids else ()
    return {
        raw_id: tuple(
            ShownFile(file.name, file.media_type, file.id.removeprefix(HERE), file.size or 0) for file in media_in(body)
        )
        for raw_id, body in kept
    }


def _sent_files(session: Session, entry_ids: Sequence[int]) -> Files:
    """The files that the desk sent, by their entry."""
    found: Files = {}
    for file in (
        session.scalars(select(File).where(File.entry_id.in_(entry_ids)).order_by(File.id)) if entry_ids else ()
    ):
        shown = ShownFile(file.name, file.media_type, file.sha256, file.size)
        found[file.entry_id] = (*found.get(file.entry_id, ()), shown)
    return found
