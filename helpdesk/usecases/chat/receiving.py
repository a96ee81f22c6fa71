"""What a platform brought, raw and stored, becomes conversation: claimed, read, decided about, in one transaction."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, undefer

from helpdesk.catalog.source import CatalogSource
from helpdesk.channels.base import Unreadable
from helpdesk.channels.chat.model import ChatEvent, Edited, Kind, Said, Unknown
from helpdesk.config import Settings
from helpdesk.failpoints import failpoint
from helpdesk.store.chat_models import ChatAccount, ChatMessage
from helpdesk.store.db import reading, unit_of_work
from helpdesk.store.mail_models import RawMessage
from helpdesk.store.rows import keep_if_new, one_at_a_time
from helpdesk.timepiece import Now
from helpdesk.usecases.chat import conversing, following
from helpdesk.usecases.chat.accounts import CHATS, account_for
from helpdesk.usecases.chat.holding import let_go_on
from helpdesk.usecases.chat.lines import heard_on, something_strange
from helpdesk.usecases.chat.saying import lines_of
from helpdesk.usecases.chat.turn import PATIENCE, Turn
from helpdesk.usecases.context import Context
from helpdesk.usecases.raw import note_failure, put_off, quarantine
from helpdesk.usecases.redaction import without_private_links

log = logging.getLogger(__name__)

Reader = Callable[[bytes, str, datetime], tuple[ChatEvent, ...]]
"""Reads the raw bytes of one delivery on a line (its `bot`), received then (UTC); raises Unreadable."""
Press = tuple[str, str, str]
"""A pressed button that the platform wants acknowledged: channel, bot, press id."""
_CLAIM = (
    select(RawMessage)
    .where(RawMessage.id.in_(bindparam("ids", expanding=True)), RawMessage.state == "received")
    .order_by(RawMessage.id)
    .options(undefer(RawMessage.body))
    .with_for_update()
)
AT_ONCE = 40
DECIDED_WITHIN = 0.1
"""At most so many deliveries, and so many seconds, in one transaction."""


@dataclass(slots=True)
class Done:
    """What came of deliveries besides rows: presses to be acknowledged, and the lines (with desks) they came by.

    `apart`: an event that fails takes no other with it, and is tried again with the delivery.
    """

    presses: list[Press] = field(default_factory=list)
    lines: dict[tuple[str, str], str] = field(default_factory=dict)
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Chats:
    """What the worker and the web share: the catalogue, the settings, the clock, and a reader for each platform."""

    source: CatalogSource
    settings: Settings
    now: Now
    readers: Mapping[str, Reader]

    def context(self) -> Context:
        """The surroundings of a unit of work that begins now."""
        now = self.now()
        return Context(self.source.current(now), self.settings, now)


def waiting_deliveries(session: Session, context: Context, limit: int = AT_ONCE) -> list[int]:
    """The ids of what came by chat and was not decided about yet, in the order in which it came."""
    return list(
        session.scalars(
            select(RawMessage.id)
            .where(
                RawMessage.state == "received",
                RawMessage.channel.in_(sorted(CHATS)),
                RawMessage.next_try_at <= context.now,
            )
            .order_by(RawMessage.id)
            .limit(limit)
        )
    )


def receive_waiting(chats: Chats) -> tuple[int, list[Press]]:
    """Decide about some of what waits: how many deliveries, and the presses that the platforms want acknowledged.

    Several in one transaction; when that fails, one by one, so that what fails takes nothing else down.
    """
    with reading() as session:
        ids = waiting_deliveries(session, chats.context())
    if not ids:
        return 0, []
    try:
        with unit_of_work() as session:
            return len(ids), _together(session, chats, ids)
    except Exception as error:  # noqa: BLE001 - whatever one of them met: each is done for itself, which counts it
        log.info("%d chat deliveries are processed one by one: %s", len(ids), type(error).__name__)
    return len(ids), [press for raw_id in ids for press in _alone(chats, raw_id)]


def _together(session: Session, chats: Chats, ids: Sequence[int], *, apart: bool = False) -> list[Press]:
    one_at_a_time(session, "chat")  # what one person wrote is decided about in its order, whichever worker does it
    context, began, done = chats.context(), time.monotonic(), Done(apart=apart)
    for raw in session.scalars(_CLAIM, {"ids": list(ids)}).all():
        receive_one(session, chats, context, raw, done)
        if time.monotonic() - began > DECIDED_WITHIN:
            break
    for (channel, bot), desk in sorted(done.lines.items()):
        heard_on(session, channel, bot, desk, context.now)
    return done.presses


def _alone(chats: Chats, raw_id: int) -> list[Press]:
    try:
        with unit_of_work() as session:
            return _together(session, chats, [raw_id])
    except OperationalError:
        with unit_of_work() as session:
            put_off(session, raw_id, chats.now())
        raise
    except OSError as error:
        log.error("chat delivery %s waits: %s", raw_id, error)
        with unit_of_work() as session:
            put_off(session, raw_id, chats.now())
    except Exception:  # whatever one delivery provokes, the next one is served and this one is kept
        log.exception("chat delivery %s could not be processed", raw_id)
        return _apart(chats, raw_id)
    return []


def _apart(chats: Chats, raw_id: int) -> list[Press]:
    """Do each event of a delivery for itself: it may bring messages of several people, and one of them fails."""
    try:
        with unit_of_work() as session:
            return _together(session, chats, [raw_id], apart=True)
    except Exception as error:  # noqa: BLE001 - told of before; it counts as a try
        with unit_of_work() as session:
            note_failure(session, raw_id, chats.now(), type(error).__name__)
    return []


def receive_one(session: Session, chats: Chats, context: Context, raw: RawMessage, done: Done) -> None:
    """Read one delivery that waits and do what each of its events means."""
    failpoint("intake.before_parse")
    try:
        events = chats.readers[raw.channel](raw.body, raw.source, raw.received_at)
    except Unreadable as error:
        quarantine(session, raw.id, str(error))
        return
    failpoint("intake.after_parse_before_ticket")
    desks, became, failed = lines_of(context), list[str | int](), ""
    for event in events:
        line = (raw.channel, _bot(event))
        desk = desks.get(line)
        if desk is None:
            became.append("not one of our lines")
            continue
        done.lines[line] = desk
        try:
            with session.begin_nested() if done.apart else nullcontext():
                became.append(_receive_event(session, context, raw, desk, event))
        except Exception as error:
            if not done.apart or isinstance(error, OperationalError):
                raise
            failed = type(error).__name__
            continue
        if isinstance(event, Said) and event.press_id:
            done.presses.append((raw.channel, event.bot, event.press_id))
    failpoint("intake.after_ticket_before_state")
    if failed:
        note_failure(session, raw.id, context.now, failed)
    else:
        note_received(session, raw, became)


def _bot(event: ChatEvent) -> str:
    return event.said.bot if isinstance(event, Edited) else event.bot


def note_received(session: Session, raw: RawMessage, became: Sequence[str | int]) -> None:
    """Keep what became of a delivery: the first of its tickets (ids), and why the rest became none."""
    ticket_id = next((found for found in became if isinstance(found, int)), None)
    said = "; ".join(dict.fromkeys(found for found in became if isinstance(found, str)))[:500]
    raw.state = "ticketed" if ticket_id is not None else "suppressed"
    raw.ticket_id, raw.reason = ticket_id, said
    session.flush()


def became_of(row: ChatMessage | None) -> str | int:
    """The id of the ticket that a message stands on, or why on none; None: a delivery that was known."""
    if row is None:
        return "known before"
    return row.ticket_id if row.ticket_id is not None else "conversation"


def _receive_event(session: Session, context: Context, raw: RawMessage, desk: str, event: ChatEvent) -> str | int:
    """The id of the ticket that it belongs to, or why there is none."""
    if isinstance(event, Said):
        return became_of(receive_said(session, context, raw.channel, desk, event, raw.id))
    if isinstance(event, Unknown):
        something_strange(session, raw.channel, event.bot)
        return f"unknown: {event.what}"
    following.follow(session, context, raw.channel, event)
    return type(event).__name__.lower()


def receive_said(
    session: Session, context: Context, channel: str, desk: str, said: Said, raw_id: int | None
) -> ChatMessage | None:
    """One message of a person, once however often it is delivered; its row, or None where it was known."""
    account, was_cut_off = account_for(session, channel, desk, said, context.now)
    row = ChatMessage(
        account_id=account.id,
        external_id=said.id[:255],
        direction="in",
        kind=said.kind,
        album=said.album[:100],
        text=without_private_links(said.text),
        raw_id=raw_id,
        at=said.at,
    )
    if not keep_if_new(session, row):
        return None
    if was_cut_off:
        let_go_on(session, account, context)
    conversing.hear(Turn(session, context, account, said, row, raw_id))
    session.flush()
    return row


def settle_some(chats: Chats) -> int:
    """Questions that were not answered in time: go on without the answer; how many.

    Each for itself: one that cannot go on is put off, and nobody else waits for it.
    """
    due = ChatAccount.step_until <= chats.now()
    with reading() as session:
        ids = session.scalars(select(ChatAccount.id).where(due).order_by(ChatAccount.step_until).limit(AT_ONCE)).all()
    return sum(_settled(chats, account_id) for account_id in ids)


def _settled(chats: Chats, account_id: int) -> bool:
    try:
        with unit_of_work() as session:
            one_at_a_time(session, "chat")  # the person may be writing just now
            context = chats.context()
            waits = (ChatAccount.id == account_id, ChatAccount.step_until <= context.now)
            account = session.scalar(select(ChatAccount).where(*waits).with_for_update())
            if account is not None:
                conversing.settle(_nobody_speaks(session, context, account))
                account.step_until = None
            return account is not None
    except Exception:
        log.exception("the chat of account %s could not go on", account_id)
        with unit_of_work() as session:
            later = {"step_until": chats.now() + PATIENCE}
            session.execute(update(ChatAccount).where(ChatAccount.id == account_id).values(later))
    return False


def _nobody_speaks(session: Session, context: Context, account: ChatAccount) -> Turn:
    said = Said(bot=account.bot, account=account.account, id="", at=context.now, kind=Kind.TEXT)
    return Turn(session, context, account, said, ChatMessage(account_id=account.id))
