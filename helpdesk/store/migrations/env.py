"""Runs the migrations on the application's engine; each in a transaction of its own."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from flask import current_app

from helpdesk.store import (  # noqa: F401  (they fill the metadata)
    catalog_models,
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


def run() -> None:
    """Migrate the database of the current application."""
    with current_app.app_context(), writing(), db.engine.connect() as connection:
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
