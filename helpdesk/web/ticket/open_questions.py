"""What staff still have to find out or decide about an open ticket, for the lines over its page."""

from typing import TypedDict

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from helpdesk.store.models import Ticket
from helpdesk.tickets.words import Status
from helpdesk.usecases.clocks import Standing
from helpdesk.usecases.context import Context
from helpdesk.usecases.short_notice import is_accepted, lead_time_missed
from helpdesk.web.board.clocks import Present


class OpenQuestions(TypedDict, total=False):
    """Fields of the page; left out where nothing is open."""

    unknown: str
    unknown_field: str
    short_notice: str
    asks_acceptance: bool


def open_questions(
    session: Session, context: Context, ticket: Ticket, standing: Standing, at: Present, *, may_set: bool
) -> OpenQuestions:
    """What is not known although the norm depends on it, and whether a request that came late is taken on."""
    found = OpenQuestions()
    status = Status(ticket.status)
    if not status.is_open or status is Status.FULFILLED:
        return found
    missing, item = standing.timeline.missing, standing.item
    if missing and item is not None:
        known = {a.id: a.name.get(at.words.language) for a in item.attributes}
        names = ", ".join(known.get(name, name) for name in missing)
        found["unknown"] = str(_("Not known yet: %(names)s. The earliest deadline counts.", names=names))
        found["unknown_field"] = f"set-{missing[0]}" if may_set else ""
    amount = lead_time_missed(context, ticket)
    if amount is not None:
        words = {"amount": amount.get(at.words.language)}
        if is_accepted(session, ticket):
            found["short_notice"] = str(_("It came less than %(amount)s before the event and was taken on.", **words))
        else:
            found["short_notice"] = str(_("It came less than %(amount)s before the event.", **words))
            found["asks_acceptance"] = may_set
    return found
