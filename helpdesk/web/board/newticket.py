"""Recording a ticket for somebody on the telephone, at the counter, or behind a nota dinas."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from helpdesk.catalog.model import Catalog
from helpdesk.store.models import Ticket
from helpdesk.tickets.errors import DomainError, invalid
from helpdesk.tickets.errors import marked as _l
from helpdesk.tickets.words import Channel, Role
from helpdesk.usecases.recording import create_ticket
from helpdesk.web.access import AGENT, require, staff
from helpdesk.web.api.shapes import NewTicket
from helpdesk.web.board.frame import BOARD, frame
from helpdesk.web.board.phrases import phrases
from helpdesk.web.board.scope import desks_of
from helpdesk.web.board.view import Choice
from helpdesk.web.errors import field_messages, message, status_of
from helpdesk.web.language import language
from helpdesk.web.schemas import in_zone, load
from helpdesk.web.ticket.options import items_offered
from helpdesk.web.ticket.view import Kept, Options
from helpdesk.web.work import context, database, undo

BY_HAND = (Channel.PHONE, Channel.WALK_IN, Channel.NOTA_DINAS)
_PLAIN = ("desk", "item", "channel", "subject", "text", "received_at", "reason")


@dataclass(frozen=True, slots=True)
class NewForm:
    """What the form offers."""

    action: str
    back: str
    channels: tuple[Choice, ...]
    desks: tuple[Choice, ...]
    items: tuple["Offered", ...]


@dataclass(frozen=True, slots=True)
class Offered:
    """A service with its items, and the ids of the desks that offer it, with spaces between them."""

    name: str
    choices: tuple[Choice, ...]
    desks: str


def _offered(catalog: Catalog, desks: Collection[str]) -> tuple[Offered, ...]:
    """What the desks offer; a service of one authority among several begins with the name of its desk.

    The page shows only those of the chosen desk; without scripts the names tell them apart.
    """
    at: dict[Options, list[str]] = {}
    for desk in desks:
        for options in items_offered(catalog, catalog.desks[desk], language(), None):
            at.setdefault(options, []).append(desk)

    def name(options: Options, offering: list[str]) -> str:
        alone = len(offering) == 1 and len(desks) > 1
        return f"{catalog.desks[offering[0]].name}: {options.name}" if alone else options.name

    return tuple(Offered(name(o, offering), o.choices, " ".join(offering)) for o, offering in at.items())


def _form(kept: Kept | None) -> NewForm:
    catalog, words = context().catalog, phrases(language())
    mine = desks_of(staff(), catalog, Role.AGENT, Role.SUPERVISOR)
    channel = kept.values.get("channel", "") if kept else Channel.PHONE
    asked = request.args.get("desk", "")
    return NewForm(
        "/tickets",
        "/board",
        tuple(Choice(c, words.channel[c], c == channel) for c in BY_HAND),
        tuple(Choice(d, catalog.desks[d].name, d == asked) for d in mine),
        _offered(catalog, mine),
    )


def _page(kept: Kept | None = None) -> str:
    return render_template("board/new.html", new=_form(kept), kept=kept, **frame(BOARD))


@require(AGENT)
def blank() -> str:
    """The empty form."""
    return _page()


def _given() -> dict[str, Any]:
    """What the form says, as the same JSON would say it."""
    form, catalog = request.form, context().catalog
    given: dict[str, Any] = {name: form[name] for name in _PLAIN if form.get(name, "").strip()}
    desk = catalog.desks.get(str(given.get("desk")))
    if "received_at" in given and desk is not None:
        given["received_at"] = in_zone(given["received_at"], desk.zone)
    asker = {name: form.get(f"requester.{name}", "").strip() for name in ("name", "email", "phone")}
    given["requester"] = {name: value for name, value in asker.items() if value}
    return given


def _reachable(given: dict[str, Any]) -> dict[str, Any]:
    """What was given. Raises Invalid for a caller whom nobody could call back or write to: the line is soon cut."""
    if given.get("channel") == Channel.PHONE and not {"phone", "email"} & set(given["requester"]):
        raise invalid("requester.phone", _l("A caller needs a telephone number or an e-mail address."))
    return given


def _tell(ticket: Ticket, name: str) -> None:
    """Notices for the agent while the requester is still there."""
    known = ticket.requester
    if known.email and " ".join(name.split()) != known.name:
        flash(_("The desk knows %(address)s as %(name)s; the first message keeps the name given now.",
                address=known.email, name=known.name))  # fmt: skip
    if not known.email:
        flash(_("There is no e-mail address: tell the requester the number %(number)s.", number=ticket.number))


@require(AGENT)
def record() -> AnyResponse:
    """Make the ticket, or show the form again with everything that was typed."""
    try:
        given = _reachable(_given())
        ticket = create_ticket(database(), context(), staff(), load(NewTicket(), given))
    except DomainError as refused:
        undo()
        return _refused(refused)
    _tell(ticket, given["requester"]["name"])
    return redirect(f"/tickets/{ticket.number}?done=new-ticket", 303)


def _refused(refused: DomainError) -> Response:
    typed: Mapping[str, str] = {name: value for name, value in request.form.items() if name != "csrf_token"}
    said = message(refused) if not field_messages(refused) else _("The ticket was not made: see the marked fields.")
    return make_response(_page(Kept("open", said, typed, field_messages(refused))), status_of(refused))
