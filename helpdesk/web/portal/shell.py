"""What stands around every page for requesters: the chosen desk, the other ones, the other language."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request, url_for

from helpdesk.catalog.model import Desk
from helpdesk.web.language import COOKIE as LANGUAGE_PARAMETER
from helpdesk.web.language import NAMES, language
from helpdesk.web.work import context

DESK_COOKIE = "helpdesk-desk"
DESK_COOKIE_SECONDS = 365 * 24 * 3600
OTHER_LANGUAGE = {"id": "en", "en": "id"}


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a menu."""

    name: str
    href: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Shell:
    """The frame of a page: the desk's name, the desks to choose from, where one is, the other language."""

    desk: str
    desks: tuple[Link, ...]
    here: str
    other_language: str
    other_language_name: str
    language_href: str


def chosen_desk() -> Desk | None:
    """The desk that this browser chose before; None when it did not, or when the catalogue no longer has it."""
    return context().catalog.desks.get(request.cookies.get(DESK_COOKIE, ""))


def _switched(code: str) -> str:
    """The address of this very page in the other language."""
    arguments = {**request.args.to_dict(), LANGUAGE_PARAMETER: code}
    return f"{request.path}?{urlencode(arguments)}"


def shell(desk: Desk | None = None, here: str = "", *, choose: bool = True) -> Shell:
    """The frame of this page. `desk`: the one that the page is about, else the chosen one."""
    desk = desk or chosen_desk()
    code = OTHER_LANGUAGE[language()]
    desks = tuple(
        Link(d.name, url_for("portal.desk_home", desk=d.id), d == desk) for d in context().catalog.desks.values()
    )
    return Shell(desk.name if desk else "", desks if choose else (), here, code, NAMES[code], _switched(code))
