"""`helpdesk init` and `helpdesk upgrade`: create and migrate the database."""

import click

from helpdesk.commands import surroundings


def _upgrade() -> None:
    from helpdesk import logs
    from helpdesk.store.db import bare_app
    from helpdesk.store.schema import upgrade_database

    logs.configure()
    upgrade_database(bare_app(surroundings.settings()))


@click.command()
def init() -> None:
    """Buat basis data. / Create the database."""
    _upgrade()


@click.command()
def upgrade() -> None:
    """Mutakhirkan basis data ke versi ini. / Migrate the database to this version."""
    _upgrade()
