"""The filters of the lists: which are set in the address, and what they offer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask_babel import gettext as _

from helpdesk.catalog.model import Catalog
from helpdesk.store.board_queries import Wanted
from helpdesk.store.people_queries import Colleague
from helpdesk.tickets.words import Status
from helpdesk.web.board.phrases import Phrases
from helpdesk.web.board.view import Choice, Filter

NONE = "-"
"""The value of a filter that asks for tickets without an item or an assignee."""

RETURNED = Status.IN_PROGRESS
"""The status of what was handed back to Layer 1 and waits there beside the new tickets."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The filters that are set; an empty string is not set."""

    status: str = ""
    item: str = ""
    group: str = ""
    assignee: str = ""

    @property
    def any(self) -> bool:
        """True when one is set."""
        return bool(self.status or self.item or self.group or self.assignee)

    @property
    def query(self) -> dict[str, str]:
        """As the address spells them."""
        pairs = {"status": self.status, "item": self.item, "group": self.group, "assignee": self.assignee}
        return {name: value for name, value in pairs.items() if value}


def chosen_filters(given: Mapping[str, str]) -> Chosen:
    """The filters of an address."""
    return Chosen(*(given.get(name, "")[:80] for name in ("status", "item", "group", "assignee")))


def narrowed(wanted: Wanted, filters: Chosen, people: Mapping[str, Colleague]) -> Wanted:
    """The wanted tickets under the filters; an unknown value finds nothing."""
    if filters.status:
        inside = filters.status in wanted.statuses
        returned = wanted.waiting and filters.status == RETURNED
        wanted = replace(wanted, statuses=(filters.status,) if inside else (), waiting=returned)
    if filters.item:
        wanted = replace(wanted, item="" if filters.item == NONE else filters.item)
    if filters.group:
        places = wanted.groups if wanted.groups is not None else tuple((filters.group, desk) for desk in wanted.desks)
        wanted = replace(wanted, groups=tuple(pair for pair in places if pair[0] == filters.group), waiting=False)
    if filters.assignee == NONE:
        wanted = replace(wanted, unassigned=True)
    elif filters.assignee:
        found = people.get(filters.assignee)
        wanted = replace(wanted, assignee_id=found.id if found else 0)
    return wanted


def _options(pairs: Sequence[tuple[str, str]], now: str, every: str) -> tuple[Choice, ...]:
    return (Choice("", every, not now), *(Choice(value, name, value == now) for value, name in pairs))


def offered(
    filters: Chosen, statuses: Sequence[str], desks: Sequence[str], people: Mapping[str, Colleague],
    catalog: Catalog, words: Phrases,
) -> tuple[Filter, ...]:  # fmt: skip
    """The filters as form fields."""
    language = words.language
    ids = dict.fromkeys(item for desk in desks for item in catalog.desks[desk].items)
    items = [(NONE, words.no_item)] + [(i, catalog.items[i].name.get(language)) for i in ids]
    groups = dict.fromkeys(group for desk in desks for group in catalog.desks[desk].groups)
    every = _("All")
    staff = [(NONE, _("Nobody")), *((name, person.shown) for name, person in people.items())]
    return (
        Filter("status", _("Status"), _options([(s, words.status[s]) for s in statuses], filters.status, every)),
        Filter("item", _("Service"), _options(items, filters.item, every)),
        Filter(
            "group",
            _("Group"),
            _options([(g, catalog.groups[g].name.get(language)) for g in groups], filters.group, every),
        ),
        Filter("assignee", _("Assigned to"), _options(staff, filters.assignee, every)),
    )
