"""What a requester calls "my tickets": proving an address by a one-time code, then its tickets."""

from dataclasses import dataclass

from flask import Response, make_response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpdesk.channels.email.addresses import addr_spec
from helpdesk.store.models import Ticket
from helpdesk.tickets.errors import DomainError
from helpdesk.usecases.portal_codes import ask_code, prove, tickets_of
from helpdesk.web import session as sessions
from helpdesk.web.access import PUBLIC, prove_address, proved_address, require
from helpdesk.web.language import language
from helpdesk.web.portal import blueprint
from helpdesk.web.portal.fields import Kept, said
from helpdesk.web.portal.limits import CODE, TRY, too_many
from helpdesk.web.portal.progress import status_in_words
from helpdesk.web.portal.shell import shell
from helpdesk.web.portal.standard import Present
from helpdesk.web.portal.words import _
from helpdesk.web.security import local_path
from helpdesk.web.work import context, database, keep

ASKED, BACK = "asked", "back"
A_PAGE = 30


@dataclass(frozen=True, slots=True)
class Line:
    """One ticket in the list of its requester."""

    number: str
    subject: str
    href: str
    state: str
    tone: str
    received: str


def _line(ticket: Ticket) -> Line:
    desk = context().desk(ticket.desk)
    state, tone = status_in_words(ticket)
    received = Present(context().now, desk, language()).when(ticket.received_at)
    return Line(ticket.number, ticket.subject, url_for("portal.own", number=ticket.number), state, tone, received)


@blueprint.get("/my")
@require(PUBLIC)
def my() -> Response:
    """The tickets of a proved address; else the question for the address."""
    address = proved_address()
    if not address:
        return _ask()
    before = request.args.get("before", "")
    before_id = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
    found = tickets_of(database(), address, A_PAGE + 1, before_id)
    shown = found[:A_PAGE]
    page = render_template(
        "portal/my.html",
        shell=shell(here="my"),
        address=address,
        lines=[_line(t) for t in shown],
        older=url_for("portal.my", before=shown[-1].id) if len(found) > A_PAGE else "",
        newest=url_for("portal.my") if before else "",
    )
    return make_response(page)


def _ask(kept: Kept | None = None, status: int = 200) -> Response:
    back = local_path(request.values.get("next", ""), "")
    page = render_template("portal/prove.html", shell=shell(here="my"), kept=kept or Kept(), next=back)
    return make_response(page, status)


@blueprint.get("/my/sign-in", endpoint="prove")
@require(PUBLIC)
def sign_in() -> AnyResponse:
    """The question for the address, and back to where one came from."""
    return redirect(local_path(request.args.get("next", ""), url_for("portal.my")), 303) if proved_address() else _ask()


@blueprint.post("/my/code")
@require(PUBLIC)
def ask() -> AnyResponse:
    """Send a code; the answer is the same whether the address is known here or not."""
    typed = request.form.get("email", "")
    address = addr_spec(typed)
    values = {"email": typed}
    if not address:
        wrong = _("This is not an e-mail address; it looks like name@office.go.id.")
        return _ask(Kept(values, {"email": wrong}), 422)
    if too_many(CODE, address):
        return _ask(Kept(values, {"email": _("Too many codes were asked for; please wait an hour.")}), 429)
    try:
        ask_code(database(), context(), address)
    except DomainError as error:
        return _ask(Kept(values, {"email": said(error)}), 429)
    session[ASKED], session[BACK] = address, local_path(request.form.get("next", ""), "")
    return redirect(url_for("portal.code"), 303)


def _code(kept: Kept | None = None, status: int = 200) -> AnyResponse:
    address = session.get(ASKED, "")
    if not address:
        return redirect(url_for("portal.my"), 303)
    page = render_template("portal/code.html", shell=shell(here="my"), address=address, kept=kept or Kept())
    return make_response(page, status)


@blueprint.get("/my/code")
@require(PUBLIC)
def code() -> AnyResponse:
    """The field for the code."""
    return _code()


@blueprint.post("/my/enter")
@require(PUBLIC)
def enter() -> AnyResponse:
    """Check the code; a right one begins a session that knows the address."""
    address = str(session.get(ASKED, ""))
    if not address:
        return redirect(url_for("portal.my"), 303)
    keep()  # a wrong try counts
    if too_many(TRY, address):
        return _code(Kept({}, {"code": _("There were too many attempts; please wait an hour.")}), 429)
    typed = "".join(request.form.get("code", "").split())[:20]
    if not prove(database(), context(), address, typed):
        wrong = _("This code is wrong or too old. Look at the newest mail, or ask for a new code.")
        return _code(Kept({}, {"code": wrong}), 422)
    back = local_path(str(session.get(BACK, "")), url_for("portal.my"))
    prove_address(address)
    return redirect(back, 303)


@blueprint.post("/my/leave")
@require(PUBLIC)
def leave() -> AnyResponse:
    """Forget the proved address in this browser."""
    sessions.end(database())
    return redirect(url_for("portal.home"), 303)
