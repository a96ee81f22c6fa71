"""The chat in the worker: a thread that decides about what came, one that sends, one that fetches files."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from helpdesk.channels.base import ChannelError
from helpdesk.channels.chat.model import Line
from helpdesk.channels.registry import READERS, open_lines
from helpdesk.failpoints import failpoint
from helpdesk.store.db import unit_of_work
from helpdesk.store.room import is_low
from helpdesk.tickets.words import Channel
from helpdesk.usecases.chat.dispatching import (
    ClaimedChat,
    make_chats_sendable,
    note_chat_failed,
    note_chat_sent,
    take_next_chat,
)
from helpdesk.usecases.chat.files import MOST_BYTES, keep_file, note_file_failed, take_file
from helpdesk.usecases.chat.lines import note_line_failed, note_line_well
from helpdesk.usecases.chat.receiving import Chats, receive_waiting, settle_some
from helpdesk.usecases.chat.saying import lines_of
from helpdesk.usecases.chat.templates import REFRESH_SECONDS, keep_templates
from helpdesk.worker.noting import note_at_last

if TYPE_CHECKING:
    from helpdesk.worker import Worker

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.3
"""How often the database is asked whether a web process stored something: the person waits for the answer."""
SETTLE_SECONDS = 15.0
PAUSES = (5.0, 15.0, 30.0, 60.0)
"""Seconds for which a line that does not work is left alone, longer after each failure in a row."""
LOW_SECONDS = 5.0
"""How often is looked whether the disk has room again for files."""
ACKNOWLEDGE_SECONDS = 2.0
"""No longer than that for all of them: a platform that is slow must not keep the messages of others waiting."""
AT_ONCE = 50


class Lines:
    """The open lines of the platforms; one that does not work rests for a while."""

    def __init__(self, lines: dict[tuple[str, str], Line], now: Callable[[], float] = time.monotonic) -> None:
        self.open = lines
        self._now = now
        self._rests_until: dict[tuple[str, str], float] = {}
        self._failures: dict[tuple[str, str], int] = {}

    def ready(self, desks: dict[tuple[str, str], str]) -> list[tuple[str, str]]:
        """(channel, desk) of the lines that may be tried now."""
        now = self._now()
        return [(line[0], desk) for line, desk in desks.items() if self._rests_until.get(line, 0.0) <= now]

    def rest(self, line: tuple[str, str], seconds: float | None = None) -> None:
        """Leave a line alone, for as long as the platform wants or longer each time."""
        failures = self._failures.get(line, 0)
        self._rests_until[line] = self._now() + (seconds or PAUSES[min(failures, len(PAUSES) - 1)])
        self._failures[line] = failures + 1

    def is_well(self, line: tuple[str, str]) -> None:
        """It works."""
        self._rests_until.pop(line, None)
        self._failures.pop(line, None)

    def close(self) -> None:
        """Close every line."""
        for line in self.open.values():
            line.close()


class Chatting:
    """The chat of one worker."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        settings = worker.desk.settings
        self.chats = Chats(worker.desk.source, settings, worker.desk.now, READERS)
        self.lines = Lines(open_lines(settings.chat))
        self.stop = worker.stop
        self.came = threading.Event()
        self._to_send = threading.Event()
        self._settled = self._templates_at = 0.0

    def threads(self) -> list[threading.Thread]:
        """What runs; nothing but the settling of the web chat where no platform is set up."""
        loops = {"chat-in": self._receive_some, "chat-out": self._send_some, "chat-files": self._fetch_some}
        if not self.lines.open:
            loops = {"chat-in": self._receive_some}
        return [
            threading.Thread(target=self._forever, args=(name, work), name=name, daemon=True)
            for name, work in loops.items()
        ]

    def _forever(self, name: str, work: Callable[[], bool]) -> None:
        """Work, and look again: at once where there was something, else after a moment."""
        wake = self.came if name == "chat-in" else self._to_send
        while not self.stop.is_set():
            try:
                with self._worker.app.app_context():
                    busy = work()
            except SQLAlchemyError as error:
                log.warning("%s: the database does not answer: %s", name, type(error).__name__)
                busy = False
                self.stop.wait(1.0)
            except Exception:  # one message must not end the chat of all others
                log.exception("%s failed", name)
                busy = False
            if not busy:
                wake.wait(LOOK_SECONDS)
                wake.clear()
        if name == "chat-out":
            self.lines.close()

    def _receive_some(self) -> bool:
        count, presses = receive_waiting(self.chats)
        until = time.monotonic() + ACKNOWLEDGE_SECONDS
        for press in presses:
            if time.monotonic() < until:
                self._acknowledge(press)
        if time.monotonic() - self._settled > SETTLE_SECONDS:
            self._settled = time.monotonic()
            settle_some(self.chats)
        if count:
            self._to_send.set()
        return count > 0

    def _ask_for_templates(self) -> None:
        """What the platform has approved, looked at now and then."""
        line = next((line for (channel, _bot), line in self.lines.open.items() if channel == Channel.WHATSAPP), None)
        account = self._worker.desk.settings.chat.whatsapp
        if line is None or account is None or not account.account_id:
            return
        if time.monotonic() - self._templates_at < REFRESH_SECONDS and self._templates_at:
            return
        self._templates_at = time.monotonic()
        try:
            approved = line.templates()
        except ChannelError as error:
            log.warning("the templates were not listed: %s", error)
            return
        with unit_of_work() as session:
            keep_templates(session, Channel.WHATSAPP, approved, self.chats.context().now)

    def _acknowledge(self, press: tuple[str, str, str]) -> None:
        """The platform shows a waiting sign on the button until then; it matters to nothing else."""
        channel, bot, press_id = press
        line = self.lines.open.get((channel, bot))
        if line is not None:
            try:
                line.acknowledge(press_id)
            except ChannelError as error:
                log.info("a press was not acknowledged: %s", error)

    def _send_some(self) -> bool:
        self._ask_for_templates()
        context = self.chats.context()
        desks = {line: desk for line, desk in lines_of(context).items() if line in self.lines.open}
        with unit_of_work() as session:
            make_chats_sendable(session, context)
        for _count in range(AT_ONCE):
            with unit_of_work() as session:
                claimed = take_next_chat(session, self.chats.context(), self.lines.ready(desks))
            if claimed is None or self.stop.is_set():
                return False
            self._send(claimed)
        return True

    def _send(self, claimed: ClaimedChat) -> None:
        failpoint("outbox.after_claim")
        line = (claimed.channel, claimed.bot)
        try:
            ids = self.lines.open[line].send(claimed.message)
        except ChannelError as failure:
            error = failure
            log.warning("chat message %s was not sent: %s", claimed.id, error)
            down = not (error.permanent or error.destination)
            if down or error.retry_after is not None:
                self.lines.rest(line, error.retry_after)
            note_at_last(lambda session: self._failed(session, claimed, error, down=down))
            return
        except Exception as fault:  # a message that the platform's code cannot say is given up, not tried for ever
            log.exception("chat message %s could not be sent", claimed.id)
            unsayable = ChannelError(f"cannot be sent: {type(fault).__name__}", permanent=True, destination=True)
            note_at_last(lambda session: self._failed(session, claimed, unsayable, down=False))
            return
        failpoint("outbox.after_250_before_commit")
        self.lines.is_well(line)
        note_at_last(lambda session: self._sent(session, claimed, ids))

    def _sent(self, session: Session, claimed: ClaimedChat, ids: tuple[str, ...]) -> None:
        note_chat_sent(session, self.chats.context(), claimed.id, ids)
        note_line_well(session, claimed.channel, claimed.bot)

    def _failed(self, session: Session, claimed: ClaimedChat, error: ChannelError, *, down: bool) -> None:
        context = self.chats.context()
        note_chat_failed(session, context, claimed.id, error, line_down=down)
        if down:
            note_line_failed(session, claimed.channel, claimed.bot, context.now, str(error))

    def _fetch_some(self) -> bool:
        settings = self._worker.desk.settings
        if is_low(settings.data, settings.min_free_mb):
            self.stop.wait(LOW_SECONDS)
            return False  # the platforms keep the files for a week
        with unit_of_work() as session:
            wanted = take_file(session, self.chats.context())
        if wanted is None:
            return False
        try:
            line = self.lines.open.get((wanted.channel, wanted.bot))
            if line is None:
                raise ChannelError("the line is not set up any more")
            content = line.fetch(wanted.media, MOST_BYTES)
        except ChannelError as failure:
            error = failure
            note_at_last(lambda session: note_file_failed(session, self.chats.context(), wanted.id, error))
        except Exception as fault:  # an address or a name that nobody expected
            log.exception("file %s of a chat could not be fetched", wanted.id)
            unreadable = ChannelError(f"cannot be fetched: {type(fault).__name__}")
            note_at_last(lambda session: note_file_failed(session, self.chats.context(), wanted.id, unreadable))
        else:
            note_at_last(lambda session: keep_file(session, self.chats.context(), wanted.id, content))
        return True
