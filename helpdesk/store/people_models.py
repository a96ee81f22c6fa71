"""The rows of staff, their roles, their sessions and tokens, and of the links and codes that requesters get."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from helpdesk.store.db import Base


class StaffUser(Base):
    """A staff member. `password_hash` is argon2id.

    `absent_until`: the last day on which they are away, and `substitute_id` who is written to in their place.
    """

    __tablename__ = "staff_user"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    display_name: Mapped[str] = mapped_column(String(200), default="")
    email: Mapped[str] = mapped_column(String(320), default="")
    password_hash: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(String(2), default="id")
    created_at: Mapped[datetime]
    absent_until: Mapped[date | None]
    substitute_id: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"))

    memberships: Mapped[list["Membership"]] = relationship(cascade="all, delete-orphan", lazy="selectin")


class Membership(Base):
    """A role at a desk ("*": every desk), or membership in a support group there (`group` set, role technician)."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("user_id", "role", "desk", "group"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    role: Mapped[str] = mapped_column(String(16))
    desk: Mapped[str] = mapped_column(String(60))
    group: Mapped[str] = mapped_column(String(60), default="")


class WebSession(Base):
    """A browser's session, on the server. The cookie holds a random token, the row only its SHA-256 (hex)."""

    __tablename__ = "web_session"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("staff_user.id"), index=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class ApiToken(Base):
    """A bearer token of one staff member; only its SHA-256 (hex) is kept."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class IdempotencyKey(Base):
    """The answer once given to a creation with this key, so that a repetition gets the same."""

    __tablename__ = "idempotency_key"
    __table_args__ = (UniqueConstraint("user_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("staff_user.id"))
    key: Mapped[str] = mapped_column(String(255))
    request_hash: Mapped[str] = mapped_column(String(64))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    created_at: Mapped[datetime]


class AccessLink(Base):
    """A private link to one ticket for one address. The token is an HMAC over this row: the row alone opens nothing.

    `purpose`: ticket (opens the whole ticket), slip (likewise, bound to a telephone or to the slip) or receipt (shows
    the status to the browser that sent the form).
    """

    __tablename__ = "access_link"
    __table_args__ = (UniqueConstraint("ticket_id", "address", "purpose"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    address: Mapped[str] = mapped_column(String(320))
    purpose: Mapped[str] = mapped_column(String(12))
    nonce: Mapped[str] = mapped_column(String(43))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class OneTimeCode(Base):
    """A code sent to an address to prove it; used once, a few tries, a short life. Only an HMAC of it is kept."""

    __tablename__ = "one_time_code"
    __table_args__ = (Index("ix_one_time_code_address", "address", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(String(320))
    code_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class Attempt(Base):
    """One failed or counted attempt (sign-in, code, form) of a subject, for throttling."""

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_subject", "kind", "subject", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(400))
    at: Mapped[datetime]
