"""Rows that a transaction writes late and together: many statements of one row each cost more than all else.

What is to be written is kept until somebody asks the database anything in this transaction, or until it ends; so
nobody can see that it is not there yet. A statement that answers to nothing of it says so (`APART`).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from itertools import count
from typing import Any, Protocol

from sqlalchemy import (
    Connection,
    Executable,
    Insert,
    Sequence,
    Update,
    bindparam,
    event,
    func,
    insert,
    inspect,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from helpdesk.store.db import Base

APART: Mapping[str, Any] = {"apart_from_rows_behind": True}
"""Execution options of a statement that neither reads nor changes what may be kept back here."""
_BEHIND = "rows behind"


class Watch(Protocol):
    """Who wants to know what a transaction writes."""

    def note(self, model: type[Base], values: Mapping[str, Any]) -> None:
        """A new row, as far as it was said what it holds."""

    def changed(self, table: str) -> None:
        """A statement of somebody else writes into that table ("": nobody knows which)."""

    def replaced(self, model: type[Base], ids: Mapping[int, int]) -> None:
        """Somebody else was quicker to make rows: these ids of new ones stand for nothing, those beside them do."""


@cache
def _insert(model: type[Base]) -> Insert:
    return insert(model.__table__)  # type: ignore[arg-type]


@cache
def insert_if_new(model: type[Base], dialect: str) -> ReturningInsert[int]:
    """The statement that inserts rows unless a unique key of theirs is there, and gives the ids of those inserted.

    Another transaction that is about to insert the same is waited for.
    """
    insert_of = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert_of(model).on_conflict_do_nothing().returning(model.__table__.c.id)


@cache
def _blank(model: type[Base]) -> dict[str, Any]:
    """What a new row holds where nothing is said: one form of row a table, so one statement for all of them."""
    columns = [attribute.columns[0] for attribute in inspect(model).column_attrs if attribute.key != "id"]
    fixed = {c.key: c.default.arg for c in columns if c.default is not None and c.default.is_scalar}
    return {c.key: None for c in columns if c.default is None} | fixed


@cache
def _next_ids(models: tuple[type[Base], ...]) -> Executable:
    """The next ids of these tables (PostgreSQL), in `many` rows."""
    given = [Sequence(f"{model.__tablename__}_id_seq").next_value() for model in models]
    return select(*given).select_from(func.generate_series(1, bindparam("many")).alias())


def new_ids(session: Session, model: type[Base], many: int) -> list[int]:
    """So many ids, rising, for rows that this transaction, which writes, is about to insert into the table."""
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        return sorted(connection.scalars(_next_ids((model,)), {"many": many}))
    last = connection.scalar(_last_ids((model,))) or 0
    return list(range(last + 1, last + 1 + many))


@cache
def _last_ids(models: tuple[type[Base], ...]) -> Executable:
    """The highest ids of these tables."""
    return select(*(select(func.max(model.__table__.c.id)).scalar_subquery() for model in models))


@cache
def _places() -> dict[str, int]:
    """The tables in an order in which rows may be written: what is referred to comes first."""
    return {table.name: place for place, table in enumerate(Base.metadata.sorted_tables)}


class Behind:
    """What one transaction still has to write. `changed` is told the table of each statement of others that writes.

    `referred`: the kinds of rows whose ids are needed at once, one as often as so many are needed for each of the
    `at_once` things that the transaction is about.
    """

    def __init__(self, session: Session, referred: tuple[type[Base], ...], at_once: int, watch: Watch) -> None:
        self._connection = session.connection()
        self._dialect = self._connection.dialect.name
        self._reserves = self._dialect == "postgresql"
        self._referred, self._at_once, self._watch = referred, at_once, watch
        self._rows: dict[type[Base], list[dict[str, Any]]] = {}
        self._last: dict[Update, dict[object, dict[str, Any]]] = {}
        self._ids: dict[type[Base], Iterator[int]] = {}
        self._keys: dict[type[Base], str] = {}

    def add(self, model: type[Base], values: Mapping[str, Any]) -> None:
        """A row whose id nobody asks for."""
        self._rows.setdefault(model, []).append({**_blank(model), **values})
        self._watch.note(model, values)

    def add_known(self, model: type[Base], values: Mapping[str, Any]) -> int:
        """A row whose id is known at once."""
        identity = self._identity(model)
        self.add(model, {**values, "id": identity})
        return identity

    def add_if_new(self, model: type[Base], key: str, values: Mapping[str, Any]) -> int:
        """A row that somebody else may be making under the same unique `key`: then theirs will stand for it."""
        self._keys[model] = key
        return self.add_known(model, values)

    def update(self, statement: Update, key: object, values: dict[str, Any]) -> None:
        """A change that comes after all new rows; of several under one key only the last is made."""
        self._last.setdefault(statement, {})[key] = values

    def write(self) -> None:
        """Write everything now."""
        rows, last = self._rows, self._last
        self._rows, self._last = {}, {}
        places = _places()
        for model in sorted(rows, key=lambda one: places[one.__tablename__]):
            if model in self._keys:
                self._insert_new(model, self._keys[model], rows)
            else:
                self._connection.execute(_insert(model), rows[model], execution_options=APART)
        for statement, changes in last.items():
            self._connection.execute(statement, list(changes.values()), execution_options=APART)

    def _insert_new(self, model: type[Base], key: str, rows: Mapping[type[Base], list[dict[str, Any]]]) -> None:
        new = sorted(rows[model], key=lambda row: str(row[key]))  # so that nobody waits in a circle
        made = set(self._connection.scalars(insert_if_new(model, self._dialect), new, execution_options=APART))
        lost = {row[key]: row["id"] for row in new if row["id"] not in made}
        if not lost:
            return
        table = model.__table__
        theirs = select(table.c[key], table.c.id).where(table.c[key].in_(list(lost)))
        ids = {lost[of]: identity for of, identity in self._connection.execute(theirs, execution_options=APART)}
        for other, waiting in rows.items():
            columns = [f.parent.key for f in other.__table__.foreign_keys if f.column.table is table]
            for row in waiting:
                row.update({column: ids[row[column]] for column in columns if row[column] in ids})
        self._watch.replaced(model, ids)

    def _identity(self, model: type[Base]) -> int:
        """The id of the next row. PostgreSQL gives ids away for good; with SQLite nobody else writes meanwhile."""
        identity = next(self._ids.get(model, iter(())), None)
        if identity is None:
            self._reserve() if self._reserves else self._count()
            identity = next(self._ids[model])
        return identity

    def _reserve(self) -> None:
        rows = self._connection.execute(
            _next_ids(self._referred), {"many": self._at_once}, execution_options=APART
        ).all()
        columns = list(zip(self._referred, zip(*rows, strict=True), strict=True))
        for model in self._referred:
            self._ids[model] = iter(sorted(number for of, ids in columns if of is model for number in ids))

    def _count(self) -> None:
        models = tuple(dict.fromkeys(self._referred))
        row = self._connection.execute(_last_ids(models), execution_options=APART).one()
        self._ids = {model: count((found or 0) + 1) for model, found in zip(models, row, strict=True)}

    def renew_ids(self) -> None:
        """Let what is added from now on sort behind all that is there; nothing may wait to be written."""
        self._ids.clear()

    def before(self, statement: Executable, options: Mapping[str, Any]) -> None:
        """Somebody is about to ask the database."""
        if APART.keys() <= options.keys():
            return
        self.write()
        if not getattr(statement, "is_select", False):
            if not self._reserves:
                self._ids.clear()  # the statement may use them up
            self._watch.changed(getattr(getattr(statement, "table", None), "name", ""))


def behind_of(session: Session) -> Behind | None:
    """Where this transaction's rows are kept until they are written; None where each is written at once."""
    return session.info.get(_BEHIND)


@contextmanager
def written_together(session: Session, referred: tuple[type[Base], ...], at_once: int, watch: Watch) -> Iterator[None]:
    """Keep the session's new rows back until they are needed; all are written when the block ends without a fault.

    The arguments are those of `Behind`.
    """
    behind = Behind(session, referred, at_once, watch)
    connection = session.connection()

    def before(_of: Connection, statement: Executable, _many: Any, _one: Any, options: Mapping[str, Any]) -> None:
        behind.before(statement, options)

    event.listen(connection, "before_execute", before)
    session.info[_BEHIND] = behind
    try:
        yield
        behind.write()
    finally:
        del session.info[_BEHIND]
        event.remove(connection, "before_execute", before)
