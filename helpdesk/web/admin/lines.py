"""The chat lines of the desks on a page: whether they work, when something came, and what nobody could read."""

from dataclasses import dataclass

from flask import Response, make_response, render_template
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from helpdesk.store import chat_queries as stored
from helpdesk.store.mail_models import RawMessage
from helpdesk.usecases.chat.accounts import CHATS
from helpdesk.usecases.chat.saying import lines_of
from helpdesk.web.access import ADMINISTRATOR, require
from helpdesk.web.admin.blueprint import blueprint, present
from helpdesk.web.board.frame import OUTBOX, frame
from helpdesk.web.work import context, database

LATEST = 20


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line as the page shows it; `look` is the state of its pill."""

    desk: str
    channel: str
    bot: str
    look: str
    state: str
    heard: str
    says: str


@dataclass(frozen=True, slots=True)
class Strange:
    """A delivery that meant nothing to us."""

    href: str
    channel: str
    received: str
    what: str


def _lines() -> list[ShownLine]:
    known = {(line.channel, line.bot): line for line in stored.lines(database())}
    desks, named = context().catalog.desks, present().words.channel
    found = []
    for (channel, bot), desk in lines_of(context()).items():
        line, at = known.get((channel, bot)), present(desk)
        broken = line is not None and line.failed_at is not None
        look, state = ("late", _("does not work")) if broken else ("ok", _("works"))
        if line is None:
            look, state = "none", _("nothing came yet")
        heard = at.brief(line.heard_at) if line is not None and line.heard_at else ""
        says = line.error if line is not None else ""
        found.append(ShownLine(desks[desk].name, named.get(channel, channel), bot, look, state, heard, says))
    return found


@blueprint.get("/lines")
@require(ADMINISTRATOR)
def lines() -> str:
    """The lines that are set up, and the latest deliveries that meant nothing to us."""
    strange = [
        Strange(
            href=f"/lines/deliveries/{row.id}",
            channel=present().words.channel.get(row.channel, row.channel),
            received=present().brief(row.received_at),
            what=row.reason.partition(stored.UNKNOWN)[2],
        )
        for row in stored.strange(database(), CHATS, LATEST)
    ]
    return render_template("admin/lines.html", lines=_lines(), strange=strange, **frame(OUTBOX))


@blueprint.get("/lines/deliveries/<int(max=9007199254740991):raw_id>")
@require(ADMINISTRATOR)
def delivery(raw_id: int) -> Response:
    """The bytes of a delivery as they came, as a download."""
    raw = database().get(RawMessage, raw_id)
    if raw is None or raw.channel not in CHATS:
        raise NotFound
    answer = make_response(raw.body)
    answer.headers["Content-Type"] = "application/octet-stream"
    answer.headers["Content-Disposition"] = f'attachment; filename="delivery-{raw_id}.json"'
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer
