"""One ticket for its requester: behind the private link of a mail, or among "My tickets" after a code.

Both doors lead to the same page and the same actions; only who proved what, and the addresses, differ.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response, abort, flash, make_response, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpdesk.sla.norms import StartKind
from helpdesk.store.blobs import BlobStore
from helpdesk.store.models import Ticket
from helpdesk.tickets.errors import DomainError, NotFound
from helpdesk.tickets.errors import marked as _marked
from helpdesk.tickets.permission import Requester
from helpdesk.tickets.words import Action, HoldReason
from helpdesk.usecases.access import open_link
from helpdesk.usecases.clocks import standing
from helpdesk.usecases.documents import still_needed
from helpdesk.usecases.handling import ticket_for
from helpdesk.usecases.portal import Message, answer, bring, reopen
from helpdesk.usecases.portal_codes import own_ticket
from helpdesk.usecases.portal_form import FILE_BYTES, Check, checked_answers, checked_files
from helpdesk.usecases.redaction import without_private_links
from helpdesk.usecases.slips import holder_address
from helpdesk.usecases.supplying import awaited_now, lines_of
from helpdesk.web.access import PUBLIC, REQUESTER, proved_address, require
from helpdesk.web.acting import act
from helpdesk.web.errors import status_of
from helpdesk.web.language import language
from helpdesk.web.portal import blueprint
from helpdesk.web.portal.fields import Kept, said
from helpdesk.web.portal.home import UNKNOWN_ITEM, item_href
from helpdesk.web.portal.limits import FORM, too_many
from helpdesk.web.portal.sending import form_token
from helpdesk.web.portal.shell import shell
from helpdesk.web.portal.standard import Present
from helpdesk.web.portal.ticket import document_field, public_file, ticket_page
from helpdesk.web.portal.uploads import uploaded
from helpdesk.web.portal.visiting import asked_visit
from helpdesk.web.portal.words import _
from helpdesk.web.work import context, database, surroundings, undo

LONGEST_TEXT = 20_000
FILE_POLICY = "sandbox; default-src 'none'"


@dataclass(frozen=True, slots=True)
class Door:
    """A ticket that somebody may see, who they are, and the addresses of its page, actions and files."""

    ticket: Ticket
    requester: Requester
    here: str
    action: Callable[[str], str]
    file: Callable[[int], str]
    by_link: bool


def _by_link(token: str) -> Door:
    """The ticket behind a private link; the same 404 for a wrong, an ended and a revoked one."""
    link = open_link(database(), surroundings().settings.secret_key, token, context().now)
    ticket = database().get(Ticket, link.ticket_id) if link else None
    address = holder_address(link, ticket) if link and ticket else None
    if ticket is None or address is None:
        abort(404)
    return Door(
        ticket,
        Requester(ticket.requester_id, address, ticket.requester.name),
        url_for("portal.linked", token=token),
        lambda action: url_for("portal.linked_action", token=token, action=action),
        lambda file: url_for("portal.linked_file", token=token, file=file),
        by_link=True,
    )


def _own(number: str) -> Door:
    """A ticket of the proved address; the same 404 for an absent one and for somebody else's."""
    found = own_ticket(database(), proved_address(), number)
    if found is None:
        abort(404)
    ticket, requester = found
    return Door(
        ticket,
        requester,
        url_for("portal.own", number=number),
        lambda action: url_for("portal.own_action", number=number, action=action),
        lambda file: url_for("portal.own_file", number=number, file=file),
        by_link=False,
    )


def _page(door: Door, kept: Kept | None = None, status: int = 200) -> Response:
    desk = context().desk(door.ticket.desk)
    at = Present(context().now, desk, language())
    kept, shown = kept or Kept(), ticket_page(database(), context(), door.ticket, door.requester, at)
    page = render_template(
        "portal/ticket.html",
        shell=shell(desk, "" if door.by_link else "my"),
        private=door.by_link,
        door=door,
        page=shown,
        kept=kept,
        answers=Kept({**shown.answers, **kept.values}, kept.errors),
        form_token=request.form.get("form_token", "")[:64] or form_token(),
        most_bytes=FILE_BYTES,
        again_href=item_href(desk.id, door.ticket.item if door.ticket.item in desk.items else UNKNOWN_ITEM),
    )
    return make_response(page, status)


def _file(door: Door, file_id: int) -> Response:
    """A file of a public entry, only ever for download."""
    file = public_file(database(), door.ticket, file_id)
    if file is None:
        abort(404)
    try:
        path = BlobStore(surroundings().settings.data).path(file.sha256)
    except FileNotFoundError:
        abort(404)
    sent = send_file(path, "application/octet-stream", as_attachment=True, download_name=file.name, etag=False)
    sent.headers["Content-Security-Policy"] = FILE_POLICY
    sent.headers["Cache-Control"] = "private, no-store"
    return sent


# --- what can be done ----------------------------------------------------------------------------------------------


def _typed() -> str:
    return request.form.get("text", "").replace("\r\n", "\n").replace("\x00", "").strip()[:LONGEST_TEXT]


def _message(door: Door) -> Message:
    """What was typed and chosen; a file in the field of an awaited document is that document."""
    fields = {document_field(line.key): line.key for line in awaited_now(database(), context(), door.ticket)}
    came, check = uploaded(fields), Check({})
    files = checked_files(check, fields.values(), came.files)
    for error in check.errors.values():
        raise error
    return Message(_typed(), files, came.contents, request.form.get("form_token", "")[:64], language())


