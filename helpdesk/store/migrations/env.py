"""Runs the migrations on the application's engine; each in a transaction of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app
from sqlalchemy.engine import Connection

from helpdesk.store import (  # noqa: F401  (they fill the metadata)
    catalog_models,
    chat_models,
    counter_models,
    grant_models,
    mail_models,
    models,
    people_models,
)
from helpdesk.store.db import Base, UTCDateTime, db, writing


def _render_item(kind: str, item: Any, autogen_context: AutogenContext) -> str | Literal[False]:
    if kind == "type" and isinstance(item, UTCDateTime):
        autogen_context.imports.add("from helpdesk.store.db import UTCDateTime")
        return "UTCDateTime()"
    return False


@contextmanager
def _tables_may_be_rebuilt(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by building it anew and dropping the old one, which no foreign key may hinder.

    The switch works outside of transactions only; what points nowhere afterwards is an error
    (https://sqlite.org/lang_altertable.html).
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
        lost = driver.execute("PRAGMA foreign_key_check").fetchall()
        if lost:
            raise RuntimeError(f"after the migration these rows point nowhere: {lost[:5]}")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def run() -> None:
    """Migrate the database of the current application."""
    with current_app.app_context(), writing(), db.engine.connect() as connection, _tables_may_be_rebuilt(connection):
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            render_item=_render_item,
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
