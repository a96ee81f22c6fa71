"""The numbers of tickets: one sequence a desk and year, without gaps and without doubles."""

from sqlalchemy import bindparam, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from helpdesk.store.behind import APART
from helpdesk.store.models import NumberSequence
from helpdesk.store.rows import change
from helpdesk.tickets.reference import format_number, number_year
from helpdesk.usecases.ahead import ahead_of
from helpdesk.usecases.context import Context

_RAISE = (
    update(NumberSequence)
    .where(NumberSequence.desk == bindparam("of_desk"), NumberSequence.year == bindparam("of_year"))
    .values(last=NumberSequence.last + 1)
    .returning(NumberSequence.last)
    .execution_options(**APART)
)
_SET = (
    update(NumberSequence.__table__)  # type: ignore[arg-type]
    .where(NumberSequence.desk == bindparam("of_desk"), NumberSequence.year == bindparam("of_year"))
    .values(last=bindparam("to"))
)


def next_number(session: Session, context: Context, desk_id: str) -> str:
    """The next number of the desk and year; the row's lock keeps numbers without gaps and without doubles."""
    desk = context.desk(desk_id)
    year = number_year(context.now, desk.zone)
    ahead = ahead_of(session)
    if ahead is None:
        return format_number(desk.prefix, year, _raised(session, desk_id, year))
    of = (desk_id, year)
    if of in ahead.numbers:  # the row is locked: nobody else gives numbers until this transaction ends
        ahead.numbers[of] += 1
        change(session, _SET, of, {"of_desk": desk_id, "of_year": year, "to": ahead.numbers[of]})
    else:
        ahead.numbers[of] = _raised(session, desk_id, year)
    return format_number(desk.prefix, year, ahead.numbers[of])


def _raised(session: Session, desk_id: str, year: int) -> int:
    wanted = {"of_desk": desk_id, "of_year": year}
    connection = session.connection()
    last = connection.execute(_RAISE, wanted).scalar()
    if last is None:
        _begin_sequence(session, desk_id, year)
        last = connection.execute(_RAISE, wanted).scalar()
    assert last is not None
    return int(last)


def _begin_sequence(session: Session, desk_id: str, year: int) -> None:
    """Make the row of a new desk or year; two processes may try at once and one of them does nothing."""
    row = {"desk": desk_id, "year": year, "last": 0}
    of_dialect = postgres_insert if session.get_bind().dialect.name == "postgresql" else sqlite_insert
    new = of_dialect(NumberSequence).values(row).on_conflict_do_nothing()
    session.execute(new.execution_options(**APART))
