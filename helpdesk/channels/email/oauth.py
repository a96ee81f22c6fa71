"""Access tokens from an identity provider (RFC 6749), and how a mail server is shown one (XOAUTH2).

The token URL is the operator's and encrypted; redirections are not followed and nothing of an answer but its error code
is repeated, so that neither a token nor what stands at another address reaches a log.
"""

import http.client
import json
import re
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlencode

from helpdesk.channels.base import ChannelError
from helpdesk.channels.text import error_line
from helpdesk.config import OAuth

STEP_SECONDS = 15.0
"""For connecting, and for each part of the answer."""
TOTAL_SECONDS = 30.0
MAX_ANSWER = 65_536
USUAL_LIFE = 3_600
LONGEST_LIFE = 86_400
# What asking again does not mend (RFC 6749 section 5.2, and what Microsoft adds).
FOR_GOOD = frozenset(
    ("invalid_grant", "invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope",
     "interaction_required", "consent_required", "login_required")
)  # fmt: skip
_CODE = re.compile(r"[a-z_]{1,60}")
_MICROSOFT = re.compile(r"AADSTS\d{1,9}")
_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")

TokenSource = Callable[[str], str]
"""Gives an access token, another one than the argument: the one that the server has just refused, or ''."""


@dataclass(frozen=True, slots=True)
class Granted:
    """An access token, for how many seconds it holds, and the refresh token from now on ('': the same as before)."""

    access_token: str = field(repr=False)
    seconds: int
    refresh_token: str = field(default="", repr=False)


def request_token(oauth: OAuth, refresh_token: str, *, context: ssl.SSLContext | None = None) -> Granted:
    """Ask the identity provider for an access token; takes 30 seconds at most.

    Raises ChannelError: `permanent` where the provider refuses the grant or the client, which needs a person.
    """
    fields = {"client_id": oauth.client_id, "client_secret": oauth.client_secret, "scope": oauth.scope}
    grant = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    fields |= grant if refresh_token else {"grant_type": "client_credentials"}
    try:
        status, found = ask(oauth.token_url, {name: value for name, value in fields.items() if value}, context)
    except ssl.SSLCertVerificationError as error:
        raise ChannelError(f"identity provider: {error_line(error)}", permanent=True) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        # Not its text: it may repeat what the server said.
        raise ChannelError(f"identity provider: no answer ({type(error).__name__})") from error
    if status != 200:
        raise refusal(status, found)
    return granted(found)


def ask(url: SplitResult, fields: dict[str, str], context: ssl.SSLContext | None) -> tuple[int, dict[str, Any]]:
    """The status and the JSON that a form sent to the provider is answered; takes 30 seconds at most.

    Raises OSError, HTTPException and ValueError.
    """
    host = url.hostname or ""
    if url.scheme == "https":
        context = context or ssl.create_default_context()
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, url.port, timeout=STEP_SECONDS, context=context
        )
    else:
        connection = http.client.HTTPConnection(host, url.port, timeout=STEP_SECONDS)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    connection.connect()
    # An answer that comes byte by byte would pass every limit of a single step.
    end = threading.Timer(TOTAL_SECONDS, connection.sock.shutdown, (2,))
    end.daemon = True
    end.start()
    try:
        connection.request("POST", path, urlencode(fields), headers)
        answer = connection.getresponse()
        return answer.status, _json(answer.read(MAX_ANSWER))
    finally:
        end.cancel()
        connection.close()


def _json(answer: bytes) -> dict[str, Any]:
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def refusal(status: int, found: dict[str, Any]) -> ChannelError:
    """What the provider said no with: its status and error code, nothing else of its answer."""
    code, said = str(found.get("error", "")), str(found.get("error_description", ""))
    code = code if _CODE.fullmatch(code) else ""
    reason = " ".join(filter(None, (str(status), code, *_MICROSOFT.findall(said)[:1])))
    return ChannelError(f"identity provider: {reason}", permanent=status < 500 and code in FOR_GOOD)


def granted(found: dict[str, Any]) -> Granted:
    """What it granted. Raises ChannelError where the answer holds no usable token."""
    token, rotated = found.get("access_token"), found.get("refresh_token", "")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise ChannelError("identity provider: the answer holds no access token")
    try:
        seconds = int(found.get("expires_in") or USUAL_LIFE)
    except (TypeError, ValueError, OverflowError):
        seconds = USUAL_LIFE
    return Granted(token, min(max(seconds, 0), LONGEST_LIFE), rotated if isinstance(rotated, str) else "")


class Presented:
    """The client's side of XOAUTH2: the token at first, then nothing, so that the server says why it refuses."""

    def __init__(self, user: str, token: str) -> None:
        self._text = f"user={user}\1auth=Bearer {token}\1\1"

    def __call__(self, challenge: bytes | None = None) -> str:  # noqa: ARG002 - what SASL hands over
        """What to answer to the server's words."""
        text, self._text = self._text, ""
        return text
