"""The outbox: what has not been delivered, each message as it leaves, and what staff do about it."""

from flask import Response, flash, make_response, redirect, render_template, request
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.exceptions import NotFound, ServiceUnavailable
from werkzeug.wrappers import Response as AnyResponse

from helpdesk.channels.base import ChannelError
from helpdesk.channels.email.composing import compose
from helpdesk.store import trouble_queries as stored
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Ticket
from helpdesk.tickets.errors import Invalid, WrongState
from helpdesk.usecases.caps import HELD, IN_ALL, SWITCH, hold_mail
from helpdesk.usecases.resending import (
    discard_switched,
    message_of,
    put_aside,
    release_in_all,
    release_switched,
    send_again,
)
from helpdesk.usecases.writing import FilesAway, shown_letter
from helpdesk.web.access import ADMINISTRATOR, AGENT, require, staff
from helpdesk.web.admin.blueprint import PAGE, agents_desks, before, blueprint, present
from helpdesk.web.admin.catalogue import notices
from helpdesk.web.admin.outgoing import Resting, outgoing, outgoing_page
from helpdesk.web.board.frame import OUTBOX, frame, mail_stays
from helpdesk.web.errors import message
from helpdesk.web.work import context, database

LETTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"
"""For a letter of ours in a frame without rights: its styles stand in its elements, as mail programs want them."""


def _caps() -> tuple[int, int, int]:
    settings = context().settings
    return settings.automatic_per_hour, settings.automatic_in_all, settings.automatic_per_caller


def letter_page(html: str) -> Response:
    """The HTML of a letter for a frame without rights."""
    answer = make_response(html)
    answer.headers["Content-Security-Policy"] = LETTER_POLICY
    return answer


@blueprint.get("/outbox")
@require(AGENT)
def outbox() -> str:
    """The messages that have not been delivered, with the reason."""
    rows = stored.undelivered(database(), agents_desks(), context().now, PAGE + 1, before())
    more = f"/outbox?before={rows[PAGE - 1].id}" if len(rows) > PAGE else ""
    return render_template(
        "admin/outbox.html",
        waiting=[outgoing(row, row.number or "", present(row.desk), _caps()) for row in rows[:PAGE]],
        resting=[] if before() else _resting(),
        in_all=_in_all(),
        next_href=more,
        notices=notices(),
        switch=staff().is_administrator,
        held=mail_stays(),
        by_setting=context().settings.mail_held,
        by_switch=any(row.state == HELD and row.error == SWITCH for row in rows),
        **frame(OUTBOX),
    )


def _resting() -> list[Resting]:
    rows = stored.resting_destinations(database(), agents_desks(), context().now)
    desks = context().catalog.desks
    return [Resting(row.domain, desks[row.desk].name, present(row.desk).brief(row.rests_until)) for row in rows]


def _in_all() -> tuple[int, int]:
    """How many messages the cap of all desks holds back that this person may release, and the newest of them."""
    return stored.held_for(database(), [desk for desk in agents_desks() if staff().is_agent(desk)], IN_ALL)


def _number(row: OutboxMessage) -> str:
    ticket = database().get(Ticket, row.ticket_id) if row.ticket_id else None
    return ticket.number if ticket else ""


def _page(row: OutboxMessage, error: str = "", typed: str = "") -> str:
    letter = shown_letter(database(), context(), row)
    return render_template(
        "admin/outgoing.html",
        m=outgoing_page(row, letter, _number(row), present(row.desk), _caps()),
        list_href="/outbox",
        error=error,
        typed=typed,
        **frame(OUTBOX),
    )


@blueprint.get("/outbox/<int(max=9007199254740991):message_id>")
@require(AGENT)
def outgoing_one(message_id: int) -> str:
    """One message as it leaves, and what can be done."""
    return _page(message_of(database(), staff(), message_id))


