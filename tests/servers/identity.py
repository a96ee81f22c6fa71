"""An identity provider on loopback: grants and rotates tokens, refuses, fails or falls silent as a test says."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.servers.ground import HOST


class Provider:
    """`trouble`: what the next requests meet, each once: a status, (status, JSON), or seconds before a token.

    With `strict` a refresh token is good for one use only, as where they rotate. `asked` are the forms of all requests.
    """

    def __init__(self, port: int = 0) -> None:
        self.life, self.strict, self.user = 3600, True, "kptik-medan"
        self.trouble: list[int | float | tuple[int, dict[str, Any]]] = []
        self.asked: list[dict[str, str]] = []
        self.good: set[str] = {"segar-0"}
        self.consents: list[str] = []
        self.challenge = self.redirect = ""
        self.valid: set[str] = set()
        self._count, self._lock = 0, threading.Lock()
        self._server = ThreadingHTTPServer((HOST, port), _handler(self))
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        """The token URL."""
        return f"http://{HOST}:{self.port}/token"

    def settings(self, desk: str = "KPTIK_MEDAN", **more: str) -> dict[str, str]:
        """The settings of a desk that is to sign in here."""
        prefix = f"HELPDESK_{desk}_OAUTH_"
        given = {"TOKEN_URL": self.url, "CLIENT_ID": "meja", "CLIENT_SECRET": "rahasia", "REFRESH_TOKEN": "segar-0"}
        return {"HELPDESK_TESTING": "1", **{prefix + name: value for name, value in (given | more).items()}}

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """What a request for a token is answered."""
        with self._lock:
            self.asked.append(form)
            trouble = self.trouble.pop(0) if self.trouble else None
        if isinstance(trouble, float):
            time.sleep(trouble)
        elif isinstance(trouble, int):
            return trouble, {"error_description": f"rusak: {form.get('refresh_token')}"}
        elif trouble is not None:
            return trouble
        with self._lock:
            return self._granted_to(form)

    def device(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """A code for a person (RFC 8628); `consents` says what the questions after it are answered."""
        with self._lock:
            self.asked.append(form)
        found = {"device_code": "rahasia-alat", "user_code": "ABCD-EFGH", "expires_in": 60, "interval": 1}
        return 200, {**found, "verification_uri": f"http://{HOST}:{self.port}/alat"}

    def consented(self, query: dict[str, str]) -> str:
        """Where the browser of a person who consents at the provider's page is sent (RFC 6749 section 4.1.2)."""
        self.challenge, self.redirect = query["code_challenge"], query["redirect_uri"]
        assert (query["code_challenge_method"], query["response_type"]) == ("S256", "code")
        return f"{self.redirect}?{urlencode({'code': 'kode-1', 'state': query['state']})}"

    def _granted_to(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        kind = form.get("grant_type", "")
        if kind.endswith(":device_code"):
            error = self.consents.pop(0) if self.consents else ""
            if error:
                return 400, {"error": error}
        elif kind == "authorization_code":
            verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            proof = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
            if (form.get("code"), form.get("redirect_uri"), proof) != ("kode-1", self.redirect, self.challenge):
                return 400, {"error": "invalid_grant"}
        else:
            return self._granted(form.get("refresh_token", ""))
        self.good = {"segar-0"}
        status, answer = self._granted("segar-0")
        return status, {"refresh_token": "segar-0", **answer}

    def _granted(self, refresh: str) -> tuple[int, dict[str, Any]]:
        if refresh and refresh not in self.good:
            said = f"AADSTS700082: The refresh token {refresh} has expired."
            return 400, {"error": "invalid_grant", "error_description": said}
        self._count += 1
        access = f"akses-{self._count}"
        self.valid.add(access)
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": self.life}
        if refresh and self.strict:
            self.good = {f"segar-{self._count}"}
            answer["refresh_token"] = f"segar-{self._count}"
        return 200, answer

    def about(self, token: str) -> dict[str, Any]:
        """What a mail server is told about an access token (RFC 7662)."""
        return {"active": "true", "username": self.user} if token in self.valid else {"active": "false"}

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            form = {name: values[0] for name, values in parse_qs(text).items()}
            if self.path == "/device":
                self._say(*provider.device(form))
            elif self.path == "/introspect":
                self._say(200, provider.about(form.get("token", "")))
            else:
                self._say(*provider.token(form))

        def do_GET(self) -> None:
            query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
            self.send_response(302)
            self.send_header("Location", provider.consented(query))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _say(self, status: int, answer: dict[str, Any]) -> None:
            body = json.dumps(answer).encode()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"{provider.url}/elsewhere")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except OSError:
                return

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class's name
            return

    return Handler


@contextmanager
def running() -> Iterator[Provider]:
    """Start a provider, stop it at the end."""
    provider = Provider()
    try:
        yield provider
    finally:
        provider.close()
