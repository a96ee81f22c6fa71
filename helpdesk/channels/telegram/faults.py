"""What an answer of the Bot API that is no success means: one table, for reading and for sending."""

import json
from typing import Any

import httpx

from helpdesk.channels.base import ChannelError
from helpdesk.channels.telegram.fields import Fields
from helpdesk.channels.text import one_line

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)
_OF_THIS_MESSAGE = {400, 403, 413}
"""Telegram listens, but not to this: no such chat, blocked by the person, too long, too large."""
_PAUSE, _LONGEST_PAUSE = 5.0, 3600.0
"""Seconds to leave Telegram alone where it wants to be but says not for how long, and the most that is believed."""


def refusal(status: int, body: bytes) -> ChannelError:
    """The error that an answer with this status (not 2xx) stands for.

    A server error in words of the Bot API was refused by it; in any other form it comes from something between, and
    what was asked may have been done. The token stands in the path alone and never in an answer.
    """
    found = said(body)
    description = one_line(found.text("description"))[:200]
    retry_after = found.inner("parameters").number("retry_after")
    if status == 429 and retry_after is None:
        retry_after = int(_PAUSE)
    return ChannelError(
        " ".join(filter(None, ("Telegram:", str(status), description))),
        permanent=status in _OF_THIS_MESSAGE,
        destination=status in _OF_THIS_MESSAGE,
        doubt=status >= 500 and not found,
        retry_after=None if retry_after is None else min(max(float(retry_after), 0.0), _LONGEST_PAUSE),
        code=str(status),
    )


def broken(error: httpx.HTTPError) -> ChannelError:
    """The connection failed. Before anything was sent nothing can have been done; after it nobody knows.

    Only the kind of the error is told: its words may repeat the address, and that holds the token.
    """
    return ChannelError(f"Telegram: no answer ({type(error).__name__})", doubt=not isinstance(error, _NEVER_SENT))


def unreadable() -> ChannelError:
    """Success was reported in a form that nobody can read."""
    return ChannelError("Telegram: an answer that cannot be read", doubt=True)


def said(body: bytes) -> Fields:
    """The fields of an answer; none where it does not come from the Bot API."""
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        return Fields(None)
    return Fields(found) if isinstance(found, dict) and "ok" in found else Fields(None)
