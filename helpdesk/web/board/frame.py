"""The frame of every staff page, made from who is signed in and where they are."""

from functools import cache
from typing import Any
from urllib.parse import urlencode

from flask import g, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup

from helpdesk.store.trouble_queries import Troubles, troubles
from helpdesk.tickets.permission import Staff
from helpdesk.tickets.words import Role
from helpdesk.usecases.caps import mail_is_held
from helpdesk.web.access import staff
from helpdesk.web.board.scope import desks_of
from helpdesk.web.board.shell import Place, Shell, initials
from helpdesk.web.language import NAMES, language
from helpdesk.web.security import test_now
from helpdesk.web.work import context, database, surroundings

BOARD, QUEUE, QUARANTINE, OUTBOX, TICKET, CATALOGUE = "board", "queue", "quarantine", "outbox", "ticket", "catalogue"
MESSAGES = "messages"


def is_agent(person: Staff) -> bool:
    """True for those who may open the board."""
    return person.is_administrator or any(role in (Role.AGENT, Role.SUPERVISOR) for role, _desk in person.roles)


def list_href(person: Staff) -> str:
    """The address of the list that somebody works from."""
    return "/board" if is_agent(person) else "/queue"


def _works_in_groups(person: Staff) -> bool:
    return person.is_administrator or any(role in (Role.TECHNICIAN, Role.SUPERVISOR) for role, _desk in person.roles)


def _role_name(person: Staff) -> str:
    names = {
        Role.ADMINISTRATOR: _("Administrator"),
        Role.SUPERVISOR: _("Supervisor"),
        Role.AGENT: _("Agent"),
        Role.TECHNICIAN: _("Technician"),
    }
    held = {role for role, _desk in person.roles}
    return ", ".join(name for role, name in names.items() if role in held)


def waiting_troubles() -> Troubles:
    """What waits at all desks of the signed-in person: the frame and the alarms of a page show the same count."""
    if "troubles" not in g:
        person = staff()
        desks = desks_of(person, context().catalog)
        g.troubles = troubles(database(), desks, everything=sees_strays(person))
    found: Troubles = g.troubles
    return found


def _places(person: Staff, here: str) -> tuple[Place, ...]:
    found = []
    if is_agent(person):
        found.append(Place(_("Board"), "/board", here == BOARD))
    if _works_in_groups(person):
        found.append(Place(_("Group queue"), "/queue", here == QUEUE))
    if is_agent(person):
        held, stuck = waiting_troubles().at(desks_of(person, context().catalog))
        found.append(Place(_("Quarantine"), "/quarantine", here == QUARANTINE, held))
        found.append(Place(_("Outbox"), "/outbox", here == OUTBOX, stuck))
    if sees_strays(person):
        faults = len(surroundings().source.faults)
        found.append(Place(_("Catalogue"), "/catalogue", here == CATALOGUE, faults))
        found.append(Place(_("Messages"), "/messages", here == MESSAGES))
    return tuple(found)


def sees_strays(person: Staff) -> bool:
    """True for those who see messages that belong to no desk: supervisors and administrators."""
    return person.is_administrator or any(role is Role.SUPERVISOR for role, _desk in person.roles)


def _desks(person: Staff, here: str) -> tuple[str, tuple[Place, ...]]:
    """The name of the chosen desk, and the desks to choose from."""
    catalog = context().catalog
    mine, chosen = desks_of(person, catalog), request.args.get("desk", "")
    base = "/queue" if here == QUEUE else list_href(person)
    places = [Place(catalog.desks[d].name, f"{base}?{urlencode({'desk': d})}", d == chosen) for d in mine]
    if len(places) > 1:
        places.append(Place(_("All my desks"), base, chosen not in mine))
    if chosen in mine:
        return catalog.desks[chosen].name, tuple(places)
    return (places[0].name if len(mine) == 1 else _("All my desks")), tuple(places)


def _new_href(person: Staff) -> str:
    """The counter's form, at the desk that the list is narrowed to; empty for those who record no tickets."""
    chosen = request.args.get("desk", "")
    at = f"?{urlencode({'desk': chosen})}" if chosen in context().catalog.desks else ""
    return f"/tickets/new{at}" if is_agent(person) else ""


def shell(here: str, query: str = "") -> Shell:
    """The frame of the signed-in staff member's page."""
    person = staff()
    desk, desks = _desks(person, here)
    now = language()
    return Shell(
        name=person.display_name or person.name,
        initials=initials(person.display_name or person.name),
        role=_role_name(person),
        desk=desk,
        desks=desks,
        places=_places(person, here),
        languages=tuple(Place(n, code, code == now) for code, n in NAMES.items()),
        search_href=list_href(person),
        new_href=_new_href(person),
        query=query,
        standing=test_now(),
        mail_stays=mail_stays(),
        outbox_href="/outbox" if is_agent(person) else "",
    )


def mail_stays() -> bool:
    """True while no mail leaves the house."""
    if "mail_stays" not in g:
        g.mail_stays = mail_is_held(database(), context().settings)
    return bool(g.mail_stays)


@cache
def _fixed(template: str, chosen: str) -> Markup:  # noqa: ARG001  # the language is the key of the cache
    return Markup(render_template(template))  # noqa: S704  # a template of our own, escaped by its engine


def fixed(template: str) -> Markup:
    """A part of a page that is the same for everybody who reads this language, rendered once."""
    return _fixed(template, language())


def frame(here: str, query: str = "") -> dict[str, Any]:
    """What every staff template needs around its own values."""
    return {"shell": shell(here, query), "keys": fixed("board/keys.html"), "here": request.full_path.rstrip("?")}
