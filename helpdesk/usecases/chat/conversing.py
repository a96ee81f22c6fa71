"""What a message of a person means: a pressed button, one of the words, an answer to a question, or a request."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from sqlalchemy import bindparam, select

from helpdesk.channels.chat.model import Choice, Kind
from helpdesk.channels.chat.words import asked, is_greeting
from helpdesk.store.chat_models import ChatMessage
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Ticket
from helpdesk.tickets.conversation import is_thanks_alone
from helpdesk.tickets.words import Status
from helpdesk.usecases.chat import feedback, guide, identifying, obeying
from helpdesk.usecases.chat.placing import add_files, add_to, may_still_be_answered, open_with
from helpdesk.usecases.chat.turn import LIVE, Heard, Turn

WHICH, GREETED, NEW = "which", "greeted", "new"
AT_ONCE = timedelta(minutes=2)
"""Messages that follow each other so quickly are one request."""
MOST_WAITING = 20
"""So many messages wait for an answer at most; with the next one they are a request of their own."""
NOWHERE = ChatMessage.entry_id.is_(None)
SAY_SO_AFTER = timedelta(minutes=10)
"""How long after our last word a person is told that a further message was added."""

_LAST_WORD = (
    select(OutboxMessage.created_at)
    .where(
        OutboxMessage.recipient == bindparam("account"),
        OutboxMessage.channel == bindparam("channel"),
        OutboxMessage.desk == bindparam("desk"),
    )
    .order_by(OutboxMessage.id.desc())
    .limit(1)
)


def hear(turn: Turn) -> None:
    """Decide about one message and do what it means; its row exists. Groups and channels are left alone."""
    if not turn.said.private:
        return
    waited = turn.account.step.get("messages", []) if turn.account.step.get("name") == WHICH else []
    _decide(turn)
    if waited and turn.account.step.get("name") != WHICH:
        _put_down(turn, [Heard.from_json(kept) for kept in waited])


def _put_down(turn: Turn, messages: list[Heard]) -> None:
    """What waited for an answer is not lost where something else is being asked now, or the person pressed another
    button: it says what is not done yet, where they are asked just that, else it is a request of its own.
    """
    rows = [heard.row_id for heard in messages]
    lost = set(turn.session.scalars(select(ChatMessage.id).where(ChatMessage.id.in_(rows), NOWHERE)))
    messages = [heard for heard in messages if heard.row_id in lost]
    if not messages:
        return
    step, until = turn.account.step, turn.account.step_until
    ticket = turn.own_ticket(step.get("ticket")) if step.get("name") == feedback.COMPLAINT else None
    if ticket is not None and may_still_be_answered(turn, ticket):
        for heard in messages:
            add_to(turn, ticket, heard)
    else:
        open_with(turn, messages)
    turn.account.step, turn.account.step_until = step, until


def _decide(turn: Turn) -> None:
    if turn.said.kind is Kind.CHOICE:
        press(turn)
        return
    word = asked(turn.said.text) if turn.is_plain and not identifying.waits_for_code(turn, turn.said.text) else None
    if _takes_part(turn) or (word is not None and obeying.obey(turn, word)):
        return
    if turn.account.step.get("name") != NEW and _goes_with_album(turn):
        return
    if turn.is_plain and is_greeting(turn.said.text) and not turn.tickets(*LIVE):
        _greet(turn)
        return
    _place(turn)


def _takes_part(turn: Turn) -> bool:
    """True where a question of ours was answered."""
    return guide.takes(turn) or feedback.takes(turn) or identifying.takes(turn)


def _greet(turn: Turn) -> None:
    kept = turn.account.step.get("messages", []) if turn.account.step.get("name") == GREETED else []
    turn.ask({"name": GREETED, "messages": [*kept, turn.heard.as_json()][-5:]}, patience=None)
    choices = [] if turn.account.language else [Choice("lang:en", turn.phrase("other_language"))]
    turn.say(turn.phrase("welcome", desk=turn.context.desk(turn.account.desk)), choices)


def _goes_with_album(turn: Turn) -> bool:
    """Pictures that were sent together come one by one; they are one entry."""
    if not turn.said.album:
        return False
    first = turn.session.scalar(
        select(ChatMessage)
        .where(
            ChatMessage.account_id == turn.account.id,
            ChatMessage.album == turn.said.album,
            ChatMessage.entry_id.is_not(None),
        )
        .order_by(ChatMessage.id)
        .limit(1)
    )
    if first is None or first.entry_id is None:
        return False
    turn.row.ticket_id, turn.row.entry_id = first.ticket_id, first.entry_id
    turn.session.flush()
    add_files(turn.session, turn.context, first.entry_id, turn.heard)
    return True


def _place(turn: Turn) -> None:
    """Put the message where it belongs: what it answers, the only open ticket, a new one, or where the person says."""
    heard, step = turn.heard, turn.account.step
    if step.get("name") == WHICH:
        turn.ask({**step, "messages": [*step["messages"], heard.as_json()]})
        if len(step["messages"]) >= MOST_WAITING:
            choose_ticket(turn, "new")
        return
    if step.get("name") == NEW:
        open_with(turn, [heard])
        return
    answered = _answered(turn)
    if answered is not None:
        _add_or_follow(turn, answered, [heard])
        return
    tickets = turn.tickets(*LIVE)
    if not tickets:
        _place_without_ticket(turn, heard)
    elif _goes_on(turn, tickets):
        _add(turn, tickets[0], [heard])
    elif turn.is_plain and is_thanks_alone(turn.said.text):
        _thanked(turn, tickets[0])
    else:
        _ask_which(turn, tickets, heard)


def _goes_on(turn: Turn, tickets: list[Ticket]) -> bool:
    """True where there is no doubt: one open ticket, or the newest was opened just now."""
    newest = tickets[0]
    if newest.status == Status.RESOLVED:
        return False
    return len(tickets) == 1 or turn.heard.at - newest.received_at < AT_ONCE


def _place_without_ticket(turn: Turn, heard: Heard) -> None:
    step = turn.account.step
    if turn.is_plain and is_thanks_alone(turn.said.text) and (ended := turn.tickets()):
        _thanked(turn, ended[0])
        return
    before = [Heard.from_json(kept) for kept in step["messages"]] if step.get("name") == GREETED else []
    open_with(turn, [*before, heard])


def _answered(turn: Turn) -> Ticket | None:
    """The ticket of the message that this one answers, where the person asked for it."""
    if not turn.said.reply_to:
        return None
    ticket_id = turn.session.scalar(
        select(ChatMessage.ticket_id).where(
            ChatMessage.account_id == turn.account.id, ChatMessage.external_id == turn.said.reply_to[:255]
        )
    )
    return turn.own_ticket(ticket_id) if ticket_id is not None else None


def _add_or_follow(turn: Turn, ticket: Ticket, messages: list[Heard]) -> None:
    if may_still_be_answered(turn, ticket):
        _add(turn, ticket, messages)
    else:
        open_with(turn, messages, follows=ticket)


def _add(turn: Turn, ticket: Ticket, messages: list[Heard]) -> None:
    """Onto the ticket; the person is told so, but not after every message of several."""
    was = ticket.status
    for heard in messages:
        add_to(turn, ticket, heard)
    turn.session.flush()
    if was in (Status.RESOLVED, Status.CLOSED) and ticket.status == Status.IN_PROGRESS:
        turn.say(turn.phrase("reopened", number=ticket.number), ticket=ticket)
    elif was in (Status.RESOLVED, Status.CLOSED):
        turn.say(turn.phrase("thanks"), ticket=ticket)
    elif not _said_lately(turn):
        turn.say(turn.phrase("added", number=ticket.number), ticket=ticket)


def _said_lately(turn: Turn) -> bool:
    """True where the desk has written a moment ago: the person knows that somebody listens."""
    wanted = {"account": turn.account.account, "channel": turn.account.channel, "desk": turn.account.desk}
    last = turn.session.scalar(_LAST_WORD, wanted)
    return last is not None and turn.context.now - last < SAY_SO_AFTER


def _thanked(turn: Turn, ticket: Ticket) -> None:
    """Thanks are put down and returned; they reopen nothing."""
    if may_still_be_answered(turn, ticket):
        add_to(turn, ticket, turn.heard)
    turn.say(turn.phrase("thanks"), ticket=ticket)


def _ask_which(turn: Turn, tickets: list[Ticket], heard: Heard) -> None:
    """Several tickets may be meant, or one that is resolved: the message waits until the person has said which."""
    turn.ask({"name": WHICH, "messages": [heard.as_json()]})
    alone = tickets[0] if len(tickets) == 1 else None
    if alone is not None:
        choices = [Choice(f"tic:{alone.id}", turn.phrase("about_it"))]
        question = turn.phrase("still_wrong", number=alone.number)
    else:
        choices = [Choice(f"tic:{t.id}", t.number, t.subject[:70]) for t in tickets[:8]]
        question = turn.phrase("which_ticket")
    turn.say(question, [*choices, Choice("tic:new", turn.phrase("something_new"))])


def choose_ticket(turn: Turn, value: str) -> None:
    """The person said which ticket the waiting messages are for."""
    step = turn.account.step
    if step.get("name") != WHICH:
        return
    turn.ask({})
    messages = [Heard.from_json(kept) for kept in step["messages"]]
    ticket = None if value == "new" else turn.own_ticket(value)
    if ticket is None:
        open_with(turn, messages)
    else:
        _add_or_follow(turn, ticket, messages)


def settle(turn: Turn) -> None:
    """A question was not answered in time: what waited for it goes on."""
    step = turn.account.step
    if step.get("name") == WHICH:
        choose_ticket(turn, "new")
    elif not feedback.settle(turn):
        turn.ask({})


def _with_ticket(act: Callable[[Turn, Ticket, str], None]) -> Callable[[Turn, str], None]:
    """A press that names a ticket; one that is not the person's does nothing."""

    def pressed(turn: Turn, rest: str) -> None:
        number, _colon, value = rest.partition(":")
        ticket = turn.own_ticket(number)
        if ticket is not None:
            act(turn, ticket, value)

    return pressed


