"""Speaking on a line of Telegram, with python-telegram-bot's `Bot`, from code that is not asynchronous."""

import asyncio
import logging
import re
from collections.abc import Coroutine
from typing import Any

from telegram import Bot
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData

from helpdesk.channels.base import ChannelError
from helpdesk.channels.chat.model import ApprovedTemplate, ChatOutbound, Media
from helpdesk.channels.telegram.api import STEP_SECONDS, Api
from helpdesk.channels.telegram.composing import TEXT_LIMIT, Call, as_document, calls
from helpdesk.channels.telegram.faults import refusal, unreadable
from helpdesk.channels.telegram.loop import Loop
from helpdesk.config import TelegramBot
from helpdesk.config.chat import TELEGRAM_API

LONGEST_SECONDS = 240.0
"""One call is given up after that at the latest: shorter than the time for which a message is ours to send."""
_LEAST_SECONDS, _BYTES_A_SECOND = 60.0, 250_000
_NOT_SHOWN = re.compile(r"PHOTO_|IMAGE_|photo", re.IGNORECASE)
"""What Telegram says of a picture that it takes for none, or for one of impossible proportions."""
_NOT_FOUND = "404"

log = logging.getLogger(__name__)


class _Failed(TelegramError):
    """A fault of ours on its way through the library, which lets its own kind pass."""

    def __init__(self, fault: ChannelError) -> None:
        super().__init__(str(fault))
        self.fault = fault


class _Requests(BaseRequest):
    """The library's requests over our connections, with our reading of what failed."""

    def __init__(self, api: Api) -> None:
        self._api = api

    @property
    def read_timeout(self) -> float | None:
        """Seconds for one part of an answer."""
        return STEP_SECONDS

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """The connections are closed by whoever opened them."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        *_timeouts: Any,
        **_more_timeouts: Any,
    ) -> tuple[int, bytes]:
        """One request; raises `_Failed` for everything but success."""
        given: dict[str, Any] = {}
        if request_data is not None:
            given = {"data": request_data.json_parameters, "files": request_data.multipart_data or None}
        try:
            status, body = await self._api.request(method, url, wait=STEP_SECONDS * 2, **given)
        except ChannelError as fault:
            raise _Failed(fault) from None
        if not 200 <= status < 300:
            raise _Failed(refusal(status, body))
        return status, body


class _Bot(Bot):
    """The library's bot, whose own words for itself hold the token."""

    def __repr__(self) -> str:
        return "Bot"


class TelegramLine:
    """The line of one bot. Fulfils `channels.chat.model.Line`."""

    text_limit = TEXT_LIMIT

    def __init__(self, bot: TelegramBot, api_url: str = TELEGRAM_API) -> None:
        self._loop = Loop()
        self._api = Api(api_url, bot.token, self._loop)
        requests = _Requests(self._api)
        self._bot = _Bot(
            bot.token,
            base_url=f"{api_url}/bot",
            base_file_url=f"{api_url}/file/bot",
            request=requests,
            get_updates_request=requests,
        )

    def send(self, message: ChatOutbound) -> tuple[str, ...]:
        """Send the message in as few parts as Telegram allows; their ids, the text's first.

        Raises ChannelError; `doubt` also where a part has gone out and a later one has not.
        """
        ids: list[str] = []
        for call in calls(message):
            try:
                ids += self._sent(call)
            except ChannelError as fault:
                fault.doubt = fault.doubt or bool(ids)
                raise
        return tuple(ids)

    def _sent(self, call: Call) -> list[str]:
        try:
            found = self._run(self._method(call), _seconds(call))
        except ChannelError as fault:
            if call.method != "send_photo" or fault.code != "400" or not _NOT_SHOWN.search(str(fault)):
                raise
            call = as_document(call)
            found = self._run(self._method(call), _seconds(call))
        return [str(one.message_id) for one in (found if isinstance(found, tuple | list) else (found,))]

    def _method(self, call: Call) -> Coroutine[Any, Any, Any]:
        made: Coroutine[Any, Any, Any] = getattr(self._bot, call.method)(**call.given)
        return made

    def fetch(self, media: Media, limit: int) -> bytes:
        """The bytes of a file, at most `limit` of them.

        Raises ChannelError, `permanent` where the file is gone or too large.
        """
        if media.fault or not media.id:
            raise ChannelError(f"Telegram: {media.fault or 'no file id'}", permanent=True, destination=True)
        path = self._path(media)
        try:
            return self._api.download(path, limit)
        except ChannelError as fault:
            if fault.code != _NOT_FOUND:
                raise
        path = self._path(media)  # one holds for an hour; a new one is to be had as long as the file is
        try:
            return self._api.download(path, limit)
        except ChannelError as fault:
            fault.permanent = fault.destination = fault.code == _NOT_FOUND or fault.permanent
            raise

    def _path(self, media: Media) -> str:
        path = self._api.call("getFile", {"file_id": media.id}).inner("result").text("file_path")
        if not path or path.startswith("/") or ".." in path.split("/") or "://" in path:
            raise unreadable()
        return path

    def templates(self) -> tuple[ApprovedTemplate, ...]:
        """Telegram knows none: a bot may answer whoever has written to it at any time."""
        return ()

    def acknowledge(self, press_id: str) -> None:
        """End the waiting that Telegram shows on a pressed button; nothing depends on it, so it never raises."""
        try:
            self._run(self._bot.answer_callback_query(press_id), STEP_SECONDS)
        except ChannelError as fault:
            log.info("a pressed button was not acknowledged: %s", fault)

    def close(self) -> None:
        """Close the connections; never raises."""
        self._api.close()

    def _run(self, work: Coroutine[Any, Any, Any], seconds: float) -> Any:
        try:
            return self._loop.run(asyncio.wait_for(work, seconds))
        except _Failed as failed:
            raise failed.fault from None
        except TimeoutError:
            raise ChannelError("Telegram: no answer in time", doubt=True) from None
        except (TelegramError, TypeError, ValueError, KeyError, AttributeError):
            raise unreadable() from None


def _seconds(call: Call) -> float:
    """How long the call may take in all: files need longer."""
    given = call.given
    files = [given[kind] for kind in ("photo", "document", "audio", "video") if kind in given]
    files += [getattr(one.media, "input_file_content", b"") for one in given.get("media", ())]
    return min(_LEAST_SECONDS + sum(map(len, files)) / _BYTES_A_SECOND, LONGEST_SECONDS)
