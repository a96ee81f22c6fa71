"""Which actions become buttons, and which one is next: one question a page, what should I do now?"""

from collections.abc import Collection

from helpdesk.tickets.words import Action, Status
from helpdesk.tiers.routing import LAYER_1
from helpdesk.web.ticket.view import Buttons

WITHOUT_FORM = frozenset({Action.TAKE, Action.RESUME})
_NO_BUTTON = frozenset({Action.REPLY, Action.NOTE, Action.CLOSE, Action.OPEN})
_ENDED = {
    Status.ON_HOLD: (Action.RESUME, Action.SET),
    Status.FULFILLED: (Action.CONFIRM_FULFILMENT, Action.SEND_BACK),
    Status.RESOLVED: (Action.CONFIRM, Action.REOPEN),
    Status.CLOSED: (Action.REOPEN,),
}


def _order(status: str, group: str, *, classified: bool, taken: bool, resolves_here: bool) -> tuple[Action, ...]:
    """The actions by how likely they are the next one."""
    if status in _ENDED:
        return _ENDED[Status(status)]
    if not taken:
        return (Action.TAKE, Action.CLASSIFY, Action.ESCALATE)
    if group != LAYER_1:
        return (Action.FULFIL, Action.HOLD, Action.HAND_BACK)
    if not classified:
        return (Action.CLASSIFY, Action.ESCALATE, Action.HOLD)
    return (Action.FULFIL, Action.HOLD) if resolves_here else (Action.ESCALATE, Action.FULFIL, Action.HOLD)


def buttons(
    allowed: Collection[Action], status: str, group: str, *, classified: bool, taken: bool, resolves_here: bool
) -> Buttons:
    """The buttons for what is allowed now.

    `taken`: somebody works on it. `resolves_here`: the item's own group is the one that has the ticket.
    """
    shown = [action for action in Action if action in allowed and action not in _NO_BUTTON]
    order = _order(status, group, classified=classified, taken=taken, resolves_here=resolves_here)
    first = [action for action in order if action in shown]
    rest = [action for action in shown if action not in first]
    return Buttons(
        primary=first[0].value if first else "",
        beside=tuple(action.value for action in first[1:]),
        more=tuple(action.value for action in rest),
        reply=Action.REPLY in allowed,
        note=Action.NOTE in allowed,
    )
