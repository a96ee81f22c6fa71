"""A Bot API on loopback, for the demo and the tests: it keeps updates until they are confirmed, brings them to a
webhook, takes messages and files, and fails when told to.
"""

import json
import socket
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any

import httpx
from werkzeug import Request, Response
from werkzeug.serving import BaseWSGIServer, make_server

from helpdesk.demo.quiet import Quiet
from helpdesk.demo.telegram_bot import FakeBot, Json, Refused, Sent, Webhook, read_json

HOST = "127.0.0.1"
_TEXT, _CAPTION, _DATA, _AT_ONCE = 4096, 1024, 64, 100
_SENDING = {
    "sendMessage": "", "sendPhoto": "photo", "sendDocument": "document", "sendAudio": "audio", "sendVideo": "video",
}  # fmt: skip


@dataclass(slots=True)
class Fault:
    """How calls of a method fail; downloads are the method `file`.

    `done`: it was carried out all the same. `drop`: no answer. `html`: an answer of a gateway, not of the Bot API.
    """

    method: str
    status: int = 502
    description: str = "injected fault"
    retry_after: int | None = None
    delay: float = 0.0
    done: bool = False
    drop: bool = False
    html: bool = False
    times: int = 1


class TelegramServer:
    """The interface of one or more bots; the first of them is `bot`. A `with` block serves."""

    def __init__(
        self,
        *tokens: str,
        port: int = 0,
        now: Callable[[], datetime] | None = None,
        retry_seconds: float = 0.2,
        first: int = 0,
    ) -> None:
        self.bots = {token: FakeBot(token, now, first) for token in tokens}
        self.bot = next(iter(self.bots.values()))
        self._faults: list[Fault] = []
        self._stop = threading.Event()
        self._bringing: set[int] = set()
        self._retry_seconds = retry_seconds
        self._server: BaseWSGIServer = make_server(HOST, port, self._answer, threaded=True, request_handler=Quiet)
        self.url = f"http://{HOST}:{self._server.server_port}"

    def __enter__(self) -> "TelegramServer":
        self.start()
        return self

    def __exit__(self, *_error: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.stop()

    def start(self) -> None:
        """Serve, in threads."""
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="bot-api", daemon=True).start()

    def stop(self) -> None:
        """End; whoever waits for updates is let go."""
        self._stop.set()
        for bot in self.bots.values():
            with bot.changed:
                bot.changed.notify_all()
        self._server.shutdown()
        self._server.server_close()

    def fail(self, method: str, **how: Any) -> None:
        """Let the next call of the method fail, or the next `times`; see `Fault`."""
        self._faults.append(Fault(method, **how))

    def _answer(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        with Request(environ) as request:
            try:
                answer = self._routed(request, environ)
            except Refused as refused:
                answer = _refusal(refused.status, refused.description, refused.parameters)
        return answer(environ, start_response)

    def _routed(self, request: Request, environ: Any) -> Response:
        # Read in any case: what is left of a body would be taken for the next request.
        fields: Json = request.get_json() if request.is_json else dict(request.form)
        is_file = request.path.startswith("/file/")
        token, _, method = request.path.removeprefix("/file").removeprefix("/bot").partition("/")
        bot = self.bots.get(token)
        if bot is None:
            raise Refused(401, "Unauthorized")
        fault = self._fault("file" if is_file else method)
        if fault is None:
            return _file(bot, method) if is_file else self._done(bot, method, fields, request)
        self._stop.wait(fault.delay)
        if fault.done:
            self._done(bot, method, fields, request)
        if fault.drop:
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return _failed(fault)

    def _fault(self, method: str) -> Fault | None:
        for fault in self._faults:
            if fault.method == method and fault.times > 0:
                fault.times -= 1
                return fault
        return None

    def _done(self, bot: FakeBot, method: str, fields: Json, request: Request) -> Response:
        if method in _SENDING or method == "sendMediaGroup":
            return _result(_send(bot, method, fields, request))
        if method not in _METHODS:
            raise Refused(404, "Not Found")
        return _result(getattr(self, f"_{_snake(method)}")(bot, fields))

    def _get_me(self, bot: FakeBot, _fields: Json) -> Json:
        return {"id": bot.id, "is_bot": True, "first_name": "Helpdesk", "username": f"helpdesk_{bot.id}_bot"}

    def _get_updates(self, bot: FakeBot, fields: Json) -> list[Json]:
        with bot.changed:
            if bot.webhook.url:
                raise Refused(409, "Conflict: can't use getUpdates method while webhook is active")
            bot.asks += 1
            mine = bot.asks
            bot.changed.notify_all()  # an earlier one that still waits is sent away
            bot.allow(fields.get("allowed_updates"))
            bot.confirm(int(fields.get("offset") or 0))
            bot.changed.wait_for(
                lambda: bot.updates or bot.asks != mine or self._stop.is_set(), float(fields.get("timeout") or 0)
            )
            if bot.asks != mine:
                raise Refused(409, "Conflict: terminated by other getUpdates request")
            return [update for _number, update in bot.updates[: int(fields.get("limit") or _AT_ONCE)]]

    def _set_webhook(self, bot: FakeBot, fields: Json) -> bool:
        with bot.changed:
            bot.allow(fields.get("allowed_updates"))
            bot.webhook = Webhook(fields.get("url", ""), fields.get("secret_token", ""))
            bot.changed.notify_all()
            if bot.id not in self._bringing:
                self._bringing.add(bot.id)
                threading.Thread(target=self._bring, args=(bot,), name="bot-api-webhook", daemon=True).start()
        return True

    def _delete_webhook(self, bot: FakeBot, fields: Json) -> bool:
        with bot.changed:
            bot.webhook = Webhook()
            if fields.get("drop_pending_updates"):
                bot.updates.clear()
        return True

    def _get_webhook_info(self, bot: FakeBot, _fields: Json) -> Json:
        hook = bot.webhook
        found: Json = {"url": hook.url, "has_custom_certificate": False, "pending_update_count": len(bot.updates)}
        if hook.error:
            found |= {"last_error_date": hook.error_at, "last_error_message": hook.error}
        return found

    def _get_file(self, bot: FakeBot, fields: Json) -> Json:
        file_id = str(fields.get("file_id", ""))
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_path": bot.path(file_id)}

    def _answer_callback_query(self, bot: FakeBot, fields: Json) -> bool:
        bot.acknowledged.append(str(fields.get("callback_query_id", "")))
        return True

    def _bring(self, bot: FakeBot) -> None:
        """Bring updates to the webhook, in order, each until it was taken."""
        with httpx.Client(timeout=10, trust_env=False) as client:
            while not self._stop.is_set():
                with bot.changed:
                    bot.changed.wait_for(lambda: (bot.webhook.url and bot.updates) or self._stop.is_set(), 5)
                    hook, waiting = bot.webhook, bot.updates[:1]
                if not hook.url or not waiting or self._stop.is_set():
                    continue
                if error := _brought(client, hook, waiting[0][1]):
                    hook.error, hook.error_at = error, bot.date()
                    self._stop.wait(self._retry_seconds)
                    continue
                with bot.changed:
                    bot.updates = [found for found in bot.updates if found != waiting[0]]


_METHODS = frozenset(
    ("getMe", "getUpdates", "setWebhook", "deleteWebhook", "getWebhookInfo", "getFile", "answerCallbackQuery")
)


def _brought(client: httpx.Client, hook: Webhook, update: Json) -> str:
    """What went wrong with one delivery; empty where it was taken."""
    headers = {"X-Telegram-Bot-Api-Secret-Token": hook.secret} if hook.secret else {}
    try:
        status = client.post(hook.url, json=update, headers=headers).status_code
    except httpx.HTTPError as error:
        return f"Connection failed: {type(error).__name__}"
    return "" if 200 <= status < 300 else f"Wrong response from the webhook: {status}"


def _file(bot: FakeBot, path: str) -> Response:
    content = bot.content(path)
    return Response("Not Found", 404) if content is None else Response(content)


def _snake(method: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in method)


def _send(bot: FakeBot, method: str, fields: Json, request: Request) -> Json | list[Json]:
    files = {name: (stored.filename or "", stored.read()) for name, stored in request.files.items()}
    chat_id = int(fields.get("chat_id", 0))
    if method == "sendMediaGroup":
        album = read_json(fields.get("media"), [])
        return [
            bot.take(_written(Sent(method, chat_id, 0, files=[files[one["media"].removeprefix("attach://")]]), one))
            for one in album
        ]
    sent = _written(Sent(method, chat_id, 0, files=list(files.values()), buttons=_buttons(fields)), fields)
    sent.reply_to = read_json(fields.get("reply_parameters"), {}).get("message_id")
    if method == "sendMessage" and not sent.text.strip():
        raise Refused(400, "Bad Request: message text is empty")
    if len(sent.text.encode("utf-16-le")) // 2 > (_TEXT if method == "sendMessage" else _CAPTION):
        raise Refused(400, "Bad Request: message is too long")
    if _SENDING[method] and not sent.files:
        raise Refused(400, f"Bad Request: there is no {_SENDING[method]} in the request")
    return bot.take(sent)


def _written(sent: Sent, fields: Json) -> Sent:
    """With the text or the caption, and what is bold in it."""
    sent.text = str(fields.get("text") or fields.get("caption") or "")
    marks = fields.get("entities") or fields.get("caption_entities") or []
    marks = read_json(marks, []) if isinstance(marks, str) else marks
    sent.bold = [(mark["offset"], mark["length"]) for mark in marks if mark["type"] == "bold"]
    return sent


def _buttons(fields: Json) -> list[list[tuple[str, str]]]:
    rows = read_json(fields.get("reply_markup"), {}).get("inline_keyboard", [])
    buttons = [[(b.get("text", ""), b.get("callback_data", "")) for b in row] for row in rows]
    if any(not 1 <= len(data.encode()) <= _DATA for row in buttons for _title, data in row):
        raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
    return buttons


def _result(found: Any) -> Response:
    return Response(json.dumps({"ok": True, "result": found}), content_type="application/json")


def _refusal(status: int, description: str, parameters: Json) -> Response:
    said: Json = {"ok": False, "error_code": status, "description": description}
    said |= {"parameters": parameters} if parameters else {}
    return Response(json.dumps(said), status, content_type="application/json")


def _failed(fault: Fault) -> Response:
    if fault.html:
        return Response("<html><h1>Bad gateway</h1></html>", fault.status, content_type="text/html")
    wait = {} if fault.retry_after is None else {"retry_after": fault.retry_after}
    return _refusal(fault.status, fault.description, wait)
