"""A refusal that no form of the page can show any more: said over the page, with what happened meanwhile."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import gettext as _

from helpdesk.catalog.model import Catalog
from helpdesk.store.models import Event
from helpdesk.tickets.words import Action
from helpdesk.web.board.clocks import Present
from helpdesk.web.ticket import talk
from helpdesk.web.ticket.buttons import WITHOUT_FORM
from helpdesk.web.ticket.page import Read
from helpdesk.web.ticket.view import Buttons, Kept, Rule

_CHOSEN = frozenset({(Action.HOLD, "reason"), (Action.CANCEL, "reason")})
"""Fields that are picked from a list: nobody wants to copy them."""


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Why an action was refused, who did what meanwhile (empty when that is not the cause), and what was typed."""

    message: str
    meanwhile: str
    typed: tuple[Rule, ...]


def has_form(action: str, shown: Buttons) -> bool:
    """True when the page still has a form of this action, which then shows the refusal itself."""
    if action in (Action.REPLY, Action.NOTE):
        return shown.reply if action == Action.REPLY else shown.note
    return action in shown.every and action not in WITHOUT_FORM


def overtaken(kept: Kept, found: Read, catalog: Catalog, at: Present) -> Overtaken:
    """What the page says of an action that it no longer offers."""
    meanwhile = _meanwhile(found, catalog, at) if kept.conflict else ""
    return Overtaken(kept.message, meanwhile, tuple(_typed(kept, found, at)))


def _moved(event: Event) -> bool:
    return event.action != Action.OPEN and event.from_status != event.to_status


def _meanwhile(found: Read, catalog: Catalog, at: Present) -> str:
    last = next((event for event in reversed(found.events) if _moved(event)), None)
    if last is None:
        return ""
    did = talk.deed(last, catalog, at, found.names)
    return str(_("Meanwhile: %(who)s %(did)s (%(time)s).", who=did.by, did=did.did, time=did.at))


def _labels(kept: Kept, found: Read, at: Present) -> dict[str, str]:
    language, item = at.words.language, found.item
    attributes = {f"attributes.{a.id}": a.name.get(language) for a in (item.attributes if item else ())}
    return {
        "text": at.words.action.get(kept.action, kept.action),
        "note": _("What was done"),
        "label": _("Label"),
        "reason": _("Reason"),
        "comment": _("Comment of the requester"),
        "number": _("Number of the other ticket"),
        "missing_other": _("Other missing documents, one a line"),
        **attributes,
    }


def _typed(kept: Kept, found: Read, at: Present) -> Iterator[Rule]:
    for name, label in _labels(kept, found, at).items():
        text = kept.values.get(name, "")
        if text.strip() and (kept.action, name) not in _CHOSEN:
            yield Rule(label, text)
