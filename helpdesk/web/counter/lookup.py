"""What the counter's form asks the server while somebody types: people whom the desk knows, questions of a service."""

from datetime import timedelta

from flask import Response, abort, jsonify, render_template, request
from flask_babel import gettext as _

from helpdesk.usecases.callers import find_callers
from helpdesk.web.access import AGENT, require, staff
from helpdesk.web.board.intake import questions
from helpdesk.web.board.newticket import counter_desks
from helpdesk.web.counter import blueprint
from helpdesk.web.language import language
from helpdesk.web.throttle import Limit, count, is_over
from helpdesk.web.work import context, database

LOOKUP = "caller"
A_MINUTE, AN_HOUR = 60, 900
"""Looks a member of staff may take: enough to type at a busy counter, too few to copy the list of people."""


def _own_desk(asked: str) -> str:
    if asked not in counter_desks():
        abort(404)
    return asked


@blueprint.post("/intake/people")
@require(AGENT)
def people() -> Response:
    """People of the desk whose name, address or telephone is like what was typed. A POST: names stay out of logs."""
    desk, who = _own_desk(request.form.get("desk", "")), f"staff {staff().id}"
    limits = [Limit(who, A_MINUTE, timedelta(minutes=1)), Limit(who, AN_HOUR, timedelta(hours=1))]
    if is_over(database(), LOOKUP, limits, context().now):
        answer = jsonify(people=[])
        answer.status_code = 429
        return answer
    count(database(), LOOKUP, limits[:1], context().now)
    found = find_callers(database(), desk, request.form.get("q", ""))
    return jsonify(
        people=[
            {"id": p.id, "name": p.name, "email": p.email, "phone": p.phone,
             "by_chat": _("calls themselves so in a chat") if p.by_chat else "",
             "open": [{"number": number, "subject": subject} for number, subject in p.open]}
            for p in found
        ]
    )  # fmt: skip


@blueprint.get("/intake/questions")
@require(AGENT)
def asked() -> str:
    """The questions of a service, as a part of the form."""
    desk = _own_desk(request.args.get("desk", ""))
    item = request.args.get("item", "")
    offered = context().catalog.items.get(item) if item in context().catalog.desks[desk].items else None
    return render_template("board/questions.html", questions=questions(offered, language()), kept=None)
