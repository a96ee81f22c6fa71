"""The demo's telephones: stand-ins of both chat platforms, and a page with two telephones that use them.

`python -m helpdesk.demo.phones --port PORT --desk ID --name NAME --zone ZONE` in the environment of the demo.
On loopback alone; nothing reaches anybody.
"""

import argparse
import logging
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel.support import NullTranslations, Translations
from jinja2 import Environment, FileSystemLoader
from werkzeug import Request, Response
from werkzeug.serving import make_server

from helpdesk import logs
from helpdesk.channels.chat.marks import marked_up
from helpdesk.channels.filenames import safe_name
from helpdesk.config import Settings, load
from helpdesk.demo.installation import HOST, REQUESTERS
from helpdesk.demo.quiet import Quiet
from helpdesk.demo.telegram_server import TelegramServer
from helpdesk.demo.telephone_telegram import TelegramSide
from helpdesk.demo.telephone_whatsapp import WhatsAppSide
from helpdesk.demo.telephones import PICTURES, TELEGRAM, WHATSAPP, Bubble, Paper, Press, Side
from helpdesk.demo.whatsapp_server import CloudApi
from helpdesk.resources import static_folder, templates_folder, translations_folder
from helpdesk.timepiece import clock

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.1
LARGEST = 20_000_000
LONGEST = 4000
STATIC = {
    "portal.css": "text/css", "chat.css": "text/css", "phones.css": "text/css", "phones.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}  # fmt: skip
POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'"
NAMES = {WHATSAPP: "WhatsApp", TELEGRAM: "Telegram"}


class Refused(Exception):
    """There is nothing here: the status of the answer."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Phones:
    """The page, its parts, and what is done on it."""

    def __init__(self, sides: Mapping[str, Side], desk: str, base: str, zone: ZoneInfo) -> None:
        self._sides, self._desk, self._base, self._zone = sides, desk, base, zone
        self._environments = {language: _environment(language) for language in ("id", "en")}

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        """One request."""
        with Request(environ) as request:
            request.max_content_length = LARGEST + 1_000_000
            try:
                answer = self._answer(request)
            except Refused as refused:
                answer = Response("", refused.status)
        answer.headers["Content-Security-Policy"] = POLICY
        answer.headers["X-Content-Type-Options"] = "nosniff"
        answer.headers.setdefault("Cache-Control", "no-store")
        return answer(environ, start_response)

    def _answer(self, request: Request) -> Response:
        _check_caller(request)
        way = request.path.strip("/").split("/")
        if request.method == "POST":
            return self._done(request, way[0])
        if way[0] == "static" and way[-1] in STATIC:
            return Response((static_folder() / way[-1]).read_bytes(), content_type=STATIC[way[-1]])
        if way[0] == "part":
            return self._part(request)
        if way[0] == "papers" and len(way) == 5:
            return self._paper(*way[1:])
        if way != [""]:
            raise Refused(404)
        return self._page(request)

    def _page(self, request: Request) -> Response:
        language = "en" if request.args.get("lang") == "en" else "id"
        page = self._environments[language].get_template("demo/phones.html")
        words = {"language": language, "people": REQUESTERS, "platforms": NAMES, "desk": self._desk, "base": self._base}
        return Response(page.render(**words), content_type="text/html; charset=utf-8")

    def _where(self, request: Request) -> tuple[Side, str]:
        side, person = self._sides.get(request.values.get("on", "")), request.values.get("who", "")
        if side is None or person not in REQUESTERS:
            raise Refused(404)
        return side, person

    def _part(self, request: Request) -> Response:
        """The conversation that a telephone shows, where it has changed; and how much waits on the other platform."""
        side, person = self._where(request)
        thread = side.threads[person]
        if request.args.get("seen"):
            side.see(person)
        others = sum(s.threads[person].unseen for s in self._sides.values() if s is not side)
        headers = {"X-Version": str(thread.version), "X-Others": str(others)}
        if request.args.get("have") == str(thread.version):
            return Response("", 204, headers)
        language = "en" if request.args.get("lang") == "en" else "id"
        part = self._environments[language].get_template("demo/talk.html")
        on = request.args["on"]
        with side.lock:
            newest = max((b.number for b in thread.bubbles if b.own), default=-1)
            html = part.render(
                thread=thread, on=on, newest=newest, clock=self._clock, marked=marked_up, pictures=PICTURES
            )
        return Response(html, 200, headers, content_type="text/html; charset=utf-8")

    def _clock(self, bubble: Bubble) -> str:
        return f"{bubble.at.astimezone(self._zone):%H.%M}"

    def _paper(self, on: str, person: str, bubble: str, number: str) -> Response:
        try:
            paper = self._sides[on].threads[person].bubbles[int(bubble)].papers[int(number)]
        except (LookupError, ValueError):
            raise Refused(404) from None
        if paper.media_type in PICTURES:
            return Response(paper.content, content_type=paper.media_type)
        answer = Response(paper.content, content_type="application/octet-stream")
        answer.headers.set("Content-Disposition", "attachment", filename=paper.name)
        return answer

    def _done(self, request: Request, what: str) -> Response:
        side, person = self._where(request)
        if what == "say":
            text, paper = request.form.get("text", "").strip()[:LONGEST], _sent_paper(request)
            if text or paper:
                side.say(person, text, paper)
        elif what == "press":
            self._press(side, person, request)
        elif what == "edit":
            self._edit(side, person, request)
        else:
            raise Refused(404)
        return Response("", 204)

    def _press(self, side: Side, person: str, request: Request) -> None:
        payload, number = request.form.get("press", ""), request.form.get("bubble", "")
        under = next((b for b in side.threads[person].bubbles if str(b.number) == number), None)
        choice = next((c for c in under.choices if c.payload == payload), None) if under else None
        if under is None or choice is None:
            raise Refused(404)
        side.press(person, Press(choice, under))

    def _edit(self, side: Side, person: str, request: Request) -> None:
        text, number = request.form.get("text", "").strip()[:LONGEST], request.form.get("bubble", "")
        if not isinstance(side, TelegramSide) or not text:
            raise Refused(404)
        try:
            side.edit(person, int(number), text)
        except (LookupError, ValueError):
            raise Refused(404) from None


def _check_caller(request: Request) -> None:
    """Only this machine's own pages: no other site may use the telephones of who looks at it."""
    host = urlsplit(f"//{request.host}").hostname
    origin = request.headers.get("Origin", request.host_url.rstrip("/"))
    if host not in (HOST, "localhost") or origin != request.host_url.rstrip("/"):
        raise Refused(403)


def _sent_paper(request: Request) -> Paper | None:
    sent = request.files.get("file")
    content = sent.read() if sent else b""
    if sent is None or not content:
        return None
    return Paper(safe_name(sent.filename or "") or "berkas", sent.mimetype or "application/octet-stream", content)


def _environment(language: str) -> Environment:
    made = Environment(
        loader=FileSystemLoader(templates_folder()),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    kept = NullTranslations() if language == "en" else Translations.load(translations_folder(), [language])
    made.install_gettext_translations(kept, newstyle=True)  # type: ignore[attr-defined]
    made.globals["url_for"] = lambda _endpoint, filename: f"/static/{filename}"
    return made


def sides_of(settings: Settings) -> tuple[dict[str, Side], TelegramServer]:
    """The stand-ins at the addresses that the settings name, with the people at their other end."""
    chat, now = settings.chat, clock(settings)
    if chat.whatsapp is None or not chat.telegram:
        raise SystemExit("HELPDESK_WHATSAPP_… and HELPDESK_…_TELEGRAM_TOKEN are needed")
    account, (number, *_more) = chat.whatsapp, chat.whatsapp.numbers
    api = CloudApi(
        now,
        token=account.token,
        app_secret=account.app_secrets[0],
        webhook=f"{settings.base_url}/hooks/whatsapp",
        port=urlsplit(account.api_url).port or 0,
    )
    api.add_template("kabar_tiket", "id", "Ada kabar untuk tiket {{1}}. Balas pesan ini untuk membacanya di sini.")
    # Numbers go on where those of the last start ended, as a platform's do: what the desk knows is not said again.
    server = TelegramServer(
        chat.telegram[0].token, port=urlsplit(chat.telegram_api).port or 0, now=now, first=int(time.time())
    )
    server.start()
    return {WHATSAPP: WhatsAppSide(api, number, now), TELEGRAM: TelegramSide(server.bot, now)}, server


def _follow(sides: Iterable[Side], stop: threading.Event) -> None:
    while not stop.wait(LOOK_SECONDS):
        for side in sides:
            try:
                side.pull()
            except Exception:  # one strange message must not end the telephones
                log.exception("a telephone could not show what was sent to it")


def main(arguments: list[str] | None = None) -> int:
    """Serve until the process ends. The desk is named by the caller: reading the catalogue would take longer."""
    parser = argparse.ArgumentParser(prog="helpdesk.demo.phones")
    parser.add_argument("--port", type=int, required=True)
    for name in ("desk", "name", "zone"):
        parser.add_argument(f"--{name}", required=True)
    given = parser.parse_args(arguments)
    logs.configure()
    settings = load((given.desk,))
    sides, _server = sides_of(settings)
    threading.Thread(target=_follow, args=(sides.values(), threading.Event()), daemon=True).start()
    page = Phones(sides, given.name, settings.base_url, ZoneInfo(given.zone))
    make_server(HOST, given.port, page, threaded=True, request_handler=Quiet).serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
