"""The ticket page, its preview, its files, and the door for its actions."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, Response, flash, jsonify, make_response, redirect, render_template, request, send_file
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as AnyResponse

from helpdesk.store.blobs import BlobStore
from helpdesk.store.models import Ticket
from helpdesk.store.page_queries import designed_mail, file_of
from helpdesk.tickets.errors import DomainError, Invalid, WrongState
from helpdesk.tickets.errors import NotFound as Missing
from helpdesk.usecases.handling import ticket_for
from helpdesk.usecases.withdrawing import withdraw_links
from helpdesk.web.access import STAFF, require, staff
from helpdesk.web.acting import act, action_named
from helpdesk.web.board.clocks import Present
from helpdesk.web.board.frame import TICKET, frame, list_href
from helpdesk.web.board.phrases import phrases
from helpdesk.web.board.scope import presents
from helpdesk.web.errors import field_messages, message, status_of
from helpdesk.web.language import language
from helpdesk.web.schemas import form_fields
from helpdesk.web.security import local_path
from helpdesk.web.ticket.enclosures import enclosures
from helpdesk.web.ticket.mailframe import POLICY, framed
from helpdesk.web.ticket.overtaken import has_form, overtaken
from helpdesk.web.ticket.page import Viewer, build, read
from helpdesk.web.ticket.view import Kept
from helpdesk.web.work import context, database, undo

blueprint = Blueprint("ticket", __name__)


def _present(ticket: Ticket) -> Present:
    return presents(context(), (ticket.desk,), language())[ticket.desk]


def _viewer(at: Present) -> Viewer:
    return Viewer(database(), context(), staff(), at)


def _list() -> tuple[str, str]:
    """Where the person came from: the list to go back to, and its name."""
    asked = request.args.get("from", "")
    referrer = urlsplit(request.referrer or "")
    if not asked and referrer.netloc == request.host and referrer.path in ("/board", "/queue"):
        asked = f"{referrer.path}?{referrer.query}" if referrer.query else referrer.path
    words = phrases(language())
    return local_path(asked, list_href(staff())), words.back


def _page(ticket: Ticket, kept: Kept | None = None, documents: tuple[str, ...] = ()) -> str:
    at = _present(ticket)
    found = read(database(), context(), ticket)
    href, name = _list()
    shown = build(_viewer(at), found, documents)
    gone = kept is not None and not has_form(kept.action, shown.buttons)
    return render_template(
        "ticket/page.html",
        t=shown,
        late=overtaken(kept, found, context().catalog, at) if kept and gone else None,
        names=at.words.action,
        list_href=href,
        list_name=name,
        kept=kept,
        back="",
        **frame(TICKET),
    )


@blueprint.get("/tickets/<number>")
@require(STAFF)
def page(number: str) -> str:
    """The whole ticket."""
    return _page(ticket_for(database(), staff(), number))


@blueprint.get("/tickets/<number>/peek")
@require(STAFF)
def peek(number: str) -> str:
    """The preview beside a list."""
    ticket = ticket_for(database(), staff(), number)
    at = _present(ticket)
    technician = request.args.get("side") == "queue"
    return render_template(
        "ticket/peek.html",
        t=build(_viewer(at), read(database(), context(), ticket, brief=True)),
        names=at.words.action,
        kept=None,
        back=local_path(request.args.get("back", ""), "/queue" if technician else "/board"),
        for_technician=technician,
    )


@blueprint.get("/tickets/<number>/state")
@require(STAFF)
def state(number: str) -> Response:
    """Whether the page in the browser still shows the present state."""
    return jsonify(version=ticket_for(database(), staff(), number).version)


@blueprint.get("/tickets/<number>/files/<int(max=9007199254740991):file_id>")
@require(STAFF)
def file(number: str, file_id: int) -> Response:
    """An attachment: always a download, never shown in our origin, whatever it says it is."""
    ticket = ticket_for(database(), staff(), number)
    found = file_of(database(), ticket.id, file_id)
    if found is None:
        raise NotFound
    try:
        path = BlobStore(context().settings.data).path(found.sha256)
    except FileNotFoundError:
        raise NotFound from None
    answer = send_file(path, "application/octet-stream", as_attachment=True, download_name=found.name)
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@blueprint.get("/tickets/<number>/entries/<int(max=9007199254740991):entry_id>/html")
@require(STAFF)
def designed(number: str, entry_id: int) -> Response:
    """A mail as it was designed: sanitised, for a frame without rights, without anything from outside."""
    ticket = ticket_for(database(), staff(), number)
    html = designed_mail(database(), ticket.id, entry_id)
    if html is None:
        raise NotFound
    answer = make_response(framed(html))
    answer.headers["Content-Security-Policy"] = POLICY
    return answer


def _typed(form: MultiDict[str, str]) -> Mapping[str, str]:
    return {name: value for name, value in form.items() if name not in ("csrf_token", "next")}


_TICKED = {"documents": "#s-papers", "stages": "#s-stages"}


def _where(number: str, action: str) -> str:
    """Where to go after an action: back to the list it was done from, else the ticket; the browser drops its draft.

    Who ticks documents or stages off stays at them.
    """
    ticked = {name.partition(".")[0] for name in request.form} & _TICKED.keys()
    place = _TICKED[ticked.pop()] if ticked else ""
    back = local_path(request.form.get("next", ""), f"/tickets/{number}{place}")
    path, _hash, fragment = back.partition("#")
    query = urlencode({"done": f"{number}-{action}"})
    return f"{path}{'&' if '?' in path else '?'}{query}{'#' + fragment if fragment else ''}"


@blueprint.post("/tickets/<number>/actions/<action>")
@require(STAFF)
def do(number: str, action: str) -> AnyResponse:
    """Do an action; a refusal shows the page again with everything that was typed.

    It stands in the form, opened; where the page has that form no longer, over the page.
    """
    named, person = action_named(action), staff()
    try:
        ticket = ticket_for(database(), person, number)
        zone = context().catalog.desks[ticket.desk].zone
        given, version = form_fields(named, request.form, zone), _version(request.form)
        act(person, number, named, given, version=version, files=enclosures(person, number, named))
    except Missing:
        raise
    except DomainError as refused:
        return _refused(number, action, refused)
    if request.form.get("next"):
        flash(f"{number}: {phrases(language()).action[named]}", "done")
    return redirect(_where(number, action), 303)


@blueprint.post("/tickets/<number>/links/revoke")
@require(STAFF)
def revoke(number: str) -> AnyResponse:
    """Revoke the private links of a ticket; its next mail to the requester carries a new one."""
    ticket = ticket_for(database(), staff(), number, lock=True)
    if withdraw_links(database(), context(), staff(), ticket):
        flash(_("The private links are revoked; the next mail carries a new one."), "done")
    return redirect(f"/tickets/{number}", 303)


def _version(form: Mapping[str, Any]) -> int | None:
    text = form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _refused(number: str, action: str, refused: DomainError) -> Response:
    said, status = message(refused), status_of(refused)
    errors = field_messages(refused) if isinstance(refused, Invalid) else {}
    documents = tuple(request.form.getlist("missing"))
    undo()
    ticket = ticket_for(database(), staff(), number)
    kept = Kept(action, said, _typed(request.form), errors, conflict=isinstance(refused, WrongState))
    return make_response(_page(ticket, kept, documents), status)
