"""Writing single rows without the unit of work: intake is too hot a path for it (docs/adr)."""

from functools import cache
from typing import Any

from sqlalchemy import Insert, insert, inspect, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from helpdesk.store.db import Base


@cache
def _insert(model: type[Base]) -> Insert:
    table = model.__table__
    return insert(table).returning(table.c.id)  # type: ignore[arg-type]


@cache
def _columns(model: type[Base]) -> tuple[str, ...]:
    return tuple(attribute.key for attribute in inspect(model).column_attrs)


@cache
def _defaults(model: type[Base]) -> tuple[tuple[str, object], ...]:
    """The columns with a fixed default, and that value."""
    columns = ((attribute.key, attribute.columns[0].default) for attribute in inspect(model).column_attrs)
    return tuple((key, default.arg) for key, default in columns if default is not None and default.is_scalar)


def write(session: Session, model: type[Base], **values: Any) -> int:
    """Insert one row in the session's transaction; its id. Rows that it refers to must have been flushed."""
    return int(session.connection().execute(_insert(model), values).scalar_one())


def _values(row: Base) -> dict[str, object]:
    """What a new row object is inserted with."""
    given = row.__dict__
    for key, value in _defaults(type(row)):
        if key not in given:
            set_committed_value(row, key, value)  # else the first look at it asks the database
    return {key: given[key] for key in _columns(type(row)) if key in given}


def _known(session: Session, row: Base, identity: int) -> None:
    set_committed_value(row, "id", identity)
    make_transient_to_detached(row)
    session.add(row)


def keep(session: Session, row: Base) -> None:
    """Insert a new row object as it stands and let the session know it, with its id, without the unit of work."""
    _known(session, row, write(session, type(row), **_values(row)))


@cache
def _insert_if_new(model: type[Base], dialect: str) -> Insert:
    insert_of = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert_of(model).on_conflict_do_nothing().returning(model.__table__.c.id)


def keep_if_new(session: Session, row: Base) -> bool:
    """Like `keep`, but False where a unique key of the row is there already; another transaction that is about to
    insert it is waited for.
    """
    statement = _insert_if_new(type(row), session.get_bind().dialect.name)
    identity = session.connection().execute(statement, _values(row)).scalar()
    if identity is not None:
        _known(session, row, identity)
    return identity is not None


_LOCK = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")


def one_at_a_time(session: Session, key: str) -> None:
    """Let transactions with the same key run one after the other; SQLite's writers do so anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(_LOCK, {"key": key})
