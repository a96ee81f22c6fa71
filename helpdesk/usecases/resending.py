"""What staff do with messages that wait or failed: let them go, try them again, or discard them with a reason."""

import logging
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Update, select, update
from sqlalchemy.orm import Session

from helpdesk.store.mail_models import OutboxMessage
from helpdesk.tickets.errors import NotFound, WrongState, invalid
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.permission import Staff
from helpdesk.usecases.caps import CODE, HELD, IN_ALL, PENDING, SWITCH, UNSENDABLE
from helpdesk.usecases.context import Context

FAILED, UNKNOWN, DISCARDED = "failed", "unknown", "discarded"
WAITS_FOR_NOBODY = _("This message does not wait for anybody: look at the list again.")
log = logging.getLogger(__name__)


def may_go_again(state: str, kind: str) -> bool:
    """True for what staff may send by hand. A one-time code never: it has expired, or was forgotten."""
    return state in (HELD, FAILED, PENDING) and kind != CODE


def may_be_discarded(state: str) -> bool:
    """True for what has not left, and for what may have and is only shown."""
    return state in (HELD, FAILED, PENDING, UNKNOWN, UNSENDABLE)


def message_of(session: Session, staff: Staff, message_id: int, *, lock: bool = False) -> OutboxMessage:
    """An outgoing message of a desk where the person is an agent. Raises NotFound for any other."""
    statement = select(OutboxMessage).where(OutboxMessage.id == message_id)
    message = session.scalar(statement.with_for_update() if lock else statement)
    if message is None or not staff.is_agent(message.desk):
        raise NotFound(_("There is no such message."))
    return message


def send_again(session: Session, context: Context, staff: Staff, message_id: int) -> str:
    """Put a message back into the queue at once; the state that it had. The message and the log say who did it.

    It goes out whatever the caps and the switch say. One that failed keeps its Message-ID, so that nobody reads it
    twice, and its tries are counted anew. Raises NotFound, and WrongState when it waits for nobody (any more).
    """
    message = message_of(session, staff, message_id, lock=True)
    if not may_go_again(message.state, message.kind):
        raise WrongState(WAITS_FOR_NOBODY)
    before = message.state
    message.state, message.next_try_at, message.attempts, message.error = PENDING, context.now, 0, ""
    message.released_at, message.released_by, message.told_at = context.now, staff.name, None
    log.info("message %s, %s until now, is let go by %s", message.id, before, staff.name)
    return before


def put_aside(session: Session, staff: Staff, message_id: int, reason: str) -> None:
    """Never send the message; it stays stored with who said so and why. Raises NotFound, Invalid, WrongState."""
    message = message_of(session, staff, message_id, lock=True)
    if not reason:
        raise invalid("reason", _("A reason is needed."))
    if not may_be_discarded(message.state):
        raise WrongState(WAITS_FOR_NOBODY)
    message.state, message.error, message.context = DISCARDED, f"{staff.name}: {reason}"[:500], _kept(message)
    log.info("message %s is discarded by %s", message.id, staff.name)


def _kept(message: OutboxMessage) -> dict[str, object]:
    return {} if message.kind == CODE else message.context


def release_switched(session: Session, staff: Staff, desks: Collection[str], now: datetime) -> int:
    """Let everything go that only the switch held back at these desks; how many. Codes have expired and stay."""
    held = _held(SWITCH, desks).where(OutboxMessage.kind != CODE)
    return _become(session, staff, held, _released(staff, now))


def release_in_all(session: Session, staff: Staff, desks: Collection[str], now: datetime, newest: int) -> int:
    """Let everything go that only the cap of all desks together held back, up to the message with that id, at those of
    these desks where the person is an agent; how many.
    """
    held = _held(IN_ALL, [desk for desk in desks if staff.is_agent(desk)]).where(OutboxMessage.id <= newest)
    return _become(session, staff, held, _released(staff, now))


def discard_switched(session: Session, staff: Staff, desks: Collection[str], reason: str) -> int:
    """Never send what only the switch held back at these desks; how many. Raises Invalid without a reason."""
    if not reason:
        raise invalid("reason", _("A reason is needed."))
    discarded: dict[str, object] = {"state": DISCARDED, "error": f"{staff.name}: {reason}"[:500]}
    return _become(session, staff, _held(SWITCH, desks), discarded)


def _released(staff: Staff, now: datetime) -> dict[str, object]:
    fresh = {"state": PENDING, "error": "", "next_try_at": now, "attempts": 0}
    return {**fresh, "released_at": now, "released_by": staff.name}


def _held(why: str, desks: Collection[str]) -> Update:
    mine = OutboxMessage.desk.in_(sorted(desks))
    return update(OutboxMessage).where(OutboxMessage.state == HELD, OutboxMessage.error == why, mine)


def _become(session: Session, staff: Staff, held: Update, values: dict[str, object]) -> int:
    changed = len(session.scalars(held.values(**values).returning(OutboxMessage.id)).all())
    log.info("%d held messages are now %s, says %s", changed, values["state"], staff.name)
    return changed
