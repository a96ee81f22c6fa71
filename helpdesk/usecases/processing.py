"""Working off stored raw messages: read outside the transaction, decide inside it, set aside what cannot be read."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from helpdesk.catalog.source import CatalogSource
from helpdesk.channels.base import Inbound, Unreadable
from helpdesk.config import Settings
from helpdesk.failpoints import failpoint
from helpdesk.store.db import reading, unit_of_work
from helpdesk.store.mail_models import RawMessage
from helpdesk.store.models import Ticket
from helpdesk.timepiece import Now
from helpdesk.usecases.context import Context
from helpdesk.usecases.intake import Outcome, receive_mail
from helpdesk.usecases.raw import claim_raw, note_failure, put_off, quarantine

log = logging.getLogger(__name__)

Reader = Callable[..., Inbound]
"""Reads raw bytes: `read(body, received_at=…, authserv_id=…, own_addresses=…)`; raises Unreadable."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the worker and the commands share: the catalogue, the settings, the clock, and the reader of mails."""

    source: CatalogSource
    settings: Settings
    now: Now
    read: Reader

    def context(self) -> Context:
        """The surroundings of a unit of work that begins now."""
        now = self.now()
        return Context(self.source.current(now), self.settings, now)

    def own_addresses(self) -> frozenset[str]:
        """The addresses of our own desks."""
        return frozenset(self.context().own_addresses())

    def read_mail(self, body: bytes, received_at: datetime, desk_id: str | None) -> Inbound:
        """Read a mail with the trust settings of its desk. Raises Unreadable."""
        account = self.settings.mail.get(desk_id or "")
        return self.read(
            body,
            received_at=received_at,
            authserv_id=account.authserv_id if account else "",
            own_addresses=self.own_addresses(),
        )


@dataclass(frozen=True, slots=True)
class Stored:
    """A raw message as it was stored; `received_at` is aware UTC."""

    body: bytes
    received_at: datetime
    desk: str | None


def stored_mail(raw_id: int) -> Stored | None:
    """The bytes of a raw message that still waits to be processed, else None."""
    columns = (RawMessage.body, RawMessage.received_at, RawMessage.desk)
    with reading() as session:
        row = session.execute(select(*columns).where(RawMessage.id == raw_id, RawMessage.state == "received")).first()
        return Stored(row.body, row.received_at, row.desk) if row else None


def process(
    desk: Desk, raw_id: int, stored: Stored | None = None, read: Callable[[], Inbound] | None = None
) -> Outcome | None:
    """Turn one stored mail into a ticket or part of one; None when somebody else has done it already.

    `stored` saves reading it back where the caller has just stored it, `read` gives the mail where it has been read
    already. A mail that cannot be read goes into
    quarantine; any other fault is counted and tried again, the third time it goes there too. A database that is away
    raises OperationalError; then, and when the disk refuses a file, the message waits uncounted: it is not its fault.
    """
    stored = stored or stored_mail(raw_id)
    if stored is None:
        return None
    try:
        failpoint("intake.before_parse")
        mail = read() if read else desk.read_mail(stored.body, stored.received_at, stored.desk)
        failpoint("intake.after_parse_before_ticket")
        with unit_of_work() as session:
            raw = claim_raw(session, raw_id)
            return None if raw is None else receive_mail(session, desk.context(), raw, mail)
    except Unreadable as error:
        with unit_of_work() as session:
            return set_aside(session, raw_id, str(error))
    except OperationalError:
        _put_off(desk, raw_id)
        raise
    except OSError as error:
        log.error("raw message %s waits: %s", raw_id, error)
        _put_off(desk, raw_id)
        return Outcome("quarantined", reason=f"not processed yet: {type(error).__name__}")
    except Exception as error:  # whatever one mail provokes, the queue goes on and the mail is kept
        log.exception("raw message %s could not be processed", raw_id)
        with unit_of_work() as session:
            note_failure(session, raw_id, desk.now(), type(error).__name__)
        return Outcome("quarantined", reason=f"not processed: {type(error).__name__}")


def set_aside(session: Session, raw_id: int, reason: str) -> Outcome:
    """Put a mail that cannot be read into quarantine; the caller commits."""
    known = quarantine(session, raw_id, reason)
    return Outcome("duplicate" if known else "quarantined", reason=known or reason)


def _put_off(desk: Desk, raw_id: int) -> None:
    with unit_of_work() as session:
        put_off(session, raw_id, desk.now())


def known_before(channel: str, external_id: str) -> Outcome:
    """The outcome for a delivery that was stored before."""
    with reading() as session:
        number = session.scalar(
            select(Ticket.number)
            .join(RawMessage, RawMessage.ticket_id == Ticket.id)
            .where(RawMessage.channel == channel, RawMessage.external_id == external_id)
        )
    return Outcome("duplicate", number, "this very message is known already")
