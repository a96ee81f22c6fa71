"""Writing single rows without the unit of work: intake is too hot a path for it (docs/adr)."""

from functools import cache
from typing import Any

from sqlalchemy import Insert, insert, text
from sqlalchemy.orm import Session

from helpdesk.store.db import Base


@cache
def _insert(model: type[Base]) -> Insert:
    table = model.__table__
    return insert(table).returning(table.c.id)  # type: ignore[arg-type]


def write(session: Session, model: type[Base], **values: Any) -> int:
    """Insert one row in the session's transaction; its id. Rows that it refers to must have been flushed."""
    return int(session.connection().execute(_insert(model), values).scalar_one())


_LOCK = text("select pg_advisory_xact_lock(hashtextextended(:key, 0))")


def one_at_a_time(session: Session, key: str) -> None:
    """Let transactions with the same key run one after the other; SQLite's writers do so anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_LOCK, {"key": key})
