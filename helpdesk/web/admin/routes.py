"""Quarantine and outbox, with what staff can do about them, and the catalogue in force."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from helpdesk.store import trouble_queries as stored
from helpdesk.store.mail_models import RawMessage
from helpdesk.tickets.errors import WrongState
from helpdesk.tickets.words import Role
from helpdesk.usecases.raw import discard, release
from helpdesk.usecases.resending import HELD, send_again
from helpdesk.web.access import AGENT, SUPERVISOR, require, staff
from helpdesk.web.admin.catalogue import catalogue_page, notices, year_alarms
from helpdesk.web.admin.view import outgoing, quarantined, quarantined_page
from helpdesk.web.board.clocks import Present
from helpdesk.web.board.frame import CATALOGUE, OUTBOX, QUARANTINE, frame, sees_strays
from helpdesk.web.board.scope import desks_of, presents
from helpdesk.web.errors import message
from helpdesk.web.language import language
from helpdesk.web.work import context, database

PAGE = 50

blueprint = Blueprint("admin", __name__)


def _desks() -> tuple[str, ...]:
    return desks_of(staff(), context().catalog, Role.AGENT, Role.SUPERVISOR)


def _present() -> Present:
    desk = (_desks() or tuple(context().catalog.desks))[0]
    return presents(context(), (desk,), language())[desk]


def _before() -> int:
    text = request.args.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


@blueprint.get("/quarantine")
@require(AGENT)
def quarantine() -> str:
    """The messages that could not become tickets."""
    rows = stored.quarantined(database(), _desks(), PAGE + 1, _before(), everything=sees_strays(staff()))
    more = f"/quarantine?before={rows[PAGE - 1].id}" if len(rows) > PAGE else ""
    held = [quarantined(row, context().catalog, _present()) for row in rows[:PAGE]]
    return render_template("admin/quarantine.html", held=held, next_href=more, notices=notices(), **frame(QUARANTINE))


def _message(raw_id: int) -> RawMessage:
    found = stored.raw_message(database(), raw_id, _desks(), everything=sees_strays(staff()))
    if found is None:
        raise NotFound
    return found


def _page(raw: RawMessage, error: str = "", typed: str = "") -> str:
    desks = {desk: context().catalog.desks[desk].name for desk in _desks()}
    return render_template(
        "admin/quarantined.html",
        m=quarantined_page(raw, desks, context().catalog, _present()),
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
    if message.desk is None and desk in _desks():
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


@blueprint.post("/outbox/<int(max=9007199254740991):message_id>/send")
@require(AGENT)
def send_now(message_id: int) -> AnyResponse:
    """Let a held message go, or try one again that could not be delivered; the worker sends it."""
    try:
        before = send_again(database(), context(), staff(), message_id)
    except WrongState as late:
        flash(message(late), "error")
        return redirect("/outbox", 303)
    released = _("The message is released and goes out in a moment.")
    flash(released if before == HELD else _("The message is tried again in a moment."), "done")
    return redirect("/outbox", 303)


@blueprint.get("/outbox")
@require(AGENT)
def outbox() -> str:
    """The messages that have not been delivered, with the reason."""
    rows = stored.undelivered(database(), _desks(), context().now, PAGE + 1, _before())
    more = f"/outbox?before={rows[PAGE - 1].id}" if len(rows) > PAGE else ""
    waiting = [outgoing(row, _present(), context().settings.automatic_per_hour) for row in rows[:PAGE]]
    return render_template("admin/outbox.html", waiting=waiting, next_href=more, notices=notices(), **frame(OUTBOX))


@blueprint.get("/catalogue")
@require(SUPERVISOR)
def catalogue() -> str:
    """The catalogue in force, and what is wrong with its file by now."""
    page = catalogue_page(language())
    return render_template("admin/catalogue.html", c=page, notices=year_alarms(), **frame(CATALOGUE))
