"""The pages of administration: their blueprint, the desks that they show, and the page that is asked for."""

from dataclasses import replace

from flask import Blueprint, request

from helpdesk.tickets.words import Role
from helpdesk.web.access import staff
from helpdesk.web.board.clocks import Present
from helpdesk.web.board.scope import desks_of, presents
from helpdesk.web.language import language
from helpdesk.web.work import context

PAGE = 50
"""Rows of a list."""

blueprint = Blueprint("admin", __name__)


def agents_desks() -> tuple[str, ...]:
    """The desks at which the person is an agent or supervises."""
    return desks_of(staff(), context().catalog, Role.AGENT, Role.SUPERVISOR)


def present(desk: str | None = None) -> Present:
    """The moment as that desk sees it, else the first one of the person; each time names its zone."""
    known = context().catalog.desks
    place = desk if desk is not None and desk in known else (agents_desks() or tuple(known))[0]
    return replace(presents(context(), (place,), language())[place], named_zone=True)


def before() -> int:
    """The id that the page goes on below; 0 for the first page."""
    text = request.args.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0
