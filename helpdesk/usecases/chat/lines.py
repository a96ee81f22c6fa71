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
