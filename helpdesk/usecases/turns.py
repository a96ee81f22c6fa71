"""Numbers to wait with at a counter: given in order, called in order, the same one never to two counters."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from helpdesk.store.counter_models import Counter, Turn, TurnSequence
from helpdesk.store.models import Ticket
from helpdesk.tickets.errors import Invalid, NotFound, WrongState, invalid
from helpdesk.tickets.errors import marked as _
from helpdesk.usecases.context import Context

MOST_A_MINUTE = 30
"""So many numbers a desk gives within a minute: more is a child at the screen, or a machine."""


class State(StrEnum):
    """How far a number is."""

    WAITING = "waiting"
    CALLED = "called"
    ABSENT = "absent"
    DONE = "done"


class Matter(StrEnum):
    """Why somebody came, as the buttons of the kiosk ask it."""

    NEW = "new"
    FOLLOW_UP = "follow-up"
    DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True)
class Called:
    """A number and the counter that it is called to."""

    turn: Turn
    counter: str


def today(context: Context, desk: str) -> date:
    """The day in the desk's zone: with it the numbers begin anew."""
    return context.now.astimezone(context.desk(desk).zone).date()


def _next_number(session: Session, desk: str, day: date) -> int:
    raised = (
        update(TurnSequence)
        .where(TurnSequence.desk == desk, TurnSequence.day == day)
        .values(last=TurnSequence.last + 1)
        .returning(TurnSequence.last)
    )
    last = session.execute(raised).scalar()
    if last is None:  # two devices may begin the day at once, and one of them does nothing
        begin = postgres_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
        session.execute(begin(TurnSequence).values(desk=desk, day=day, last=0).on_conflict_do_nothing())
        last = session.execute(raised).scalar_one()
    return int(last)


def take_number(session: Session, context: Context, desk: str, matter: str) -> Turn:
    """The next number of the desk's day. Raises Invalid for an unknown matter, or when too many were taken just now."""
    if matter not in tuple(Matter):
        raise invalid("matter", _("Choose why you came."))
    since = context.now - timedelta(minutes=1)
    day = today(context, desk)
    lately = select(func.count()).where(Turn.desk == desk, Turn.day == day, Turn.taken_at > since)
    if (session.scalar(lately) or 0) >= MOST_A_MINUTE:
        raise Invalid(_("Many numbers were taken just now; please wait a moment."))
    turn = Turn(desk=desk, day=day, number=_next_number(session, desk, day), matter=matter, taken_at=context.now)
    session.add(turn)
    session.flush()
    return turn


def waiting(session: Session, context: Context, desk: str) -> list[Turn]:
    """Who waits today, first come, first served."""
    rows = select(Turn).where(Turn.desk == desk, Turn.day == today(context, desk), Turn.state == State.WAITING)
    return list(session.scalars(rows.order_by(Turn.number)))


def called(session: Session, context: Context, desk: str) -> list[Called]:
    """The numbers that are called now, the latest first."""
    rows = (
        select(Turn, Counter.name)
        .join(Counter, Turn.counter_id == Counter.id)
        .where(Turn.desk == desk, Turn.day == today(context, desk), Turn.state == State.CALLED)
        .order_by(Turn.announced_at.desc(), Turn.id.desc())
    )
    return [Called(turn, name) for turn, name in session.execute(rows)]


def counters(session: Session, desk: str) -> list[Counter]:
    """The counters of a desk by name."""
    rows = select(Counter).where(Counter.desk == desk, Counter.closed_at.is_(None))
    return list(session.scalars(rows.order_by(Counter.name, Counter.id)))


def open_counter(session: Session, context: Context, desk: str, name: str) -> Counter:
    """A new counter. Raises Invalid without a name, or where one of that name is open."""
    name = " ".join(name.split())[:40]
    if not name:
        raise invalid("name", _("The counter needs a name."))
    if any(known.name.casefold() == name.casefold() for known in counters(session, desk)):
        raise invalid("name", _("There is a counter of this name."))
    counter = Counter(desk=desk, name=name, created_at=context.now)
    session.add(counter)
    session.flush()
    return counter


def current(session: Session, context: Context, counter: Counter) -> Turn | None:
    """The number that is called to the counter now."""
    mine = select(Turn).where(Turn.counter_id == counter.id, Turn.day == today(context, counter.desk))
    return session.scalar(mine.where(Turn.state == State.CALLED).order_by(Turn.id.desc()).limit(1))


def locked_counter(session: Session, counter_id: int) -> Counter:
    """The open counter, so that of two colleagues at it one comes after the other. Raises NotFound."""
    found = select(Counter).where(Counter.id == counter_id, Counter.closed_at.is_(None)).with_for_update()
    counter = session.scalar(found)
    if counter is None:
        raise NotFound(_("There is no such counter."))
    return counter


def call_next(session: Session, context: Context, counter: Counter, shown: int) -> Turn | None:
    """Call the next number to the locked counter; the one that stands there is done. None when nobody waits.

    `shown`: the id of the number that the caller saw there, 0 for none. Raises WrongState when it is another one by
    now: a button pressed twice calls one number.
    """
    here = current(session, context, counter)
    if (here.id if here else 0) != shown:
        raise WrongState(_("This counter has called another number meanwhile."))
    if here is not None:
        _end(here, State.DONE, context.now)
    first = (
        select(Turn)
        .where(Turn.desk == counter.desk, Turn.day == today(context, counter.desk), Turn.state == State.WAITING)
        .order_by(Turn.number)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    turn = session.scalar(first)
    if turn is not None:
        turn.state, turn.counter_id, turn.calls = State.CALLED, counter.id, 1
        turn.called_at = turn.announced_at = context.now
    session.flush()
    return turn


def call_again(session: Session, context: Context, counter: Counter, shown: int) -> Turn:
    """Call the number at the counter once more. Raises WrongState when it stands there no longer."""
    turn = _shown(session, context, counter, shown)
    turn.calls, turn.announced_at = turn.calls + 1, context.now
    return turn


def end_turn(session: Session, context: Context, counter: Counter, shown: int, state: State) -> Turn:
    """The person did not come, or is served. Raises WrongState when the number stands there no longer."""
    turn = _shown(session, context, counter, shown)
    _end(turn, state, context.now)
    return turn


def _shown(session: Session, context: Context, counter: Counter, shown: int) -> Turn:
    here = current(session, context, counter)
    if here is None or here.id != shown:
        raise WrongState(_("This counter has called another number meanwhile."))
    return here


def _end(turn: Turn, state: State, now: datetime) -> None:
    turn.state, turn.ended_at = state, now


def waited_minutes(turn: Turn, now: datetime) -> int:
    """How long the person waited until the first call, or waits by now."""
    return max(0, int(((turn.called_at or now) - turn.taken_at).total_seconds()) // 60)


def turn_of(session: Session, desk: str, turn_id: int) -> Turn | None:
    """The number that was called at that desk; None for any other."""
    turn = session.get(Turn, turn_id)
    return turn if turn is not None and turn.desk == desk and turn.called_at is not None else None


def told_of(turn: Turn, now: datetime) -> dict[str, Any]:
    """What the opening of the ticket keeps of it."""
    return {"turn": {"number": turn.number, "waited_minutes": waited_minutes(turn, now)}}


def served(turn: Turn, ticket: Ticket, now: datetime) -> None:
    """The matter of the number is recorded."""
    turn.ticket_id = ticket.id
    if turn.state == State.CALLED:
        _end(turn, State.DONE, now)
