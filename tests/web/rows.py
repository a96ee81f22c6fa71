"""What the database says after a request."""

from sqlalchemy.orm import selectinload

from helpdesk.store.db import db
from helpdesk.store.models import Ticket
from tests.web.conftest import World


def row_of(world: World, number: str) -> Ticket:
    """The row of a ticket with its conversation and its events."""
    with world.app.app_context():
        whole = (selectinload(Ticket.entries), selectinload(Ticket.events))
        return db.session.query(Ticket).options(*whole).filter_by(number=number).one()
