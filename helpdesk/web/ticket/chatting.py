"""The chat of a ticket's requester on its page: whether an answer gets through, told before it is written."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from helpdesk.store.models import Ticket
from helpdesk.tickets.words import Channel
from helpdesk.usecases.chat.accounts import WINDOW, account_of
from helpdesk.usecases.chat.saying import language_of
from helpdesk.usecases.chat.templates import templates_of
from helpdesk.usecases.context import Context
from helpdesk.web.board.clocks import Present


@dataclass(frozen=True, slots=True)
class Offered:
    """An approved template: what the form sends, and how it is shown."""

    key: str
    says: str
    variables: int


@dataclass(frozen=True, slots=True)
class Chat:
    """The chat of a ticket's requester. `warning`: why a free answer does not get through, told before writing.

    `until`: until when one does. `by_mail`: the proved address that may be used instead.
    """

    channel: str
    href: str = ""
    warning: str = ""
    until: str = ""
    templates: tuple[Offered, ...] = ()
    by_mail: str = ""


def chat_of(session: Session, context: Context, ticket: Ticket, at: Present) -> Chat | None:
    """What an agent has to know before answering; None where the ticket did not come by chat."""
    account = account_of(session, ticket)
    if account is None:
        return None
    by_mail, href = ticket.requester.email or "", f"/chats/{account.id}"
    if account.shut_at is not None:
        return Chat(account.channel, href, _("The person has blocked the desk in this chat; nothing gets through."),
                    by_mail=by_mail)  # fmt: skip
    if account.channel != Channel.WHATSAPP or account.heard_at is None:
        return Chat(account.channel, href, by_mail=by_mail)
    ends = account.heard_at + WINDOW
    if context.now < ends:
        until = _("WhatsApp takes free answers until %(time)s.", time=at.words.brief(ends, at.now, at.zone))
        return Chat(account.channel, href, until=until, by_mail=by_mail)
    offered = tuple(
        Offered(f"{row.name}|{row.language}", f"{row.name} ({row.language}): {row.body}", row.variables)
        for row in templates_of(session, account.channel, language_of(account))
    )
    closed = _(
        "The 24 hours of WhatsApp are over since %(time)s: a free answer waits until the person writes again.",
        time=at.words.brief(ends, at.now, at.zone),
    )
    return Chat(account.channel, href, closed, templates=offered, by_mail=by_mail)
