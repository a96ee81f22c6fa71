"""Which staff there are: for filters and for assigning."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from helpdesk.store.people_models import Membership, StaffUser
from helpdesk.tickets.permission import EVERY_DESK
from helpdesk.tickets.words import Role

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


@dataclass(frozen=True, slots=True)
class Addressee:
    """A staff user who can be written to; `absent_until` is the last day on which they are away."""

    name: str
    shown: str
    email: str
    absent_until: date | None = None
    substitute_id: int | None = None

    def is_away(self, today: date) -> bool:
        """True for somebody who is away on that day."""
        return self.absent_until is not None and today <= self.absent_until


def addressees(session: Session, desk: str, role: Role, group: str = "") -> tuple[Addressee, ...]:
    """The active staff with an e-mail address and this role at the desk, in this support group where one is given."""
    member = [Membership.role == role.value, Membership.desk.in_([desk, EVERY_DESK])]
    if group:
        member.append(Membership.group == group)
    of = select(Membership.user_id).where(*member)
    return _written_to(session, StaffUser.id.in_(of))


def addressee(session: Session, user_id: int | None) -> tuple[Addressee, ...]:
    """The person of that row, when active and with an e-mail address; else nobody."""
    return () if user_id is None else _written_to(session, StaffUser.id == user_id)


def _written_to(session: Session, who: ColumnElement[bool]) -> tuple[Addressee, ...]:
    columns = (StaffUser.name, SHOWN_NAME, StaffUser.email, StaffUser.absent_until, StaffUser.substitute_id)
    statement = select(*columns).where(who, StaffUser.active, StaffUser.email != "")
    return tuple(Addressee(*row) for row in session.execute(statement.order_by(StaffUser.name)))


def is_active(session: Session, user_id: int | None) -> bool:
    """True for somebody who still works here."""
    return user_id is not None and bool(session.scalar(select(StaffUser.active).where(StaffUser.id == user_id)))


def shown_names(session: Session, names: Collection[str]) -> dict[str, str]:
    """The names that people read of these user names, of former staff too; one that is nobody's is left out."""
    if not names:
        return {}
    statement = select(StaffUser.name, SHOWN_NAME.label("shown")).where(StaffUser.name.in_(sorted(names)))
    return {row.name: row.shown for row in session.execute(statement)}