PRESSES: Mapping[str, Callable[[Turn, str], None]] = {
    "svc": _with_ticket(guide.choose_service),
    "ans": _with_ticket(guide.press_answer),
    "ok": _with_ticket(lambda turn, ticket, _value: guide.confirm(turn, ticket)),
    "redo": _with_ticket(lambda turn, ticket, _value: guide.start_over(turn, ticket)),
    "tic": choose_ticket,
    "done": _with_ticket(lambda turn, ticket, _value: feedback.done(turn, ticket)),
    "undone": _with_ticket(lambda turn, ticket, _value: feedback.not_done(turn, ticket)),
    "rate": _with_ticket(feedback.rate),
    "com": _with_ticket(lambda turn, ticket, _value: feedback.close(turn, ticket, "")),
    "stat": _with_ticket(lambda turn, ticket, _value: obeying.tell_status(turn, ticket)),
    "can": _with_ticket(obeying.cancel_pressed),
    "lang": obeying.set_language,
}
"""What a button does, by the beginning of its data; the rest says with what."""


def press(turn: Turn) -> None:
    """A button was pressed; unknown data, as of another program's button, is an ordinary message of its title."""
    what, _colon, rest = turn.said.payload.partition(":")
    act = PRESSES.get(what)
    if act is not None:
        act(turn, rest)
    elif turn.said.text:
        _place(turn)
