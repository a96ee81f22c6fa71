"""Calls of the Bot API by hand, for everything whose answer must not be lost to a parser that expects too much.

The token is part of every address: no error, log or text made here repeats an address.
"""

import asyncio
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import httpx

from helpdesk.channels.base import ChannelError
from helpdesk.channels.telegram.faults import broken, refusal, said, unreadable
from helpdesk.channels.telegram.fields import Fields
from helpdesk.channels.telegram.loop import Loop

STEP_SECONDS = 15.0
"""For connecting, and for each part of an answer or of what is sent."""
_LARGEST_ANSWER = 64 * 1024 * 1024
_CLOSE_SECONDS = 2.0


class Api:
    """The interface of one bot. Its connections live in a loop of their own, so that waiting can be broken off."""

    def __init__(self, url: str, token: str, loop: Loop) -> None:
        self._root, self._files, self._loop = f"{url}/bot{token}", f"{url}/file/bot{token}", loop
        self._client: httpx.AsyncClient | None = None

    def call(
        self, method: str, fields: Mapping[str, Any], *, wait: float = STEP_SECONDS, stop: threading.Event | None = None
    ) -> Fields:
        """The whole answer of a method: what it gives is under `result`. Raises ChannelError, or Stopped.

        `wait`: seconds for which Telegram may keep silent, as with a long poll.
        """
        return self._loop.run(self._call(method, fields, wait), stop)

    def download(self, path: str, limit: int) -> bytes:
        """A file by the path that getFile gave. Raises ChannelError; code 404 where the path has expired."""
        return self._loop.run(self._download(f"{self._files}/{quote(path)}", limit))

    async def request(self, method: str, url: str, *, wait: float = STEP_SECONDS, **given: Any) -> tuple[int, bytes]:
        """Status and body of one request, in the loop. Raises ChannelError where no whole answer came."""
        timeout = httpx.Timeout(STEP_SECONDS, read=wait)
        try:
            async with self._opened().stream(method, url, timeout=timeout, **given) as answer:
                return answer.status_code, await _limited(answer, _LARGEST_ANSWER)
        except httpx.HTTPError as error:
            raise broken(error) from None

    async def _call(self, method: str, fields: Mapping[str, Any], wait: float) -> Fields:
        status, body = await self.request("POST", f"{self._root}/{method}", wait=wait, json=fields)
        if not 200 <= status < 300:
            raise refusal(status, body)
        found = said(body)
        if not found:
            raise unreadable()
        return found

    async def _download(self, url: str, limit: int) -> bytes:
        try:
            async with self._opened().stream("GET", url, timeout=httpx.Timeout(STEP_SECONDS)) as answer:
                if answer.status_code != 200:
                    raise refusal(answer.status_code, await _limited(answer, 65_536))
                return await _limited(answer, limit)
        except httpx.HTTPError as error:
            raise broken(error) from None

    def _opened(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(limits=httpx.Limits(max_connections=4))
        return self._client

    def close(self) -> None:
        """Close the connections and end the loop; never raises."""
        client, self._client = self._client, None
        if client is not None:
            with suppress(Exception):  # whatever is wrong with a connection, nobody wants it any more
                self._loop.run(asyncio.wait_for(client.aclose(), _CLOSE_SECONDS))
        self._loop.close()


async def _limited(answer: httpx.Response, limit: int) -> bytes:
    parts, size = [], 0
    async for part in answer.aiter_bytes():
        size += len(part)
        if size > limit:
            raise ChannelError("Telegram: larger than allowed", permanent=True, destination=True, code="too large")
        parts.append(part)
    return b"".join(parts)
