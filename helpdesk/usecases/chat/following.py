"""What happens to messages that are there: changed, taken back, marked, delivered, read, failed."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.channels.chat.model import (
    ChatEvent,
    Deleted,
    Edited,
    Moved,
    Progress,
    Progressed,
    Reachability,
    Reacted,
)
from helpdesk.store.chat_models import ChatAccount, ChatMessage
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Entry, Ticket
from helpdesk.usecases.chat.accounts import find_account
from helpdesk.usecases.context import Context
from helpdesk.usecases.dispatch import UNDELIVERED, tell_staff
from helpdesk.usecases.redaction import without_private_links

MOST_EARLIER = 20
"""So many earlier wordings of an entry are kept with it, the first among them; all of them lie in the raw messages."""
EDITED, TAKEN_BACK = "edited", "taken-back"
"""The marks of an entry that its author changed or took back."""
ORDER = {"": 0, Progress.SENT: 1, Progress.DELIVERED: 2, Progress.READ: 3}


def follow(session: Session, context: Context, channel: str, event: ChatEvent) -> None:
    """Do what the event means; one about a message or account that nobody knows means nothing."""
    if isinstance(event, Edited):
        _edited(session, channel, event)
    elif isinstance(event, Deleted):
        _taken_back(session, channel, event)
    elif isinstance(event, Reacted):
        row = _of_chat(session, channel, event.bot, event.account, event.message_id)
        if row is not None:
            row.sign = event.sign[:40]
    elif isinstance(event, Progressed):
        _progressed(session, context, channel, event)
    elif isinstance(event, Reachability):
        account = find_account(session, channel, event.bot, event.account)
        if account is not None:
            account.shut_at = None if event.reachable else event.at
    elif isinstance(event, Moved):
        _moved(session, channel, event)


def _of_chat(session: Session, channel: str, bot: str, account: str, external_id: str) -> ChatMessage | None:
    """The message of that id in this person's own chat: Telegram counts the messages of each chat from 1, so that the
    same id names somebody else's words, too.
    """
    known = find_account(session, channel, bot, account)
    if known is None:
        return None
    return session.scalar(
        select(ChatMessage).where(ChatMessage.account_id == known.id, ChatMessage.external_id == external_id[:255])
    )


def _reported(session: Session, channel: str, bot: str, account: str, external_id: str) -> ChatMessage | None:
    """The message of that id; a status may name the person otherwise than their messages do, so the id decides."""
    found = session.scalars(
        select(ChatMessage)
        .join(ChatAccount, ChatAccount.id == ChatMessage.account_id)
        .where(ChatMessage.external_id == external_id[:255], ChatAccount.channel == channel, ChatAccount.bot == bot)
        .limit(2)
    ).all()
    if len(found) < 2:
        return found[0] if found else None
    known = find_account(session, channel, bot, account)
    return next((row for row in found if known is not None and row.account_id == known.id), None)


def _entry(session: Session, row: ChatMessage | None) -> Entry | None:
    return session.get(Entry, row.entry_id) if row is not None and row.entry_id is not None else None


def _edited(session: Session, channel: str, event: Edited) -> None:
    """The new words stand on the ticket, the old ones below them; nothing is reopened by it."""
    said = event.said
    row = _of_chat(session, channel, said.bot, said.account, said.id)
    if row is None or row.direction != "in" or not said.text:
        return
    entry, was, text = _entry(session, row), row.text, without_private_links(said.text)
    row.text = text
    if entry is None:
        return
    # An entry may hold several messages; the others say what they said.
    now = entry.text.replace(was, text, 1) if was and was in entry.text else text
    if entry.text == now:
        return
    earlier = [*(entry.earlier or []), {"text": entry.text, "until": said.at.isoformat()}]
    entry.earlier = [*earlier[:1], *earlier[1:][-MOST_EARLIER + 1 :]]
    entry.text, entry.mark = now, EDITED
    ticket = session.get(Ticket, entry.ticket_id)
    if ticket is not None:
        ticket.unread = True


def _taken_back(session: Session, channel: str, event: Deleted) -> None:
    """What staff have read stays, with a mark: the desk has to answer for what it did on these words."""
    row = _of_chat(session, channel, event.bot, event.account, event.id)
    entry = _entry(session, row)
    if row is not None and row.direction == "in" and entry is not None:
        entry.mark = TAKEN_BACK


def _progressed(session: Session, context: Context, channel: str, event: Progressed) -> None:
    """Never back from read to delivered; a failure is told on the ticket."""
    row = _reported(session, channel, event.bot, event.account, event.message_id)
    if row is None or row.direction != "out" or row.progress == Progress.FAILED:
        return
    if event.progress is not Progress.FAILED:
        if ORDER[event.progress] > ORDER.get(row.progress, 0):
            row.progress = event.progress
        return
    row.progress, row.fault = Progress.FAILED, f"{event.code} {event.why}".strip()[:500]
    message = session.get(OutboxMessage, row.outbox_id) if row.outbox_id else None
    if message is not None and message.state != "failed":
        message.state, message.error = "failed", row.fault
        tell_staff(session, message, UNDELIVERED, context.now)


def _moved(session: Session, channel: str, event: Moved) -> None:
    account = find_account(session, channel, event.bot, event.account)
    if account is not None and find_account(session, channel, event.bot, event.to) is None:
        account.account = event.to[:140]
