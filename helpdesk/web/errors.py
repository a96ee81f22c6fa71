"""One table from what can go wrong to HTTP answers, as a page or as problem+json (RFC 9457)."""

import json
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, make_response, render_template, request
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from helpdesk.tickets.errors import DomainError, Forbidden, Invalid, NotFound, WrongState
from helpdesk.tickets.words import Action, Status
from helpdesk.web.access import API_ROOT, PROGRAMS
from helpdesk.web.board.phrases import phrases
from helpdesk.web.fault_words import FORM_EXPIRED, WORDS
from helpdesk.web.language import language

log = logging.getLogger(__name__)

STATUS: Mapping[type[DomainError], int] = {NotFound: 404, Forbidden: 403, Invalid: 422, WrongState: 409}
RETRY_SECONDS = 5
OUT_OF_RANGE = "22003"
"""PostgreSQL's code for a number that the column cannot have."""
FRAMED = "helpdesk-fault-frame"
Framed = Callable[[int], tuple[str, dict[str, Any]]]
"""From an HTTP status to the template of its page and what stands around it."""


def _word(value: object) -> object:
    """A status or an action by the name that the pages give it; everything else as it is."""
    if isinstance(value, Action | Status):
        words = phrases(language())
        return (words.action if isinstance(value, Action) else words.status).get(value, value)
    return value


def _say(msgid: str, params: Mapping[str, object]) -> str:
    text: str = gettext(msgid)
    return text % {name: _word(value) for name, value in params.items()} if params else text


def message(error: DomainError) -> str:
    """What the error says, in the language of the caller."""
    return _say(error.msgid, error.params)


def field_messages(error: DomainError) -> dict[str, str]:
    """What is wrong with each field, in the language of the caller; empty when the error is about none."""
    if not isinstance(error, Invalid):
        return {}
    own: Mapping[str, Mapping[str, object]] = getattr(error, "field_params", {})
    return {name: _say(msgid, own.get(name, error.params)) for name, msgid in error.fields.items()}


def status_of(error: DomainError) -> int:
    """The HTTP status of a refusal."""
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 422)


def _is_interface() -> bool:
    return request.path.startswith(PROGRAMS)


def problem(status: int, detail: str, fields: Mapping[str, str] | None = None) -> Response:
    """A problem+json answer; `fields` are listed under `errors`."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if fields:
        body["errors"] = {name: [text] for name, text in fields.items()}
    answer = make_response(json.dumps(body), status)
    answer.content_type = "application/problem+json"
    answer.headers["Content-Language"] = language()
    answer.vary.add("Accept-Language")
    return answer


def _page(status: int, title: str, text: str, advice: str) -> Response:
    framed: Framed = current_app.extensions[FRAMED]
    template, around = framed(status)
    page = render_template(template, status=status, title=title, message=text, advice=advice, **around)
    return make_response(page, status)


def answer_for(status: int, detail: str = "", fields: Mapping[str, str] | None = None) -> Response:
    """The answer to a fault, as the caller can read it: `detail` is already in their language."""
    title, text, advice = (gettext(m) for m in WORDS.get(status, WORDS[500 if status >= 500 else 400]))
    if _is_interface():
        return problem(status, detail or text, fields)
    return _page(status, title, "\n".join([detail or text, *(fields or {}).values()]), advice)


def _refused(error: DomainError) -> Response:
    detail, fields = message(error), field_messages(error)
    shown = fields if _is_interface() else {n: t for n, t in fields.items() if t != detail}
    return answer_for(status_of(error), detail, shown)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400 or error.response is not None:
        return make_response(error.get_response())
    answer = answer_for(status)
    if status == 401 and request.path.startswith(API_ROOT):
        answer.headers["WWW-Authenticate"] = "Bearer"
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            answer.headers[name] = value
    return answer


def _form(_error: CSRFError) -> Response:
    return answer_for(403, gettext(FORM_EXPIRED))


def _database_away(error: Exception) -> Response:
    log.error("the database does not answer: %s: %s", type(error).__name__, getattr(error, "orig", None) or "")
    answer = answer_for(503)
    answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer


def _changed_meanwhile(_error: Exception) -> Response:
    return answer_for(409)


def _impossible_value(error: DataError) -> Response:
    """A number in an address that is larger than any row's names nothing; everything else is a fault of ours."""
    if getattr(error.orig, "sqlstate", "") == OUT_OF_RANGE:
        return answer_for(404)
    log.error("a value that the database refuses", exc_info=error)
    return answer_for(500)


AWAY = (OperationalError, InterfaceError, PoolTimeout)


def _unexpected(error: Exception) -> Response:
    cause = getattr(error, "original_exception", None) or error
    if isinstance(cause, AWAY):
        return _database_away(cause)
    return answer_for(500)


def prepare(app: Flask, framed: Framed) -> None:
    """Register the table, and what stands around its pages (`framed`).

    Nothing of an exception but what is meant for people ever reaches an answer.
    """
    app.extensions[FRAMED] = framed
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, _form)
    app.register_error_handler(StaleDataError, _changed_meanwhile)
    app.register_error_handler(DataError, _impossible_value)
    for kind in AWAY:
        app.register_error_handler(kind, _database_away)
    app.register_error_handler(500, _unexpected)
