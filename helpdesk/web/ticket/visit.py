"""The booked visit of a ticket as its pages show it, and the times that can be chosen instead."""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from helpdesk.store.models import Ticket
from helpdesk.usecases.context import Context
from helpdesk.usecases.visits import AT_DESK, HOLDING, ON_SITE, Slot, free_slots, is_closed_then
from helpdesk.web.board.clocks import Present
from helpdesk.web.board.view import Choice
from helpdesk.web.portal.times import clock_time, whole_day
from helpdesk.web.ticket.view import Options, Visit


def kinds() -> dict[str, str]:
    """Who comes to whom, as staff call it."""
    return {ON_SITE: _("work on site"), AT_DESK: _("visit to the desk")}


def kinds_for_requesters() -> dict[str, str]:
    """The same as requesters call it."""
    return {ON_SITE: _("You come to me"), AT_DESK: _("I come to you")}


def _by_day(slots: Iterable[Slot], at: Context, desk: str, language: str) -> tuple[Options, ...]:
    zone = at.desk(desk).zone
    days: dict[date, list[Choice]] = {}
    for slot in slots:
        times = (clock_time(moment.astimezone(zone), language) for moment in (slot.starts_at, slot.ends_at))
        days.setdefault(slot.day, []).append(Choice(slot.starts_at.isoformat(), "–".join(times)))
    return tuple(Options(whole_day(day, language), tuple(found)) for day, found in days.items())


def visit(
    session: Session, context: Context, ticket: Ticket, language: str,
    *, when: Callable[[datetime], str], names: Callable[[], dict[str, str]], may: bool,
) -> Visit:  # fmt: skip
    """The visit of a ticket. `when` says a time, `names` the kinds; `may`: this person may book."""
    goes_on, kind = ticket.status in HOLDING, ticket.visit_kind or ON_SITE
    shown = ticket.visit_at is not None and goes_on
    return Visit(
        says=when(ticket.visit_at) if shown and ticket.visit_at else "",
        kind=names().get(kind, kind) if shown else "",
        at_desk=kind == AT_DESK,
        closed=shown and is_closed_then(context.catalog, ticket),
        days=_by_day(free_slots(session, context, ticket), context, ticket.desk, language) if may and goes_on else (),
        kinds=tuple(Choice(value, name, value == kind) for value, name in names().items()),
    )


def visit_for_staff(session: Session, context: Context, ticket: Ticket, at: Present, *, may: bool) -> Visit:
    """The same in the words of the staff's pages."""
    language = at.words.language
    return visit(
        session, context, ticket, language, when=lambda moment: at.words.full(moment, at.zone), names=kinds, may=may
    )
