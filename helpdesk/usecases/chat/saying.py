"""Writing to a chat: phrases in the language of the person, rows of the outbox, and what is shown in the browser."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from functools import cache
from typing import Any

from jinja2.environment import TemplateModule
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from helpdesk.channels.chat.model import Choice, Template
from helpdesk.store.chat_models import ChatAccount, ChatMessage
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Ticket
from helpdesk.store.rows import write, write_known
from helpdesk.tickets.words import Channel
from helpdesk.usecases.caps import HELD, PENDING, UNSENDABLE
from helpdesk.usecases.chat.accounts import is_window_open
from helpdesk.usecases.context import Context
from helpdesk.usecases.messages import environment

WINDOW_CLOSED, SHUT_OUT = "window", "shut"
"""Why a message is held: the platform's time for free answers is over; the person lets nothing through."""
_BOLD = re.compile(r"(?<![\w*])\*([^*\s](?:[^*\n]{0,200}[^*\s])?)\*(?![\w*])")
LONGEST = 3800
"""Characters of one message; below the 4096 of both platforms, which count in UTF-16."""
SENT = "sent"
CHATTER = "chat"
"""The kind of what is said back in a conversation."""
SOON, DAY = timedelta(minutes=10), timedelta(days=1)
MOST_SOON, MOST_A_DAY = 40, 240
"""So much is said back to one account within ten minutes, and within a day: more than a person needs, and two machines
that answer each other fall silent. What they write is kept all the same.
"""
_TOLD = select(func.count()).where(
    OutboxMessage.recipient == bindparam("account"),
    OutboxMessage.automatic,
    OutboxMessage.created_at > bindparam("since"),
    OutboxMessage.channel == bindparam("channel"),
)


def language_of(account: ChatAccount) -> str:
    """The language that the person chose, else Indonesian."""
    return account.language or "id"


@cache
def _phrases(language: str) -> TemplateModule:
    return environment().get_template(f"chat/phrases.{language}.txt").module


def phrase(language: str, what: str, /, **values: Any) -> str:
    """One of the phrases of templates/messages/chat/, in a language."""
    return str(getattr(_phrases(language), what)(**values)).strip()


def plain(text: str) -> str:
    """The words without the stars by which chats make them bold, as the conversation of a ticket keeps them."""
    return _BOLD.sub(r"\1", text)


def portions(text: str, limit: int = LONGEST) -> list[str]:
    """A text in parts of at most `limit` characters, cut between paragraphs, lines or words where it can be."""
    found, rest = [], text.strip()
    while len(rest) > limit:
        cut = next((at for mark in ("\n\n", "\n", " ") if (at := rest.rfind(mark, limit // 2, limit)) > 0), limit)
        found.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*found, rest]


def first_chat_state(context: Context, account: ChatAccount, *, is_template: bool = False) -> tuple[str, str]:
    """The state in which a new message to a chat waits, and why it is held."""
    if account.channel == Channel.WEB_CHAT:
        return SENT, ""
    if (account.channel, account.bot) not in lines_of(context):
        return UNSENDABLE, ""
    if account.shut_at is not None:
        return HELD, SHUT_OUT
    return (PENDING, "") if is_template or is_window_open(account, context.now) else (HELD, WINDOW_CLOSED)


def lines_of(context: Context) -> dict[tuple[str, str], str]:
    """The lines that are set up, (channel, bot), each with its desk; the web chat is none of them."""
    chat = context.settings.chat
    found: dict[tuple[str, str], str] = {(Channel.TELEGRAM, bot.id): bot.desk for bot in chat.telegram}
    numbers = chat.whatsapp.numbers if chat.whatsapp else {}
    return found | {(Channel.WHATSAPP, number): desk for number, desk in numbers.items()}


def say(
    session: Session,
    context: Context,
    account: ChatAccount,
    text: str,
    *,
    choices: Sequence[Choice] = (),
    kind: str = CHATTER,
    ticket: Ticket | None = None,
    entry_id: int | None = None,
    automatic: bool = True,
    once_key: str | None = None,
    reply_to: str = "",
    files: bool = False,
    template: Template | None = None,
) -> None:
    """One message to the person; a long text becomes several, the choices go with the last of them.

    What the machine says in a conversation is left out where the account has been told enough.

    `files`: those of the entry go with it. `template`: what was approved beforehand, of which `text` are the words; it
    goes out whenever it is. What is written to the web chat counts as sent at once: the browser asks
    for it.
    """
    if kind == CHATTER and automatic and _was_told_enough(session, context, account):
        return
    parts = [text] if template else portions(text)
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        data: dict[str, Any] = {"account": account.id, "text": part}
        data |= {"choices": [asdict(choice) for choice in choices]} if choices and last else {}
        data |= {"reply_to": reply_to} if reply_to and not number else {}
        data |= {"files": True} if files and last else {}
        data |= {"template": asdict(template)} if template else {}
        state, why = first_chat_state(context, account, is_template=template is not None)
        key = f"{once_key}:{number}" if once_key and number else once_key
        values = _row(context, account, kind, data) | {"state": state, "error": why, "automatic": automatic}
        values |= {"ticket_id": ticket.id if ticket else None, "entry_id": entry_id, "once_key": key}
        values["sent_at"] = context.now if state == SENT else None
        outbox_id = write_known(session, OutboxMessage, **values)
        if state == SENT:
            note_said(session, context, account, f"web-{outbox_id}", outbox_id, values)


def _was_told_enough(session: Session, context: Context, account: ChatAccount) -> bool:
    def told(within: timedelta) -> int:
        to_them = {"account": account.account, "channel": account.channel, "since": context.now - within}
        return session.scalar(_TOLD, to_them) or 0

    today = told(DAY)
    return today >= MOST_SOON and (today >= MOST_A_DAY or told(SOON) >= MOST_SOON)


def _row(context: Context, account: ChatAccount, kind: str, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "desk": account.desk,
        "channel": account.channel,
        "kind": kind,
        "recipient": account.account,
        "recipient_name": account.name,
        "message_id": f"chat.{secrets.token_hex(16)}",
        "context": data,
        "next_try_at": context.now,
        "created_at": context.now,
    }


def note_said(
    session: Session,
    context: Context,
    account: ChatAccount,
    external_id: str,
    outbox_id: int,
    values: dict[str, Any],
) -> None:
    """Keep what was said to the person under the platform's id, so that answers and marks find it."""
    write(
        session,
        ChatMessage,
        account_id=account.id,
        external_id=external_id[:255],
        direction="out",
        kind="text",
        ticket_id=values["ticket_id"],
        entry_id=values["entry_id"],
        outbox_id=outbox_id,
        progress=SENT,
        at=context.now,
    )
