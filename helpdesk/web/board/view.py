"""The Layer 1 board as values: rows become lines of ready strings, so that a template of fifty rows stays cheap."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from helpdesk.catalog.model import Catalog
from helpdesk.sla.clock import stopping
from helpdesk.tickets.words import Status
from helpdesk.tiers.routing import LAYER_1
from helpdesk.usecases.editions import item_of
from helpdesk.usecases.visits import HOLDING
from helpdesk.web.board.clocks import ClockColumns, Pill, Present, leading, two_clocks
from helpdesk.web.board.shell import Alarm, Place


class BoardColumns(ClockColumns, Protocol):
    """The columns of a line of the board."""

    id: int
    number: str
    subject: str
    channel: str
    desk: str
    urgent: bool
    unread: bool
    item: str | None
    catalog_version: str
    group: str
    received_at: datetime
    requester_name: str
    requester_email: str | None
    assignee: str | None
    attributes: Mapping[str, Any]
    visit_at: datetime | None
    visit_until: datetime | None


@dataclass(frozen=True, slots=True)
class Line:
    """One ticket in a list, every part ready to be shown."""

    number: str
    href: str
    subject: str
    who: str
    received: str
    received_full: str
    item: str
    place: str
    pill: Pill
    both: str
    urgent: bool
    unread: bool
    classified: bool
    undelivered: bool = False
    visit: str = ""
    visit_closed: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of a select."""

    value: str
    name: str
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of the list: its name in the address, its label, its options (the first stands for "all")."""

    name: str
    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """A page of tickets. `newest` is the highest ticket id known when it was made: what is newer is announced.

    `more_views`: those that stand in a menu beside the tabs.
    """

    title: str
    views: tuple[Place, ...]
    more_views: tuple[Place, ...]
    orders: tuple[Place, ...]
    lines: tuple[Line, ...]
    view: str = ""
    filters: tuple[Filter, ...] = ()
    filtered: bool = False
    hidden: Mapping[str, str] | None = None
    alarms: tuple[Alarm, ...] = ()
    previous_href: str = ""
    next_href: str = ""
    newest: int = 0
    poll_href: str = ""
    base: str = "/board"
    here: str = "/board"
    clear_href: str = "/board"
    empty_title: str = ""
    empty_text: str = ""
    refreshed: str = ""
    technician: bool = False


def line(row: BoardColumns, at: Present, catalog: Catalog, root: str = "", *, file_came: bool = False) -> Line:
    """One line of a list. Names come from the catalogue; an id that it no longer has is shown as it is.

    `file_came`: a file has come while the ticket waits for documents, so it leads to the list of them.
    """
    words = at.words
    item = item_of(catalog, row.item, row.catalog_version)
    stops = stopping(item.target if item else None, row.attributes)
    shown, other = leading(*two_clocks(row, stops, at, item.target if item else None), at)
    return Line(
        number=row.number,
        href=f"{root}/tickets/{row.number}{'#s-papers' if file_came else ''}",
        subject=row.subject,
        who=f"{row.requester_name or row.requester_email or '?'} · {words.channel.get(row.channel, row.channel)}",
        received=at.brief(row.received_at),
        received_full=words.full(row.received_at, at.zone),
        item=item.name.get(words.language) if item else row.item or words.no_item,
        place=_place(row, at, catalog, file_came=file_came),
        pill=shown,
        both=f"{shown.title}\n{other.title}",
        urgent=row.urgent,
        unread=row.unread,
        classified=row.item is not None,
        visit=at.brief(row.visit_at) if row.visit_at and row.status in HOLDING else "",
        visit_closed=_is_closed(row, at),
    )


def _is_closed(row: BoardColumns, at: Present) -> bool:
    """True when the desk does not work any more in the time that was booked."""
    if row.visit_at is None or row.visit_until is None:
        return False
    return at.measure(row.visit_at, row.visit_until) < (row.visit_until - row.visit_at).total_seconds() // 60


def _place(row: BoardColumns, at: Present, catalog: Catalog, *, file_came: bool) -> str:
    """Where the ticket is: its status, and once somebody works on it the person and the group.

    The person comes first: the column is narrow, and a group without its name is no news.
    """
    words = at.words
    status = words.status.get(row.status, row.status)
    if row.status == Status.NEW:
        return status
    if row.status == Status.ON_HOLD and row.hold_reason:
        status = words.file_came if file_came else words.held % words.hold.get(row.hold_reason, row.hold_reason)
    group, parts = catalog.groups.get(row.group), [status]
    if row.assignee:
        parts.append(row.assignee)
    if group is None or group.tier != LAYER_1:
        parts.append(group.name.get(words.language) if group else row.group)
    return " · ".join(parts)


def lines(
    rows: Iterable[BoardColumns],
    presents: Mapping[str, Present],
    catalog: Catalog,
    root: str = "",
    came: Collection[int] = (),
) -> tuple[Line, ...]:
    """The lines of a list; `presents` holds the moment and calendar of each desk, `came` the ids of the tickets that
    wait for documents and have had a file since.
    """
    return tuple(line(row, presents[row.desk], catalog, root, file_came=row.id in came) for row in rows)
