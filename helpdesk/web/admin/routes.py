"""Quarantine, with what staff can do about it, and the catalogue in force."""

from collections.abc import Mapping
from contextlib import closing
from types import MappingProxyType

from flask import Response, flash, make_response, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from helpdesk.channels.base import Inbound, Unreadable
from helpdesk.channels.email.apart import ReadingApart, ReadingFailed
from helpdesk.store import trouble_queries as stored
from helpdesk.store.mail_models import RawMessage
from helpdesk.tickets.errors import Invalid
from helpdesk.usecases.by_hand import open_by_hand
from helpdesk.usecases.raw import discard, release
from helpdesk.usecases.redaction import masked
from helpdesk.web.access import AGENT, SUPERVISOR, require, staff
from helpdesk.web.admin import chat_accounts, floods, lines, messages, outbox
from helpdesk.web.admin.blueprint import PAGE, agents_desks, before, blueprint, present
from helpdesk.web.admin.catalogue import catalogue_page, notices, year_alarms
from helpdesk.web.admin.floods import bundles
from helpdesk.web.admin.view import quarantined, quarantined_page
from helpdesk.web.board.frame import CATALOGUE, QUARANTINE, frame, sees_strays
from helpdesk.web.errors import message
from helpdesk.web.language import language
from helpdesk.web.work import context, database

__all__ = ["blueprint"]
OTHERS = (outbox, messages, floods, lines, chat_accounts)
"""Their routes belong to the same blueprint."""


@blueprint.get("/quarantine")
@require(AGENT)
def quarantine() -> str:
    """The messages that could not become tickets."""
    rows = stored.quarantined(database(), agents_desks(), PAGE + 1, before(), everything=sees_strays(staff()))
    more = f"/quarantine?before={rows[PAGE - 1].id}" if len(rows) > PAGE else ""
    held = [quarantined(row, context().catalog, present(row.desk)) for row in rows[:PAGE]]
    many = [] if before() else bundles(agents_desks(), context().catalog)
    return render_template(
        "admin/quarantine.html", held=held, floods=many, next_href=more, notices=notices(), **frame(QUARANTINE)
    )


def _message(raw_id: int) -> RawMessage:
    found = stored.raw_message(database(), raw_id, agents_desks(), everything=sees_strays(staff()))
    if found is None:
        raise NotFound
    return found


def _page(raw: RawMessage, error: str = "", typed: Mapping[str, str] = MappingProxyType({})) -> str:
    desks = {desk: context().catalog.desks[desk].name for desk in agents_desks()}
    return render_template(
        "admin/quarantined.html",
        m=quarantined_page(raw, desks, context().catalog, present(raw.desk)),
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
    """The bytes as they arrived, as a download; what only its requester, or a colleague, may act with is masked for all
    but administrators.
    """
    body = _message(raw_id).body
    answer = make_response(body if staff().is_administrator else masked(body))
    answer.headers["Content-Type"] = "application/octet-stream"
    answer.headers["Content-Disposition"] = f'attachment; filename="message-{raw_id}.eml"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@blueprint.post("/quarantine/<int(max=9007199254740991):raw_id>/retry")
@require(AGENT)
def retry(raw_id: int) -> AnyResponse:
    """Put the message back into the queue, at a desk if it had none; the worker tries it again."""
    raw = _message(raw_id)
    desk = request.form.get("desk", "")
    if raw.desk is None and desk in agents_desks():
        raw.desk = desk
    release(database(), raw_id, context().now)
    flash(_("The message is tried again in a moment; it comes back here if it still cannot be read."), "done")
    return redirect("/quarantine", 303)


@blueprint.post("/quarantine/<int(max=9007199254740991):raw_id>/discard")
@require(AGENT)
def put_aside(raw_id: int) -> AnyResponse:
    """Take the message from the list, with a reason; its bytes stay stored."""
    raw = _message(raw_id)
    reason = " ".join(request.form.get("reason", "").split())[:400]
    if not reason:
        return make_response(_page(raw, _("A reason is needed.")), 422)
    discard(database(), raw_id, staff().name, reason)
    flash(_("The message was discarded. It stays stored."), "done")
    return redirect("/quarantine", 303)


def _read(raw: RawMessage) -> Inbound | None:
    """What can be read of the message, in a process that may die of it; None where nothing can."""
    try:
        with closing(ReadingApart()) as read:
            return read(raw.body, received_at=raw.received_at)
    except (Unreadable, ReadingFailed, OSError):
        return None


@blueprint.post("/quarantine/<int(max=9007199254740991):raw_id>/open")
@require(AGENT)
def open_ticket(raw_id: int) -> AnyResponse:
    """Make a ticket of the message, for the address and at the desk that staff say."""
    raw = _message(raw_id)
    given = {name: request.form.get(name, "") for name in ("desk", "email", "name", "subject")}
    try:
        ticket = open_by_hand(database(), context(), staff(), raw_id, given, _read)
    except Invalid as refusal:
        return make_response(_page(raw, message(refusal), given), 422)
    return redirect(f"/tickets/{ticket.number}", 303)


@blueprint.get("/catalogue")
@require(SUPERVISOR)
def catalogue() -> str:
    """The catalogue in force, and what is wrong with its file by now."""
    page = catalogue_page(language())
    return render_template("admin/catalogue.html", c=page, notices=year_alarms(), **frame(CATALOGUE))
