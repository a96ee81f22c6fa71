"""What is known of a line of a desk: who reads it, how far it was read, when something came, and what is wrong."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, or_, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from helpdesk.store.chat_models import ChatLine

LINE_LEASE = timedelta(seconds=60)
"""Longer than one wait for news, so that whoever reads a line keeps it."""
_NEW = {
    "postgresql": postgres_insert(ChatLine).on_conflict_do_nothing(),
    "sqlite": sqlite_insert(ChatLine).on_conflict_do_nothing(),
}


def _is(channel: str, bot: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return ChatLine.channel == channel, ChatLine.bot == bot


def line_for(session: Session, channel: str, bot: str, desk: str) -> ChatLine:
    """The row of a line, made where there is none; a line that went to another desk belongs to that one now."""
    line = session.get(ChatLine, (channel, bot))
    if line is None:
        fields = {"channel": channel, "bot": bot, "desk": desk, "offset": 0, "reader": "", "error": "", "strange": 0}
        session.execute(_NEW[session.get_bind().dialect.name], fields)
        line = session.get_one(ChatLine, (channel, bot))
    line.desk = desk
    return line


def take_line(session: Session, channel: str, bot: str, reader: str, now: datetime) -> bool:
    """True when `reader` may read the line for the next minute; one process at a time does."""
    free = or_(ChatLine.reader.in_(("", reader)), ChatLine.lease_until.is_(None), ChatLine.lease_until < now)
    taken = session.scalar(
        update(ChatLine)
        .where(*_is(channel, bot), free)
        .values(reader=reader, lease_until=now + LINE_LEASE)
        .returning(ChatLine.bot)
    )
    return taken is not None


def give_up_line(session: Session, channel: str, bot: str, reader: str) -> None:
    """Let another process read the line at once."""
    mine = (*_is(channel, bot), ChatLine.reader == reader)
    session.execute(update(ChatLine).where(*mine).values(reader="", lease_until=None))


def note_asked(session: Session, channel: str, bot: str, now: datetime) -> None:
    """The platform was asked and answered: nothing is wrong with the line."""
    session.execute(update(ChatLine).where(*_is(channel, bot)).values(asked_at=now, failed_at=None, error=""))


def note_stored(session: Session, channel: str, bot: str, offset: int) -> None:
    """Everything before `offset` was stored in this transaction. It may be lower than the one before."""
    session.execute(update(ChatLine).where(*_is(channel, bot)).values(offset=offset))


def heard_on(session: Session, channel: str, bot: str, desk: str, now: datetime) -> None:
    """Something came."""
    line_for(session, channel, bot, desk).heard_at = now


def something_strange(session: Session, channel: str, bot: str) -> None:
    """Something came that means nothing to us; its raw bytes are kept."""
    session.execute(update(ChatLine).where(*_is(channel, bot)).values(strange=ChatLine.strange + 1))


def note_line_failed(session: Session, channel: str, bot: str, now: datetime, error: str) -> None:
    """The line does not work, since when and why; the first time stays."""
    first = case((ChatLine.failed_at.is_not(None), ChatLine.failed_at), else_=now)
    session.execute(update(ChatLine).where(*_is(channel, bot)).values(failed_at=first, error=error[:500]))


def note_line_well(session: Session, channel: str, bot: str) -> None:
    """The line works."""
    troubled = (*_is(channel, bot), ChatLine.failed_at.is_not(None))
    session.execute(update(ChatLine).where(*troubled).values(failed_at=None, error=""))
