"""Staff users: who they are to the rules, and adding one."""

import hashlib
import secrets
from datetime import datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.catalog.model import Catalog
from helpdesk.store.people_models import ApiToken, Membership, StaffUser
from helpdesk.tickets.errors import invalid
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.permission import EVERY_DESK, Staff
from helpdesk.tickets.words import Role

MINIMUM_PASSWORD = 10
_hasher = PasswordHasher()


@cache
def _nobody() -> str:
    """A hash to verify against where there is no such user, so that both answers take the same time."""
    return _hasher.hash(secrets.token_hex(16))


def staff_of(user: StaffUser) -> Staff:
    """The user as the rules of permission see them."""
    return Staff(
        id=user.id,
        name=user.name,
        display_name=user.display_name or user.name,
        roles=frozenset((Role(m.role), m.desk) for m in user.memberships),
        groups=frozenset((m.group, m.desk) for m in user.memberships if m.group),
    )


def _memberships(catalog: Catalog, roles: list[Role], desks: list[str], groups: list[str]) -> list[Membership]:
    for desk in desks:
        if desk not in catalog.desks:
            raise invalid("desk", _("Unknown desk: %(desk)s."), desk=desk)
    for group in groups:
        if group not in catalog.groups:
            raise invalid("group", _("Unknown support group: %(group)s."), group=group)
    found: dict[tuple[str, str, str], Membership] = {}
    for role in roles:
        for desk, group in _places(catalog, role, desks, groups):
            found[(role, desk, group)] = Membership(role=role, desk=desk, group=group)
    return list(found.values())


def _places(catalog: Catalog, role: Role, desks: list[str], groups: list[str]) -> list[tuple[str, str]]:
    if role is Role.ADMINISTRATOR:
        return [(EVERY_DESK, "")]
    if role is not Role.TECHNICIAN:
        if not desks:
            raise invalid("desk", _("A role other than administrator needs a desk."))
        return [(desk, "") for desk in desks]
    places = [(EVERY_DESK, group) for group in groups if catalog.groups[group].shared]
    own = [group for group in groups if not catalog.groups[group].shared]
    places += [(desk, group) for desk in desks for group in own if group in catalog.desks[desk].groups]
    if not places or (own and not desks):
        raise invalid("group", _("A technician needs a desk and one of its support groups."))
    return places


def hash_password(password: str) -> str:
    """The argon2id hash under which a password is kept. Raises Invalid for a short one."""
    if len(password) < MINIMUM_PASSWORD:
        raise invalid("password", _("A password has at least %(count)s characters."), count=MINIMUM_PASSWORD)
    return _hasher.hash(password)


def add_user(
    session: Session,
    catalog: Catalog,
    now: datetime,
    *,
    name: str,
    password: str,
    roles: list[Role],
    desks: list[str],
    groups: list[str],
    display_name: str = "",
    email: str = "",
) -> StaffUser:
    """Add a staff user. Raises Invalid for a taken name, a short password, unknown desks or groups."""
    if not name or not name.isascii() or not name.replace(".", "").replace("-", "").replace("_", "").isalnum():
        raise invalid("name", _("A user name has letters, digits, dots, dashes."))
    if session.scalar(select(StaffUser.id).where(StaffUser.name == name)) is not None:
        raise invalid("name", _("The name is taken."))
    user = StaffUser(
        name=name, display_name=display_name, email=email.lower(), password_hash=hash_password(password), created_at=now
    )
    user.memberships = _memberships(catalog, roles, desks, groups)
    session.add(user)
    session.flush()
    return user


def verify_password(session: Session, name: str, password: str) -> StaffUser | None:
    """The active user of that name when the password is right, else None; both take the same time."""
    user = session.scalar(select(StaffUser).where(StaffUser.name == name, StaffUser.active))
    try:
        _hasher.verify(user.password_hash if user else _nobody(), password)
    except (VerificationError, InvalidHashError):
        return None
    return user


def hash_token(token: str) -> str:
    """The SHA-256 (hex) under which a random token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def add_token(session: Session, now: datetime, name: str) -> str:
    """A new bearer token for a staff user; shown once. Raises Invalid for an unknown user."""
    user = session.scalar(select(StaffUser).where(StaffUser.name == name, StaffUser.active))
    if user is None:
        raise invalid("name", _("There is no such user."))
    token = secrets.token_urlsafe(32)
    session.add(ApiToken(user_id=user.id, token_hash=hash_token(token), created_at=now))
    return token


def staff_by_token(session: Session, token: str) -> Staff | None:
    """The staff member whose bearer token this is, or None."""
    user = session.scalar(
        select(StaffUser)
        .join(ApiToken, ApiToken.user_id == StaffUser.id)
        .where(ApiToken.token_hash == hash_token(token), ApiToken.revoked_at.is_(None), StaffUser.active)
    )
    return staff_of(user) if user else None
