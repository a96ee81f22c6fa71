"""Quarantine, with what staff can do about it, and the catalogue in force."""

from flask import Response, flash, make_response, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from helpdesk.store import trouble_queries as stored
from helpdesk.store.mail_models import RawMessage
from helpdesk.usecases.raw import discard, release
from helpdesk.web.access import AGENT, SUPERVISOR, require, staff
from helpdesk.web.admin import messages, outbox
from helpdesk.web.admin.blueprint import PAGE, agents_desks, before, blueprint, present
from helpdesk.web.admin.catalogue import catalogue_page, notices, year_alarms
from helpdesk.web.admin.view import quarantined, quarantined_page
from helpdesk.web.board.frame import CATALOGUE, QUARANTINE, frame, sees_strays
from helpdesk.web.language import language
from helpdesk.web.work import context, database

__all__ = ["blueprint"]
OTHERS = (outbox, messages)
"""Their routes belong to the same blueprint."""


@blueprint.get("/quarantine")
@require(AGENT)
def quarantine() -> str:
    """The messages that could not become tickets."""
    rows = stored.quarantined(database(), agents_desks(), PAGE + 1, before(), everything=sees_strays(staff()))
    more = f"/quarantine?before={rows[PAGE - 1].id}" if len(rows) > PAGE else ""
    held = [quarantined(row, context().catalog, present()) for row in rows[:PAGE]]
    return render_template("admin/quarantine.html", held=held, next_href=more, notices=notices(), **frame(QUARANTINE))


def _message(raw_id: int) -> RawMessage:
    found = stored.raw_message(database(), raw_id, agents_desks(), everything=sees_strays(staff()))
    if found is None:
        raise NotFound
    return found


def _page(raw: RawMessage, error: str = "", typed: str = "") -> str:
    desks = {desk: context().catalog.desks[desk].name for desk in agents_desks()}
    return render_template(
        "admin/quarantined.html",
        m=quarantined_page(raw, desks, context().catalog, present()),
        list_href="/quarantine",
        error=error,
        typed=typed,
        **frame(QUARANTINE),
    )


@blueprint.get("/quarantine/<int(max=9007199254740991):raw_id>")
@require(AGENT)
def one(raw_id: int) -> str:
    """One message: its headers as text, the reason, what can be done."""
    return _page(_message(raw_id))


@blueprint.get("/quarantine/<int(max=9007199254740991):raw_id>/raw")
@require(AGENT)
def raw(raw_id: int) -> Response:
    """The bytes as they arrived, as a download."""
    answer = make_response(_message(raw_id).body)
    answer.headers["Content-Type"] = "application/octet-stream"
    answer.headers["Content-Disposition"] = f'attachment; filename="message-{raw_id}.eml"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@blueprint.post("/quarantine/<int(max=9007199254740991):raw_id>/retry")
@require(AGENT)
def retry(raw_id: int) -> AnyResponse:
    """Put the message back into the queue, at a desk if it had none; the worker tries it again."""
    message = _message(raw_id)
    desk = request.form.get("desk", "")
    if message.desk is None and desk in agents_desks():
        message.desk = desk
    release(database(), raw_id, context().now)
    flash(_("The message is tried again in a moment; it comes back here if it still cannot be read."), "done")
    return redirect("/quarantine", 303)


@blueprint.post("/quarantine/<int(max=9007199254740991):raw_id>/discard")
@require(AGENT)
def put_aside(raw_id: int) -> AnyResponse:
    """Take the message from the list, with a reason; its bytes stay stored."""
    message = _message(raw_id)
    reason = " ".join(request.form.get("reason", "").split())[:400]
    if not reason:
        return make_response(_page(message, _("A reason is needed.")), 422)
    discard(database(), raw_id, staff().name, reason)
    flash(_("The message was discarded. It stays stored."), "done")
    return redirect("/quarantine", 303)


@blueprint.get("/catalogue")
@require(SUPERVISOR)
def catalogue() -> str:
    """The catalogue in force, and what is wrong with its file by now."""
    page = catalogue_page(language())
    return render_template("admin/catalogue.html", c=page, notices=year_alarms(), **frame(CATALOGUE))
