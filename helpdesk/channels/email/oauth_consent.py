"""The first grant for a mailbox, which a person has to give: by a code on any device, or in a browser.

The device flow is RFC 8628; Google does not allow it for mail, so there the browser comes back to a loopback address
with PKCE (RFC 8252, RFC 7636). Nothing that a provider says is shown but its address, its code and its error code.
"""

import base64
import hashlib
import http.client
import http.server
import re
import secrets
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit

from helpdesk.channels.base import ChannelError
from helpdesk.channels.email.oauth import Granted, ask, granted, refusal
from helpdesk.config import OAuth

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
USUAL_LIFE, LONGEST_LIFE = 900, 3_600
USUAL_INTERVAL, SLOWER = 5, 5
"""Seconds between two questions, and what is added when the provider asks for it (RFC 8628 section 3.5)."""
GOOGLE = "oauth2.googleapis.com"
GOOGLE_CONSENT = "https://accounts.google.com/o/oauth2/v2/auth"
GOOGLE_MAIL = "https://mail.google.com/"
_MICROSOFT = re.compile(r"(https://login\.[a-z0-9.-]+/[^/?#]+/oauth2/v2\.0)/token")
_SHOWN = re.compile(r"[\x21-\x7e]{1,2000}")
_DONE = "Selesai; jendela ini boleh ditutup. / Done; you may close this window.\n"


def device_url(oauth: OAuth) -> SplitResult | None:
    """Where a code for a device is asked for; None where the provider offers none for mail."""
    return oauth.device_url or _beside(oauth, "devicecode")


def consent_url(oauth: OAuth) -> SplitResult | None:
    """Where a person consents in a browser; None where it is not known."""
    if oauth.token_url.hostname == GOOGLE and oauth.authorize_url is None:
        return urlsplit(GOOGLE_CONSENT)
    return oauth.authorize_url or _beside(oauth, "authorize")


def _beside(oauth: OAuth, name: str) -> SplitResult | None:
    found = _MICROSOFT.fullmatch(oauth.token_url.geturl())
    return urlsplit(f"{found[1]}/{name}") if found else None


def _scope(oauth: OAuth) -> str:
    return oauth.scope or (GOOGLE_MAIL if oauth.token_url.hostname == GOOGLE else "")


def _given(**fields: str) -> dict[str, str]:
    return {name: value for name, value in fields.items() if value}


def _asked(url: SplitResult, fields: dict[str, str], context: ssl.SSLContext | None) -> tuple[int, dict[str, Any]]:
    try:
        return ask(url, fields, context)
    except ssl.SSLCertVerificationError as error:
        raise ChannelError("identity provider: its certificate is not valid", permanent=True) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise ChannelError(f"identity provider: no answer ({type(error).__name__})") from error


def _with_refresh(found: dict[str, Any]) -> Granted:
    """What was granted. Raises ChannelError where it would end within the hour."""
    given = granted(found)
    if not given.refresh_token:
        raise ChannelError("identity provider: no refresh token (is offline_access in the scope?)", permanent=True)
    return given


@dataclass(frozen=True, slots=True)
class Device:
    """What a person enters where; it holds for so many seconds, and the provider is asked every `interval` seconds."""

    user_code: str
    verification_url: str
    seconds: int
    interval: int
    device_code: str = field(repr=False)


def ask_device(oauth: OAuth, *, context: ssl.SSLContext | None = None) -> Device:
    """A code for a person. Raises ChannelError."""
    url = device_url(oauth)
    assert url is not None
    status, found = _asked(url, _given(client_id=oauth.client_id, scope=_scope(oauth)), context)
    if status != 200:
        raise refusal(status, found)
    code, user_code = str(found.get("device_code", "")), str(found.get("user_code", ""))
    where = str(found.get("verification_uri") or found.get("verification_url") or "")
    if not all(_SHOWN.fullmatch(text) for text in (code, user_code, where)):
        raise ChannelError("identity provider: the answer holds no code")
    life, interval = _seconds(found, "expires_in", USUAL_LIFE), _seconds(found, "interval", USUAL_INTERVAL)
    return Device(user_code, where, min(life, LONGEST_LIFE), interval, code)


