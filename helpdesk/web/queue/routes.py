"""The technicians' queue: the tickets of one's groups, by receipt, urgent first."""

from flask import Blueprint, Response
from werkzeug.wrappers import Response as AnyResponse

from helpdesk.tickets.words import Role
from helpdesk.web.access import TECHNICIAN, require, staff
from helpdesk.web.board.address import Asked, ask
from helpdesk.web.board.frame import QUEUE
from helpdesk.web.board.listing import at_desks, news, page
from helpdesk.web.board.routes import take_selected
from helpdesk.web.board.scope import desks_of, groups_of
from helpdesk.web.board.views import View, queue_views
from helpdesk.web.language import language
from helpdesk.web.work import context

blueprint = Blueprint("queue", __name__)


def _asked() -> tuple[Asked, tuple[View, ...]]:
    person, catalog = staff(), context().catalog
    desks = at_desks(desks_of(person, catalog, Role.TECHNICIAN, Role.SUPERVISOR))
    groups = groups_of(person, catalog, desks)
    names = {group: catalog.groups[group].name.get(language()) for group, _desk in groups}
    views = queue_views(desks, groups, names, person.id)
    return ask("/queue", desks, views), views


@blueprint.get("/queue")
@require(TECHNICIAN)
def queue() -> str:
    """The list."""
    asked, views = _asked()
    return page(asked, views, QUEUE, technician=True)


@blueprint.get("/queue/news")
@require(TECHNICIAN)
def queue_news() -> Response:
    """What changed on the list that the browser shows."""
    return news(*_asked())


@blueprint.post("/queue/take")
@require(TECHNICIAN)
def take() -> AnyResponse:
    """Take the selected tickets."""
    return take_selected("/queue")
