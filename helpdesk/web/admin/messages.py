"""Every message that the product writes, to look at: each kind at each desk, as text and as HTML."""

from dataclasses import dataclass
from typing import Any

from flask import Response, render_template, request
from flask_babel import gettext as _
from werkzeug.exceptions import NotFound

from helpdesk.channels.base import Outbound
from helpdesk.tickets.words import Role
from helpdesk.usecases.samples import TO_STAFF, kinds, sample_letter
from helpdesk.web.access import SUPERVISOR, require, staff
from helpdesk.web.admin.blueprint import blueprint
from helpdesk.web.admin.catalogue import notices
from helpdesk.web.admin.outbox import letter_page
from helpdesk.web.admin.outgoing import kind_names
from helpdesk.web.board.frame import MESSAGES, frame
from helpdesk.web.board.scope import desks_of
from helpdesk.web.board.shell import Place
from helpdesk.web.board.view import Choice
from helpdesk.web.work import context


@dataclass(frozen=True, slots=True)
class Preview:
    """One kind of message at one desk, made up; `desks` and `kinds` are what else there is to look at."""

    name: str
    to: str
    subject: str
    text: str
    html_href: str
    kind: str
    kinds: tuple[Place, ...]
    desks: tuple[Choice, ...]


def _desks() -> tuple[str, ...]:
    return desks_of(staff(), context().catalog, Role.SUPERVISOR)


def _chosen() -> tuple[str, str]:
    """The desk and the kind that are asked for; the first ones where none is. Raises NotFound for others."""
    desks, known = _desks(), kinds()
    desk, kind = request.args.get("desk") or desks[0], request.args.get("kind") or known[0]
    if desk not in desks or kind not in known:
        raise NotFound
    return desk, kind


def _sample() -> Outbound:
    return sample_letter(context(), *_chosen())


@blueprint.get("/messages")
@require(SUPERVISOR)
def messages() -> str:
    """One kind of message in both languages, and the list of all kinds."""
    return render_template("admin/messages.html", p=_preview(), notices=notices(), **_frame())


def _frame() -> dict[str, Any]:
    return frame(MESSAGES)


def _preview() -> Preview:
    desk, kind = _chosen()
    letter, names = _sample(), kind_names()
    return Preview(
        name=names.get(kind, kind),
        to=_("to staff") if kind in TO_STAFF else _("to the requester"),
        subject=letter.subject,
        text=letter.text,
        html_href=f"/messages/html?desk={desk}&kind={kind}",
        kind=kind,
        kinds=tuple(Place(names.get(k, k), f"/messages?desk={desk}&kind={k}", k == kind) for k in kinds()),
        desks=tuple(Choice(d, context().catalog.desks[d].name, d == desk) for d in _desks()),
    )


@blueprint.get("/messages/html")
@require(SUPERVISOR)
def message_html() -> Response:
    """Its HTML, for a frame without rights."""
    return letter_page(_sample().html)
