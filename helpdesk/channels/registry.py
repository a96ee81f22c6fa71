"""Which chat platforms there are: how each is read, and how a line of it is opened. Only the wiring asks here."""

from collections.abc import Callable, Mapping
from datetime import datetime

from helpdesk.channels.chat.model import ChatEvent, Line
from helpdesk.channels.telegram.updates import read as read_telegram
from helpdesk.channels.whatsapp.payload import read as read_whatsapp
from helpdesk.config import Chats
from helpdesk.tickets.words import Channel

READERS: Mapping[str, Callable[[bytes, str, datetime], tuple[ChatEvent, ...]]] = {
    Channel.WHATSAPP: lambda body, _bot, received_at: read_whatsapp(body, received_at=received_at),
    Channel.TELEGRAM: lambda body, bot, received_at: read_telegram(body, bot, received_at=received_at),
}
"""The reader of each platform's deliveries: (bytes, the line that brought them, when) to events; raises Unreadable."""


def open_lines(chats: Chats) -> dict[tuple[str, str], Line]:
    """A way to speak on every line that is set up, by (channel, bot).

    Imported here: who uses one platform need not load what speaks to the others.
    """
    found: dict[tuple[str, str], Line] = {}
    if chats.telegram:
        from helpdesk.channels.telegram.client import TelegramLine  # noqa: PLC0415

        found |= {(Channel.TELEGRAM, bot.id): TelegramLine(bot, chats.telegram_api) for bot in chats.telegram}
    if chats.whatsapp is not None:
        from helpdesk.channels.whatsapp.client import CloudLine  # noqa: PLC0415

        found |= {(Channel.WHATSAPP, number): CloudLine(chats.whatsapp) for number in chats.whatsapp.numbers}
    return found
