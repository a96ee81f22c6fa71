"""Asking a bot's updates off Telegram, or telling Telegram where to bring them.

Not with the library's own loop: that confirms a batch before anything of it was kept, and fails on a payload from which
a field is missing. Here an update is bytes; whoever asks stores them and only then asks with a higher offset.
"""

import threading
from dataclasses import dataclass
from datetime import datetime

from helpdesk.channels.telegram.api import STEP_SECONDS, Api
from helpdesk.channels.telegram.faults import unreadable
from helpdesk.channels.telegram.fields import Fields
from helpdesk.channels.telegram.loop import Loop, Stopped
from helpdesk.channels.telegram.updates import ALLOWED
from helpdesk.channels.text import one_line
from helpdesk.config import TelegramBot
from helpdesk.config.chat import TELEGRAM_API

AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class WebhookState:
    """What Telegram says of the webhook. `waiting`: updates not yet brought. `error_at`: of the last failure."""

    url: str
    waiting: int = 0
    error: str = ""
    error_at: datetime | None = None


class Poller:
    """The source of one bot's updates. Whoever waits in it is let go within a second after `stop` is set."""

    def __init__(self, bot: TelegramBot, stop: threading.Event, api_url: str = TELEGRAM_API) -> None:
        self._api, self._stop = Api(api_url, bot.token, Loop()), stop

    def ask(self, offset: int, seconds: int) -> list[tuple[int, bytes]]:
        """Number and JSON of the next updates, oldest first; waits up to `seconds` for one. Nothing when stopped.

        With a positive `offset` Telegram forgets all updates before it: they must have been stored.

        Raises ChannelError.
        """
        fields = {"timeout": seconds, "limit": AT_ONCE, "allowed_updates": list(ALLOWED)}
        found = self._call(
            "getUpdates", fields | ({"offset": offset} if offset > 0 else {}), wait=seconds + STEP_SECONDS
        )
        return [(number, body) for number, body in map(_numbered, found.each("result")) if number is not None]

    def set_webhook(self, url: str, secret: str) -> None:
        """Let Telegram bring the updates to `url`, with the secret in a header of each. Raises ChannelError."""
        self._call("setWebhook", {"url": url, "secret_token": secret, "allowed_updates": list(ALLOWED)})

    def delete_webhook(self) -> None:
        """Let the updates wait to be asked for; those that wait already are kept. Raises ChannelError."""
        self._call("deleteWebhook", {"drop_pending_updates": False})

    def webhook(self) -> WebhookState:
        """Where Telegram brings updates, and how that goes. Raises ChannelError."""
        found = self._call("getWebhookInfo", {}).inner("result")
        error = one_line(found.text("last_error_message"))[:300]
        return WebhookState(
            found.text("url"), found.number("pending_update_count") or 0, error, found.time("last_error_date")
        )

    def close(self) -> None:
        """Close the connections; never raises."""
        self._api.close()

    def _call(self, method: str, fields: dict[str, object], wait: float = STEP_SECONDS) -> Fields:
        try:
            found = self._api.call(method, fields, wait=wait, stop=self._stop)
        except Stopped:
            return Fields(None)
        if not found.flag("ok"):
            raise unreadable()
        return found


def _numbered(update: Fields) -> tuple[int | None, bytes]:
    return update.number("update_id"), update.as_json()
