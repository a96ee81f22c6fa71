"""What a demo begins with: database, staff, tickets. A process of its own: its memory does not stay with the demo."""

import sys

from sqlalchemy import select

from helpdesk import logs
from helpdesk.catalog.load import load_file
from helpdesk.catalog.model import Catalog
from helpdesk.config import Settings, load
from helpdesk.demo import installation
from helpdesk.demo.installation import StaffAccount
from helpdesk.demo.seed import seed
from helpdesk.resources import catalog_path
from helpdesk.store.db import bare_app, unit_of_work
from helpdesk.store.people_models import StaffUser
from helpdesk.store.schema import upgrade_database
from helpdesk.tickets.words import Role
from helpdesk.tiers.routing import LAYER_1
from helpdesk.timepiece import clock
from helpdesk.usecases.context import Context
from helpdesk.usecases.people import add_user


def _add_missing(context: Context, accounts: tuple[StaffAccount, ...]) -> None:
    desks = list(context.catalog.desks)
    groups = [group.id for group in context.catalog.groups.values() if group.tier != LAYER_1]
    with unit_of_work() as session:
        known = set(session.scalars(select(StaffUser.name)))
        for account in accounts:
            if account.name not in known:
                role = Role(account.role)
                add_user(
                    session,
                    context.catalog,
                    context.now,
                    name=account.name,
                    password=account.password,
                    roles=[role],
                    desks=desks,
                    groups=groups if role is Role.TECHNICIAN else [],
                    display_name=account.display_name,
                    email=f"{account.name}@{installation.DOMAIN}",
                )


def prepare(settings: Settings, catalog: Catalog) -> None:
    """Create or migrate the database, add what a new demo begins with: its staff users and its tickets."""
    app = bare_app(settings)
    upgrade_database(app)
    with app.app_context():
        context = Context(catalog, settings, clock(settings)())
        _add_missing(context, installation.read(settings.data).staff)
    seed(app, catalog, settings, context.now)


def main() -> int:
    """`python -m helpdesk.demo.prepare`, in the environment of the demo."""
    logs.configure()
    bare = load(need_secret=False)
    catalog = load_file(bare.catalog or catalog_path())
    prepare(load(tuple(catalog.desks)), catalog)
    return 0


if __name__ == "__main__":
    sys.exit(main())
