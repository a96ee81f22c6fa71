"""The service page: the published standard, the form, and sending it."""

import secrets

from flask import Response, abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from helpdesk.catalog.model import Desk, Item
from helpdesk.usecases.caps import OF_CALLER
from helpdesk.usecases.clocks import DEFAULT_REOPEN_DAYS
from helpdesk.usecases.documents import documents_asked
from helpdesk.usecases.portal import send_form
from helpdesk.usecases.portal_form import FILE_BYTES, check_form
from helpdesk.usecases.standards import calendar_for
from helpdesk.web.access import PUBLIC, proved_address, require
from helpdesk.web.language import language
from helpdesk.web.portal import blueprint
from helpdesk.web.portal.fields import Kept, attribute_fields, refused
from helpdesk.web.portal.home import UNKNOWN_ITEM, examples
from helpdesk.web.portal.limits import FORM, replies_used_up, too_many
from helpdesk.web.portal.receipts import receipt_href, remember
from helpdesk.web.portal.shell import shell
from helpdesk.web.portal.standard import Present, lead_time_help, standard
from helpdesk.web.portal.uploads import of_form, uploaded
from helpdesk.web.portal.words import _
from helpdesk.web.work import context, database


def form_token() -> str:
    """A fresh token for a form: the same form sent twice carries the same one."""
    return secrets.token_urlsafe(16)


def _place(desk_id: str, item_id: str) -> tuple[Desk, Item | None]:
    """The desk and the item of an address; no item for "I do not know which". 404 for what is not offered."""
    desk = context().desk(desk_id)
    if item_id == UNKNOWN_ITEM:
        return desk, None
    item = context().item(item_id)
    if item is None or item.id not in desk.items:
        abort(404)
    return desk, item


def _today(desk: Desk) -> str:
    return context().now.astimezone(desk.zone).date().isoformat()


def _page(desk: Desk, item: Item | None, kept: Kept, token: str, status: int = 200) -> Response:
    at = Present(context().now, desk, language())
    calendar = calendar_for(context().catalog, desk.id, item)
    page = render_template(
        "portal/service.html",
        shell=shell(desk),
        desk=desk,
        standard=standard(context().catalog, item, at) if item else None,
        asks_event=item is not None and item.event_date,
        event_needed=item is not None and not item.event_optional,
        asks_superior=item is not None and item.superior_cc,
        example=examples([item] if item else context().catalog.items_of(desk.id)),
        lead_time=lead_time_help(item, calendar, at) if item else "",
        attributes=attribute_fields(item, at.language),
        today=_today(desk),
        kept=kept,
        known_address=proved_address(),
        form_token=token,
        most_bytes=FILE_BYTES,
        reopen_days=item.reopen_days if item else DEFAULT_REOPEN_DAYS,
    )
    return make_response(page, status)


@blueprint.get("/<desk:desk>/<path:item>")
@require(PUBLIC)
def service(desk: str, item: str) -> Response:
    """The standard of an item and its form."""
    chosen, offered = _place(desk, item)
    return _page(chosen, offered, Kept(), form_token())


@blueprint.post("/<desk:desk>/<path:item>")
@require(PUBLIC)
def send(desk: str, item: str) -> AnyResponse:
    """Send the form: the ticket and its receipt, or the form again with everything that was typed."""
    chosen, offered = _place(desk, item)
    values = {name: request.form.get(name, "") for name in request.form}
    token = values.get("form_token", "")[:64] or form_token()
    files = uploaded(of_form(documents_asked(offered)))
    submission, errors = check_form(context(), chosen, offered, values, files.files, language())
    if submission is None:
        return _page(chosen, offered, refused(values, errors), token, 422)
    if too_many(FORM, submission.email):
        much = _("There were too many requests in a short time. Please try again in an hour, or call us.")
        return _page(chosen, offered, Kept(values, {}, much), token, 429)
    held = OF_CALLER if replies_used_up(submission.email) else ""
    ticket = send_form(database(), context(), submission, files.contents, token, reply_held=held)
    href = receipt_href(ticket, submission.email)
    remember(ticket, href)
    return redirect(href, 303)
