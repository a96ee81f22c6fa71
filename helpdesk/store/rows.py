"""Writing single rows without the unit of work: intake is too hot a path for it (docs/adr)."""

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import Insert, Update, insert, inspect, text
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from helpdesk.store.behind import APART, behind_of, insert_if_new
from helpdesk.store.db import Base

LARGEST_ID = 2**31 - 1
"""PostgreSQL refuses to compare an id with more."""


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


@cache
def _empty(model: type[Base]) -> frozenset[str]:
    """The columns that hold nothing where nothing is said."""
    columns = ((attribute.key, attribute.columns[0]) for attribute in inspect(model).column_attrs)
    return frozenset(key for key, column in columns if column.default is None and not column.primary_key)


def write(session: Session, model: type[Base], **values: Any) -> None:
    """Insert one row in the session's transaction. Rows that it refers to must have been flushed."""
    if behind := behind_of(session):
        behind.add(model, values)
    else:
        session.connection().execute(_insert(model), values)


def write_known(session: Session, model: type[Base], **values: Any) -> int:
    """Like `write`; the id of the row."""
    if behind := behind_of(session):
        return behind.add_known(model, values)
    return int(session.connection().execute(_insert(model), values).scalar_one())


def change(session: Session, statement: Update, key: object, values: dict[str, Any]) -> None:
    """Change rows by a statement with these values; of several under one key only the last need be made."""
    if behind := behind_of(session):
        behind.update(statement, key, values)
    else:
        session.connection().execute(statement, values)


def _values(row: Base) -> dict[str, object]:
    """What a new row object is inserted with."""
    given = row.__dict__
    for key, value in _defaults(type(row)):
        if key not in given:
            set_committed_value(row, key, value)  # else the first look at it asks the database
    for key in _empty(type(row)) - given.keys():
        set_committed_value(row, key, None)
    return {key: given[key] for key in _columns(type(row)) if key in given}


def _known(session: Session, row: Base, identity: int) -> None:
    set_committed_value(row, "id", identity)
    make_transient_to_detached(row)
    session.add(row)


def keep(session: Session, row: Base) -> None:
    """Insert a new row object as it stands and let the session know it, with its id, without the unit of work."""
    _known(session, row, write_known(session, type(row), **_values(row)))


def keep_if_new(session: Session, row: Base, key: str = "") -> bool:
    """Like `keep`, but False where a unique key of the row is there already; another transaction that is about to
    insert it is waited for. With the name of its only unique `key` this may be found out later: then the other row
    stands for this one.
    """
    behind = behind_of(session)
    if behind and key:
        _known(session, row, behind.add_if_new(type(row), key, _values(row)))
        return True
    statement = insert_if_new(type(row), session.get_bind().dialect.name)
    identity = session.connection().execute(statement, _values(row)).scalar()
    if identity is not None:
        _known(session, row, identity)
    return identity is not None


_LOCK = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))").execution_options(**APART)
_LOCK_ALL = text(
    "with impatient as materialized (select set_config('lock_timeout', :milliseconds, true) as yes)"
    " select pg_advisory_xact_lock(hash) from (select distinct hashtextextended(key, 0) as hash"
    " from unnest(cast(:keys as text[])) as key, impatient where yes <> '' order by hash) as sorted"
)


def one_at_a_time(session: Session, key: str) -> None:
    """Let transactions with the same key run one after the other; SQLite's writers do so anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(_LOCK, {"key": key})


def all_one_at_a_time(session: Session, keys: Collection[str], *, patience: int) -> None:
    """Like `one_at_a_time` for each of the keys; in one order for all, so that nobody waits in a circle.

    On PostgreSQL this transaction waits so many milliseconds for a lock from now on, then it fails.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(_LOCK_ALL, {"keys": list(keys), "milliseconds": str(patience)})
