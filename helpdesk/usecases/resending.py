"""Staff let a message go: one that the hourly cap holds back, or one that could not be delivered."""

import logging

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.store.mail_models import OutboxMessage
from helpdesk.tickets.errors import NotFound, WrongState
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.permission import Staff
from helpdesk.usecases.caps import CODE
from helpdesk.usecases.context import Context

HELD, FAILED = "held", "failed"
log = logging.getLogger(__name__)


def may_go_again(state: str, kind: str) -> bool:
    """True for what staff may send by hand. A one-time code never: it has expired, or was forgotten."""
    return state in (HELD, FAILED) and kind != CODE


def send_again(session: Session, context: Context, staff: Staff, message_id: int) -> str:
    """Put a held or a failed message back into the queue at once; the state that it had. The log names who did it.

    A failed one keeps its Message-ID, so that nobody reads it twice, and its tries are counted anew. Raises NotFound
    for a message of a desk where the person is no agent, WrongState when it waits for nobody (any more).
    """
    message = session.scalar(select(OutboxMessage).where(OutboxMessage.id == message_id).with_for_update())
    if message is None or not staff.is_agent(message.desk):
        raise NotFound(_("There is no such message."))
    if not may_go_again(message.state, message.kind):
        raise WrongState(_("This message does not wait for anybody: look at the list again."))
    before = message.state
    message.state, message.next_try_at, message.attempts, message.error = "pending", context.now, 0, ""
    message.released_at, message.told_at = context.now, None
    log.info("message %s, %s until now, is let go by %s", message.id, before, staff.name)
    return before
