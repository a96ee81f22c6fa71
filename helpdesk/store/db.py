"""The database: one declarative base, aware UTC times, and a unit of work that says whether it writes.

SQLite runs in WAL mode; a unit of work that will write begins with BEGIN IMMEDIATE, so that two writers wait for
each other instead of failing half-way (an upgrade of a read transaction cannot wait).
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, MetaData, TypeDecorator, event
from sqlalchemy.dialects.sqlite import DATETIME
from sqlalchemy.engine import Connection, Dialect, Engine, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.types import TypeEngine

from helpdesk.config import Settings
from helpdesk.failpoints import database_fails_with

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
database_fails_with(lambda place: OperationalError(f"fail point {place}", None, ConnectionError("away")))
_writes: ContextVar[bool] = ContextVar("unit of work writes", default=False)


class _TextInUTC(DATETIME):
    """The text in which SQLite keeps a time, read at once as UTC: lists and clocks read and write very many of them."""

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], str | None]:  # noqa: ARG002 - the base class's signature
        """From a naive time in UTC to the text that is stored."""
        return lambda moment: None if moment is None else moment.isoformat(" ", "microseconds")

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], datetime | None]:  # noqa: ARG002 - the base class's signature
        """From the stored text, which names no zone, to an aware time."""
        read = datetime.fromisoformat
        return lambda text: None if text is None else read(f"{text}+00:00")


_TEXT_IN_UTC = _TextInUTC()  # type: ignore[no-untyped-call]


class UTCDateTime(TypeDecorator[datetime]):
    """An aware time in, an aware UTC time out, on both databases. A naive time is refused with ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """SQLite has a way of its own to read times."""
        return _TEXT_IN_UTC if dialect.name == "sqlite" else dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store UTC; SQLite has no zones and keeps the naive UTC time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the base class's signature
        """In UTC, whatever zone the database's session has."""
        return value if value is None or value.tzinfo is UTC else value.astimezone(UTC)


class Base(DeclarativeBase):
    """The base of every row."""

    registry = registry(type_annotation_map={datetime: UTCDateTime}, metadata=MetaData(naming_convention=NAMING))


db = SQLAlchemy(model_class=Base)


def _engine_options(url: str) -> dict[str, Any]:
    if make_url(url).get_backend_name() == "sqlite":
        return {"connect_args": {"timeout": 30}}
    return {"pool_size": 10, "max_overflow": 10, "pool_pre_ping": True}


def _on_sqlite_connect(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions on its own
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_sqlite_begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _writes.get() else "BEGIN")


def _listen(engine: Engine) -> None:
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)


def attach(app: Flask, settings: Settings) -> None:
    """Give the Flask application its database; creates the data folder (0700) for SQLite."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if settings.data.stat().st_uid == os.geteuid():
        settings.data.chmod(0o700)  # also where the folder was there before
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _engine_options(settings.database_url)
    app.config["SETTINGS"] = settings
    db.init_app(app)
    with app.app_context():
        _listen(db.engine)


def bare_app(settings: Settings) -> Flask:
    """An application without any route: what the worker and the commands need to reach the database."""
    app = Flask("helpdesk")
    attach(app, settings)
    return app


@contextmanager
def writing() -> Iterator[None]:
    """Transactions begun inside take SQLite's write lock at once."""
    token = _writes.set(True)
    try:
        yield
    finally:
        _writes.reset(token)


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """A session that writes: committed when the block ends, rolled back when it raises. Needs an app context."""
    with writing():
        session = db.session
        try:
            yield session()
            session.commit()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.remove()


@contextmanager
def reading() -> Iterator[Session]:
    """A session that only reads; nothing is committed. Needs an app context."""
    try:
        yield db.session()
    finally:
        db.session.remove()


MIGRATIONS = Path(__file__).parent / "migrations"
