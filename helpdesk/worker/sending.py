"""Sending what is due: claimed in one transaction, sent outside any, noted in another."""

import logging
import time
from collections.abc import Callable
from functools import partial

from sqlalchemy.orm import Session

from helpdesk.channels.base import ChannelError, Outbound
from helpdesk.channels.email.oauth import TokenSource
from helpdesk.channels.email.smtp import Sender
from helpdesk.config import MailAccount, Settings, bearer
from helpdesk.failpoints import failpoint
from helpdesk.store.db import unit_of_work
from helpdesk.usecases.destinations import is_in_trouble, is_well
from helpdesk.usecases.dispatch import (
    Claimed,
    note_failed,
    note_sent,
    settle_lost_claims,
    take_next,
    tell_of_delays,
)
from helpdesk.usecases.mail_tokens import Tokens
from helpdesk.usecases.mailboxes import note_smtp, note_smtp_well
from helpdesk.usecases.processing import Desk
from helpdesk.usecases.sendable import make_sendable
from helpdesk.worker.noting import note_at_last

log = logging.getLogger(__name__)

PAUSES_AFTER_FAILURE = (5.0, 10.0, 30.0, 60.0)
"""Seconds for which a submission server that does not listen is left alone, so that it does not starve the others."""
AT_ONCE = 50
"""So many messages are sent before lost claims are looked for again."""


def _token(account: MailAccount, tokens: Tokens | None) -> TokenSource | None:
    oauth = bearer(account.smtp, account.oauth)
    return partial(tokens.access_token, oauth) if tokens is not None and oauth is not None else None


class Senders:
    """One connection per desk, kept between messages; a desk whose server does not listen rests for a while."""

    def __init__(
        self, settings: Settings, now: Callable[[], float] = time.monotonic, tokens: Tokens | None = None
    ) -> None:
        self._urls = {desk: account.smtp for desk, account in settings.mail.items() if account.smtp is not None}
        self._tokens = {desk: _token(account, tokens) for desk, account in settings.mail.items()}
        self._seconds = float(settings.send_seconds)
        self._open: dict[str, Sender] = {}
        self._rests_until: dict[str, float] = {}
        self._failures: dict[str, int] = {}
        self._now = now

    def configured(self) -> list[str]:
        """The desks that have a submission server."""
        return list(self._urls)

    def ready(self) -> list[str]:
        """The desks whose server may be tried now."""
        now = self._now()
        return [desk for desk in self._urls if self._rests_until.get(desk, 0.0) <= now]

    def rests(self, desk: str) -> bool:
        """True while the desk's server is left alone."""
        return desk not in self.ready()

    def send(self, desk: str, outbound: Outbound) -> None:
        """Send by the desk's server. Raises ChannelError; when the server does not listen, the desk rests."""
        sender = self._open.get(desk) or self._sender(desk)
        self._open[desk] = sender
        try:
            sender.send(outbound)
        except ChannelError as error:
            if not error.permanent and not error.destination and not sender.connected:
                self._rest(desk)
            raise
        self._rests_until.pop(desk, None)
        self._failures.pop(desk, None)

    def _sender(self, desk: str) -> Sender:
        return Sender(self._urls[desk], seconds=self._seconds, token=self._tokens.get(desk))

    def _rest(self, desk: str) -> None:
        failures = self._failures.get(desk, 0)
        self._rests_until[desk] = self._now() + PAUSES_AFTER_FAILURE[min(failures, len(PAUSES_AFTER_FAILURE) - 1)]
        self._failures[desk] = failures + 1

    def close(self) -> None:
        """Close every connection."""
        for sender in self._open.values():
            sender.close()
        self._open.clear()


def send_due(desk: Desk, senders: Senders, stopped: Callable[[], bool] = lambda: False) -> int:
    """Send what is due, one message after the other, until `stopped`; how many were tried, 0 when nothing was due."""
    with unit_of_work() as session:
        context = desk.context()
        settle_lost_claims(session, context.now)
        tell_of_delays(session, context.now)
        make_sendable(session, context, senders.configured())
        claimed = take_next(session, context, senders.ready())
    for count in range(AT_ONCE):
        if claimed is None:
            return count
        _send_one(desk, senders, claimed)
        with unit_of_work() as session:
            last = count + 1 == AT_ONCE or stopped()
            claimed = None if last else take_next(session, desk.context(), senders.ready())
    return AT_ONCE


def _send_one(desk: Desk, senders: Senders, claimed: Claimed) -> None:
    failpoint("outbox.after_claim")
    began = time.monotonic()
    try:
        senders.send(claimed.desk, claimed.letter)
    except ChannelError as failure:
        error, seconds = failure, time.monotonic() - began
        log.warning("message %s was not sent: %s", claimed.id, error)
        note_at_last(lambda session: _failed(session, desk, senders, claimed, error, seconds))
        return
    failpoint("outbox.after_250_before_commit")
    note_at_last(lambda session: _sent(session, desk, claimed))


def _failed(
    session: Session, desk: Desk, senders: Senders, claimed: Claimed, error: ChannelError, seconds: float
) -> None:
    """What became of a message that was not sent, and of its destination, after so many seconds."""
    note_failed(session, claimed.id, desk.now(), error, server_down=senders.rests(claimed.desk))
    if error.permanent:
        is_well(session, claimed.desk, claimed.letter.recipient)
    elif error.destination:
        is_in_trouble(session, claimed.desk, claimed.letter.recipient, desk.now(), seconds)
    else:
        note_smtp(session, claimed.desk, desk.now(), str(error))


def _sent(session: Session, desk: Desk, claimed: Claimed) -> None:
    note_sent(session, claimed.id, desk.now())
    is_well(session, claimed.desk, claimed.letter.recipient)
    note_smtp_well(session, claimed.desk)
