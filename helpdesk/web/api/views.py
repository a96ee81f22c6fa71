"""The views of the JSON interface: they only translate between HTTP and the use cases."""

from typing import Any

from flask import Response, jsonify, make_response, request
from werkzeug.exceptions import PreconditionFailed

from helpdesk.store.models import Ticket
from helpdesk.tickets.errors import Forbidden, Invalid
from helpdesk.tickets.errors import marked as _
from helpdesk.usecases.handling import ticket_for
from helpdesk.usecases.recording import create_ticket, create_ticket_once
from helpdesk.web.access import staff
from helpdesk.web.acting import action_named, admitted, done
from helpdesk.web.api.answers import catalog_json, desk_json, stages_json, tickets_json
from helpdesk.web.api.bodies import idempotency_key, json_object
from helpdesk.web.api.listing import page_of
from helpdesk.web.api.shapes import NewTicket, TicketQuery
from helpdesk.web.schemas import load
from helpdesk.web.work import context, database

ROOT = "/api/v1"


def _shown(ticket: Ticket, status: int = 200) -> Response:
    ((body, tag),) = tickets_json(database(), context(), [ticket])
    answer = make_response(jsonify(body), status)
    answer.set_etag(tag)
    return answer


def _refuse_technicians_of(given: dict[str, Any]) -> None:
    """The role is checked before the fields (403 before 422), as far as the body names a desk of the caller."""
    desk, caller = given.get("desk"), staff()
    if (
        isinstance(desk, str)
        and desk in context().catalog.desks
        and caller.works_at(desk)
        and not caller.is_agent(desk)
    ):
        raise Forbidden(_("Only Layer 1 of the desk records tickets."))


def create() -> Response:
    """Record a ticket; 201 with its address. Repeated with the same Idempotency-Key, the same ticket again."""
    given = json_object()
    _refuse_technicians_of(given)
    fields, key = load(NewTicket(), given), idempotency_key()
    if key:
        ticket = create_ticket_once(database(), context(), staff(), fields, key)
    else:
        ticket = create_ticket(database(), context(), staff(), fields)
    answer = _shown(ticket, 201)
    answer.headers["Location"] = f"{ROOT}/tickets/{ticket.number}"
    return answer


def _query() -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name, values in request.args.lists():
        if len(values) > 1:
            raise Invalid(_("A filter is given twice."), {name: _("A filter is given twice.")})
        given[name] = values[0]
    if given.get("limit", "").isascii() and given.get("limit", "").isdigit() and len(given["limit"]) < 10:
        given["limit"] = int(given["limit"])
    return load(TicketQuery(), given)


def listing() -> Response:
    """The tickets of the caller's desks, in the order of receipt, a page at a time."""
    tickets, cursor = page_of(database(), context(), staff(), _query())
    shown = [body for body, _tag in tickets_json(database(), context(), tickets)]
    return jsonify(tickets=shown, next_cursor=cursor)


def show(number: str) -> Response:
    """One ticket."""
    answer = _shown(ticket_for(database(), staff(), number))
    return make_response(answer.make_conditional(request))


def stages(number: str) -> Response:
    """The stages of a ticket's procedure: the plan, and what has ended."""
    ticket = ticket_for(database(), staff(), number)
    return jsonify(stages=stages_json(database(), context(), ticket))


def _matches(ticket: Ticket) -> None:
    """412 when the caller saw another state of the ticket (If-Match)."""
    if not request.if_match:
        return
    ((_body, tag),) = tickets_json(database(), context(), [ticket])
    if not request.if_match.contains(tag):
        raise PreconditionFailed


def act(number: str, action: str) -> Response:
    """Do an action on a ticket; the whole ticket afterwards."""
    named, caller = action_named(action), staff()
    ticket = admitted(caller, number, named)
    return _shown(done(caller, ticket, named, json_object(), _matches))


def catalog() -> Response:
    """The service catalogue in force."""
    return jsonify(catalog_json(context().catalog))


def desks() -> Response:
    """Every desk."""
    return jsonify(desks=[desk_json(desk) for desk in context().catalog.desks.values()])
