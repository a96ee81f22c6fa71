"""What the platform has told of the messages of a chat: how far they came, signs on them, files on their way."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row
from sqlalchemy.orm import Session

from helpdesk.store import chat_queries as chats
from helpdesk.web.ticket.view import Message

_ORDER = ("", "sent", "delivered", "read")


def with_chat(session: Session, ticket_id: int, parts: list[tuple[Any, Message]]) -> list[tuple[Any, Message]]:
    """The same with what the platform has told of the messages."""
    rows = chats.said(session, ticket_id)
    far, put = progress(rows), signs(rows)
    missing = coming(chats.files_on_their_way(session, ticket_id))

    def told(part: Message) -> Message:
        entry = int(part.id[1:])
        sent = part.sent if part.sent_problem else far.get(entry, part.sent)
        return replace(part, sent=sent, sign=put.get(entry, ""), coming=missing.get(entry, ()))

    return [(at, told(part)) for at, part in parts]


def progress(rows: Iterable[Row[Any]]) -> Mapping[int, str]:
    """How far the desk's messages of each entry have come, by the entry: delivered, read."""
    least: dict[int, int] = {}
    for row in rows:
        if row.direction == "out" and row.entry_id is not None and row.progress in _ORDER:
            rank = _ORDER.index(row.progress)
            least[row.entry_id] = min(rank, least.get(row.entry_id, rank))
    names = {2: str(_("delivered")), 3: str(_("read"))}
    return {entry: names[rank] for entry, rank in least.items() if rank in names}


def signs(rows: Iterable[Row[Any]]) -> Mapping[int, str]:
    """The signs that were put on messages, by the entry."""
    return {row.entry_id: row.sign for row in rows if row.sign and row.entry_id is not None}


def coming(rows: Iterable[Row[Any]]) -> Mapping[int, tuple[str, ...]]:
    """What is told of files that are not there, by the entry."""
    found: dict[int, tuple[str, ...]] = {}
    for row in rows:
        name = str(row.media.get("name") or row.media.get("media_type") or _("file"))
        if row.state == "failed":
            told = _("%(name)s: could not be fetched (%(why)s)", name=name, why=row.fault)
        else:
            told = _("%(name)s: is being fetched", name=name)
        found[row.entry_id] = (*found.get(row.entry_id, ()), str(told))
    return found
