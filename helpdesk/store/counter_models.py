"""The rows of the counter: where people are served, the devices that stand there, and the numbers they wait with."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from helpdesk.store.db import Base


class Counter(Base):
    """A place at a desk where people are called to. `closed_at`: since when it is no more."""

    __tablename__ = "counter"

    id: Mapped[int] = mapped_column(primary_key=True)
    desk: Mapped[str] = mapped_column(String(60), index=True)
    name: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class Kiosk(Base):
    """A device at a desk that nobody signs in at: it gives numbers, or it shows whom to call (`kind`).

    Its token is an HMAC over this row: the row alone opens nothing.
    """

    __tablename__ = "kiosk"

    id: Mapped[int] = mapped_column(primary_key=True)
    desk: Mapped[str] = mapped_column(String(60), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    nonce: Mapped[str] = mapped_column(String(43))
    created_by: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class TurnSequence(Base):
    """The last number given per desk and day; raised in the transaction that gives it."""

    __tablename__ = "turn_sequence"

    desk: Mapped[str] = mapped_column(String(60), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]


class Turn(Base):
    """A number that somebody waits with; nobody's name stands on it. `day` is one of the desk's calendar.

    `state`: waiting, called, absent, done. `calls`: how often it was called, first at `called_at`,
    last at `announced_at`; `ticket_id`: what came of it.
    """

    __tablename__ = "turn"
    __table_args__ = (
        UniqueConstraint("desk", "day", "number"),
        Index("ix_turn_waiting", "desk", "day", "state", "number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    desk: Mapped[str] = mapped_column(String(60))
    day: Mapped[date]
    number: Mapped[int]
    matter: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(8), default="waiting")
    counter_id: Mapped[int | None] = mapped_column(ForeignKey("counter.id"))
    calls: Mapped[int] = mapped_column(default=0)
    taken_at: Mapped[datetime]
    called_at: Mapped[datetime | None]
    announced_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