def _add(door: Door, message: Message, way: Callable[..., None] = answer) -> str:
    waited = door.ticket.hold_reason == HoldReason.DOCUMENTS
    way(database(), context(), door.requester, door.ticket, message)
    if waited and door.ticket.hold_reason is None:
        return _all_came(door.ticket)
    if any(file.document for file in message.files):
        return _("Thank you, your document has been added to the ticket.")
    return _("Your message has been added to the ticket.")


def _all_came(ticket: Ticket) -> str:
    """What to say when everything on the list of the hold has come; the clock may wait for more than that."""
    now = standing(database(), context(), ticket)
    to_start = now.timeline.awaiting is StartKind.DOCUMENTS
    missing = still_needed(lines_of(database(), context(), ticket), to_start=to_start)
    if missing:
        names = "; ".join(line.name.get(language()) for line in missing)
        return _("Thank you. What we asked for has come; before the time begins we still need: %(names)s.", names=names)
    return _("Thank you, now we have every document; the work goes on.")


def _reply(door: Door) -> str:
    return _add(door, _message(door))


def _documents(door: Door) -> str:
    """Only documents, where no other message is expected any more."""
    return _add(door, _message(door), bring)


def _reopen(door: Door) -> str:
    reopen(database(), context(), door.requester, door.ticket, _message(door))
    return _("The ticket is open again; the team that fulfilled it goes on.")


def _confirm(door: Door) -> str:
    rating = request.form.get("rating", "")
    comment = without_private_links(request.form.get("comment", "").replace("\r\n", "\n").strip())
    given: dict[str, object] = {"comment": comment} if comment else {}
    if rating:
        given["rating"] = int(rating) if rating in {"1", "2", "3", "4", "5"} else rating
    act(door.requester, door.ticket.number, Action.CONFIRM, given)
    return _("Thank you. The ticket is closed.")


def _change(door: Door) -> str | Kept:
    """Other answers to the questions of the form; an answer left empty stays as it was."""
    item, check = context().item(door.ticket.item, door.ticket.catalog_version), Check(request.form)
    given = checked_answers(check, item, language())
    if check.errors:
        told = {name: said(error) for name, error in check.errors.items()}
        return Kept(request.form.to_dict(), told, _("Please look at these fields again. Nothing has been changed yet."))
    due, known = door.ticket.resolution_due_at, dict(door.ticket.attributes)
    act(door.requester, door.ticket.number, Action.SET, {"attributes": given})
    if door.ticket.attributes == known:
        return _("Nothing was changed.")
    if door.ticket.resolution_due_at == due:
        return _("The details have been changed; the time stays.")
    return _("The details have been changed, and with them the time.")


def _visit(door: Door) -> str:
    act(door.requester, door.ticket.number, Action.SET, asked_visit(request.form))
    return _("The time is booked: you find it here.") if door.ticket.visit_at else _("The visit is cancelled.")


def _withdraw(door: Door) -> str:
    act(door.requester, door.ticket.number, Action.CANCEL, {})
    return _("Your request has been withdrawn.")


DEEDS: dict[str, Callable[[Door], str | Kept]] = {
    "change": _change,
    "visit": _visit,
    "reply": _reply,
    "documents": _documents,
    "reopen": _reopen,
    "confirm": _confirm,
    "withdraw": _withdraw,
}


def _do(door: Door, action: str) -> AnyResponse:
    deed = DEEDS.get(action)
    if deed is None:
        raise NotFound(_marked("There is no such action."))
    if too_many(FORM, door.requester.address or door.ticket.number):
        return _page(door, Kept(request.form, {}, _("There were too many attempts; please wait an hour.")), 429)
    ticket_for(database(), door.requester, door.ticket.number, lock=True)
    try:
        done = deed(door)
        database().flush()
    except DomainError as error:
        undo()
        return _page(door, Kept(request.form.to_dict(), {}, said(error)), status_of(error))
    if isinstance(done, Kept):
        undo()
        return _page(door, done, 422)
    flash(done)
    return redirect(door.here, 303)


# --- the two doors -------------------------------------------------------------------------------------------------


def _quiet(response: AnyResponse) -> AnyResponse:
    """The token in the address stays on this site; the forms of the page need to say where they come from."""
    response.headers["Referrer-Policy"] = "same-origin"
    return response


@blueprint.get("/t/<token>")
@require(PUBLIC)
def linked(token: str) -> AnyResponse:
    """The ticket behind the link of a mail. Looking changes nothing."""
    return _quiet(_page(_by_link(token)))


@blueprint.post("/t/<token>/<action>")
@require(PUBLIC)
def linked_action(token: str, action: str) -> AnyResponse:
    """A button on that page."""
    return _quiet(_do(_by_link(token), action))


@blueprint.get("/t/<token>/files/<int(max=9007199254740991):file>")
@require(PUBLIC)
def linked_file(token: str, file: int) -> Response:
    """A file on that page."""
    return _file(_by_link(token), file)


@blueprint.get("/my/<number>")
@require(REQUESTER)
def own(number: str) -> Response:
    """A ticket of the proved address."""
    return _page(_own(number))


@blueprint.post("/my/<number>/<action>")
@require(REQUESTER)
def own_action(number: str, action: str) -> AnyResponse:
    """A button on that page."""
    return _do(_own(number), action)


@blueprint.get("/my/<number>/files/<int(max=9007199254740991):file>")
@require(REQUESTER)
def own_file(number: str, file: int) -> Response:
    """A file on that page."""
    return _file(_own(number), file)
