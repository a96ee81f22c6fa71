"""The one table of the JSON interface: what Flask serves and what openapi.json describes are both made of it."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response
from marshmallow import Schema

from helpdesk.web.access import TOKEN, TOKEN_AGENT, Audience
from helpdesk.web.api import views
from helpdesk.web.api.shapes import CatalogShown, DeskList, NewTicket, StageList, TicketPage, TicketQuery, TicketShown


@dataclass(frozen=True, slots=True)
class Route:
    """One route. `path` as Flask writes it, below the root; `refusals` are the statuses besides 401."""

    method: str
    path: str
    view: Callable[..., Response]
    summary: str
    answer: type[Schema]
    refusals: tuple[int, ...] = ()
    body: type[Schema] | None = None
    query: type[Schema] | None = None
    status: int = 200
    audience: Audience = TOKEN


ROUTES = (
    Route(
        "POST", "/tickets", views.create, "Record a ticket", TicketShown,
        (403, 422), body=NewTicket, status=201, audience=TOKEN_AGENT,
    ),
    Route("GET", "/tickets", views.listing, "List tickets by receipt", TicketPage, (422,), query=TicketQuery),
    Route("GET", "/tickets/<number>", views.show, "Show a ticket", TicketShown, (404,)),
    Route("GET", "/tickets/<number>/stages", views.stages, "The stages of a procedure", StageList, (404,)),
    Route(
        "POST", "/tickets/<number>/actions/<action>", views.act, "Act on a ticket", TicketShown,
        (403, 404, 409, 412, 422),
    ),
    Route("GET", "/catalog", views.catalog, "The service catalogue", CatalogShown),
    Route("GET", "/desks", views.desks, "The desks", DeskList),
)  # fmt: skip
