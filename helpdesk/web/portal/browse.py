"""Choosing the office, finding a service: pages that only read."""

from dataclasses import dataclass

from flask import Response, make_response, render_template, request, url_for

from helpdesk.catalog.model import Desk
from helpdesk.catalog.search import search
from helpdesk.usecases.standards import calendar_for
from helpdesk.web.access import PUBLIC, require
from helpdesk.web.language import language
from helpdesk.web.portal import blueprint
from helpdesk.web.portal.home import (
    LONG,
    UNKNOWN_ITEM,
    CommonRequests,
    Row,
    Way,
    examples,
    groups,
    item_href,
    rows,
    ways,
)
from helpdesk.web.portal.hours import Opening, opening
from helpdesk.web.portal.receipts import sent_from_here
from helpdesk.web.portal.shell import DESK_COOKIE, DESK_COOKIE_SECONDS, chosen_desk, shell
from helpdesk.web.portal.words import _
from helpdesk.web.work import context, database, surroundings

MOST_FOUND = 12
_common = CommonRequests()


@dataclass(frozen=True, slots=True)
class Office:
    """A desk to choose."""

    name: str
    href: str
    opening: Opening


def opening_of(desk: Desk) -> Opening:
    """Whether the desk is open now, in words."""
    return opening(calendar_for(context().catalog, desk.id), context().now, language())


@blueprint.get("/")
@require(PUBLIC)
def home() -> Response:
    """The home page of the desk that this browser chose; the desks to choose from when it chose none."""
    desk = chosen_desk()
    if desk is not None:
        return _home(desk)
    offices = [
        Office(d.name, url_for("portal.desk_home", desk=d.id), opening_of(d)) for d in context().catalog.desks.values()
    ]
    return make_response(render_template("portal/choose.html", shell=shell(choose=False), offices=offices))


@blueprint.get("/<desk:desk>")
@require(PUBLIC)
def desk_home(desk: str) -> Response:
    """The home page of a desk; the browser remembers it. `part`: only what a search found, for the script."""
    chosen = context().catalog.desks[desk]
    answer = _home(chosen)
    if request.cookies.get(DESK_COOKIE) != desk:
        answer.set_cookie(
            DESK_COOKIE,
            desk,
            max_age=DESK_COOKIE_SECONDS,
            path="/",
            httponly=True,
            samesite="Lax",
            secure=surroundings().settings.base_url.startswith("https://"),
        )
    return answer


def _found(desk: Desk, query: str) -> tuple[Row, ...]:
    if not query:
        return ()
    return rows(desk, search(context().catalog, desk.id, query, language())[:MOST_FOUND], language())


def _ways(desk: Desk) -> tuple[Way, ...]:
    names = {
        "phone": _("telephone"),
        "email": _("e-mail"),
        "chat": _("Chat"),
        "here": _("Chat with us in this browser"),
    }
    return ways(desk, names, chat=surroundings().settings.chat.web)


def _home(desk: Desk) -> Response:
    query = " ".join(request.args.get("q", "").replace("\x00", "").split())[:200]
    catalog = context().catalog
    values = {
        "desk": desk,
        "query": query,
        "found": _found(desk, query),
        "other_href": item_href(desk.id, UNKNOWN_ITEM),
    }
    if request.args.get("part"):
        return make_response(render_template("portal/found.html", **values))
    services = groups(catalog, desk, language())
    common = _common.of(database(), catalog, desk, context().now)
    page = render_template(
        "portal/home.html",
        shell=shell(desk, "home"),
        opening=opening_of(desk),
        common=rows(desk, common, language()),
        groups=services,
        folded=len(services) > LONG,
        offered=len(desk.items),
        sent=sent_from_here(),
        examples=examples(common),
        ways=_ways(desk),
        **values,
    )
    return make_response(page)
