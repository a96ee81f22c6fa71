"""The slip of a ticket: a small page to print, made by a button and shown once."""

from dataclasses import dataclass
from datetime import datetime

import segno
from flask import Response, make_response, render_template, request
from flask_babel import force_locale
from markupsafe import Markup

from helpdesk.catalog.model import Desk
from helpdesk.store.models import Ticket
from helpdesk.tickets.verification import Verified
from helpdesk.usecases.clocks import standing
from helpdesk.usecases.handling import ticket_for
from helpdesk.usecases.office_hours import office_hours
from helpdesk.usecases.slips import make_slip
from helpdesk.web.access import AGENT, require, staff
from helpdesk.web.counter import blueprint
from helpdesk.web.portal.progress import Promise, promise
from helpdesk.web.portal.standard import Present
from helpdesk.web.portal.times import when
from helpdesk.web.work import context, database


class OnPaper(Present):
    """Times as paper says them: always with the date, since it is read on another day."""

    __slots__ = ()

    def when(self, moment: datetime) -> str:
        """A moment with its whole date."""
        return when(moment, self.desk.zone, self.now, self.language, near=False)


@dataclass(frozen=True, slots=True)
class Slip:
    """What the slip says. `code`: the drawing of the QR code, empty where the slip opens nothing."""

    number: str
    subject: str
    desk: Desk
    printed: str
    item: str
    promise: Promise
    hours: str
    code: Markup
    has_email: bool
    site: str
    back: str


def qr_code(text: str) -> Markup:
    """The drawing of a QR code, as a part of a page: it needs no other file and no style of its own."""
    drawing = segno.make(text, error="m", micro=False).svg_inline(
        omitsize=True, border=0, svgclass="qr", lineclass=None
    )
    return Markup(drawing)  # noqa: S704  # drawn here, of squares alone


def _slip(ticket: Ticket, target: str, language: str) -> Slip:
    of, desk = context(), context().desk(ticket.desk)
    at = OnPaper(of.now, desk, language)
    now = standing(database(), of, ticket)
    return Slip(
        number=ticket.number,
        subject=ticket.subject,
        desk=desk,
        printed=at.when(of.now),
        item=now.item.name.get(language) if now.item else "",
        promise=promise(ticket, now, None, at),
        hours=office_hours(of.catalog, desk, of.now, language),
        code=qr_code(target) if target else Markup(""),
        has_email=bool(ticket.requester.email),
        site=of.settings.base_url,
        back=f"/tickets/{ticket.number}",
    )


@blueprint.post("/tickets/<number>/slip")
@require(AGENT)
def slip(number: str) -> Response:
    """Make the slip, in the language of its requester; who asks again gets another event and the same address."""
    ticket = ticket_for(database(), staff(), number, lock=True)
    given = request.form.get("verified", "")
    verified = Verified(given) if given in tuple(Verified) else Verified.NONE
    target = make_slip(database(), context(), staff(), ticket, verified)
    language = ticket.requester.language
    with force_locale(language):
        page = render_template("counter/slip.html", slip=_slip(ticket, target, language), lang=language)
    return make_response(page)
