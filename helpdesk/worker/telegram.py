"""One thread a bot: ask Telegram for updates and store them, or have them brought and look whether that works.

An update and the offset beyond it are stored in one transaction; the next question confirms them. A copy meets the
unique key of what is stored: the numbers of updates may begin anew, so that an older one is not told by its number.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from helpdesk.channels.base import ChannelError
from helpdesk.channels.telegram.updates import CHANNEL, external_id
from helpdesk.config import TelegramBot
from helpdesk.failpoints import failpoint
from helpdesk.store.chat_models import ChatLine
from helpdesk.store.db import unit_of_work
from helpdesk.store.room import is_low
from helpdesk.usecases.chat.lines import (
    give_up_line,
    heard_on,
    line_for,
    note_asked,
    note_line_failed,
    note_stored,
    take_line,
)
from helpdesk.usecases.raw import store_raw
from helpdesk.worker.leases import has_died

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from helpdesk.channels.telegram.polling import Poller
    from helpdesk.worker import Worker

log = logging.getLogger(__name__)

ASK_SECONDS = 25
"""How long Telegram may wait for news before it answers that there are none."""
PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds before the next try, longer after each failure in a row."""
CONFLICT = "409"
"""Telegram's code for: a webhook is set, or another program asks for the updates of the same bot."""
LOOK_SECONDS = 30.0
"""How often Telegram is asked how the bringing goes."""
TURN_SECONDS = 5.0
"""How often is looked whether another process has let the line go, or the disk has room again."""
QUIET = timedelta(days=6)
"""After a week without updates their numbers begin anywhere: then nothing is left to be confirmed by an offset."""
RECENT = timedelta(minutes=10)
"""A failed delivery that is older and left nothing waiting is over."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """Whether this process reads the line now, and from which offset."""

    mine: bool
    offset: int = 0


def follow_forever(worker: Worker, bot: TelegramBot, arrived: Callable[[], object]) -> None:
    """Follow one bot until the worker stops; only the process that holds its lease does.

    `arrived` is called after updates have been stored.
    """
    from helpdesk.channels.telegram.polling import Poller  # noqa: PLC0415 - only who has a bot pays for its libraries

    poller = Poller(bot, worker.stop, worker.desk.settings.chat.telegram_api)
    failures, ready = 0, False
    while not worker.stop.is_set():
        asked = 0.0
        try:
            with worker.app.app_context():
                turn = _turn(worker, bot)
                if turn.mine:
                    ready = ready or _prepared(worker, bot, poller)
                    ready = _follow_once(worker, bot, poller, turn.offset, arrived)
                    failures = 0
            if not turn.mine:
                ready = False  # whoever reads it may see to it otherwise
                worker.stop.wait(TURN_SECONDS)
            continue
        except ChannelError as fault:
            ready = ready and fault.code != CONFLICT
            asked = fault.retry_after or 0.0
            _note(worker, bot, str(fault))
        except SQLAlchemyError as error:
            log.warning("bot %s: the database does not answer: %s", bot.id, type(error).__name__)
        except Exception as error:  # a fault in reading must not silence the bot for good
            log.exception("bot %s failed", bot.id)
            _note(worker, bot, type(error).__name__)
        worker.stop.wait(max(PAUSES[min(failures, len(PAUSES) - 1)], asked))
        failures += 1
    poller.close()
    _leave(worker, bot)


def _turn(worker: Worker, bot: TelegramBot) -> _Turn:
    now = worker.desk.now()
    with unit_of_work() as session:
        line = line_for(session, CHANNEL, bot.id, bot.desk)
        if line.reader != worker.name and has_died(line.reader):
            give_up_line(session, CHANNEL, bot.id, line.reader)
        session.flush()
        if not take_line(session, CHANNEL, bot.id, worker.name, now):
            return _Turn(mine=False)
        settings = worker.desk.settings
        if not bot.webhook_secret and is_low(settings.data, settings.min_free_mb):
            note_line_failed(session, CHANNEL, bot.id, now, f"little room on the disk of {settings.data}")
            return _Turn(mine=False)
        return _Turn(mine=True, offset=_offset(line, worker))


def _offset(line: ChatLine, worker: Worker) -> int:
    quiet = line.heard_at is None or worker.desk.now() - line.heard_at > QUIET
    return 0 if quiet else line.offset


def _prepared(worker: Worker, bot: TelegramBot, poller: Poller) -> bool:
    """Say how the updates are to come; what waits already is kept."""
    if bot.webhook_secret:
        poller.set_webhook(_url(worker, bot), bot.webhook_secret)
    else:
        poller.delete_webhook()
    return True


def _url(worker: Worker, bot: TelegramBot) -> str:
    return f"{worker.desk.settings.base_url}/hooks/telegram/{bot.id}"


def _follow_once(worker: Worker, bot: TelegramBot, poller: Poller, offset: int, arrived: Callable[[], object]) -> bool:
    """One question; False where Telegram has to be told again how the updates are to come."""
    if bot.webhook_secret:
        right = _look(worker, bot, poller)
        worker.stop.wait(LOOK_SECONDS if right else 0)
        return right
    updates = poller.ask(offset, ASK_SECONDS)
    new = _store(worker, bot, updates) if updates or not worker.stop.is_set() else 0
    if updates:
        failpoint("telegram.after_commit_before_offset")
        arrived()
    if updates and not new:
        worker.stop.wait(PAUSES[0])  # should Telegram ever stop forgetting, it is not asked without a pause
    return True


def _store(worker: Worker, bot: TelegramBot, updates: Sequence[tuple[int, bytes]]) -> int:
    """Store the updates and how far they go; how many of them were not there yet."""
    now, new = worker.desk.now(), 0
    with unit_of_work() as session:
        note_asked(session, CHANNEL, bot.id, now)
        for number, body in updates:
            known_by = external_id(bot.id, number)
            given = {"channel": CHANNEL, "external_id": known_by, "desk": bot.desk, "source": bot.id}
            new += store_raw(session, body=body, received_at=now, now=now, **given) is not None
        if updates:
            note_stored(session, CHANNEL, bot.id, updates[-1][0] + 1)
            heard_on(session, CHANNEL, bot.id, bot.desk, now)
    return new


def _look(worker: Worker, bot: TelegramBot, poller: Poller) -> bool:
    """Note how the bringing goes; False where somebody has set the webhook otherwise."""
    state = poller.webhook()
    if worker.stop.is_set():
        return True
    now = worker.desk.now()
    recent = state.error_at is not None and now - state.error_at < RECENT
    with unit_of_work() as session:
        if state.error and (recent or state.waiting):
            said = f"Telegram cannot bring updates ({state.waiting} wait): {state.error}"
            note_line_failed(session, CHANNEL, bot.id, now, said)
        else:
            note_asked(session, CHANNEL, bot.id, now)
    return state.url == _url(worker, bot)


def _note(worker: Worker, bot: TelegramBot, error: str) -> None:
    log.warning("bot %s: %s", bot.id, error)
    try:
        with worker.app.app_context(), unit_of_work() as session:
            note_line_failed(session, CHANNEL, bot.id, worker.desk.now(), error)
    except SQLAlchemyError as failed:
        log.warning("bot %s: its failure could not be noted: %s", bot.id, type(failed).__name__)


def _leave(worker: Worker, bot: TelegramBot) -> None:
    try:
        with worker.app.app_context(), unit_of_work() as session:
            give_up_line(session, CHANNEL, bot.id, worker.name)
    except SQLAlchemyError:
        log.info("bot %s: its lease runs out by itself", bot.id)
