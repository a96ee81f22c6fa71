"""The views of the board and of the queue: which tickets each shows, and what it says when it shows none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from helpdesk.store.board_queries import Wanted
from helpdesk.tickets.words import OPEN_STATUSES, Status

OPEN = tuple(sorted(OPEN_STATUSES))
EVERY_STATUS = tuple(Status)
GROUP_TABS = 5
"""So many groups stand as tabs of the queue; where there are at least two more, the others stand in a menu."""


@dataclass(frozen=True, slots=True)
class View:
    """A named list of tickets. `hot`: its number wants attention. `tucked`: it stands in the menu beside the tabs."""

    id: str
    name: str
    wanted: Wanted
    empty_title: str
    empty_text: str
    hot: bool = False
    tucked: bool = False


def board_views(desks: tuple[str, ...], user_id: int) -> tuple[View, ...]:
    """The views of the Layer 1 board over these desks."""
    every = Wanted(desks, OPEN)
    return (
        View(
            "triage",
            _("Triage"),
            replace(every, statuses=(Status.NEW,), waiting=True),
            _("Nothing waits for triage"),
            _("New tickets announce themselves here. Meanwhile look at “At risk” or “Confirmation”."),
        ),
        View(
            "risk",
            _("At risk"),
            replace(every, threatened=True),
            _("Nothing is at risk"),
            _("Tickets whose time is nearly used up, or is over, appear here."),
            hot=True,
        ),
        View(
            "mine",
            _("Mine"),
            replace(every, assignee_id=user_id),
            _("No ticket is yours"),
            _("Take one from “Triage”: the oldest stands at the top."),
        ),
        *_waiting_views(every),
        View(
            "open",
            _("All open"),
            every,
            _("No open ticket"),
            _("Every request is closed. New ones announce themselves here."),
        ),
    )


def _waiting_views(every: Wanted) -> tuple[View, View]:
    return (
        View(
            "held",
            _("On hold"),
            replace(every, statuses=(Status.ON_HOLD,)),
            _("Nothing is on hold"),
            _("Tickets that wait for documents, requesters or vendors appear here with the reason."),
        ),
        View(
            "confirm",
            _("Confirmation"),
            replace(every, statuses=(Status.FULFILLED,)),
            _("Nothing waits for confirmation"),
            _("What a group has fulfilled appears here: check it, then tell the requester."),
        ),
    )


def queue_views(
    desks: tuple[str, ...], groups: Sequence[tuple[str, str]], names: Mapping[str, str], user_id: int
) -> tuple[View, ...]:
    """The views of the queue: all groups of the person, what they took, each group alone where there are several.

    `groups` are (group, desk) pairs, `names` the groups' names. A group of several desks is one view: the menu of the
    desks narrows it. Of more groups than a row of tabs holds, the later ones are tucked away.
    """
    working = Wanted(desks, (Status.NEW, Status.IN_PROGRESS), groups=tuple(groups))
    nothing = _("What Layer 1 escalates to your groups appears here by itself, the oldest at the top.")
    found = [
        View("all", _("My groups"), working, _("The queue is empty"), nothing),
        View("free", _("Not taken"), replace(working, unassigned=True), _("Everything is taken"), nothing),
        View(
            "mine",
            _("Mine"),
            Wanted(desks, OPEN, assignee_id=user_id),
            _("No ticket is yours"),
            _("Take one from “My groups”: the oldest stands at the top."),
        ),
        View(
            "held",
            _("On hold"),
            replace(working, statuses=(Status.ON_HOLD,)),
            _("Nothing is on hold"),
            _("Tickets that wait for documents, requesters or vendors appear here with the reason."),
        ),
    ]
    several = list(dict.fromkeys(group for group, _desk in groups))
    beside = GROUP_TABS if len(several) > GROUP_TABS + 1 else len(several)
    for place, group in enumerate(several if len(several) > 1 else ()):
        one = replace(working, groups=tuple(pair for pair in groups if pair[0] == group))
        found.append(View(group, names[group], one, _("The queue is empty"), nothing, tucked=place >= beside))
    return tuple(found)


def search_view(desks: tuple[str, ...], words: str, requester_id: int | None = None) -> View:
    """What a search finds, whatever its status: by words, or all of one requester."""
    return View(
        "search",
        _("Search: %(words)s", words=words) if words else _("Tickets of one requester"),
        Wanted(desks, EVERY_STATUS, words=words, requester_id=requester_id),
        _("Nothing found"),
        _("Try fewer words, a name, an address, or the whole ticket number."),
    )


def chosen(views: Sequence[View], view_id: str) -> View:
    """The view of that id, else the first."""
    return next((view for view in views if view.id == view_id), views[0])
