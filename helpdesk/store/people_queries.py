"""Which staff there are: for filters and for assigning."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.store.people_models import Membership, StaffUser
from helpdesk.tickets.permission import EVERY_DESK

SHOWN_NAME = func.coalesce(func.nullif(StaffUser.display_name, ""), StaffUser.name)
"""The name of a staff user that people read on a page; programs read the user name."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """A staff user by the id of the row and the name that people read."""

    id: int
    shown: str


def staff_at(session: Session, desks: Collection[str]) -> dict[str, Colleague]:
    """The active staff of these desks by user name, in the order of the names that people read."""
    shown = SHOWN_NAME.label("shown")
    statement = (
        select(StaffUser.name, StaffUser.id, shown)
        .join(Membership, Membership.user_id == StaffUser.id)
        .where(StaffUser.active, Membership.desk.in_([*sorted(desks), EVERY_DESK]))
        .distinct()
        .order_by(shown, StaffUser.name)
    )
    return {row.name: Colleague(row.id, row.shown) for row in session.execute(statement)}


def shown_names(session: Session, names: Collection[str]) -> dict[str, str]:
    """The names that people read of these user names, of former staff too; one that is nobody's is left out."""
    if not names:
        return {}
    statement = select(StaffUser.name, SHOWN_NAME.label("shown")).where(StaffUser.name.in_(sorted(names)))
    return {row.name: row.shown for row in session.execute(statement)}
