"""Writing single rows without the unit of work: intake is too hot a path for it (docs/adr)."""

from functools import cache
from typing import Any

from sqlalchemy import Insert, insert, inspect, text
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from helpdesk.store.db import Base


@cache
def _insert(model: type[Base]) -> Insert:
    table = model.__table__
    return insert(table).returning(table.c.id)  # type: ignore[arg-type]


def write(session: Session, model: type[Base], **values: Any) -> int:
    """Insert one row in the session's transaction; its id. Rows that it refers to must have been flushed."""
    return int(session.connection().execute(_insert(model), values).scalar_one())


def keep(session: Session, row: Base) -> None:
    """Insert a new row object as it stands and let the session know it, with its id, without the unit of work."""
    values = {a.key: row.__dict__[a.key] for a in inspect(type(row)).column_attrs if a.key in row.__dict__}
    set_committed_value(row, "id", write(session, type(row), **values))
    make_transient_to_detached(row)
    session.add(row)


_LOCK = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")


def one_at_a_time(session: Session, key: str) -> None:
    """Let transactions with the same key run one after the other; SQLite's writers do so anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_LOCK, {"key": key})
