"""The migrations make exactly the tables that the rows describe, and go back, on both databases."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from helpdesk.store import mail_models, models, people_models
from helpdesk.store.db import Base, bare_app, db
from helpdesk.store.schema import downgrade_database, is_current, upgrade_database
from tests.conftest import _settings

ROOMS = (models, mail_models, people_models)


def test_migrations_go_up_down_and_up_and_match_the_rows(empty_database_url, tmp_path):
    app = bare_app(_settings(empty_database_url, tmp_path))
    assert not is_current(app)
    upgrade_database(app)
    downgrade_database(app, "base")
    with app.app_context():
        assert inspect(db.engine).get_table_names() in ([], ["alembic_version"])
        db.engine.dispose()
    upgrade_database(app)
    assert is_current(app)
    with app.app_context():
        with db.engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
        db.engine.dispose()
