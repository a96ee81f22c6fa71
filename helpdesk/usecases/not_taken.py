"""One automatic answer to somebody of the staff whose mail reached no ticket, so that they do not believe it did."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.people_models import StaffUser
from helpdesk.store.rows import write
from helpdesk.tickets.words import Channel
from helpdesk.usecases.caps import first_state, over_cap
from helpdesk.usecases.context import Context
from helpdesk.usecases.staff_tokens import SEVERAL, conversation_id, notice_id

NOT_TAKEN = "not-taken"
"""The kind of this message, a folder of templates/messages."""


def tell_not_taken(
    session: Session, context: Context, desk_id: str, user: StaffUser, notice: str, message_id: str
) -> None:
    """Say that the answer under `message_id` to that notice (an id that we made) is kept and reached no ticket.

    Once a notice and day, never about an answer to this very message, and not above half of the automatic mail of the
    hour: two machines must not write to each other by it. The caller commits.
    """
    key = f"{NOT_TAKEN}:{context.now:%Y-%m-%d}:{notice[-300:]}"
    told = select(OutboxMessage.id).where(
        (OutboxMessage.once_key == key) | ((OutboxMessage.message_id == notice) & (OutboxMessage.kind == NOT_TAKEN))
    )
    if session.scalar(select(exists(told))) or over_cap(
        session, context, user.email, spare=context.settings.automatic_per_hour // 2
    ):
        return
    bound = (context.settings.secret_key, SEVERAL, user.id, context.address(desk_id))
    state, why = first_state(session, context, desk_id, user.email, channel=Channel.EMAIL, automatic=True)
    write(
        session,
        OutboxMessage,
        desk=desk_id,
        channel=Channel.EMAIL,
        kind=NOT_TAKEN,
        automatic=True,
        recipient=user.email,
        recipient_name=user.display_name or user.name,
        message_id=notice_id(*bound),
        in_reply_to=message_id,
        references=[i for i in (conversation_id(*bound), message_id) if i],
        once_key=key,
        context={},
        state=state,
        error=why,
        next_try_at=context.now,
        created_at=context.now,
    )
