"""The Layer 1 board: the list, its news, and taking several tickets at once."""

from flask import Blueprint, Response, flash, redirect, request
from flask_babel import ngettext
from werkzeug.wrappers import Response as AnyResponse

from helpdesk.tickets.errors import DomainError
from helpdesk.tickets.reference import numbers_in
from helpdesk.tickets.words import Action, Role
from helpdesk.web.access import AGENT, require, staff
from helpdesk.web.acting import act
from helpdesk.web.board import newticket
from helpdesk.web.board.address import Asked, ask
from helpdesk.web.board.frame import BOARD
from helpdesk.web.board.listing import MOST_NUMBERS, at_desks, news, page
from helpdesk.web.board.scope import desks_of
from helpdesk.web.board.views import View, board_views
from helpdesk.web.errors import message
from helpdesk.web.security import local_path
from helpdesk.web.work import context, database

blueprint = Blueprint("board", __name__)
blueprint.get("/tickets/new")(newticket.blank)
blueprint.post("/tickets")(newticket.record)


def _asked() -> tuple[Asked, tuple[View, ...]]:
    person = staff()
    desks = at_desks(desks_of(person, context().catalog, Role.AGENT, Role.SUPERVISOR))
    views = board_views(desks, person.id)
    return ask("/board", desks, views), views


@blueprint.get("/board")
@require(AGENT)
def board() -> AnyResponse | str:
    """The list; a search for one whole ticket number opens that ticket."""
    asked, views = _asked()
    numbers = numbers_in(asked.words)
    if len(numbers) == 1 and numbers[0] == asked.words.upper():
        return redirect(f"/tickets/{numbers[0]}", 303)
    return page(asked, views, BOARD, technician=False)


@blueprint.get("/board/news")
@require(AGENT)
def board_news() -> Response:
    """What changed on the list that the browser shows."""
    return news(*_asked())


@blueprint.post("/board/take")
@require(AGENT)
def take() -> AnyResponse:
    """Take the selected tickets; those that cannot be taken are named with the reason, the others are taken."""
    return take_selected("/board")


def take_selected(back: str) -> AnyResponse:
    """Take every selected ticket on its own: a refusal of one does not hinder the others."""
    taken = 0
    for number in dict.fromkeys(request.form.getlist("number")[:MOST_NUMBERS]):
        try:
            with database().begin_nested():
                act(staff(), number, Action.TAKE, {})
            taken += 1
        except DomainError as refused:
            flash(f"{number[:24]}: {message(refused)}", "error")
    if taken:
        flash(ngettext("%(num)s ticket taken.", "%(num)s tickets taken.", taken), "done")
    return redirect(local_path(request.form.get("next", ""), back), 303)
