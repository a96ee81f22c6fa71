"""Who may use which route: every view is marked with `require`, and one check enforces the marks before any view runs.

A route without a mark stops the start of the application. What somebody may do with one ticket is the business of
`tickets.permission`; here it is only who may knock at all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, redirect, request, url_for
from werkzeug.exceptions import Forbidden, Unauthorized

from helpdesk.tickets.permission import Staff
from helpdesk.tickets.words import Role
from helpdesk.usecases.people import staff_by_token
from helpdesk.web import session as sessions
from helpdesk.web.work import READING_METHODS, context, database

API_ROOT = "/api/"
HOOKS_ROOT = "/hooks/"
PROGRAMS = (API_ROOT, HOOKS_ROOT)
"""Below these it is programs that ask."""
STAFF_SIGN_IN = "auth.sign_in"
REQUESTER_SIGN_IN = "portal.prove"
_View = TypeVar("_View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Audience:
    """Who may use a route. `staff`: which staff members may; None: it is not a staff route.

    `session`: the route looks at cookies at all. `requester`: it needs a proved address. `token`: it takes bearer
    tokens and never a cookie.
    """

    name: str
    staff: Callable[[Staff], bool] | None = None
    session: bool = True
    requester: bool = False
    token: bool = False


def _has(*roles: Role) -> Callable[[Staff], bool]:
    return lambda staff: staff.is_administrator or any(role in roles for role, _desk in staff.roles)


PUBLIC = Audience("anybody")
OPEN = Audience("anybody, without a session", session=False)
REQUESTER = Audience("requester", requester=True)
STAFF = Audience("staff", staff=lambda staff: bool(staff.roles))
AGENT = Audience("agent", staff=_has(Role.AGENT, Role.SUPERVISOR))
TECHNICIAN = Audience("technician", staff=_has(Role.TECHNICIAN, Role.SUPERVISOR))
SUPERVISOR = Audience("supervisor", staff=_has(Role.SUPERVISOR))
ADMINISTRATOR = Audience("administrator", staff=lambda staff: staff.is_administrator)
TOKEN = Audience("staff with a token", staff=lambda staff: bool(staff.roles), session=False, token=True)
TOKEN_AGENT = Audience("agent with a token", staff=_has(Role.AGENT, Role.SUPERVISOR), session=False, token=True)


def require(audience: Audience) -> Callable[[_View], _View]:
    """Mark a view with its audience: `@blueprint.get("/x")` above, `@require(AGENT)` below."""

    def mark(view: _View) -> _View:
        view.audience = audience  # type: ignore[attr-defined]
        return view

    return mark


def audience_of(app: Flask, endpoint: str) -> Audience | None:
    """The audience of an endpoint; None when nobody has marked it."""
    found: Audience | None = getattr(app.view_functions.get(endpoint), "audience", None)
    return found


def signed_in() -> Staff | None:
    """The staff member behind this request, by session or by token; None for everybody else."""
    found: Staff | None = g.get("staff")
    return found


def staff() -> Staff:
    """The staff member behind this request, on a route that only staff reach."""
    found = signed_in()
    if found is None:
        raise Unauthorized
    return found


def proved_address() -> str:
    """The e-mail address that this browser has proved by a one-time code; empty when it has proved none."""
    return str(g.get("address", ""))


def prove_address(address: str) -> None:
    """Begin a requester's session for an address that a one-time code has just proved (in this unit of work)."""
    sessions.begin(database(), context().now, address=address)


def _bearer() -> Staff | None:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        return None
    return staff_by_token(database(), token.strip())


def _know_the_caller(audience: Audience) -> None:
    """Find out who asks; on an interface route by token alone, elsewhere by session alone."""
    if audience.token:
        g.staff = _bearer()
    elif audience.session:
        mine = sessions.current()
        mine.load()
        if mine.known:
            g.staff, g.language = mine.known.staff, mine.known.language
            g.address = "" if mine.known.staff else str(mine.get("address", ""))


def _turn_away(audience: Audience) -> Response:
    """Somebody unknown: an interface or a script hears 401, a person is sent to the sign-in and back."""
    accepts = request.accept_mimetypes
    wants_page = (not accepts or accepts.accept_html) and request.headers.get("Sec-Fetch-Dest") != "empty"
    if audience.token or not wants_page:
        raise Unauthorized
    back = request.full_path.rstrip("?") if request.method in READING_METHODS else None
    where = REQUESTER_SIGN_IN if audience.requester else STAFF_SIGN_IN
    answer = redirect(url_for(where, next=back), 303)
    assert isinstance(answer, Response)
    return answer


def check() -> Response | None:
    """The one check of every request, before any view: who asks, and may they knock here."""
    audience = audience_of_request()
    if audience is None:
        _know_the_caller(PUBLIC)  # there is nothing here: the page that says so has the frame of who asks
        return None
    _know_the_caller(audience)
    caller = signed_in()
    if audience.staff is not None:
        if caller is None:
            return _turn_away(audience)
        if not audience.staff(caller):
            raise Forbidden
    if audience.requester and not proved_address():
        return _turn_away(audience)
    return None


def audience_of_request() -> Audience | None:
    """The audience of the requested route. An unknown path of the interface asks for a token before it is missing."""
    if request.endpoint is None:
        return TOKEN if request.path.startswith(API_ROOT) else None
    return audience_of(current_app, request.endpoint)


def check_marks(app: Flask) -> None:
    """Raise RuntimeError naming the routes that nobody has marked with `require`."""
    bare = sorted({r.endpoint for r in app.url_map.iter_rules() if audience_of(app, r.endpoint) is None})
    if bare:
        raise RuntimeError(f"routes without an audience: {', '.join(bare)}")
