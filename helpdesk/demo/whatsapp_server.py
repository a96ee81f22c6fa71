"""A stand-in for WhatsApp's Cloud API on loopback, for the demo and the tests: it takes messages and files, gives
files and templates out, brings signed webhooks, and fails as it is told to. What it takes reaches nobody.
"""

import io
import json
import socket
import threading
from collections.abc import Callable, Mapping
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from helpdesk.demo.whatsapp_platform import GONE, Answer, Platform, Trouble
from helpdesk.timepiece import Now

__all__ = ["CloudApi", "Trouble"]

HOST, VERSION = "127.0.0.1", "v23.0"


class CloudApi(Platform):
    """The platform, reachable until it is closed."""

    def __init__(self, now: Now, *, token: str, app_secret: str, webhook: str = "", port: int = 0) -> None:
        super().__init__(now, token=token, app_secret=app_secret, webhook=webhook)
        self._server = _Server((HOST, port), _Handler)
        self._server.api = self
        self.root = f"http://{HOST}:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def api_url(self) -> str:
        """What `HELPDESK_WHATSAPP_API_URL` is to be."""
        return f"{self.root}/{VERSION}"

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    api: Platform


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    disable_nagle_algorithm = True
    server: "_Server"

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        way = url.path.split("/")[1:]
        if way[0] == "files":
            self._answered(b"", lambda _body: self._bytes(self.server.api.content(way[-1])))
        elif way[-1] == "message_templates":
            after = parse_qs(url.query).get("after", [""])[0]
            self._answered(b"", lambda _body: self._json(*self.server.api.listed(after)))
        else:
            self._answered(b"", lambda _body: self._json(*self.server.api.about(way[-1])))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        way = urlsplit(self.path).path.split("/")[1:]
        answers = {"messages": lambda raw: self.server.api.accept(way[1], json.loads(raw)), "media": self._uploaded}
        answer = answers.get(way[-1], lambda _raw: GONE)
        self._answered(body, lambda raw: self._json(*answer(raw)))

    def _uploaded(self, raw: bytes) -> Answer:
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        for part in BytesParser(policy=HTTP).parsebytes(head + raw).iter_parts():
            content = part.get_payload(decode=True)
            if part.get_filename() and isinstance(content, bytes):
                return 200, {"id": self.server.api.keep(content, part.get_content_type())}
        return 400, {"code": 100, "message": "(#100) The parameter file is required"}

    def _answered(self, body: bytes, answer: Callable[[bytes], None]) -> None:
        trouble = self.server.api.next_trouble(urlsplit(self.path).path)
        if trouble is not None and trouble.seconds:
            threading.Event().wait(trouble.seconds)
        if self.headers.get("Authorization") != f"Bearer {self.server.api.token}":
            said = f"Malformed access token {self.headers.get('Authorization', '').removeprefix('Bearer ')}"
            self._json(401, {"code": 190, "type": "OAuthException", "message": said})
        elif trouble is not None and trouble.status:
            self._fail(trouble)
        elif trouble is not None and trouble.lost:
            self.wfile = io.BytesIO()
            answer(body)
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            answer(body)

    def _fail(self, trouble: Trouble) -> None:
        if trouble.code:
            self._json(trouble.status, {"code": trouble.code, "message": trouble.message}, trouble.headers)
        else:
            self._send(trouble.status, b"<html>", {"Content-Type": "text/html", **trouble.headers})

    def _json(self, status: int, found: dict[str, Any], headers: Mapping[str, str] | None = None) -> None:
        made = json.dumps(found if status == 200 else {"error": found}).encode()
        self._send(status, made, {"Content-Type": "application/json", **(headers or {})})

    def _bytes(self, content: bytes | None) -> None:
        self._send(404 if content is None else 200, content or b"", {"Content-Type": "application/octet-stream"})

    def _send(self, status: int, content: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            self.wfile.write(content)
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the base class's name
        """Nothing: a request names people."""
