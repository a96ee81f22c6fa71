"""What an address asks of a list of tickets: the view, the filters, the order, the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import request

from helpdesk.store.board_queries import Place, Wanted
from helpdesk.store.people_queries import Colleague, staff_at
from helpdesk.web.board.filters import Chosen, chosen_filters, narrowed
from helpdesk.web.board.views import View, chosen, search_view
from helpdesk.web.work import database

PAGE = 50
RECEIPT, DUE = "receipt", "due"


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks of a list: the view, the filters, the order, the page."""

    base: str
    desks: tuple[str, ...]
    view: View
    wanted: Wanted
    filters: Chosen
    order: str
    words: str
    people: Mapping[str, Colleague]
    desk: str = ""
    requester: str = ""

    @property
    def is_search(self) -> bool:
        """True when the list is what a search found, whatever its status."""
        return bool(self.words or self.requester)

    def href(self, **changes: str) -> str:
        """The address of this list with some of its parts changed; an empty part is left out."""
        known = {
            "view": self.view.id,
            "desk": self.desk,
            "order": self.order,
            "q": self.words,
            "requester": self.requester,
            **self.filters.query,
        }
        usual = (("order", RECEIPT), ("view", "search"))
        parts = {k: v for k, v in {**known, **changes}.items() if v and (k, v) not in usual}
        return f"{self.base}?{urlencode(parts)}" if parts else self.base


def ask(base: str, desks: tuple[str, ...], views: Sequence[View]) -> Asked:
    """Read the address of the request. The views are over `desks`."""
    words = " ".join(request.args.get("q", "")[:200].replace("\x00", "").split())
    requester = _digits("requester")
    view = chosen(views, request.args.get("view", ""))
    if words or requester:
        view = search_view(desks, words, int(requester) if requester else None)
    filters, people = chosen_filters(request.args), staff_at(database(), desks)
    order = DUE if request.args.get("order") == DUE and view.id != "search" else RECEIPT
    wanted = narrowed(view.wanted, filters, people)
    desk = request.args.get("desk", "")
    return Asked(base, desks, view, wanted, filters, order, words, people, desk if desk in desks else "", requester)


def offset() -> int:
    """How many tickets lie before the page, where pages are counted."""
    return min(int(_digits("page") or 0), 1000) * PAGE


def _digits(name: str) -> str:
    text = request.args.get(name, "")
    return text if text.isascii() and text.isdigit() and len(text) < 18 else ""


def place() -> Place | None:
    """Where the page begins: `1~2026-11-23T01:00:00+00:00~42`; None at the beginning and for nonsense."""
    urgent, _dash, rest = request.args.get("after", "").partition("~")
    at, _dash, number = rest.partition("~")
    try:
        moment = datetime.fromisoformat(at)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None or not number.isascii() or not number.isdigit() or len(number) > 18:
        return None
    return Place(urgent == "1", moment, int(number))
