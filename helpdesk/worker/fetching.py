"""One thread a mailbox: connect, poll, wait for news, again; a server that fails is tried again with growing pauses."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from helpdesk.channels.base import ChannelError
from helpdesk.channels.email.imap import Mailbox
from helpdesk.config import Inbox
from helpdesk.store.db import reading, unit_of_work
from helpdesk.store.mail_models import Mailbox as Known
from helpdesk.store.room import is_low
from helpdesk.usecases.mailboxes import (
    AWAY,
    DISK,
    REFUSED,
    give_up_reader,
    mailbox_for,
    note_configured,
    note_fetch_failed,
    take_reader,
)
from helpdesk.usecases.polling import compare, opened, poll
from helpdesk.worker.leases import has_died

if TYPE_CHECKING:
    from helpdesk.worker import Worker

log = logging.getLogger(__name__)

IDLE_SECONDS = 25.0
"""How long one wait for news lasts at most; then the mailbox is searched all the same."""
COMPARE_AFTER = timedelta(hours=1)
"""How often all that lies in a mailbox is held against what is stored."""
PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds before the next try, longer after each failure in a row."""
WELL_AFTER = 30.0
"""Seconds after which a mailbox that could be read counts as well: its next failure is a first one."""
ROOM_SECONDS = 5.0
"""How often a full disk is looked at again."""


def fetch_forever(worker: Worker, desk_id: str, inbox: Inbox) -> None:
    """Read one mailbox of a desk until the worker stops; only the process that holds its lease reads it."""
    failures, name = 0, desk_id
    while not worker.stop.is_set():
        began = time.monotonic()
        try:
            with worker.app.app_context():
                name = _named(worker, desk_id, inbox)
                if not _may_read(worker, name):
                    worker.stop.wait(ROOM_SECONDS)
                    continue
                _read_until_it_fails(worker, desk_id, inbox)
            failures = 0
        except ChannelError as error:
            _note(worker, name, str(error), REFUSED if error.permanent else AWAY)
        except SQLAlchemyError as error:
            log.warning("mailbox %s: the database does not answer: %s", name, type(error).__name__)
        except Exception as error:  # a fault in reading must not silence the mailbox for good
            log.exception("mailbox %s failed", name)
            _note(worker, name, type(error).__name__, AWAY)
        if time.monotonic() - began > WELL_AFTER:
            failures = 0
        worker.stop.wait(PAUSES[min(failures, len(PAUSES) - 1)])
        failures += 1
    _leave(worker, name)


def _named(worker: Worker, desk_id: str, inbox: Inbox) -> str:
    """The name of the mailbox's row, made where there is none yet."""
    now, take_all = worker.desk.now(), worker.desk.settings.take_all_mail
    with unit_of_work() as session:
        note_configured(session, worker.accounts())
        return mailbox_for(session, desk_id, now, take_all=take_all, account=inbox.account).name


def _may_read(worker: Worker, name: str) -> bool:
    with unit_of_work() as session:
        row = session.get_one(Known, name)
        if row.reader != worker.name and has_died(row.reader):
            give_up_reader(session, name, row.reader)
        return take_reader(session, name, worker.name, worker.desk.now())


def _read_until_it_fails(worker: Worker, desk_id: str, inbox: Inbox) -> None:
    token = partial(worker.tokens.access_token, inbox.bearer) if inbox.bearer else None
    with Mailbox(inbox.url, handled_folder=inbox.handled_folder or None, token=token) as mailbox:
        name = opened(worker.desk, desk_id, mailbox, inbox.account)
        began, first = time.monotonic(), True
        while not worker.stop.is_set() and _may_read(worker, name):
            if not _has_room(worker, name):
                worker.stop.wait(ROOM_SECONDS)
                continue
            if poll(worker.desk, name, mailbox):
                worker.mail_waits.set()
            if _is_to_be_compared(worker, name, first=first) and compare(worker.desk, name, mailbox):
                worker.mail_waits.set()
            first = False
            mailbox.wait(IDLE_SECONDS, worker.stop)
        log.info("mailbox %s was read for %d s", name, time.monotonic() - began)


def _is_to_be_compared(worker: Worker, name: str, *, first: bool) -> bool:
    """True every hour, and at the beginning where something was left unmarked."""
    with reading() as session:
        row = session.get_one(Known, name)
        done_at, all_marked = row.compared_at, row.flagged_uid == row.last_uid
    return done_at is None or worker.desk.now() - done_at > COMPARE_AFTER or (first and not all_marked)


def _has_room(worker: Worker, name: str) -> bool:
    """False when the disk is so full that mail had better stay at its server."""
    settings = worker.desk.settings
    if not is_low(settings.data, settings.min_free_mb):
        return True
    with unit_of_work() as session:
        note_fetch_failed(session, name, worker.desk.now(), f"little room on the disk of {settings.data}", DISK)
    return False


def _note(worker: Worker, name: str, error: str, trouble: str) -> None:
    log.warning("mailbox %s: %s", name, error)
    try:
        with worker.app.app_context(), unit_of_work() as session:
            note_fetch_failed(session, name, worker.desk.now(), error, trouble)
    except SQLAlchemyError as failed:
        log.warning("mailbox %s: its failure could not be noted: %s", name, type(failed).__name__)


def _leave(worker: Worker, name: str) -> None:
    try:
        with worker.app.app_context(), unit_of_work() as session:
            give_up_reader(session, name, worker.name)
    except SQLAlchemyError:
        log.info("mailbox %s: its lease runs out by itself", name)
