"""Open deadlines follow the calendars: when a holiday is added or taken away, the clocks of all running cycles are
computed again, batch by batch.

Each batch is a short transaction that moves the cursor of the one row of `calendars_applied`; so a killed worker's work
is taken up where it stood, and two workers never do the same batch. A change is carried out once every worker has had
the time to see it: while two see different calendars nothing moves. Requesters are told by `moved_deadlines.py`.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import starmap
from operator import attrgetter
from types import SimpleNamespace
from typing import Any, NamedTuple, cast

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from helpdesk.failpoints import failpoint
from helpdesk.sla.outline import DayChange
from helpdesk.store.catalog_models import CalendarsApplied, MovedDeadline
from helpdesk.store.models import Event, Hold, Ticket
from helpdesk.tickets.events import MACHINE, MOVED
from helpdesk.tickets.words import Status
from helpdesk.usecases.calendars_in_force import InForce, Step, in_force
from helpdesk.usecases.clocks import Standing, refresh
from helpdesk.usecases.context import Context
from helpdesk.usecases.reach import DUE, OpenTicket, Reach

SETTLED_AFTER = timedelta(seconds=10)
"""How long a change must have been seen, by every worker that looks: longer than each takes to look at the file."""
BATCH = 500
STRETCH = 20_000
"""How many ids one transaction looks through at most: beside very many ended tickets others must not wait for it."""
RUNNING = (Status.NEW, Status.IN_PROGRESS, Status.ON_HOLD, Status.FULFILLED)
CACHED = (
    "response_due_at", "response_done_at", "response_verdict", "resolution_due_at", "resolution_done_at",
    "resolution_verdict", "handling_due_at", "reopen_until", "breached", "at_risk", "next_check_at",
)  # fmt: skip
ONLY = 1
"""The id of the one row."""

log = logging.getLogger(__name__)


def is_wanted(session: Session, context: Context) -> bool:
    """True when the calendars in force are not those that the open deadlines rest on, or a change is under way."""
    columns = (CalendarsApplied.applied, CalendarsApplied.wanted, CalendarsApplied.target)
    row = session.execute(select(*columns)).one_or_none()
    return row is None or row.applied != _now(context).fingerprint or row.wanted is not None or row.target is not None


def step(session: Session, context: Context, batch: int = BATCH) -> bool:
    """Do the next part of what is to be done, in the caller's transaction; False when nothing can be done just now."""
    state = _locked(session, context)
    if state is None:
        return False
    failpoint("scheduler.after_claim")
    if state.target is None and not _begin(state, context):
        return False
    desks = _concerned(context, state)
    rows = _batch(session, desks, state.cursor, batch) if desks else ()
    if rows:
        _recompute(session, context, state, rows)
        state.cursor = rows[-1].id
    elif desks and state.cursor + STRETCH < (session.scalar(select(func.max(Ticket.id))) or 0):
        state.cursor += STRETCH
    else:
        _finish(state)
    return True


def _now(context: Context) -> InForce:
    return in_force(context.catalog, context.now.date())


# --- the one row ---------------------------------------------------------------------------------------------------


def _locked(session: Session, context: Context) -> CalendarsApplied | None:
    """The row, ours until the end of the transaction; None while another worker has it, and on the first start ever,
    which only remembers.
    """
    state = session.scalar(select(CalendarsApplied).with_for_update(skip_locked=True))
    if state is None:
        now = _now(context)
        _insert(session, CalendarsApplied, [
            {"id": ONLY, "applied": now.fingerprint, "outline": now.as_plain(), "cursor": 0}
        ])  # fmt: skip
    return state


def _begin(state: CalendarsApplied, context: Context) -> bool:
    """True when a change of the calendars is to be carried out now."""
    now = _now(context)
    if now.fingerprint == state.applied:
        state.wanted = state.wanted_since = None
        return False
    if state.wanted != now.fingerprint or state.wanted_since is None:
        state.wanted, state.wanted_since = now.fingerprint, context.now
        return False
    if context.now - state.wanted_since < SETTLED_AFTER:
        return False
    state.target, state.target_outline, state.cursor = now.fingerprint, now.as_plain(), 0
    return True


def _finish(state: CalendarsApplied) -> None:
    """All tickets rest on the target. What changed meanwhile is the next step, from here."""
    assert state.target is not None
    assert state.target_outline is not None
    log.info("open deadlines follow the calendars %s", state.target[:12])
    state.applied, state.outline = state.target, state.target_outline
    state.target = state.target_outline = state.wanted = state.wanted_since = None


def _insert(session: Session, model: type[Any], rows: list[dict[str, Any]]) -> None:
    """Insert the rows that are not there yet."""
    of_dialect = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.connection().execute(of_dialect(model.__table__).on_conflict_do_nothing(), rows)


# --- a batch -------------------------------------------------------------------------------------------------------


class _Deed(NamedTuple):
    """What of an event the clocks look at, by the names of its columns."""

    ticket_id: int
    action: str
    actor: str
    at: datetime
    data: Mapping[str, Any]


class _Held(NamedTuple):
    """What of a hold the clocks look at, by the names of its columns."""

    ticket_id: int
    reason: str
    started_at: datetime
    ended_at: datetime | None


def _columns(model: Any, kind: Any) -> list[Any]:
    """The columns of a table that a kind of tuple names."""
    return [getattr(model, name) for name in kind._fields]


def _concerned(context: Context, state: CalendarsApplied) -> list[str]:
    assert state.target_outline is not None
    return Step(InForce.read(state.outline), InForce.read(state.target_outline)).desks(context.catalog)


