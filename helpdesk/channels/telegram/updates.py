"""One update of the Bot API, read without trust: bytes in, what it means out."""

import json
from datetime import UTC, datetime

from helpdesk.channels.base import Unreadable
from helpdesk.channels.chat.model import ChatEvent, Edited, Kind, Moved, Reachability, Reacted, Said, Unknown
from helpdesk.channels.telegram.content import SERVICE, content, full_name, is_forwarded
from helpdesk.channels.telegram.fields import Fields
from helpdesk.channels.text import one_line

CHANNEL = "telegram"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
PRESS = "press:"
"""Stands before the id of a pressed button, which is no message of the person's."""
ALLOWED = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "callback_query",
    "my_chat_member",
    "message_reaction",
)
"""The kinds of updates that are asked for, always all of them: Telegram keeps to the last list that it was told."""
_GROUPS = ("group", "supergroup", "channel")
_GONE = ("kicked", "left")
_LANGUAGES = ("id", "en")


def read(body: bytes, bot: str, *, received_at: datetime = EPOCH) -> tuple[ChatEvent, ...]:
    """What one update means; nothing where it tells only of the chat itself.

    `received_at` stands for the time where Telegram states none, as with a pressed button. Raises Unreadable only
    where the bytes are no JSON object.
    """
    return _Update(bot, received_at).events(Fields(_object(body)))


def update_id(body: bytes) -> int | None:
    """The number that Telegram gave the update; None where the bytes hold none."""
    try:
        return Fields(_object(body)).number("update_id")
    except Unreadable:
        return None


def external_id(bot: str, number: int) -> str:
    """What an update is known by, whichever way and however often it comes."""
    return f"{bot}:{number}"


def _object(body: bytes) -> dict[str, object]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"no JSON: {type(error).__name__}") from None
    if not isinstance(found, dict):
        raise Unreadable("no JSON object")
    return found


class _Update:
    """The reading of one update of a bot."""

    def __init__(self, bot: str, received_at: datetime) -> None:
        self._bot, self._received_at = bot, received_at

    def events(self, update: Fields) -> tuple[ChatEvent, ...]:
        for name in ("message", "channel_post"):
            if message := update.inner(name):
                return self._message(message)
        for name in ("edited_message", "edited_channel_post"):
            if message := update.inner(name):
                return self._edited(message)
        if query := update.inner("callback_query"):
            return (self._press(query),)
        if member := update.inner("my_chat_member"):
            return self._member(member)
        if reaction := update.inner("message_reaction"):
            return (self._reaction(reaction),)
        return (self._unknown(next((name for name in update.names() if name != "update_id"), "empty update")),)

    def _unknown(self, what: str) -> Unknown:
        return Unknown(bot=self._bot, what=one_line(what)[:100])

    def _message(self, message: Fields) -> tuple[ChatEvent, ...]:
        chat = message.inner("chat").key("id")
        for name, old, new in (
            ("migrate_to_chat_id", chat, message.key("migrate_to_chat_id")),
            ("migrate_from_chat_id", message.key("migrate_from_chat_id"), chat),
        ):
            if name in message and old and new:
                return (Moved(bot=self._bot, account=old, to=new, at=self._at(message)),)
        if any(name in message for name in SERVICE):
            return ()
        said = self._said(message, self._at(message))
        return (said or self._unknown("message without id or chat"),)

    def _edited(self, message: Fields) -> tuple[ChatEvent, ...]:
        if "location" in message:
            return ()  # a live location moves every few seconds: what counts is where the person was when asking
        said = self._said(message, message.time("edit_date") or self._at(message))
        return (Edited(said=said) if said else self._unknown("edited message without id or chat"),)

    def _at(self, message: Fields) -> datetime:
        return message.time("date") or self._received_at

    def _said(self, message: Fields, at: datetime) -> Said | None:
        chat, sender, number = message.inner("chat"), message.inner("from"), message.key("message_id")
        account = chat.key("id")
        if not account or not number:
            return None
        found = content(message)
        return Said(
            bot=self._bot,
            account=account,
            id=number,
            at=at,
            kind=found.kind,
            name=full_name(sender) or full_name(chat),
            phone=found.phone,
            text=found.text,
            reply_to=message.inner("reply_to_message").key("message_id"),
            album=one_line(message.text("media_group_id"))[:100],
            forwarded=is_forwarded(message),
            private=_is_private(chat),
            language=_language(sender),
            media=found.media,
        )

    def _press(self, query: Fields) -> ChatEvent:
        """A pressed button; the message that it stands under is missing or empty where it is old."""
        message, sender, press = query.inner("message"), query.inner("from"), one_line(query.text("id"))
        chat = message.inner("chat")
        account = chat.key("id") or sender.key("id")
        if not account or not press:
            return self._unknown("button without id or sender")
        data = query.text("data")
        return Said(
            bot=self._bot,
            account=account,
            id=f"{PRESS}{press}"[:255],
            at=self._received_at if self._received_at != EPOCH else self._at(message),
            kind=Kind.CHOICE,
            name=full_name(sender),
            text=_title(message, data) or data,
            payload=data,
            press_id=press,
            reply_to=message.key("message_id"),
            private=_is_private(chat) if chat else True,
            language=_language(sender),
        )

    def _member(self, member: Fields) -> tuple[ChatEvent, ...]:
        """The bot was let in or shut out; what groups do with it concerns nobody."""
        chat, status = member.inner("chat"), member.inner("new_chat_member").text("status")
        if not chat.key("id") or not status:
            return (self._unknown("my_chat_member without chat or status"),)
        if not _is_private(chat):
            return ()
        reachable = status not in _GONE
        return (Reachability(bot=self._bot, account=chat.key("id"), reachable=reachable, at=self._at(member)),)

    def _reaction(self, reaction: Fields) -> ChatEvent:
        account, message = reaction.inner("chat").key("id"), reaction.key("message_id")
        if not account or not message:
            return self._unknown("message_reaction without message")
        signs = [one_line(sign.text("emoji")) or "\N{WHITE MEDIUM STAR}" for sign in reaction.each("new_reaction")]
        at = self._at(reaction)
        return Reacted(bot=self._bot, account=account, message_id=message, sign="".join(signs)[:40], at=at)


def _is_private(chat: Fields) -> bool:
    """Telegram's own first sample names no type; the ids of groups and channels are negative."""
    kind = chat.text("type")
    return kind not in _GROUPS and (kind == "private" or (chat.number("id") or 0) > 0)


def _language(sender: Fields) -> str:
    language = sender.text("language_code")[:2].lower()
    return language if language in _LANGUAGES else ""


def _title(message: Fields, data: str) -> str:
    """What stands on the button that was pressed."""
    buttons = message.inner("reply_markup").rows("inline_keyboard")
    return next((one_line(b.text("text")) for b in buttons if data and b.text("callback_data") == data), "")
