"""What is held in a chat because nothing gets through, and goes on when the person writes again."""

from sqlalchemy import update
from sqlalchemy.orm import Session

from helpdesk.store.chat_models import ChatAccount
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.usecases.caps import HELD, PENDING
from helpdesk.usecases.chat.accounts import is_reachable
from helpdesk.usecases.chat.saying import SHUT_OUT, WINDOW_CLOSED
from helpdesk.usecases.context import Context
from helpdesk.usecases.resending import DISCARDED
from helpdesk.usecases.sendable import STALE, STALE_AFTER


def let_go_on(session: Session, account: ChatAccount, context: Context) -> None:
    """The person has written: what agents said meanwhile goes out now; what a machine said a day ago does not."""
    if not is_reachable(account, context.now):
        return
    waits = (
        OutboxMessage.state == HELD,
        OutboxMessage.error.in_((SHUT_OUT, WINDOW_CLOSED)),
        OutboxMessage.recipient == account.account,
        OutboxMessage.channel == account.channel,
        OutboxMessage.desk == account.desk,
    )
    stale = (OutboxMessage.automatic, OutboxMessage.created_at < context.now - STALE_AFTER)
    session.execute(update(OutboxMessage).where(*waits, *stale).values(state=DISCARDED, error=STALE))
    session.execute(update(OutboxMessage).where(*waits).values(state=PENDING, error="", next_try_at=context.now))
