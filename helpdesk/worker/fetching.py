"""One thread a mailbox: connect, poll, wait for news, again; a server that fails is tried again with growing pauses."""

from __future__ import annotations

import logging
import os
import socket
import time
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from helpdesk.channels.base import ChannelError
from helpdesk.channels.email.imap import Mailbox
from helpdesk.config import MailAccount
from helpdesk.store.db import unit_of_work
from helpdesk.usecases.mailboxes import give_up_reader, mailbox_for, note_fetch_failed, take_reader
from helpdesk.usecases.polling import opened, poll

if TYPE_CHECKING:
    from helpdesk.worker import Worker

log = logging.getLogger(__name__)

IDLE_SECONDS = 25.0
"""How long one wait for news lasts at most; then the mailbox is searched all the same."""
PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds before the next try, longer after each failure in a row."""
WELL_AFTER = 30.0
"""Seconds after which a mailbox that could be read counts as well: its next failure is a first one."""


def fetch_forever(worker: Worker, desk_id: str, account: MailAccount) -> None:
    """Read the mailbox of one desk until the worker stops; only the process that holds its lease reads it."""
    failures = 0
    while not worker.stop.is_set():
        began = time.monotonic()
        try:
            with worker.app.app_context():
                if not _may_read(worker, desk_id):
                    worker.stop.wait(5.0)
                    continue
                _read_until_it_fails(worker, desk_id, account)
            failures = 0
        except ChannelError as error:
            _note(worker, desk_id, str(error))
        except SQLAlchemyError as error:
            log.warning("mailbox %s: the database does not answer: %s", desk_id, type(error).__name__)
        except Exception as error:  # a fault in reading must not silence the mailbox for good
            log.exception("mailbox %s failed", desk_id)
            _note(worker, desk_id, type(error).__name__)
        if time.monotonic() - began > WELL_AFTER:
            failures = 0
        worker.stop.wait(PAUSES[min(failures, len(PAUSES) - 1)])
        failures += 1
    _leave(worker, desk_id)


def _may_read(worker: Worker, desk_id: str) -> bool:
    with unit_of_work() as session:
        row = mailbox_for(session, desk_id, worker.desk.now(), take_all=worker.desk.settings.take_all_mail)
        if row.reader != worker.name and _has_died(row.reader):
            give_up_reader(session, desk_id, row.reader)
        return take_reader(session, desk_id, worker.name, worker.desk.now())


def _has_died(reader: str) -> bool:
    """True for a worker of this machine whose process is gone: nobody needs to wait for its lease to run out."""
    host, _, pid = reader.rpartition(":")
    if host != socket.gethostname() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _read_until_it_fails(worker: Worker, desk_id: str, account: MailAccount) -> None:
    inbox = account.inboxes[0]
    token = partial(worker.tokens.access_token, inbox.bearer) if inbox.bearer else None
    with Mailbox(inbox.url, handled_folder=inbox.handled_folder or None, token=token) as mailbox:
        opened(worker.desk, desk_id, mailbox)
        began = time.monotonic()
        while not worker.stop.is_set() and _may_read(worker, desk_id):
            if poll(worker.desk, desk_id, mailbox):
                worker.mail_waits.set()
            mailbox.wait(IDLE_SECONDS, worker.stop)
        log.info("mailbox %s was read for %d s", desk_id, time.monotonic() - began)


def _note(worker: Worker, desk_id: str, error: str) -> None:
    log.warning("mailbox %s: %s", desk_id, error)
    try:
        with worker.app.app_context(), unit_of_work() as session:
            note_fetch_failed(session, desk_id, worker.desk.now(), error)
    except SQLAlchemyError as failed:
        log.warning("mailbox %s: its failure could not be noted: %s", desk_id, type(failed).__name__)


def _leave(worker: Worker, desk_id: str) -> None:
    try:
        with worker.app.app_context(), unit_of_work() as session:
            give_up_reader(session, desk_id, worker.name)
    except SQLAlchemyError:
        log.info("mailbox %s: its lease runs out by itself", desk_id)
