"""One request to the Cloud API and its answer: bounded in time and size, and no secret in what goes wrong."""

import json
import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx

from helpdesk.channels.base import ChannelError
from helpdesk.channels.whatsapp.fields import mapping
from helpdesk.channels.whatsapp.refusals import refusal
from helpdesk.config import WhatsApp
from helpdesk.config.environment import LOOPBACK_HOSTS

MAX_ANSWER = 2 * 1024 * 1024
TOTAL_SECONDS = 120.0
"""For the whole of an answer, however slowly it comes."""
META_HOSTS = ("lookaside.fbsbx.com", "facebook.com", "whatsapp.net")
# What goes wrong before a byte of the request has left.
_BEFORE = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


class Exchange:
    """Connections to the interface of one account. `seconds`: for connecting, and for each step of an answer."""

    def __init__(self, account: WhatsApp, *, seconds: float = 20.0, context: ssl.SSLContext | None = None) -> None:
        self._api = account.api_url
        self._of_api = urlsplit(account.api_url)
        self._client = httpx.Client(
            timeout=seconds,
            follow_redirects=False,
            trust_env=self._of_api.hostname not in LOOPBACK_HOSTS,
            verify=context if context is not None else True,
            # Bodies are limited by their size on the wire, which compression would make worth little.
            headers={"User-Agent": "helpdesk", "Accept-Encoding": "identity"},
        )
        self._authorization = {"Authorization": f"Bearer {account.token}"}

    def close(self) -> None:
        """Close the connections; never raises."""
        try:
            self._client.close()
        except (httpx.HTTPError, OSError):
            return

    def get(self, path: str, **parameters: str) -> dict[str, Any]:
        """The object at a path of the interface. Raises ChannelError, never in doubt."""
        return self._object("GET", path, sends=False, params=parameters)

    def upload(self, path: str, fields: Mapping[str, str], file: tuple[str, bytes, str]) -> dict[str, Any]:
        """Post a form with a file (name, bytes, type). Raises ChannelError, never in doubt: nobody is told anything."""
        return self._object("POST", path, sends=False, data=dict(fields), files={"file": file})

    def send(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Post a message as JSON. Raises ChannelError, in doubt where the request had gone and no answer came."""
        return self._object("POST", path, sends=True, json=body)

    def may_see_token(self, url: str) -> bool:
        """True for the addresses that files may be fetched from: Meta's by https, and the interface's own."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError:
            return False
        if (parts.scheme, host, port) == (self._of_api.scheme, self._of_api.hostname, self._of_api.port):
            return True
        meta = any(host == known or host.endswith(f".{known}") for known in META_HOSTS)
        return parts.scheme == "https" and meta and port in (None, 443)

    def download(self, url: str, limit: int) -> tuple[int, str, bytes]:
        """(status, where it points on to, bytes) of an address that may see the token; at most `limit` bytes.

        Raises ChannelError where there is no answer, and for good where there are more.
        """
        with self._answer("GET", url, sends=False) as answer:
            body = self._limited(answer, limit) if answer.status_code == 200 else self._limited(answer, MAX_ANSWER)
            return answer.status_code, answer.headers.get("location", ""), body

    def _object(self, method: str, path: str, *, sends: bool, **given: Any) -> dict[str, Any]:
        with self._answer(method, f"{self._api}/{path}", sends=sends, **given) as answer:
            body = self._limited(answer, MAX_ANSWER)
        if answer.status_code != 200:
            raise refusal(answer.status_code, answer.headers, body, sent=sends)
        try:
            return mapping(json.loads(body))
        except (ValueError, RecursionError):
            raise ChannelError("WhatsApp: the answer cannot be read", doubt=sends) from None

    @contextmanager
    def _answer(self, method: str, url: str, *, sends: bool, **given: Any) -> Iterator[httpx.Response]:
        try:
            with self._client.stream(method, url, headers=self._authorization, **given) as answer:
                yield answer
        except _BEFORE as error:
            raise ChannelError(f"WhatsApp: no connection ({type(error).__name__})") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            # Not its text, nor the error itself: a header or an address in it may hold a secret.
            local = isinstance(error, httpx.LocalProtocolError | httpx.InvalidURL)
            raise ChannelError(f"WhatsApp: no answer ({type(error).__name__})", doubt=sends and not local) from None

    def _limited(self, answer: httpx.Response, limit: int) -> bytes:
        stated = answer.headers.get("content-length", "")
        parts, size, until = [], 0, time.monotonic() + TOTAL_SECONDS
        if stated.isdigit() and len(stated) < 20 and int(stated) > limit:
            raise _too_large(limit)
        for part in answer.iter_raw(65_536):
            size += len(part)
            if size > limit:
                raise _too_large(limit)
            if time.monotonic() > until:
                raise httpx.ReadTimeout("the whole takes too long")
            parts.append(part)
        return b"".join(parts)


def _too_large(limit: int) -> ChannelError:
    megabytes = limit / (1024 * 1024)
    return ChannelError(f"WhatsApp: larger than {megabytes:.3g} MB", permanent=True, destination=True, code="too-large")
