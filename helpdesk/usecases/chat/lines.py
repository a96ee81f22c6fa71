"""What is known of a line of a desk: when something came, and what nobody could read."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from helpdesk.store.chat_models import ChatLine


def line_for(session: Session, channel: str, bot: str, desk: str) -> ChatLine:
    """The row of a line, made where there is none."""
    line = session.get(ChatLine, (channel, bot))
    if line is None:
        line = ChatLine(channel=channel, bot=bot, desk=desk)
        session.add(line)
        session.flush()
    line.desk = desk
    return line


def heard_on(session: Session, channel: str, bot: str, desk: str, now: datetime) -> None:
    """Something came."""
    line_for(session, channel, bot, desk).heard_at = now


def something_strange(session: Session, channel: str, bot: str) -> None:
    """Something came that means nothing to us; its raw bytes are kept."""
    session.execute(
        update(ChatLine).where(ChatLine.channel == channel, ChatLine.bot == bot).values(strange=ChatLine.strange + 1)
    )


def note_line_failed(session: Session, channel: str, bot: str, now: datetime, error: str) -> None:
    """The line does not work, since when and why; the first time stays."""
    line = session.get(ChatLine, (channel, bot))
    if line is not None:
        line.failed_at, line.error = line.failed_at or now, error[:500]


def note_line_well(session: Session, channel: str, bot: str) -> None:
    """The line works."""
    troubled = (ChatLine.channel == channel, ChatLine.bot == bot, ChatLine.failed_at.is_not(None))
    session.execute(update(ChatLine).where(*troubled).values(failed_at=None, error=""))
