"""The counter's page for staff: who waits, who is called, and the devices that stand there."""

from dataclasses import dataclass

from flask import Response, abort, flash, make_response, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from helpdesk.store.counter_models import Counter, Kiosk, Turn
from helpdesk.tickets.errors import DomainError
from helpdesk.usecases import kiosks, turns
from helpdesk.usecases.turns import Matter, State
from helpdesk.web.access import AGENT, require, staff
from helpdesk.web.board.frame import frame
from helpdesk.web.board.newticket import counter_desks
from helpdesk.web.board.phrases import phrases
from helpdesk.web.board.view import Choice
from helpdesk.web.counter import blueprint
from helpdesk.web.errors import message
from helpdesk.web.language import language
from helpdesk.web.work import context, database

COUNTER = "counter"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A number that waits or stands at a counter."""

    id: int
    number: int
    matter: str
    waited: str
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Device:
    """A kiosk or a screen. `href` is its address, shown only when it was just made."""

    id: int
    name: str
    made: str
    href: str = ""


def matters() -> dict[str, str]:
    """Why people come, in the language of the page."""
    return {
        Matter.NEW: _("New request or report"),
        Matter.FOLLOW_UP: _("Ask about a ticket"),
        Matter.DOCUMENTS: _("Bring or collect something"),
    }


def _device_names() -> dict[str, str]:
    return {kiosks.NUMBERS: _("Number kiosk"), kiosks.SCREEN: _("Call screen")}


def _shown(turn: Turn) -> Waiting:
    waited = phrases(language()).amount(turns.waited_minutes(turn, context().now))
    return Waiting(turn.id, turn.number, matters().get(turn.matter, turn.matter), waited, turn.calls)


def _desk() -> str:
    """The desk of the page: the one that the address or the form names, else the person's first one."""
    mine = counter_desks()
    asked = request.values.get("desk", "") or (mine[0] if mine else "")
    if asked not in mine:
        abort(404)
    return asked


def _device(kiosk: Kiosk, href: str = "") -> Device:
    at, zone = context().now, context().desk(kiosk.desk).zone
    made = f"{phrases(language()).brief(kiosk.created_at, at, zone)}, {kiosk.created_by}"
    return Device(kiosk.id, _device_names()[kiosk.kind], made, href)


def _page(desk: str, counter: Counter | None, made: Device | None = None, error: str = "") -> str:
    session, of = database(), context()
    open_ones = turns.counters(session, desk)
    here = turns.current(session, of, counter) if counter else None
    return render_template(
        "counter/queue.html",
        desk=desk,
        desk_name=of.desk(desk).name,
        desks=tuple(Choice(d, of.desk(d).name, d == desk) for d in counter_desks()),
        counters=tuple(Choice(str(c.id), c.name, counter is not None and c.id == counter.id) for c in open_ones),
        counter=counter,
        mine=_shown(here) if here else None,
        waiting=tuple(_shown(turn) for turn in turns.waiting(session, of, desk)),
        elsewhere=tuple((c.turn.number, c.counter) for c in turns.called(session, of, desk)),
        devices=tuple(_device(k) for k in kiosks.kiosks_of(session, desk)),
        kinds=_device_names(),
        made=made,
        error=error,
        **frame(COUNTER),
    )


def _chosen(desk: str) -> Counter | None:
    """The counter that the address names; the only one of the desk where it names none."""
    asked, known = request.args.get("counter", ""), turns.counters(database(), desk)
    return next((c for c in known if str(c.id) == asked), known[0] if len(known) == 1 else None)


@blueprint.get("/counter")
@require(AGENT)
def queue() -> str:
    """Who waits, and my counter."""
    desk = _desk()
    return _page(desk, _chosen(desk))


@blueprint.get("/counter/waiting")
@require(AGENT)
def waiting() -> Response:
    """The list of those who wait, as a part of the page; the browser asks every few seconds."""
    desk, session = _desk(), database()
    found = tuple(_shown(turn) for turn in turns.waiting(session, context(), desk))
    elsewhere = tuple((c.turn.number, c.counter) for c in turns.called(session, context(), desk))
    answer = make_response(render_template("counter/waiting.html", waiting=found, elsewhere=elsewhere))
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def _back(desk: str, counter: int | str = "") -> AnyResponse:
    return redirect(f"/counter?desk={desk}{f'&counter={counter}' if counter else ''}", 303)


@blueprint.post("/counter/counters")
@require(AGENT)
def new_counter() -> AnyResponse:
    """Open a counter."""
    desk = _desk()
    try:
        return _back(desk, turns.open_counter(database(), context(), desk, request.form.get("name", "")).id)
    except DomainError as refused:
        return make_response(_page(desk, _chosen(desk), error=message(refused)), 422)


def _mine(counter_id: int) -> Counter:
    counter = turns.locked_counter(database(), counter_id)
    if counter.desk not in counter_desks():
        abort(404)
    return counter


@blueprint.post("/counter/counters/<int(max=2147483647):counter_id>/<any(next, again, absent, done, close):deed>")
@require(AGENT)
def call(counter_id: int, deed: str) -> AnyResponse:
    """What is done at a counter. `shown` is the number that the page showed there."""
    counter, of = _mine(counter_id), context()
    text = request.form.get("shown", "")
    shown = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    try:
        if deed == "next" and turns.call_next(database(), of, counter, shown) is None:
            flash(_("Nobody waits."))
        elif deed == "again":
            turns.call_again(database(), of, counter, shown)
        elif deed in ("absent", "done"):
            turns.end_turn(database(), of, counter, shown, State(deed))
        elif deed == "close":
            counter.closed_at = of.now
    except DomainError as refused:
        flash(message(refused), "error")
    return _back(counter.desk, counter.id if deed != "close" else "")


@blueprint.post("/counter/kiosks")
@require(AGENT)
def new_kiosk() -> AnyResponse:
    """Make the address of a device; it is shown once."""
    desk, kind = _desk(), request.form.get("kind", "")
    if kind not in kiosks.KINDS:
        abort(404)
    kiosk = kiosks.open_kiosk(database(), context(), staff(), desk, kind)
    path = "kiosk" if kind == kiosks.NUMBERS else "screen"
    href = f"/{path}/{kiosks.kiosk_token(context().settings.secret_key, kiosk)}"
    return make_response(_page(desk, _chosen(desk), _device(kiosk, href)))


@blueprint.post("/counter/kiosks/<int(max=2147483647):kiosk_id>/revoke")
@require(AGENT)
def revoke_kiosk(kiosk_id: int) -> AnyResponse:
    """Make the address of a device lead nowhere."""
    kiosk = database().get(Kiosk, kiosk_id, with_for_update=True)
    if kiosk is None or kiosk.desk not in counter_desks():
        abort(404)
    kiosk.revoked_at = kiosk.revoked_at or context().now
    flash(_("The address of the device leads nowhere any more."), "done")
    return _back(kiosk.desk)
