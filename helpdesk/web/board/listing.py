"""A list of tickets as a page and as news: what the board and the queue have in common."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Response, jsonify, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import Row
from werkzeug.exceptions import Forbidden

from helpdesk.store import board_queries as stored
from helpdesk.store.document_queries import files_since_hold
from helpdesk.store.trouble_queries import undelivered_tickets
from helpdesk.tickets.words import HoldReason
from helpdesk.tiers.routing import LAYER_1
from helpdesk.web.board.address import DUE, PAGE, RECEIPT, Asked, offset, place
from helpdesk.web.board.alarms import alarms
from helpdesk.web.board.clocks import Present
from helpdesk.web.board.filters import RETURNED, offered
from helpdesk.web.board.frame import fixed, frame, waiting_troubles
from helpdesk.web.board.scope import presents
from helpdesk.web.board.shell import Alarm, Place
from helpdesk.web.board.view import Board, Line, lines
from helpdesk.web.board.views import OPEN, View
from helpdesk.web.language import language
from helpdesk.web.work import context, database

MOST_NUMBERS = 100


def read(asked: Asked) -> tuple[list[Row[Any]], str]:
    """The rows of the page, and the address of the next page (empty on the last)."""
    session, before = database(), offset()
    if asked.is_search:
        rows = stored.by_search(session, asked.wanted, PAGE + 1, before)
    elif asked.order == DUE:
        rows = stored.by_due(session, asked.wanted, PAGE + 1, before)
    else:
        rows = stored.by_receipt(session, asked.wanted, PAGE + 1, place())
    if len(rows) <= PAGE:
        return rows, ""
    last = rows[PAGE - 1]
    if asked.is_search or asked.order == DUE:
        return rows[:PAGE], asked.href(page=str(before // PAGE + 1))
    return rows[:PAGE], asked.href(after=f"{int(last.urgent)}~{last.received_at.isoformat()}~{last.id}")


def _shown(count: int) -> str:
    return f"{count - 1}+" if count >= stored.COUNT_LIMIT else str(count)


def _tabs(asked: Asked, views: Sequence[View]) -> tuple[Place, ...]:
    plain = {"q": "", "requester": "", "order": "", "status": "", "item": "", "group": "", "assignee": ""}
    found = stored.counts(database(), [view.wanted for view in views])
    return tuple(
        Place(v.name, asked.href(view=v.id, **plain), v.id == asked.view.id, count, v.hot, _shown(count))
        for v, count in zip(views, found, strict=True)
    )


def _orders(asked: Asked) -> tuple[Place, ...]:
    if asked.is_search:
        return ()
    return (
        Place(_("received"), asked.href(order=""), asked.order == RECEIPT),
        Place(_("due"), asked.href(order=DUE), asked.order == DUE),
    )


def _hidden(asked: Asked) -> dict[str, str]:
    kept = {"view": "" if asked.is_search else asked.view.id, "desk": asked.desk, "order": asked.order}
    return {name: value for name, value in kept.items() if value}


def _files_came(rows: Sequence[Row[Any]]) -> Collection[int]:
    """The tickets of the page that wait for documents and have had a file since."""
    waiting = [row.id for row in rows if row.hold_reason == HoldReason.DOCUMENTS]
    return files_since_hold(database(), waiting)


def _marked(rows: Sequence[Row[Any]], made: Sequence[Line]) -> tuple[Line, ...]:
    """The lines, those of tickets with an undelivered message marked; asked only where there is any."""
    stuck = any(waiting_troubles().stuck.values())
    failed = undelivered_tickets(database(), [row.id for row in rows]) if stuck else set()
    return tuple(
        replace(line, undelivered=True) if row.id in failed else line for row, line in zip(rows, made, strict=True)
    )


def board(asked: Asked, views: Sequence[View], *, technician: bool) -> Board:
    """The page of the list as values."""
    here, catalog = presents(context(), asked.desks, language()), context().catalog
    first: Present = here[asked.desks[0]]
    rows, next_href = read(asked)
    statuses = (*asked.view.wanted.statuses, *([RETURNED] if asked.view.wanted.waiting else ())) or OPEN
    tabs, beside = _tabs(asked, views), sum(not view.tucked for view in views)
    return Board(
        title=asked.view.name,
        views=tabs[:beside],
        more_views=tabs[beside:],
        orders=_orders(asked),
        lines=_marked(rows, lines(rows, here, catalog, request.script_root, _files_came(rows))),
        view=asked.view.id,
        filters=offered(asked.filters, statuses, asked.desks, asked.people, catalog, first.words),
        filtered=asked.filters.any,
        hidden=_hidden(asked),
        alarms=alarms(asked.desks, first),
        previous_href=asked.href() if "after" in request.args or offset() else "",
        next_href=next_href,
        newest=stored.newest_id(database()),
        poll_href=f"{asked.base}/news?{request.query_string.decode('ascii', 'ignore')}",
        base=asked.base,
        here=asked.href(),
        clear_href=asked.href(status="", item="", group="", assignee=""),
        empty_title=_("No ticket matches the filters") if asked.filters.any else asked.view.empty_title,
        empty_text=_("Clear them to see the whole list.") if asked.filters.any else asked.view.empty_text,
        refreshed=first.words.clock_time(context().now.astimezone(first.zone)),
        technician=technician,
    )


def page(asked: Asked, views: Sequence[View], here: str, *, technician: bool) -> str:
    """The list as a page."""
    shown = board(asked, views, technician=technician)
    rows = Markup(render_template("board/rows.html", lines=shown.lines))  # noqa: S704  # our own template
    return render_template(
        "board/index.html", board=shown, rows=rows, legend=fixed("board/legend.html"), **frame(here, asked.words)
    )


def _whole_number(name: str) -> int:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _left(row: Row[Any], asked: Asked) -> bool:
    """True when the ticket no longer belongs to the list."""
    returned = asked.wanted.waiting and row.group == LAYER_1 and row.assignee is None
    return row.status not in asked.wanted.statuses and not returned


def _news_of(row: Row[Any], line: Line, asked: Asked) -> list[Any]:
    return [line.pill.state, line.pill.text, line.both, line.pill.below, line.place, _left(row, asked)]


def news(asked: Asked, views: Sequence[View]) -> Response:
    """What changed on a list that is already shown: its rows as they are now, how many are new, the counts.

    Nothing is added to or taken from the list: a row that no longer belongs to it is only marked.
    """
    numbers = [n for n in request.args.get("numbers", "").split(",")[:MOST_NUMBERS] if n]
    here = presents(context(), asked.desks, language())
    first = here[asked.desks[0]]
    rows = stored.by_numbers(database(), asked.desks, numbers)
    shown = lines(rows, here, context().catalog, came=_files_came(rows))
    answer = jsonify(
        at=first.words.clock_time(context().now.astimezone(first.zone)),
        fresh=0 if asked.is_search else stored.newer(database(), asked.wanted, _whole_number("since")),
        counts=[_shown(n) for n in stored.counts(database(), [view.wanted for view in views])],
        alarms=render_template("board/alarms.html", board=_Alarms(alarms(asked.desks, first))),
        rows={line.number: _news_of(row, line, asked) for row, line in zip(rows, shown, strict=True)},
    )
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@dataclass(frozen=True, slots=True)
class _Alarms:
    """What the template of the notices needs of a board."""

    alarms: tuple[Alarm, ...]


def at_desks(mine: tuple[str, ...]) -> tuple[str, ...]:
    """The desks that a list is over: the one that the address names, else all of the person's. Forbidden for none."""
    if not mine:
        raise Forbidden
    asked = request.args.get("desk", "")
    return (asked,) if asked in mine else mine
