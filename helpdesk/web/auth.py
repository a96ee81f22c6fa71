"""Staff sign in and out: name and password, throttled, the same answer whether the name exists or not."""

import secrets
import threading
from dataclasses import dataclass

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response as AnyResponse

from helpdesk.store.db import unit_of_work
from helpdesk.store.people_models import StaffUser
from helpdesk.tickets.permission import Staff
from helpdesk.tickets.words import Role
from helpdesk.usecases.people import staff_of, verify_password
from helpdesk.web import session as sessions
from helpdesk.web.access import PUBLIC, require, signed_in
from helpdesk.web.board.shell import Place
from helpdesk.web.language import NAMES, language
from helpdesk.web.security import local_path, test_now
from helpdesk.web.throttle import Limit, caller_address, count, forgive, is_over
from helpdesk.web.work import context, database, own_units, surroundings

KIND = "sign-in"
PER_ACCOUNT_AND_ADDRESS, PER_ACCOUNT, PER_ADDRESS = 5, 30, 60
WAIT_SECONDS = 15 * 60
LONGEST_PASSWORD = 1000
DEVICE_COOKIE, DEVICE_SECONDS = "helpdesk-device", 180 * 24 * 3600

blueprint = Blueprint("auth", __name__)
_hashing = threading.BoundedSemaphore(2)
"""At most two passwords are hashed at once: each takes 64 MiB and a processor."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What somebody typed who wants to sign in. `device` proves that this browser has done so before; else empty."""

    name: str
    password: str
    address: str
    device: str

    @property
    def pair(self) -> str:
        """The account as guessed from here: guesses made elsewhere do not lock out a browser that is known."""
        return f"{self.name.casefold()} {self.device or self.address}"

    def limits(self) -> tuple[Limit, ...]:
        """What may be tried: from here, on this account by strangers in all, and from this address in all."""
        own = Limit(self.pair, PER_ACCOUNT_AND_ADDRESS)
        everywhere = Limit(f"account {self.name.casefold()}", PER_ACCOUNT)
        return (own,) if self.device else (own, everywhere, Limit(f"address {self.address}", PER_ADDRESS))


def _devices() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(surroundings().settings.secret_key, salt="device")


def _device(name: str) -> str:
    """The id of a browser that has signed in under this name before; empty for others."""
    try:
        known = _devices().loads(request.cookies.get(DEVICE_COOKIE, ""), max_age=DEVICE_SECONDS)
    except BadData:
        return ""
    same = isinstance(known, dict) and known.get("name") == name.casefold()
    return str(known.get("id", "")) if same else ""


def _candidate() -> Candidate:
    name = request.form.get("name", "").strip()[:60].replace("\x00", "")
    password = request.form.get("password", "")[:LONGEST_PASSWORD]
    return Candidate(name, password, caller_address(), _device(name))


def home_of(staff: Staff) -> str:
    """Where somebody begins: the queue for those who are technicians only, the board for everybody else."""
    roles = {role for role, _desk in staff.roles}
    return "/queue" if roles == {Role.TECHNICIAN} else "/board"


def _language_links() -> tuple[Place, ...]:
    path, now = request.path, language()
    return tuple(Place(name, f"{path}?lang={code}", current=code == now) for code, name in NAMES.items())


def _form(error: str = "", name: str = "", status: int = 200) -> Response:
    asked = request.values.get("next", "")
    page = render_template(
        "auth/login.html",
        error=error,
        name=name,
        next=local_path(asked, ""),
        languages=_language_links(),
        standing=test_now(),
    )
    return make_response(page, status)


@blueprint.get("/login")
@require(PUBLIC)
def sign_in() -> AnyResponse:
    """The form; who is signed in already goes on."""
    caller = signed_in()
    if caller is not None:
        return redirect(local_path(request.args.get("next", ""), home_of(caller)), 303)
    return _form()


def _verified(candidate: Candidate) -> StaffUser | None:
    """The user when the password is right. Hashing takes long, so no transaction writes meanwhile."""
    with _hashing:
        return verify_password(database(), candidate.name, candidate.password)


@blueprint.post("/login")
@require(PUBLIC)
@own_units
def enter() -> AnyResponse:
    """Check name and password; a new session on success, whatever session there was before."""
    candidate, now = _candidate(), context().now
    if is_over(database(), KIND, candidate.limits(), now):
        return _too_many(candidate)
    user = _verified(candidate)
    staff = staff_of(user) if user else None
    database().rollback()
    if staff is None:
        return _wrong(candidate)
    with unit_of_work() as session:
        forgive(session, KIND, candidate.pair)
        sessions.begin(session, now, user_id=staff.id)
    answer = redirect(local_path(request.form.get("next", ""), home_of(staff)), 303)
    return _known_device(answer, candidate)


def _wrong(candidate: Candidate) -> Response:
    with unit_of_work() as session:
        count(session, KIND, candidate.limits(), context().now)
    current_app.logger.warning("a sign-in was refused for %r from %s", candidate.name, candidate.address)
    return _form(_("The user name or the password is wrong."), candidate.name, 401)


def _too_many(candidate: Candidate) -> Response:
    answer = _form(_("Too many wrong attempts. Please wait %(minutes)s minutes.", minutes=15), candidate.name, 429)
    answer.headers["Retry-After"] = str(WAIT_SECONDS)
    return answer


def _known_device(answer: AnyResponse, candidate: Candidate) -> AnyResponse:
    known = {"name": candidate.name.casefold(), "id": candidate.device or secrets.token_urlsafe(16)}
    secure = surroundings().settings.base_url.startswith("https://")
    answer.set_cookie(
        DEVICE_COOKIE,
        str(_devices().dumps(known)),
        max_age=DEVICE_SECONDS,
        path="/login",
        httponly=True,
        secure=secure,
        samesite="Lax",
    )
    return answer


@blueprint.post("/logout")
@require(PUBLIC)
def sign_out() -> AnyResponse:
    """End the session at once: its cookie opens nothing any more, wherever a copy of it may be."""
    was_staff = signed_in() is not None
    sessions.end(database())
    return redirect("/login" if was_staff else "/", 303)
