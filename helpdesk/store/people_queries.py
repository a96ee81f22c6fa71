"""Which staff there are: for filters and for assigning."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.store.people_models import Membership, StaffUser
from helpdesk.tickets.permission import EVERY_DESK


def staff_at(session: Session, desks: Collection[str]) -> dict[str, int]:
    """The active staff of these desks by name, with their ids."""
    statement = (
        select(StaffUser.name, StaffUser.id)
        .join(Membership, Membership.user_id == StaffUser.id)
        .where(StaffUser.active, Membership.desk.in_([*sorted(desks), EVERY_DESK]))
        .distinct()
        .order_by(StaffUser.name)
    )
    return {row.name: row.id for row in session.execute(statement)}


def display_names(session: Session, desks: Collection[str]) -> dict[str, str]:
    """The active staff of these desks: user name to the name that people read."""
    statement = (
        select(StaffUser.name, StaffUser.display_name)
        .join(Membership, Membership.user_id == StaffUser.id)
        .where(StaffUser.active, Membership.desk.in_([*sorted(desks), EVERY_DESK]))
        .distinct()
        .order_by(StaffUser.name)
    )
    return {row.name: row.display_name or row.name for row in session.execute(statement)}
