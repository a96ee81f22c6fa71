"""The devices at the counter: the one that gives numbers, the one that shows who is called. Nobody signs in there."""

from flask import Response, abort, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from helpdesk.store.counter_models import Kiosk, Turn
from helpdesk.tickets.errors import DomainError
from helpdesk.usecases import turns
from helpdesk.usecases.kiosks import NUMBERS, SCREEN, kiosk_of
from helpdesk.usecases.office_hours import office_hours
from helpdesk.web.access import OPEN, require
from helpdesk.web.counter import blueprint
from helpdesk.web.counter.queue import matters
from helpdesk.web.errors import message, status_of
from helpdesk.web.language import NAMES, language
from helpdesk.web.portal.times import when
from helpdesk.web.work import context, database


def _device(token: str, kind: str) -> Kiosk:
    """The device of the address; the same 404 for a wrong and a revoked one."""
    kiosk = kiosk_of(database(), context(), token, kind)
    if kiosk is None:
        abort(404)
    return kiosk


def _choice(token: str, kiosk: Kiosk, error: str = "", status: int = 200) -> Response:
    desk = context().desk(kiosk.desk)
    page = render_template(
        "counter/kiosk.html",
        desk=desk.name,
        token=token,
        matters=matters(),
        hours=office_hours(context().catalog, desk, context().now, language()),
        others=[(code, name) for code, name in NAMES.items() if code != language()],
        error=error,
    )
    return make_response(page, status)


@blueprint.get("/kiosk/<token>")
@require(OPEN)
def kiosk(token: str) -> Response:
    """Why did you come? A button each."""
    return _choice(token, _device(token, NUMBERS))


@blueprint.post("/kiosk/<token>")
@require(OPEN)
def take(token: str) -> AnyResponse:
    """Take a number."""
    device = _device(token, NUMBERS)
    try:
        turn = turns.take_number(database(), context(), device.desk, request.form.get("matter", ""))
    except DomainError as refused:
        return _choice(token, device, message(refused), status_of(refused))
    return redirect(url_for("counter.number", token=token, turn_id=turn.id, lang=language()), 303)


@blueprint.get("/kiosk/<token>/<int(max=2147483647):turn_id>")
@require(OPEN)
def number(token: str, turn_id: int) -> Response:
    """The number that was taken, to print."""
    device = _device(token, NUMBERS)
    turn, of = database().get(Turn, turn_id), context()
    if turn is None or turn.desk != device.desk or turn.day != turns.today(of, device.desk):
        abort(404)
    desk = of.desk(device.desk)
    before = sum(other.number < turn.number for other in turns.waiting(database(), of, device.desk))
    page = render_template(
        "counter/number.html",
        desk=desk.name,
        number=turn.number,
        matter=matters().get(turn.matter, turn.matter),
        before=before,
        taken=when(turn.taken_at, desk.zone, of.now, language(), near=False),
        back=url_for("counter.kiosk", token=token, lang="id"),  # the next person begins in Indonesian
    )
    return make_response(page)


@blueprint.get("/screen/<token>")
@require(OPEN)
def screen(token: str) -> str:
    """Who is called, in large type."""
    device = _device(token, SCREEN)
    found = turns.called(database(), context(), device.desk)
    return render_template(
        "counter/screen.html",
        desk=context().desk(device.desk).name,
        called=found,
        waiting=len(turns.waiting(database(), context(), device.desk)),
        state=url_for("counter.screen_state", token=token),
    )


@blueprint.get("/screen/<token>/state")
@require(OPEN)
def screen_state(token: str) -> Response:
    """The same for the script of the screen; 304 while nothing has changed."""
    device = _device(token, SCREEN)
    found = turns.called(database(), context(), device.desk)
    answer = jsonify(
        called=[{"id": c.turn.id, "number": c.turn.number, "counter": c.counter, "calls": c.turn.calls} for c in found],
        waiting=len(turns.waiting(database(), context(), device.desk)),
    )
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.add_etag()
    answer.make_conditional(request)
    return answer
