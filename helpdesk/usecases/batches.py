"""Several waiting mails at once: stored in one transaction, read ahead of it, decided about in one transaction.

The order in which the mails came is kept throughout. A mail that fails takes no other down: what was to be committed
together with it is done again one by one. No mail waits longer than about a tenth of a second for the others.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass
from itertools import takewhile
from typing import TypeVar

from sqlalchemy.orm import Session

from helpdesk.channels.base import Inbound, Unreadable
from helpdesk.channels.email.wire import MAX_BYTES
from helpdesk.failpoints import failpoint
from helpdesk.store.behind import written_together
from helpdesk.store.db import unit_of_work
from helpdesk.store.models import Entry, Event, Person, Ticket
from helpdesk.usecases.context import Context
from helpdesk.usecases.intake import Outcome, receive_mail
from helpdesk.usecases.looking_ahead import look_ahead
from helpdesk.usecases.processing import Desk, Stored, known_before, process, set_aside, stored_mail
from helpdesk.usecases.raw import Arrived, Claim, claim_all, store_all_raw

log = logging.getLogger(__name__)

AT_ONCE = 20
"""At most so many mails are gathered."""
BYTES = 4 * 2**20
"""And no further ones once they are so large together: a mail of 25 MB goes alone."""
GATHERED_WITHIN = 0.02
READ_WITHIN = 0.02
DECIDED_WITHIN = 0.04
"""Seconds: after these no further mail is added to what is gathered; what has been read waits no longer for the next
ones to be read; no further mail is added to the transaction. So long, all in all, the first mail waits for the others;
a fifth of 100 ms is left for what is asked before that and written behind it.
"""
AT_LEAST = 5
"""So many that are read already are decided together all the same: on a machine that is that busy, what is asked and
written for all of them takes longer than they do, and the last of them would wait for the more of it.
"""
_REFERRED = (Person, Ticket, Event, Entry, Entry)
"""What one mail makes at most that is named elsewhere: its own entry and that of the automatic reply are two."""

Mail = TypeVar("Mail")


def gathered(mails: Iterable[Mail], size: Callable[[Mail], int]) -> Iterator[list[Mail]]:
    """The mails in batches, in their order; `size` in bytes."""
    batch: list[Mail] = []
    total, began = 0, 0.0
    for mail in mails:
        if batch and total + size(mail) > BYTES:
            yield batch
            batch = []
        if not batch:
            total, began = 0, time.monotonic()
        batch.append(mail)
        total += size(mail)
        if len(batch) >= AT_ONCE or total >= BYTES or time.monotonic() - began >= GATHERED_WITHIN:
            yield batch
            batch = []
    if batch:
        yield batch


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A stored mail, and the reading of it that goes on or has ended."""

    raw_id: int
    stored: Stored
    reading: Future[Inbound]


def process_all(desk: Desk, mails: Sequence[tuple[int, Stored]]) -> list[Outcome | None]:
    """Like `process` for each, in this order; the next ones are read while one is decided about."""
    if len(mails) < 2:
        return [process(desk, raw_id, stored) for raw_id, stored in mails]
    outcomes: list[Outcome | None] = []
    with ThreadPoolExecutor(1, "reading ahead") as ahead:
        queue = deque(_Waiting(raw_id, stored, ahead.submit(_read, desk, stored)) for raw_id, stored in mails)
        try:
            while queue:
                wait_for([queue[0].reading])
                wait_for([waiting.reading for waiting in queue], READ_WITHIN)
                outcomes += _decide_some(desk, queue)
        finally:
            for waiting in queue:
                waiting.reading.cancel()
    return outcomes


def _read(desk: Desk, stored: Stored) -> Inbound:
    failpoint("intake.before_parse")
    return desk.read_mail(stored.body, stored.received_at, stored.desk)


def _decide_some(desk: Desk, queue: deque[_Waiting]) -> list[Outcome | None]:
    """Decide about the first mail and those behind it that are read already; they leave the queue."""
    group: list[_Waiting] = []
    try:
        with unit_of_work() as session:
            outcomes = _together(session, desk, queue, group)
    except Exception as error:  # noqa: BLE001 - whatever one of them met: each is done for itself, which counts it
        log.info("%d mails are processed one by one: %s", len(group), type(error).__name__)
        outcomes = [process(desk, waiting.raw_id, waiting.stored, waiting.reading.result) for waiting in group]
    for _done in group:
        queue.popleft()
    return outcomes


