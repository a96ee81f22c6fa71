"""`helpdesk init` and `helpdesk upgrade`: create and migrate the database."""

import click

from helpdesk.commands import surroundings


def _upgrade() -> None:
    from helpdesk import logs
    from helpdesk.store.db import bare_app, db
    from helpdesk.store.schema import upgrade_database

    logs.configure()
    app = bare_app(surroundings.settings())
    upgrade_database(app)
    with app.app_context():
        db.engine.dispose()


@click.command()
def init() -> None:
    """Buat basis data. / Create the database."""
    _upgrade()


@click.command()
def upgrade() -> None:
    """Mutakhirkan basis data ke versi ini. / Migrate the database to this version."""
    _upgrade()