@blueprint.get("/outbox/<int(max=9007199254740991):message_id>/html")
@require(AGENT)
def outgoing_html(message_id: int) -> Response:
    """Its HTML, for a frame without rights."""
    return letter_page(shown_letter(database(), context(), message_of(database(), staff(), message_id)).html)


@blueprint.get("/outbox/<int(max=9007199254740991):message_id>/raw")
@require(AGENT)
def outgoing_raw(message_id: int) -> Response:
    """The bytes as they leave, as a download; without the private link and the code."""
    row = message_of(database(), staff(), message_id)
    try:
        letter = compose(shown_letter(database(), context(), row, whole=True), now=lambda: row.created_at)
    except FilesAway:
        raise ServiceUnavailable from None
    except ChannelError:  # it goes to a telephone, or to what is no address: there are no bytes
        raise NotFound from None
    answer = make_response(letter)
    answer.headers["Content-Type"] = "application/octet-stream"
    answer.headers["Content-Disposition"] = f'attachment; filename="outgoing-{message_id}.eml"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


@blueprint.post("/outbox/<int(max=9007199254740991):message_id>/send")
@require(AGENT)
def send_now(message_id: int) -> AnyResponse:
    """Let a held message go, or try one again that could not be delivered; the worker sends it."""
    try:
        was = send_again(database(), context(), staff(), message_id)
    except WrongState as late:
        flash(message(late), "error")
        return redirect("/outbox", 303)
    released = _("The message is released and goes out in a moment.")
    flash(released if was == HELD else _("The message is tried again in a moment."), "done")
    return redirect("/outbox", 303)


@blueprint.post("/outbox/<int(max=9007199254740991):message_id>/discard")
@require(AGENT)
def discard_outgoing(message_id: int) -> AnyResponse:
    """Never send the message, with a reason; it stays stored."""
    try:
        put_aside(database(), staff(), message_id, _reason())
    except Invalid as refused:
        row = message_of(database(), staff(), message_id)
        return make_response(_page(row, message(refused), request.form.get("reason", "")), 422)
    except WrongState as late:
        flash(message(late), "error")
        return redirect("/outbox", 303)
    flash(_("The message was discarded and is not sent. It stays stored."), "done")
    return redirect("/outbox", 303)


def _reason() -> str:
    return " ".join(request.form.get("reason", "").split())[:400]


@blueprint.post("/outbox/hold")
@require(ADMINISTRATOR)
def hold() -> AnyResponse:
    """Hold all mail from now on, or let new mail go again."""
    on = request.form.get("on") == "1"
    hold_mail(database(), staff().name, context().now, on=on)
    flash(_("All mail is held from now on.") if on else _("New mail goes out again."), "done")
    return redirect("/outbox", 303)


@blueprint.post("/outbox/in-all")
@require(AGENT)
def release_all_in_all() -> AnyResponse:
    """Release everything that the cap of all desks together held back when the page was shown, once confirmed."""
    newest = request.form.get("newest", "")
    if request.form.get("confirmed") != "1" or not (newest.isascii() and newest.isdigit() and len(newest) < 18):
        flash(_("Nothing was released: tick that all of them may go out."), "error")
        return redirect("/outbox", 303)
    count = release_in_all(database(), staff(), agents_desks(), context().now, int(newest))
    flash(ngettext("%(num)s message is released.", "%(num)s messages are released.", count), "done")
    return redirect("/outbox", 303)


@blueprint.post("/outbox/held")
@require(ADMINISTRATOR)
def settle_held() -> AnyResponse:
    """Release or discard everything that only the switch held back."""
    try:
        if request.form.get("do") == "discard":
            count = discard_switched(database(), staff(), agents_desks(), _reason())
            text = ngettext("%(num)s message was discarded.", "%(num)s messages were discarded.", count)
        else:
            count = release_switched(database(), staff(), agents_desks(), context().now)
            text = ngettext("%(num)s message is released.", "%(num)s messages are released.", count)
    except Invalid as refused:
        flash(message(refused), "error")
    else:
        flash(text, "done")
    return redirect("/outbox", 303)