def _together(session: Session, desk: Desk, queue: deque[_Waiting], group: list[_Waiting]) -> list[Outcome | None]:
    """The outcomes of those that fit into this transaction; `group` says which, also when it fails."""
    read = _read_already(queue)
    group.append(read[0])
    claims = claim_all(session, [waiting.raw_id for waiting in queue])
    context = desk.context()
    if len(read) == 1:
        return [_decided(session, context, claims, read[0])]
    ahead = look_ahead(session, context, _claimed(read, claims))
    with written_together(session, _REFERRED, len(read), ahead):
        began = time.monotonic()
        outcomes = [_decided(session, context, claims, read[0])]
        for waiting in read[1:]:
            if len(group) >= AT_LEAST and time.monotonic() - began >= DECIDED_WITHIN:
                break
            group.append(waiting)
            outcomes.append(_decided(session, context, claims, waiting))
    return outcomes


def _read_already(queue: deque[_Waiting]) -> list[_Waiting]:
    """The first mail and those behind it, of the same desk, that have been read."""
    return list(takewhile(lambda one: one.reading.done() and one.stored.desk == queue[0].stored.desk, queue))


def _claimed(read: Iterable[_Waiting], claims: dict[int, Claim]) -> list[tuple[Claim, Inbound]]:
    """Those of the mails that are ours to decide about and could be read."""
    return [
        (claims[waiting.raw_id], waiting.reading.result())
        for waiting in read
        if waiting.raw_id in claims and waiting.reading.exception() is None
    ]


def _decided(session: Session, context: Context, claims: dict[int, Claim], waiting: _Waiting) -> Outcome | None:
    claim = claims.get(waiting.raw_id)
    if claim is None:
        return None
    try:
        mail = waiting.reading.result()
    except Unreadable as error:
        return set_aside(session, waiting.raw_id, str(error))
    failpoint("intake.after_parse_before_ticket")
    outcome = receive_mail(session, context, claim, mail)
    if any(not isinstance(row, Ticket) for row in (*session.new, *session.dirty)):
        session.flush()  # the next mail may be an answer to this one; of tickets nothing is asked past the session
    return outcome


@dataclass(frozen=True, slots=True)
class Delivery:
    """A mail that is to be stored: its identity at its source, and which source that is."""

    stored: Stored
    channel: str
    external_id: str
    source: str


def store_and_process_all(desk: Desk, deliveries: Sequence[Delivery]) -> list[Outcome]:
    """Store raw mails, commit, then process them; what becomes of each, in their order."""
    with unit_of_work() as session:
        ids = store_all_raw(session, [_arrived(delivery) for delivery in deliveries], desk.now())
        stored = [(raw_id, d.stored) for raw_id, d in zip(ids, deliveries, strict=True) if raw_id is not None]
        aside = {raw_id: _too_large(session, raw_id, mail) for raw_id, mail in stored if len(mail.body) > MAX_BYTES}
    processed = iter(process_all(desk, [(raw_id, mail) for raw_id, mail in stored if raw_id not in aside]))
    outcomes = iter([aside[raw_id] if raw_id in aside else next(processed) for raw_id, _mail in stored])
    elsewhere = Outcome("duplicate", reason="processed by another worker")
    return [
        known_before(d.channel, d.external_id) if raw_id is None else next(outcomes) or elsewhere
        for raw_id, d in zip(ids, deliveries, strict=True)
    ]


def _too_large(session: Session, raw_id: int, mail: Stored) -> Outcome:
    """What nobody parses is kept all the same."""
    return set_aside(session, raw_id, f"{len(mail.body)} bytes: larger than a mail may be")


def _arrived(delivery: Delivery) -> Arrived:
    stored = delivery.stored
    of = (delivery.channel, delivery.external_id)
    return Arrived(*of, stored.body, stored.received_at, stored.desk, delivery.source)


def process_stored(desk: Desk, raw_ids: Iterable[int], stopped: Callable[[], bool] = lambda: False) -> int:
    """Process what was stored before, in this order, until `stopped`; how many mails somebody had not done already."""
    count = 0
    kept = ((raw_id, mail) for raw_id in raw_ids if not stopped() and (mail := stored_mail(raw_id)) is not None)
    for batch in gathered(kept, lambda pair: len(pair[1].body)):
        count += sum(outcome is not None for outcome in process_all(desk, batch))
    return count
