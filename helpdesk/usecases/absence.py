"""Staff who are away for a while: what would be written to them goes to somebody who is there."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.store.people_models import StaffUser
from helpdesk.store.people_queries import Addressee, addressee
from helpdesk.tickets.errors import invalid
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.permission import EVERY_DESK
from helpdesk.usecases.context import Context


def set_absent(session: Session, context: Context, name: str, until: date, substitute: str = "") -> None:
    """Let somebody be away to the end of the day `until`, on the calendar of each desk; `substitute` stands in.

    Raises Invalid for an unknown user, a day that is past, and a substitute who works at none of the user's desks,
    has no e-mail address, or is the user.
    """
    user = _user(session, name)
    if until < min(context.now.astimezone(desk.zone).date() for desk in context.catalog.desks.values()):
        raise invalid("until", _("The day is past."))
    stand_in = _stand_in(session, user, substitute) if substitute else None
    user.absent_until, user.substitute_id = until, stand_in.id if stand_in else None


def set_present(session: Session, name: str) -> None:
    """Somebody is back before the day that was said. Raises Invalid for an unknown user."""
    user = _user(session, name)
    user.absent_until = user.substitute_id = None


def _user(session: Session, name: str) -> StaffUser:
    user = session.scalar(select(StaffUser).where(StaffUser.name == name, StaffUser.active))
    if user is None:
        raise invalid("name", _("There is no such user."))
    return user


def _stand_in(session: Session, user: StaffUser, name: str) -> StaffUser:
    found = session.scalar(select(StaffUser).where(StaffUser.name == name, StaffUser.active))
    if found is None or found.id == user.id:
        raise invalid("substitute", _("There is no such user."))
    theirs, own = ({m.desk for m in person.memberships} for person in (found, user))
    if EVERY_DESK not in theirs | own and not theirs & own:
        raise invalid("substitute", _("The substitute works at none of the user's desks."))
    if not found.email:
        raise invalid("substitute", _("The substitute has no e-mail address."))
    return found


def who_is_there(session: Session, people: Iterable[Addressee], today: date) -> tuple[Addressee, ...]:
    """Those of them who are not away on that day, and the substitutes, as far as there, of those who are; each once."""
    found: dict[str, Addressee] = {}
    for person in people:
        standing_in = addressee(session, person.substitute_id) if person.is_away(today) else (person,)
        found |= {p.name: p for p in standing_in if not p.is_away(today)}
    return tuple(found.values())
