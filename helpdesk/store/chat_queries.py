"""What pages read of chats: how far messages have come, files on their way, the lines and what nobody could read."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from helpdesk.store.chat_models import ChatFile, ChatLine, ChatMessage
from helpdesk.store.mail_models import RawMessage
from helpdesk.store.models import Entry

UNKNOWN = "unknown: "
"""How the reason of a delivery begins that meant nothing to us."""


def said(session: Session, ticket_id: int) -> list[Row[Any]]:
    """The messages of a ticket's conversation: which entry, how far it came, the sign that was put on it."""
    columns = (ChatMessage.entry_id, ChatMessage.direction, ChatMessage.progress, ChatMessage.fault, ChatMessage.sign)
    return list(session.execute(select(*columns).where(ChatMessage.ticket_id == ticket_id).order_by(ChatMessage.id)))


def files_on_their_way(session: Session, ticket_id: int) -> list[Row[Any]]:
    """The files that the platform has not given yet, or never will."""
    columns = (ChatFile.entry_id, ChatFile.state, ChatFile.fault, ChatFile.media)
    statement = select(*columns).join(Entry, Entry.id == ChatFile.entry_id)
    missing = (Entry.ticket_id == ticket_id, ChatFile.state != "fetched")
    return list(session.execute(statement.where(*missing).order_by(ChatFile.id)))


def lines(session: Session) -> list[ChatLine]:
    """Every line that something came by or that was asked, as far as known."""
    return list(session.scalars(select(ChatLine).order_by(ChatLine.desk, ChatLine.channel, ChatLine.bot)))


def strange(session: Session, channels: Collection[str], limit: int) -> list[Row[Any]]:
    """The latest deliveries that meant nothing to us."""
    columns = (RawMessage.id, RawMessage.channel, RawMessage.reason, RawMessage.received_at, RawMessage.size)
    wanted = (
        RawMessage.channel.in_(sorted(channels)),
        RawMessage.state == "suppressed",
        RawMessage.reason.contains(UNKNOWN, autoescape=True),
    )
    return list(session.execute(select(*columns).where(*wanted).order_by(RawMessage.id.desc()).limit(limit)))
