"""Sending what is due: claimed in one transaction, sent outside any, noted in another."""

import logging
import time
from collections.abc import Callable

from helpdesk.channels.base import ChannelError, Outbound
from helpdesk.channels.email.smtp import Sender
from helpdesk.config import Settings
from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.usecases.dispatch import claim_outbox, letter, make_sendable, note_failed, note_sent
from helpdesk.usecases.mailboxes import note_smtp, note_smtp_well
from helpdesk.usecases.processing import Desk

log = logging.getLogger(__name__)

PAUSE_AFTER_FAILURE = 10.0
"""Seconds for which a submission server that failed is left alone, so that it does not starve the others."""


class Senders:
    """One connection per desk, kept between messages; a desk whose server fails rests for a while."""

    def __init__(self, settings: Settings, now: Callable[[], float] = time.monotonic) -> None:
        self._urls = {desk: account.smtp for desk, account in settings.mail.items() if account.smtp is not None}
        self._open: dict[str, Sender] = {}
        self._rests_until: dict[str, float] = {}
        self._now = now

    def configured(self) -> list[str]:
        """The desks that have a submission server."""
        return list(self._urls)

    def ready(self) -> list[str]:
        """The desks whose server may be tried now."""
        now = self._now()
        return [desk for desk in self._urls if self._rests_until.get(desk, 0.0) <= now]

    def send(self, desk: str, outbound: Outbound) -> None:
        """Send by the desk's server. Raises ChannelError; a temporary one rests the desk."""
        sender = self._open.get(desk) or Sender(self._urls[desk])
        self._open[desk] = sender
        try:
            sender.send(outbound)
        except ChannelError as error:
            if not error.permanent:
                self._rests_until[desk] = self._now() + PAUSE_AFTER_FAILURE
            raise
        self._rests_until.pop(desk, None)

    def close(self) -> None:
        """Close every connection."""
        for sender in self._open.values():
            sender.close()
        self._open.clear()


def send_due(desk: Desk, senders: Senders) -> int:
    """Send a batch; the number of messages tried. 0 when nothing was due."""
    with unit_of_work() as session:
        make_sendable(session, senders.configured())
        claimed = claim_outbox(session, desk.context(), senders.ready())
    for message_id in claimed:
        _send_one(desk, senders, message_id)
    return len(claimed)


def _send_one(desk: Desk, senders: Senders, message_id: int) -> None:
    with unit_of_work() as session:
        message = session.get_one(OutboxMessage, message_id)
        desk_id = message.desk
        outbound = letter(session, desk.context(), message)
    try:
        senders.send(desk_id, outbound)
    except ChannelError as error:
        log.warning("message %s was not sent: %s", message_id, error)
        with unit_of_work() as session:
            note_failed(session, message_id, desk.now(), error)
            if not error.permanent:
                note_smtp(session, desk_id, desk.now(), str(error))
        return
    with unit_of_work() as session:
        note_sent(session, message_id, desk.now())
        note_smtp_well(session, desk_id)