def _batch(session: Session, desks: list[str], cursor: int, limit: int) -> list[OpenTicket]:
    """The next tickets whose cycle runs at these desks, locked; none where the next stretch of ids has none.

    They are read along their ids: an index by desk would bring all that are open, to be sorted, in every batch.
    """
    running = [status.value for status in RUNNING]
    query = select(*_columns(Ticket, OpenTicket)).where(Ticket.id > cursor, Ticket.id <= cursor + STRETCH)
    query = query.where(Ticket.status.in_(running), (Ticket.desk + "").in_(desks))  # no index knows that expression
    found = session.connection().execute(query.order_by(Ticket.id).limit(limit).with_for_update())
    return list(starmap(OpenTicket, found))


_REWRITTEN = attrgetter(*CACHED)
_BOUND = [f"b_{name}" for name in CACHED]


@dataclass(slots=True)
class _Found:
    """What a batch comes to: rows to update, events to write, requesters to tell."""

    updates: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    moved: list[dict[str, Any]] = field(default_factory=list)


def _recompute(session: Session, context: Context, state: CalendarsApplied, rows: Sequence[OpenTicket]) -> None:
    # The calendars that deadlines are moved to are those of now, even where they changed again on the way; such a
    # second change is the next step for the tickets that were done before it.
    way = Step(InForce.read(state.outline), _now(context))
    reach = Reach(context, way)
    rows = [row for row in rows if reach.holds(row)]
    ids = [row.id for row in rows]
    events, holds = _by_ticket(session, Event, _Deed, ids), _by_ticket(session, Hold, _Held, ids)
    found = _Found()
    for row in rows:
        try:
            _one(session, context, way, row, events[row.id], holds[row.id], found=found)
        except SQLAlchemyError:
            raise
        except Exception:  # one ticket must not keep all others on deadlines that no longer hold
            log.exception("the clocks of ticket %s could not be computed", row.id)
    _write(session, found)


def _by_ticket(session: Session, model: Any, kind: Any, ids: list[int]) -> Mapping[int, list[Any]]:
    """The rows of these tickets as tuples of a kind, oldest first."""
    found: Mapping[int, list[Any]] = defaultdict(list)
    query = select(*_columns(model, kind)).where(model.ticket_id.in_(ids)).order_by(model.id)
    for fact in starmap(kind, session.connection().execute(query)):  # past the object mapper
        found[fact.ticket_id].append(fact)
    return found


def _one(
    session: Session,
    context: Context,
    way: Step,
    row: OpenTicket,
    events: Iterable[Any],
    holds: Iterable[Any],
    *,
    found: _Found,
) -> None:
    """Compute one ticket's clocks as any action on it would, on values instead of its row object."""
    fresh = SimpleNamespace(**row._asdict())
    standing = refresh(session, context, cast(Ticket, fresh), events=events, holds=holds)
    if DUE(row) == DUE(fresh) and not _later_look(row, fresh, context.now):
        return
    found.updates.append({"b_id": row.id, **dict(zip(_BOUND, _REWRITTEN(fresh), strict=True))})
    changes = tuple(_relevant(way.changes(row.desk, standing.item), row, fresh, standing))
    if changes:
        found.events.append(_event(context, row, fresh, changes))
        if not _unsettled(standing):
            notice = {"ticket_id": row.id, "old_due_at": row.resolution_due_at, "moved_at": context.now}
            found.moved.append(notice)


def _later_look(row: OpenTicket, fresh: SimpleNamespace, now: datetime) -> bool:
    """True where the sweep must look at another time, as for a warning; what it owes already is its own business."""
    old, new = row.next_check_at, fresh.next_check_at
    return old != new and all(at is None or at > now for at in (old, new))


def _relevant(
    changes: Iterable[DayChange], row: OpenTicket, fresh: SimpleNamespace, standing: Standing
) -> Iterator[DayChange]:
    """The changed days that a moved deadline of a running clock rests on; none where it has not moved.

    While the clock stands its due moves with the present, and says nothing yet.
    """
    old, new, facts = row.resolution_due_at, fresh.resolution_due_at, standing.facts
    if old is None or new is None or old == new or standing.timeline.resolution.on_hold:
        return
    first = standing.calendar.day(facts.cycle_started_at or facts.received_at)
    last = standing.calendar.day(max(old, new))
    yield from (change for change in changes if first <= change.day <= last)


def _unsettled(standing: Standing) -> bool:
    """True where a requester has no date to rely on: what it depends on is not known yet, or the work is done."""
    return bool(standing.timeline.missing) or standing.timeline.resolution.done_at is not None


def _event(context: Context, row: OpenTicket, fresh: SimpleNamespace, changes: Sequence[DayChange]) -> dict[str, Any]:
    assert row.resolution_due_at is not None
    data = {
        "cycle": row.cycle,
        "old_due_at": row.resolution_due_at.isoformat(),
        "due_at": fresh.resolution_due_at.isoformat(),
        "changes": [change.as_plain() for change in changes],
    }
    return {
        "ticket_id": row.id, "action": MOVED, "actor": MACHINE, "by": "worker", "at": context.now,
        "from_status": row.status, "to_status": row.status, "why": "", "data": data,
    }  # fmt: skip


_TABLE: Any = Ticket.__table__


def _write(session: Session, found: _Found) -> None:
    connection = session.connection()
    if found.updates:
        values: dict[str, Any] = {name: bindparam(f"b_{name}") for name in CACHED}
        changed = update(_TABLE).where(_TABLE.c.id == bindparam("b_id"))
        connection.execute(changed.values(version=_TABLE.c.version + 1, **values), found.updates)
    if found.events:
        connection.execute(insert(Event.__table__), found.events)  # type: ignore[arg-type]
    if found.moved:
        _insert(session, MovedDeadline, found.moved)
