"""The migrations make exactly the tables that the rows describe, and go back, on both databases."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from helpdesk.store import mail_models, models, people_models
from helpdesk.store.db import Base, bare_app, db
from helpdesk.store.schema import downgrade_database, is_current, upgrade_database
from tests.conftest import _settings

RINA = """INSERT INTO staff_user (id, name, display_name, email, password_hash, active, language, created_at)
          VALUES (1, 'rina', 'Rina', '', '-', true, 'id', '2026-11-23 01:00:00')"""
HER_ROLE = """INSERT INTO membership (id, user_id, role, desk, "group") VALUES (1, 1, 'agent', 'kptik-medan', '')"""
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


def test_an_installation_with_people_is_upgraded_and_keeps_them(empty_database_url, tmp_path):
    app = bare_app(_settings(empty_database_url, tmp_path))
    upgrade_database(app, "0012")
    with app.app_context():
        with db.engine.begin() as connection:
            connection.execute(text(RINA))
            connection.execute(text(HER_ROLE))
        db.engine.dispose()
    upgrade_database(app)
    with app.app_context():
        with db.engine.connect() as connection:
            known = "SELECT name, role FROM staff_user JOIN membership ON user_id = staff_user.id"
            assert connection.execute(text(known)).all() == [("rina", "agent")]
        db.engine.dispose()
