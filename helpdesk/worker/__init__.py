"""The background worker: mailbox readers, the sender of the outbox, and a few interval jobs; one stop for all."""

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from helpdesk.catalog.source import CatalogSource
from helpdesk.channels.email.apart import ReadingApart
from helpdesk.config import Settings
from helpdesk.failpoints import failpoint
from helpdesk.store.db import bare_app, reading, unit_of_work
from helpdesk.timepiece import clock
from helpdesk.usecases.batches import process_stored
from helpdesk.usecases.editions import note_in_force, recalled
from helpdesk.usecases.mail_tokens import Tokens
from helpdesk.usecases.mailboxes import beat, note_configured
from helpdesk.usecases.moved_deadlines import anybody_to_tell, tell_some
from helpdesk.usecases.processing import Desk
from helpdesk.usecases.raw import waiting
from helpdesk.usecases.recalculation import is_wanted, step
from helpdesk.usecases.sweep import check, due_tickets, put_off_check
from helpdesk.worker.chatting import Chatting
from helpdesk.worker.fetching import fetch_forever
from helpdesk.worker.sending import Senders, send_due
from helpdesk.worker.telegram import follow_forever

log = logging.getLogger(__name__)

BEAT_SECONDS, DRAIN_SECONDS, SWEEP_SECONDS, CALENDAR_SECONDS = 5, 5, 5, 5
STOP_WITHIN = timedelta(seconds=8)
CHECK_AGAIN_AFTER = timedelta(minutes=15)
DRAINED_AT_ONCE = 500


class Worker:
    """Everything that runs in the worker process. `run` returns after `stop` was set."""

    def __init__(self, settings: Settings, source: CatalogSource) -> None:
        self.app: Flask = bare_app(settings)
        source.recall = recalled(self.app)
        self._read = ReadingApart()
        self.desk = Desk(source, settings, clock(settings), self._read)
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.stop = threading.Event()
        self.mail_waits = threading.Event()
        self.tokens = Tokens(settings.secret_key, self.desk.now)
        self._senders = Senders(settings, tokens=self.tokens)
        self._noted = ""
        self.chatting = Chatting(self)

    def run(self) -> None:
        """Work until stopped; the threads have ended when it returns, or eight seconds have passed."""
        threads = [threading.Thread(target=self._send_forever, name="sender", daemon=True)]
        for desk_id, account in self.desk.settings.mail.items():
            for inbox in account.inboxes:
                arguments = (self, desk_id, inbox)
                threads.append(threading.Thread(target=fetch_forever, args=arguments, name=desk_id, daemon=True))
        threads += self.chatting.threads()
        for bot in self.desk.settings.chat.telegram:
            of_bot = (self, bot, self.chatting.came.set)
            threads.append(threading.Thread(target=follow_forever, args=of_bot, name=f"bot-{bot.id}", daemon=True))
        scheduler = self._scheduler()
        for thread in threads:
            thread.start()
        scheduler.start()
        log.info("worker %s reads %d mailboxes", self.name, len(self.accounts()))
        self.stop.wait()
        scheduler.shutdown(wait=True)
        self.mail_waits.set()
        self.chatting.came.set()
        for thread in threads:
            thread.join(STOP_WITHIN.total_seconds() / 2)
        self._read.close()

    def _scheduler(self) -> BackgroundScheduler:
        scheduler = BackgroundScheduler(
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None}, timezone="UTC"
        )
        jobs = (
            (self.beat, BEAT_SECONDS),
            (self.drain, DRAIN_SECONDS),
            (self.sweep, SWEEP_SECONDS),
            (self.follow_calendars, CALENDAR_SECONDS),
        )
        for job, seconds in jobs:
            # Each runs at once, too: what a killed worker left behind must not wait.
            now = datetime.now(UTC)
            scheduler.add_job(self._guarded(job), "interval", seconds=seconds, id=job.__name__, next_run_time=now)
        return scheduler

    def _guarded(self, job: Callable[[], None]) -> Callable[[], None]:
        """A job that survives a database that is away; everything it did not do waits for its next turn."""

        def guarded() -> None:
            try:
                with self.app.app_context():
                    job()
            except SQLAlchemyError as error:
                log.warning("%s: the database does not answer: %s", job.__name__, type(error).__name__)
            except Exception:  # one failed turn must not end the job for good
                log.exception("%s failed", job.__name__)

        return guarded

    def accounts(self) -> list[tuple[str, str]]:
        """(desk, account) of every mailbox that is configured, a desk's first one first."""
        mail = self.desk.settings.mail
        return [(desk, inbox.account) for desk, account in mail.items() for inbox in account.inboxes]

    def beat(self) -> None:
        """Say that the worker lives, and which catalogue is in force, for those that start later."""
        with unit_of_work() as session:
            context = self.desk.context()
            beat(session, self.name, context.now)
            note_configured(session, self.accounts())
            if context.catalog.edition != self._noted:
                note_in_force(session, context.catalog, context.now)
        self._noted = context.catalog.edition

    def drain(self) -> None:
        """Process what was stored but not processed: after a kill, a fault, or a release from quarantine."""
        with reading() as session:
            ids = waiting(session, self.desk.now(), DRAINED_AT_ONCE)
        if process_stored(self.desk, ids, self.stop.is_set):
            self.mail_waits.set()

    def sweep(self) -> None:
        """Do what time has made due, one ticket a transaction."""
        for _round in range(1000):
            if self.stop.is_set() or not self._sweep_one():
                return
            self.mail_waits.set()

    def _sweep_one(self) -> bool:
        """False when nothing is due. A ticket that cannot be checked waits, so that the others are."""
        with unit_of_work() as session:
            context = self.desk.context()
            ticket = next(iter(due_tickets(session, context, limit=1)), None)
            if ticket is None:
                return False
            failpoint("scheduler.after_due_select")
            ticket_id, number = ticket.id, ticket.number
            try:
                with session.begin_nested():
                    check(session, context, ticket)
                    failpoint("scheduler.after_effect_before_commit")
            except SQLAlchemyError:
                raise
            except Exception:  # one ticket must not keep the clocks of all others from being looked at
                log.exception("ticket %s could not be checked", number)
                put_off_check(session, ticket_id, context.now + CHECK_AGAIN_AFTER)
        return True

    def follow_calendars(self) -> None:
        """Bring open deadlines into line with the calendars in force, a batch a transaction; then tell of it."""
        with reading() as session:
            wanted = is_wanted(session, self.desk.context())
        while wanted and not self.stop.is_set():
            with unit_of_work() as session:
                wanted = step(session, self.desk.context())
        with reading() as session:
            untold = anybody_to_tell(session, self.desk.context())
        while untold and not self.stop.is_set():
            with unit_of_work() as session:
                untold = tell_some(session, self.desk.context())
            self.mail_waits.set()

    def _send_forever(self) -> None:
        while not self.stop.is_set():
            try:
                with self.app.app_context():
                    sent = send_due(self.desk, self._senders, self.stop.is_set)
            except SQLAlchemyError as error:
                log.warning("sender: the database does not answer: %s", type(error).__name__)
                sent = 0
            except Exception:  # one message that cannot be composed must not end the sending of all others
                log.exception("sending failed")
                sent = 0
            if not sent:
                self.mail_waits.wait(1.0)
                self.mail_waits.clear()
        self._senders.close()


def main(settings: Settings, source: CatalogSource) -> None:
    """Run the worker until SIGTERM or SIGINT."""
    worker = Worker(settings, source)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_args: worker.stop.set())
    worker.run()
