"""After the work: done or not done, one to five stars, a comment."""

from helpdesk.channels.chat.model import Choice
from helpdesk.channels.chat.words import Word, asked
from helpdesk.store.models import Ticket
from helpdesk.tickets.errors import DomainError
from helpdesk.tickets.words import Action, Status
from helpdesk.usecases.chat.placing import add_to
from helpdesk.usecases.chat.turn import Turn
from helpdesk.usecases.handling import perform
from helpdesk.usecases.redaction import without_private_links

RATE, COMMENT, COMPLAINT = "rate", "comment", "complaint"


def done(turn: Turn, ticket: Ticket) -> None:
    """The requester says that it is done: ask for stars; the ticket closes with the answer, or soon without one."""
    if ticket.status != Status.RESOLVED:
        turn.say(turn.phrase("not_now", number=ticket.number))
        return
    turn.ask({"name": RATE, "ticket": ticket.id})
    stars = [Choice(f"rate:{ticket.id}:{n}", "★" * n + "☆" * (5 - n)) for n in (5, 4, 3, 2, 1)]
    turn.say(
        turn.phrase("rate", number=ticket.number), [*stars, Choice(f"rate:{ticket.id}:-", turn.phrase("no_rating"))]
    )


def rate(turn: Turn, ticket: Ticket, value: str) -> None:
    """Stars were pressed, or none."""
    if ticket.status != Status.RESOLVED:
        return
    if value not in tuple("12345"):
        close(turn, ticket, "")
        return
    turn.ask({"name": COMMENT, "ticket": ticket.id, "rating": int(value)})
    turn.say(turn.phrase("comment"), [Choice(f"com:{ticket.id}:-", turn.phrase("skip"))])


def close(turn: Turn, ticket: Ticket, comment: str) -> None:
    """The requester's confirmation, with what was said so far."""
    step = turn.account.step
    rating = step.get("rating") if step.get("name") == COMMENT and step.get("ticket") == ticket.id else None
    turn.ask({})
    fields = {"rating": rating, "comment": without_private_links(comment) or None}
    try:
        perform(turn.session, turn.context, turn.requester, ticket, Action.CONFIRM, fields)
    except DomainError:
        turn.say(turn.phrase("not_now", number=ticket.number))
        return
    turn.say(turn.phrase("closed", number=ticket.number), ticket=ticket)


def not_done(turn: Turn, ticket: Ticket) -> None:
    """The requester says that it is not done: the ticket is open again, and what is missing is asked for."""
    if ticket.status not in (Status.RESOLVED, Status.CLOSED):
        turn.say(turn.phrase("not_now", number=ticket.number))
        return
    try:
        reason = without_private_links(turn.said.text[:500])
        perform(turn.session, turn.context, turn.requester, ticket, Action.REOPEN, {"reason": reason})
    except DomainError:
        turn.ask({})
        turn.say(turn.phrase("not_now", number=ticket.number))
        return
    turn.ask({"name": COMPLAINT, "ticket": ticket.id})
    turn.say(turn.phrase("what_is_missing", number=ticket.number), ticket=ticket)


def takes(turn: Turn) -> bool:
    """True when the message was a number of stars, a comment, or what is missing."""
    step = turn.account.step
    if step.get("name") not in (RATE, COMMENT, COMPLAINT):
        return False
    ticket = turn.own_ticket(step.get("ticket"))
    if ticket is None:
        return False
    if step["name"] == COMPLAINT:
        if turn.is_plain and asked(turn.said.text) is not None:
            return False
        turn.ask({})
        add_to(turn, ticket, turn.heard)
        turn.say(turn.phrase("added", number=ticket.number), ticket=ticket)
        return True
    return turn.is_plain and _takes_stars(turn, ticket, str(step["name"]))


def _takes_stars(turn: Turn, ticket: Ticket, name: str) -> bool:
    text = turn.said.text.strip()
    word = asked(text)
    if name == RATE:
        count = text.count("⭐") or (int(text) if text in tuple("12345") else 0)
        if not 1 <= count <= 5:
            return False
        rate(turn, ticket, str(count))
        return True
    if word is not None and word.word is not Word.SKIP:
        return False
    close(turn, ticket, "" if word is not None else text)
    return True


def settle(turn: Turn) -> bool:
    """The stars or the comment did not come: the ticket closes with what was said; False where none was waited for."""
    step = turn.account.step
    if step.get("name") not in (RATE, COMMENT):
        return False
    ticket = turn.own_ticket(step.get("ticket"))
    if ticket is None or ticket.status != Status.RESOLVED:
        return False
    close(turn, ticket, "")
    return True
