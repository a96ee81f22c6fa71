"""A chat account becomes the requester of an address only by a code that was sent to that address.

Nothing said in the chat, no number and no name, joins two people before that.
"""

import re
from datetime import timedelta

from sqlalchemy import delete, func, select, update

from helpdesk.channels.text import one_line
from helpdesk.store.chat_models import ChatAccount
from helpdesk.store.models import Participant, Person, Ticket
from helpdesk.store.people_models import Attempt
from helpdesk.tickets.addresses import is_nobodys
from helpdesk.tickets.errors import Invalid
from helpdesk.usecases.access import CODES_PER_HOUR, new_code, use_code
from helpdesk.usecases.caps import HOUR
from helpdesk.usecases.chat.turn import Turn
from helpdesk.usecases.opening import person_for
from helpdesk.usecases.portal_codes import enqueue_code

ADDRESS, CODE = "address", "code"
ATTEMPT = "chat-code"
LONGEST_ADDRESS = 254
_LIFE = timedelta(minutes=15)
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")
_SIX = re.compile(r"\D*(\d{3})[ -]?(\d{3})\D*")


def begin(turn: Turn) -> None:
    """Ask for the address."""
    turn.ask({"name": ADDRESS}, patience=_LIFE)
    turn.say(turn.phrase("ask_address"))


def waits_for_code(turn: Turn, text: str) -> bool:
    """True where a code is awaited and this looks like one, so that it is no other word."""
    return turn.account.step.get("name") == CODE and _SIX.fullmatch(text.strip()) is not None


def asks_for_code(account: ChatAccount, text: str) -> str:
    """The address to which these words of the account's person would have a code sent; "" for none."""
    found = _EMAIL.search(one_line(text)) if account.step.get("name") == ADDRESS else None
    return found[0].lower() if found else ""


def takes(turn: Turn) -> bool:
    """True when the message was an address or a code that was asked for."""
    name = turn.account.step.get("name")
    if name not in (ADDRESS, CODE) or not turn.is_plain:
        return False
    text = one_line(turn.said.text)
    if name == ADDRESS:
        return _takes_address(turn, text)
    found = _SIX.fullmatch(text)
    if found is None:
        return False
    _try_code(turn, str(turn.account.step["address"]), found[1] + found[2])
    return True


def _takes_address(turn: Turn, text: str) -> bool:
    found = _EMAIL.search(text)
    if found is None:
        if "@" not in text:
            return False
        turn.say(turn.phrase("no_address"))
        return True
    address = found[0].lower()
    if len(address) > LONGEST_ADDRESS:
        turn.say(turn.phrase("no_address"))
        return True
    if _asks_too_often(turn):
        turn.ask({})
        turn.say(turn.phrase("too_many_codes"))
        return True
    try:
        code = new_code(turn.session, turn.context.settings.secret_key, address, turn.context.now)
    except Invalid:
        turn.ask({})
        turn.say(turn.phrase("too_many_codes"))
        return True
    if not is_nobodys(address) and address not in turn.context.own_addresses():
        enqueue_code(turn.session, turn.context, turn.account.desk, address, code)
    turn.ask({"name": CODE, "address": address}, patience=_LIFE)
    turn.say(turn.phrase("ask_code", address=address))
    return True


def _asks_too_often(turn: Turn) -> bool:
    """True where this account has had its share of codes for the hour, to whatever addresses; else this one is counted:
    nobody may have us write to thousands of strangers.
    """
    account, since = turn.account, turn.context.now - HOUR
    who = f"{account.channel} {account.bot} {account.account}"
    asked = select(func.count()).where(Attempt.kind == ATTEMPT, Attempt.subject == who, Attempt.at > since)
    if (turn.session.scalar(asked) or 0) >= CODES_PER_HOUR:
        return True
    turn.session.execute(delete(Attempt).where(Attempt.kind == ATTEMPT, Attempt.at <= since))
    turn.session.add(Attempt(kind=ATTEMPT, subject=who, at=turn.context.now))
    return False


def _try_code(turn: Turn, address: str, code: str) -> None:
    """A wrong code may be tried again, as often as the code allows."""
    if not use_code(turn.session, turn.context.settings.secret_key, address, code, turn.context.now):
        turn.say(turn.phrase("wrong_code"))
        return
    turn.ask({})
    _become(turn, address)
    turn.say(turn.phrase("linked", address=address))


def _become(turn: Turn, address: str) -> None:
    """From now on the account speaks for the person of the address; its tickets become theirs."""
    account, session = turn.account, turn.session
    person = person_for(session, turn.context.now, email=address, name=account.name, phone=account.phone, proved=True)
    before = account.person_id
    if before == person.id:
        return
    account.person_id = person.id
    shared = session.scalar(
        select(ChatAccount.id).where(ChatAccount.person_id == before, ChatAccount.id != account.id).limit(1)
    )
    if shared is not None or session.get_one(Person, before).email:
        return  # what was asked for as somebody else stays theirs
    moved = list(session.scalars(select(Ticket.id).where(Ticket.requester_id == before)))
    session.execute(update(Ticket).where(Ticket.id.in_(moved)).values(requester_id=person.id))
    for ticket_id in moved:
        session.add(Participant(ticket_id=ticket_id, address=address, name=person.name, kind="requester"))
    session.expire_all()
