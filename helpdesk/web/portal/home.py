"""The home page as values: the desk's services as rows, its hours now, its other channels."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf

from flask import url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.catalog.model import Catalog, Desk, Item
from helpdesk.sla.norms import Fixed, Unit
from helpdesk.store.models import Ticket

COMMON = 5
EXAMPLES = 3
LONG = 20
"""A list of more services than this is folded: the search stands above it, and the way to write to the desk below."""
COUNTED_FOR = timedelta(days=90)
ROUGH_HOURS = {Unit.MINUTE: 1 / 60, Unit.HOUR: 1, Unit.WORKING_DAY: 8, Unit.DAY: 8, Unit.WEEK: 40, Unit.MONTH: 160}
UNKNOWN_ITEM = "lainnya"
"""What stands in an address for "I do not know which service"."""


@dataclass(frozen=True, slots=True)
class Row:
    """One service in a list: its name, its promise, and where its form is."""

    name: str
    promise: str
    href: str


@dataclass(frozen=True, slots=True)
class Group:
    """A service of the catalogue with its items; one that has a single item is shown as that item."""

    name: str
    rows: tuple[Row, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Way:
    """Another channel of the desk; `href` opens it, where a browser can."""

    name: str
    text: str
    href: str = ""


def item_href(desk_id: str, item_id: str) -> str:
    """The address of an item's service page."""
    return url_for("portal.service", desk=desk_id, item=item_id)


def row(desk: Desk, item: Item, language: str) -> Row:
    """An item as a row."""
    return Row(item.name.get(language), item.summary.get(language), item_href(desk.id, item.id))


def examples(items: Iterable[Item]) -> str:
    """What people may write for these items: the first keyword of each of the first ones, of different services."""
    found: dict[str, str] = {}
    for item in items:
        if item.keywords:
            found.setdefault(item.service, item.keywords[0])
    return ", ".join(list(found.values())[:EXAMPLES])


def groups(catalog: Catalog, desk: Desk, language: str) -> tuple[Group, ...]:
    """Every item that the desk offers, under its service, in the order of the catalogue."""
    found: dict[str, list[Item]] = {}
    for item in catalog.items_of(desk.id):
        found.setdefault(item.service, []).append(item)
    return tuple(
        Group(catalog.services[service].name.get(language), tuple(row(desk, i, language) for i in items), len(items))
        for service, items in found.items()
    )


def _burden(item: Item) -> int:
    """How much the requester must bring: what asks for least is what most people come for."""
    return len(item.documents) + sum(not a.by_staff for a in item.attributes) + 2 * item.event_date + item.superior_cc


def _asked_lately(session: Session, desk_id: str, now: datetime) -> Counter[str]:
    counted = (
        select(Ticket.item, func.count())
        .where(Ticket.desk == desk_id, Ticket.received_at > now - COUNTED_FOR, Ticket.item.is_not(None))
        .group_by(Ticket.item)
    )
    return Counter({item: count for item, count in session.execute(counted) if item})


def _soon(item: Item) -> float:
    """How soon the standard promises it, in rough hours; what has no fixed time comes last."""
    norm = item.target.norm
    return float(norm.span.amount) * ROUGH_HOURS[norm.span.unit] if isinstance(norm, Fixed) else inf


def common_items(items: Sequence[Item], asked: Counter[str]) -> list[Item]:
    """The items that were asked for most; where nobody asked yet, those that need least and are done soonest."""
    return sorted(items, key=lambda item: (-asked[item.id], _burden(item), _soon(item)))[:COMMON]


class CommonRequests:
    """The common items of each desk, counted at most once an hour: the home page itself asks the database nothing."""

    KEPT_FOR = timedelta(hours=1)

    def __init__(self) -> None:
        self._known: dict[str, tuple[datetime, list[str]]] = {}

    def of(self, session: Session, catalog: Catalog, desk: Desk, now: datetime) -> list[Item]:
        """The common items of a desk."""
        items = catalog.items_of(desk.id)
        known = self._known.get(desk.id)
        if known is None or not timedelta(0) <= now - known[0] < self.KEPT_FOR:
            chosen = common_items(items, _asked_lately(session, desk.id, now))
            known = self._known[desk.id] = (now, [item.id for item in chosen])
        return [catalog.items[i] for i in known[1] if i in catalog.items]


def rows(desk: Desk, items: Iterable[Item], language: str) -> tuple[Row, ...]:
    """Items as rows."""
    return tuple(row(desk, item, language) for item in items)


def _digits(number: str) -> str:
    kept = "".join(c for c in number if c.isdigit())
    return f"62{kept[1:]}" if kept.startswith("0") else kept


def _dialled(number: str) -> str:
    """Without an extension in brackets and without the end of a range: `031 3523093-95` is called at 3523093."""
    return re.sub(r"-\d{1,2}$", "", number.split("(", maxsplit=1)[0].strip())


def ways(desk: Desk, names: Mapping[str, str], *, chat: bool = False) -> tuple[Way, ...]:
    """The desk's other channels; `names` are the words for "phone", "email", "chat" and its link, as the reader says
    them. `chat`: there is one on the portal.
    """
    found = [Way(names["chat"], names["here"], url_for("chat.show", desk=desk.id))] if chat else []
    if desk.whatsapp:
        found.append(Way("WhatsApp", desk.whatsapp, f"https://wa.me/{_digits(desk.whatsapp)}"))
    if desk.phone:
        numbers = [number.strip() for number in desk.phone.split(";") if number.strip()]
        found += [Way(names["phone"], number, f"tel:+{_digits(_dialled(number))}") for number in numbers]
    if desk.email:
        found.append(Way(names["email"], desk.email, f"mailto:{desk.email}"))
    return tuple(found)