def _seconds(found: dict[str, Any], name: str, usual: int) -> int:
    value = found.get(name)
    return value if isinstance(value, int) and 0 < value < 86_400 else usual


def wait_for_device(
    oauth: OAuth,
    device: Device,
    *,
    sleep: Callable[[float], None] | None = None,
    context: ssl.SSLContext | None = None,
) -> Granted:
    """Wait until the person has entered the code. Raises ChannelError where they refuse, or let it expire."""
    fields = _given(
        grant_type=DEVICE_GRANT,
        device_code=device.device_code,
        client_id=oauth.client_id,
        client_secret=oauth.client_secret,
    )
    waited, interval = 0, device.interval
    while waited < device.seconds:
        (sleep or time.sleep)(interval)
        waited += interval
        try:
            status, found = _asked(oauth.token_url, fields, context)
        except ChannelError as error:
            if error.permanent:
                raise
            interval *= 2  # as RFC 8628 section 3.5 wants it when the connection fails
            continue
        if status == 200:
            return _with_refresh(found)
        if found.get("error") == "slow_down":
            interval += SLOWER
        elif found.get("error") != "authorization_pending" and status < 500:
            raise refusal(status, found)
    raise ChannelError("identity provider: the code has expired", permanent=True)


@dataclass(frozen=True, slots=True)
class Consent:
    """A page of the provider for a person, and what proves that the answer is to this question."""

    url: str
    redirect_url: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)


def consent(oauth: OAuth, user: str, port: int) -> Consent:
    """The page to open; the browser comes back to this port of its own machine, with a code."""
    page = consent_url(oauth)
    assert page is not None
    # Entra ID takes any port of the name only, Google any port of either.
    host = "localhost" if _MICROSOFT.fullmatch(oauth.token_url.geturl()) else "127.0.0.1"
    redirect, state, verifier = f"http://{host}:{port}/", secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    fields = _given(
        response_type="code",
        client_id=oauth.client_id,
        redirect_uri=redirect,
        scope=_scope(oauth),
        state=state,
        code_challenge=challenge,
        code_challenge_method="S256",
        login_hint=user,
        access_type="offline",
        prompt="consent",
    )
    return Consent(page._replace(query=urlencode(fields)).geturl(), redirect, state, verifier)


def redeem(oauth: OAuth, asked: Consent, answer: str, *, context: ssl.SSLContext | None = None) -> Granted:
    """The grant for the address that the browser came back to. Raises ChannelError.

    An answer without the state of the question is somebody else's, who would have us read their mailbox.
    """
    found = {name: values[0] for name, values in parse_qs(urlsplit(answer).query).items()}
    if not secrets.compare_digest(found.get("state", "").encode(), asked.state.encode()):
        raise ChannelError("identity provider: this is not the answer to this question", permanent=True)
    if "code" not in found:
        raise refusal(400, found)
    fields = _given(
        grant_type="authorization_code",
        code=found["code"],
        redirect_uri=asked.redirect_url,
        client_id=oauth.client_id,
        client_secret=oauth.client_secret,
        code_verifier=asked.verifier,
    )
    status, given = _asked(oauth.token_url, fields, context)
    if status != 200:
        raise refusal(status, given)
    return _with_refresh(given)


class Loopback:
    """Listens on this machine alone for the browser that comes back."""

    def __init__(self, port: int = 0) -> None:
        self._answers: list[str] = []
        self._server = http.server.HTTPServer(("127.0.0.1", port), _returning(self._answers))
        self._server.timeout = 1.0
        self.port = int(self._server.server_address[1])

    def wait(self, asked: Consent, seconds: float) -> str:
        """The address with the state of the question. Raises ChannelError when nobody comes in time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._server.handle_request()
            for answer in self._answers:
                if asked.state in answer:
                    return answer
            self._answers.clear()
        raise ChannelError("nobody consented in time", permanent=True)

    def close(self) -> None:
        """Listen no longer."""
        self._server.server_close()


def _returning(answers: list[str]) -> type[http.server.BaseHTTPRequestHandler]:
    class Returning(http.server.BaseHTTPRequestHandler):
        timeout = 5.0

        def do_GET(self) -> None:
            answers.append(self.path)
            body = _DONE.encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class's name
            """The address holds a code: nothing of it is logged."""

    return Returning
