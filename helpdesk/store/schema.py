"""Creating and migrating the database."""

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import Migrate, downgrade, upgrade

from helpdesk.store.db import MIGRATIONS, db

_migrate = Migrate()


def _prepare(app: Flask) -> None:
    if "migrate" not in app.extensions:
        _migrate.init_app(app, db, directory=str(MIGRATIONS))


def upgrade_database(app: Flask, revision: str = "head") -> None:
    """Bring the database to `revision`, creating it when it is empty. Safe to run again."""
    _prepare(app)
    with app.app_context():
        upgrade(directory=str(MIGRATIONS), revision=revision)


def downgrade_database(app: Flask, revision: str) -> None:
    """Go back to `revision` ("base": an empty database)."""
    _prepare(app)
    with app.app_context():
        downgrade(directory=str(MIGRATIONS), revision=revision)


def is_current(app: Flask) -> bool:
    """True when the database stands at the newest revision."""
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    with app.app_context(), db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head
