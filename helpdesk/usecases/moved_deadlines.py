"""Telling requesters that the calendar has moved their deadline: once, and only of what is still true.

A moved deadline waits for a while before it is told, so that a day that was entered by mistake and taken out again
reaches nobody. The notice and its message are one transaction: a killed worker tells nobody twice.
"""

import logging
from datetime import timedelta

from sqlalchemy import Select, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from helpdesk.sla.outline import change_from, net, told
from helpdesk.store.catalog_models import MovedDeadline
from helpdesk.store.models import Ticket
from helpdesk.tickets.events import MOVED
from helpdesk.tickets.permission import Machine
from helpdesk.tickets.words import Action
from helpdesk.usecases.clocks import Standing, events_of, standing
from helpdesk.usecases.context import Context
from helpdesk.usecases.deed import Deed
from helpdesk.usecases.messages import LANGUAGES
from helpdesk.usecases.notices import tell_requester
from helpdesk.usecases.recalculation import RUNNING, is_wanted

TOLD_AFTER = timedelta(minutes=1)
"""How long a moved deadline must stand before its requester is told."""
BATCH = 20
KIND = "calendar"
WORKER = Machine("worker")

log = logging.getLogger(__name__)


def anybody_to_tell(session: Session, context: Context) -> bool:
    """True when a moved deadline has stood long enough, and no other change of the calendars is on its way."""
    return session.scalar(_due(context).limit(1)) is not None and not is_wanted(session, context)


def tell_some(session: Session, context: Context, limit: int = BATCH) -> bool:
    """Tell the next requesters, in the caller's transaction; False when nobody is to be told now."""
    query = _due(context).order_by(MovedDeadline.moved_at).limit(limit).with_for_update(skip_locked=True)
    notices = list(session.scalars(query))
    for notice in notices:
        try:
            with session.begin_nested():
                _tell(session, context, notice)
        except SQLAlchemyError:
            raise
        except Exception:  # one message that cannot be written must not keep all others back; the history has it
            log.exception("the requester of ticket %s could not be told of the moved deadline", notice.ticket_id)
        session.delete(notice)
    return bool(notices)


def _due(context: Context) -> Select[MovedDeadline]:
    return select(MovedDeadline).where(MovedDeadline.moved_at <= context.now - TOLD_AFTER)


def _tell(session: Session, context: Context, notice: MovedDeadline) -> None:
    ticket = session.scalars(select(Ticket).where(Ticket.id == notice.ticket_id).with_for_update(of=Ticket)).one()
    if ticket.status not in RUNNING:
        return
    events = events_of(session, ticket)
    now = standing(session, context, ticket, events=events)
    due = now.timeline.resolution.due_at
    moves = [e for e in events if e.action == MOVED and e.at >= notice.moved_at and e.data["cycle"] == ticket.cycle]
    changes = net(change_from(plain) for move in moves for plain in move.data["changes"])
    if due is None or due == notice.old_due_at or not changes or not _holds_good(now, notice):
        return
    reason = {language: told(changes, language) for language in LANGUAGES}
    data = {"due_at": due.isoformat(), "old_due_at": notice.old_due_at.isoformat(), "reason": reason}
    tell_requester(Deed(session, context, WORKER, ticket, Action.NOTE), KIND, data)


def _holds_good(now: Standing, notice: MovedDeadline) -> bool:
    """True where the requester has a date to rely on, and has not been told another one since."""
    clock, extended = now.timeline.resolution, now.history.extended_at
    told_since = extended is not None and extended >= notice.moved_at
    return not (clock.on_hold or clock.done_at or now.timeline.missing or told_since)
