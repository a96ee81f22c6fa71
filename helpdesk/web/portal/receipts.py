"""The receipt of a form: the number at once, what this browser sent, and how it stands; no more than that."""

from dataclasses import dataclass

from flask import Response, abort, make_response, render_template, session, url_for
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from helpdesk.sla.norms import StartKind
from helpdesk.store.models import Entry, Ticket
from helpdesk.tickets.words import EntryKind
from helpdesk.usecases.access import link_for, link_token, open_link
from helpdesk.usecases.clocks import DEFAULT_REOPEN_DAYS, Standing, events_of, standing
from helpdesk.usecases.documents import checklist, still_needed
from helpdesk.web.access import PUBLIC, require
from helpdesk.web.language import language
from helpdesk.web.portal import blueprint
from helpdesk.web.portal.home import Row
from helpdesk.web.portal.progress import promise, status_in_words, steps
from helpdesk.web.portal.shell import shell
from helpdesk.web.portal.standard import Present
from helpdesk.web.work import context, database, surroundings

REMEMBERED = 3
SENT = "sent"
PURPOSE = "receipt"


@dataclass(frozen=True, slots=True)
class Sent:
    """What the browser sent, as the receipt repeats it."""

    text: str
    files: tuple[str, ...]


def receipt_href(ticket: Ticket, address: str, *, absolute: bool = False) -> str:
    """The address of the receipt; makes its link in this unit of work where there is none yet."""
    link = link_for(database(), ticket.id, address, PURPOSE, context().now)
    path = url_for("portal.receipt", token=link_token(surroundings().settings.secret_key, link))
    return f"{surroundings().settings.base_url}{path}" if absolute else path


def remember(ticket: Ticket, href: str) -> None:
    """Keep the receipt in this browser's session, newest first."""
    kept = [pair for pair in session.get(SENT, []) if pair[0] != ticket.number]
    session[SENT] = [[ticket.number, href], *kept][:REMEMBERED]


def sent_from_here() -> tuple[Row, ...]:
    """The receipts that this browser's session remembers."""
    return tuple(Row(number, "", href) for number, href in session.get(SENT, []))


def _sent(ticket: Ticket) -> Sent:
    """The first message of the ticket: the form itself, and nothing that came after it."""
    first = database().scalar(
        select(Entry)
        .where(Entry.ticket_id == ticket.id, Entry.kind == EntryKind.REQUESTER_MESSAGE.value)
        .options(selectinload(Entry.files))
        .order_by(Entry.id)
        .limit(1)
    )
    return Sent(first.text, tuple(f.name for f in first.files)) if first else Sent("", ())


def _to_start(ticket: Ticket, now: Standing, at: Present) -> tuple[str, ...]:
    """The documents of the service without which the time does not begin; what a hold asked for is not told here."""
    if now.timeline.awaiting is not StartKind.DOCUMENTS:
        return ()
    lines = checklist(now.item, ticket.attributes, events_of(database(), ticket), None)
    return tuple(line.name.get(at.language) for line in still_needed(lines, to_start=True))


@blueprint.get("/receipt/<token>")
@require(PUBLIC)
def receipt(token: str) -> Response:
    """The receipt behind a link; the same 404 for a wrong, an ended and a revoked one."""
    link = open_link(database(), surroundings().settings.secret_key, token, context().now)
    if link is None or link.purpose != PURPOSE:
        abort(404)
    ticket = database().get_one(Ticket, link.ticket_id)
    desk = context().desk(ticket.desk)
    at = Present(context().now, desk, language())
    now = standing(database(), context(), ticket)
    page = render_template(
        "portal/receipt.html",
        shell=shell(desk),
        private=True,
        ticket=ticket,
        item=now.item.name.get(at.language) if now.item else "",
        state=status_in_words(ticket)[0],
        steps=steps(ticket),
        promise=promise(ticket, now, None, at, _to_start(ticket, now, at)),
        sent=_sent(ticket),
        address=link.address,
        reopen_days=now.item.reopen_days if now.item else DEFAULT_REOPEN_DAYS,
        received=at.when(ticket.received_at),
        link=f"{surroundings().settings.base_url}{url_for('portal.receipt', token=token)}",
    )
    answer = make_response(page)
    # Not no-referrer: browsers then send `Origin: null` with the page's own forms, which are refused.
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer
