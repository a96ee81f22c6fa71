"""The language of an answer: Indonesian, unless the person has switched. What a browser announces is not asked.

A program of the JSON interface has no switch: it asks with `Accept-Language`.
"""

from flask import Blueprint, Flask, Response, g, redirect, request
from flask_babel import Babel
from sqlalchemy import update
from werkzeug.wrappers import Response as AnyResponse

from helpdesk.resources import translations_folder
from helpdesk.store.people_models import StaffUser
from helpdesk.tickets.permission import EVERY_DESK
from helpdesk.web.access import API_ROOT, PUBLIC, require, signed_in
from helpdesk.web.security import local_path
from helpdesk.web.work import database, surroundings

NAMES = {"id": "Bahasa Indonesia", "en": "English"}
LANGUAGES = tuple(NAMES)
COOKIE, YEAR = "lang", 365 * 24 * 3600
DEFAULT_ZONE = "Asia/Jakarta"

blueprint = Blueprint("language", __name__)


def _chosen(value: str | None) -> str | None:
    return value if value in LANGUAGES else None


def _announced() -> str | None:
    """The first language of ours among those that the caller accepts, the best first: `en-GB` is English."""
    tags = (tag.partition("-")[0].lower() for tag, quality in request.accept_languages if quality > 0)
    return next((tag for tag in tags if tag in LANGUAGES), None)


def language() -> str:
    """`id` or `en`: the link just followed, the switch, the staff member's own; else Indonesian."""
    linked = _chosen(request.args.get(COOKIE))
    if request.path.startswith(API_ROOT):
        return linked or _announced() or "id"
    return linked or _chosen(request.cookies.get(COOKIE)) or _chosen(g.get("language")) or "id"


def zone_name() -> str:
    """The time zone of the caller's first desk (IANA name); WIB's for everybody without one."""
    caller, desks = signed_in(), surroundings().catalog.desks
    mine = [desk for _role, desk in caller.roles if desk != EVERY_DESK and desk in desks] if caller else []
    return desks[min(mine)].zone.key if mine else DEFAULT_ZONE


@blueprint.post("/language")
@require(PUBLIC)
def switch() -> AnyResponse:
    """Switch the language for this browser, and for the account of who is signed in."""
    chosen = _chosen(request.form.get(COOKIE)) or "id"
    caller = signed_in()
    if caller is not None:
        database().execute(update(StaffUser).where(StaffUser.id == caller.id).values(language=chosen))
    answer = redirect(local_path(request.form.get("next", ""), "/"), 303)
    _remember(answer, chosen)
    return answer


def _remember(answer: AnyResponse, chosen: str) -> None:
    secure = surroundings().settings.base_url.startswith("https://")
    answer.set_cookie(COOKIE, chosen, max_age=YEAR, path="/", samesite="Lax", secure=secure, httponly=True)


def _remember_link(answer: Response) -> Response:
    """A link with `?lang=en` switches too: it changes nothing but the browser's own cookie."""
    chosen = _chosen(request.args.get(COOKIE))
    if chosen and chosen != request.cookies.get(COOKIE):
        _remember(answer, chosen)
    return answer


def prepare(app: Flask) -> None:
    """Give the application its languages."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(translations_folder())
    app.config["BABEL_DEFAULT_LOCALE"] = "id"
    Babel(app, locale_selector=language, timezone_selector=zone_name)
    app.after_request(_remember_link)
    app.context_processor(lambda: {"lang": language()})
