"""Who speaks in a chat: an account of a platform and the person behind it, and which of them a ticket is told by."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from helpdesk.channels.chat.model import Said
from helpdesk.store.chat_models import ChatAccount
from helpdesk.store.models import Person, Ticket
from helpdesk.store.rows import keep, keep_if_new, one_at_a_time
from helpdesk.tickets.permission import Requester
from helpdesk.tickets.words import Channel

CHATS = frozenset({Channel.WHATSAPP, Channel.TELEGRAM, Channel.WEB_CHAT})
WINDOW = timedelta(hours=24)
"""How long after a person's last message WhatsApp lets a desk answer freely (chat-platforms.md, section 2)."""


_FIND = select(ChatAccount).where(
    ChatAccount.channel == bindparam("channel"),
    ChatAccount.bot == bindparam("bot"),
    ChatAccount.account == bindparam("account"),
)
"""Built once: building a statement costs more than running it."""


def find_account(session: Session, channel: str, bot: str, account: str) -> ChatAccount | None:
    """The account of that id on that line, or None."""
    return session.scalar(_FIND, {"channel": channel, "bot": bot, "account": account[:140]})


def account_for(session: Session, channel: str, desk: str, said: Said, now: datetime) -> tuple[ChatAccount, bool]:
    """The account that wrote, made where it is new, and whether nothing got through to it until now.

    Messages of one account are decided about one at a time.
    What the platform says of the person (name, telephone number, language) is taken where nothing is known yet.
    """
    one_at_a_time(session, f"chat:{channel}:{said.bot}:{said.account}")
    found = find_account(session, channel, said.bot, said.account)
    if found is None:
        person = Person(name=said.name[:200], phone=said.phone[:40], created_at=now)
        keep(session, person)
        found = ChatAccount(
            channel=channel,
            bot=said.bot,
            account=said.account[:140],
            desk=desk,
            person_id=person.id,
            name=said.name[:200],
            phone=said.phone[:40],
            language=None,
            step={},
            step_until=None,
            heard_at=None,
            shut_at=None,
            created_at=now,
        )
        if not keep_if_new(session, found):
            again = find_account(session, channel, said.bot, said.account)
            assert again is not None
            found = again
    was_cut_off = found.heard_at is not None and not is_reachable(found, now)
    found.desk = desk
    found.name = said.name[:200] or found.name
    found.phone = said.phone[:40] or found.phone
    at = min(said.at, now)  # a clock that is ahead must not hold WhatsApp's window open
    if found.heard_at is None or at > found.heard_at:
        found.heard_at = at
    found.shut_at = None
    return found, was_cut_off


def is_window_open(account: ChatAccount, now: datetime) -> bool:
    """True while the platform lets the desk write freely; WhatsApp alone closes.

    Counted from the person's own time of writing: a message that comes three days late opens nothing.
    """
    if account.channel != Channel.WHATSAPP:
        return True
    return account.heard_at is not None and now < account.heard_at + WINDOW


def is_reachable(account: ChatAccount, now: datetime) -> bool:
    """True where a free message would reach the person now."""
    return account.shut_at is None and is_window_open(account, now)


def requester_of(session: Session, account: ChatAccount) -> Requester:
    """The person behind the account, as the rules of permission see them."""
    person = session.get_one(Person, account.person_id)
    return Requester(person.id, account.phone or account.account, account.name or person.name)


def account_of(session: Session, ticket: Ticket) -> ChatAccount | None:
    """The chat account by which a ticket's requester is told of it: on its own channel, the one heard last."""
    if ticket.channel not in CHATS:
        return None
    return session.scalar(
        select(ChatAccount)
        .where(
            ChatAccount.person_id == ticket.requester_id,
            ChatAccount.channel == ticket.channel,
            ChatAccount.desk == ticket.desk,
        )
        .order_by(ChatAccount.heard_at.desc(), ChatAccount.id.desc())
        .limit(1)
    )
