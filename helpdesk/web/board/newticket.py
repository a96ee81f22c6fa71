"""Recording a ticket for somebody on the telephone, at the counter, or behind a nota dinas."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from helpdesk.store.models import Ticket
from helpdesk.store.page_queries import earlier_labels
from helpdesk.tickets.errors import DomainError, invalid
from helpdesk.tickets.errors import marked as _l
from helpdesk.tickets.words import Channel, Role
from helpdesk.usecases.answering import AtOnce, answer_at_once, check_answer
from helpdesk.usecases.recording import create_ticket
from helpdesk.usecases.turns import served, told_of, turn_of
from helpdesk.web.access import AGENT, require, staff
from helpdesk.web.board import intake
from helpdesk.web.board.frame import BOARD, frame
from helpdesk.web.board.phrases import phrases
from helpdesk.web.board.scope import desks_of
from helpdesk.web.board.view import Choice
from helpdesk.web.errors import field_messages, message, status_of
from helpdesk.web.language import language
from helpdesk.web.schemas import load
from helpdesk.web.ticket.view import Kept
from helpdesk.web.work import context, database, undo

_ANSWER = ("answer", "settled", "label", "note", "turn")


@dataclass(frozen=True, slots=True)
class NewForm:
    """What the form offers. `words`: by which an item is found besides its name."""

    action: str
    back: str
    channels: tuple[Choice, ...]
    desks: tuple[Choice, ...]
    items: tuple[intake.Offered, ...]
    words: Mapping[str, str]
    verified: tuple[Choice, ...]
    questions: intake.Questions
    waiter: intake.Waiter | None
    labels: tuple[str, ...]


def counter_desks() -> tuple[str, ...]:
    """The desks at which the signed-in person records tickets."""
    return desks_of(staff(), context().catalog, Role.AGENT, Role.SUPERVISOR)


def _form(kept: Kept | None) -> NewForm:
    catalog, words = context().catalog, phrases(language())
    mine = counter_desks()
    arrived = Channel.WALK_IN if "turn" in request.args else Channel.PHONE
    channel = kept.values.get("channel", "") if kept else arrived
    asked = request.args.get("desk", "")
    item = kept.values.get("item") if kept else None
    at = (kept.values.get("desk") if kept else asked) or (mine[0] if mine else "")
    return NewForm(
        "/tickets",
        "/board",
        tuple(Choice(c, words.channel[c], c == channel) for c in intake.BY_HAND),
        tuple(Choice(d, catalog.desks[d].name, d == asked) for d in mine),
        intake.offered(catalog, mine, language()),
        intake.keywords(catalog, mine),
        tuple(Choice(value, name) for value, name in intake.ways_to_verify().items()),
        intake.questions(catalog.items.get(item or ""), language(), request.form.getlist("documents")),
        _waiter(at, kept),
        tuple(earlier_labels(database(), item, at)) if item and at in mine else (),
    )


def _waiter(desk: str, kept: Kept | None) -> intake.Waiter | None:
    """The number that the person at the counter waited with."""
    text = kept.values.get("turn", "") if kept else request.args.get("turn", "")
    turn = turn_of(database(), desk, int(text)) if intake.whole(text) else None
    return intake.waiter(turn, context().now, language()) if turn else None


def _page(kept: Kept | None = None) -> str:
    return render_template("board/new.html", new=_form(kept), kept=kept, **frame(BOARD))


@require(AGENT)
def blank() -> str:
    """The empty form."""
    return _page()


def _reachable(given: dict[str, Any]) -> dict[str, Any]:
    """What was given. Raises Invalid for a caller whom nobody could call back or write to: the line is soon cut; and
    for a nota dinas that nobody could find again.
    """
    if given.get("channel") == Channel.PHONE and not {"phone", "email"} & set(given["requester"]):
        raise invalid("requester.phone", _l("A caller needs a telephone number or an e-mail address."))
    if given.get("channel") == Channel.NOTA_DINAS:
        for name in ("number", "date"):
            if name not in given.get("letter", {}):
                raise invalid(f"letter.{name}", _l("A nota dinas is known by its number and its date."))
    return given


def _tell(ticket: Ticket, name: str) -> None:
    """Notices for the agent while the requester is still there."""
    known = ticket.requester
    if known.email and " ".join(name.split()) != known.name:
        flash(_("The desk knows %(address)s as %(name)s; the first message keeps the name given now.",
                address=known.email, name=known.name))  # fmt: skip
    if not known.email:
        flash(_("There is no e-mail address: tell the requester the number %(number)s.", number=ticket.number))


def _recorded(given: dict[str, Any]) -> Ticket:
    """The ticket, with the answer that was given at once."""
    whole = load(intake.CounterTicket(), given)
    fields = {name: value for name, value in whole.items() if name not in _ANSWER}
    answer = AtOnce(*(whole.get(name, default) for name, default in
                      (("answer", ""), ("settled", False), ("label", ""), ("note", ""))))  # fmt: skip
    check_answer(answer, fields.get("item"))
    turn = turn_of(database(), fields["desk"], whole.get("turn", 0))
    told = {"told": told_of(turn, context().now)} if turn else {}
    ticket = create_ticket(database(), context(), staff(), {**fields, **told})
    if turn:
        served(turn, ticket, context().now)
    answer_at_once(database(), context(), staff(), ticket, answer)
    return ticket


@require(AGENT)
def record() -> AnyResponse:
    """Make the ticket, or show the form again with everything that was typed."""
    if request.form.get("ask"):  # without scripts the questions of a service are asked for by a button
        return make_response(_page(Kept("open", "", _typed(), {})))
    try:
        given = _reachable(intake.given(request.form, context().catalog))
        ticket = _recorded(given)
    except DomainError as refused:
        undo()
        return _refused(refused)
    _tell(ticket, given["requester"]["name"])
    return redirect(f"/tickets/{ticket.number}?done=new-ticket", 303)


def _typed() -> Mapping[str, str]:
    return {name: value for name, value in request.form.items() if name not in ("csrf_token", "ask")}


def _refused(refused: DomainError) -> Response:
    said = message(refused) if not field_messages(refused) else _("The ticket was not made: see the marked fields.")
    return make_response(_page(Kept("open", said, _typed(), field_messages(refused))), status_of(refused))
