"""The words that always work: status, my tickets, new, help, cancel, done, not done, the language."""

from collections.abc import Callable, Mapping

from helpdesk.channels.chat.model import Choice
from helpdesk.channels.chat.words import Asked, Word
from helpdesk.store.chat_models import ChatAccount
from helpdesk.store.models import Person, Ticket
from helpdesk.tickets.errors import DomainError
from helpdesk.tickets.words import Action, CancelReason, HoldReason, Status
from helpdesk.usecases.chat import feedback, identifying
from helpdesk.usecases.chat.turn import Turn
from helpdesk.usecases.handling import perform
from helpdesk.usecases.joining import in_window

STATES = {
    Status.NEW: ("diterima, belum dibaca petugas", "received, not read yet"),
    Status.IN_PROGRESS: ("sedang dikerjakan", "being worked on"),
    Status.ON_HOLD: ("menunggu", "waiting"),
    Status.FULFILLED: ("sudah dikerjakan, sedang diperiksa", "done, being checked"),
    Status.RESOLVED: ("selesai, menunggu konfirmasi Anda", "resolved, waiting for your confirmation"),
    Status.CLOSED: ("ditutup", "closed"),
    Status.CANCELLED: ("dibatalkan", "cancelled"),
}
WAITS_FOR = {
    HoldReason.DOCUMENTS: ("dokumen dari Anda", "documents from you"),
    HoldReason.REQUESTER: ("jawaban Anda", "your answer"),
    HoldReason.VENDOR: ("pihak ketiga", "a third party"),
    HoldReason.INTERNAL: ("pihak lain di kantor kami", "others in our office"),
}
WITHDRAWABLE = (Status.NEW, Status.IN_PROGRESS, Status.ON_HOLD)


def obey(turn: Turn, asked: Asked) -> bool:
    """Do what the word says; False where it means nothing here and is an ordinary message."""
    return _WORDS[asked.word](turn, asked)


def _start(turn: Turn, _asked: Asked) -> bool:
    turn.ask({})
    choices = [] if turn.account.language else [Choice("lang:en", turn.phrase("other_language"))]
    turn.say(turn.phrase("welcome", desk=turn.context.desk(turn.account.desk)), choices)
    return True


def tell_status(turn: Turn, ticket: Ticket) -> None:
    """How one ticket stands."""
    english = turn.language == "en"
    item = turn.context.item(ticket.item, ticket.catalog_version)
    waiting = WAITS_FOR[HoldReason(ticket.hold_reason)][english] if ticket.hold_reason else ""
    over = ticket.resolution_done_at is not None or not Status(ticket.status).is_open
    turn.say(
        turn.phrase(
            "status", number=ticket.number, subject=ticket.subject, state=STATES[Status(ticket.status)][english],
            item=item.name.get(turn.language) if item else "", waiting=waiting,
            due="" if over else turn.when(ticket.resolution_due_at),
        ),
        ticket=ticket,
    )  # fmt: skip


def _status(turn: Turn, asked: Asked) -> bool:
    if asked.number:
        ticket = turn.own_number(asked.number)
        if ticket is None:
            turn.say(turn.phrase("no_such_ticket", number=asked.number))
        else:
            tell_status(turn, ticket)
        return True
    tickets = turn.tickets(*WITHDRAWABLE, Status.FULFILLED, Status.RESOLVED) or turn.tickets()[:1]
    if not tickets:
        turn.say(turn.phrase("no_tickets"))
    for ticket in tickets[:3]:
        tell_status(turn, ticket)
    return True


def _mine(turn: Turn, _asked: Asked) -> bool:
    tickets = turn.tickets()
    if not tickets:
        turn.say(turn.phrase("no_tickets"))
        return True
    english = turn.language == "en"
    choices = [Choice(f"stat:{t.id}", t.number, f"{STATES[Status(t.status)][english]}: {t.subject}") for t in tickets]
    turn.say(turn.phrase("your_tickets"), choices[:10])
    return True


def _new(turn: Turn, _asked: Asked) -> bool:
    turn.ask({"name": "new"}, patience=None)
    turn.say(turn.phrase("write_new"))
    return True


def _help(turn: Turn, _asked: Asked) -> bool:
    turn.say(turn.phrase("help", email=True))
    return True


def _cancel(turn: Turn, asked: Asked) -> bool:
    """Stop what is being asked; with nothing asked, withdraw a request, which is asked back first."""
    name = turn.account.step.get("name")
    if name and name not in ("greeted", "service", "which") and not asked.number:
        turn.ask({})
        turn.say(turn.phrase("stopped"))
        return True
    tickets = [t for t in [turn.own_number(asked.number)] if t] if asked.number else turn.tickets(*WITHDRAWABLE)
    tickets = [ticket for ticket in tickets if ticket.status in WITHDRAWABLE]
    if not tickets:
        turn.say(turn.phrase("nothing_to_cancel"))
    for ticket in tickets[:3]:
        yes, no = turn.phrase("cancel_yes"), turn.phrase("cancel_no")
        choices = [Choice(f"can:{ticket.id}:yes", yes), Choice(f"can:{ticket.id}:no", no)]
        turn.say(turn.phrase("cancel_which", number=ticket.number, subject=ticket.subject), choices)
    return True


def cancel_pressed(turn: Turn, ticket: Ticket, value: str) -> None:
    """Withdraw the request, or leave it."""
    if value != "yes":
        turn.say(turn.phrase("kept", number=ticket.number))
        return
    try:
        fields = {"reason": CancelReason.WITHDRAWN.value}
        perform(turn.session, turn.context, turn.requester, ticket, Action.CANCEL, fields)
    except DomainError:
        turn.say(turn.phrase("not_now", number=ticket.number))
        return
    turn.ask({})
    turn.say(turn.phrase("cancelled", number=ticket.number), ticket=ticket)


def _of_resolved(turn: Turn, asked: Asked, act: Callable[[Turn, Ticket], None], word: str) -> bool:
    """For the ticket that is meant: the one named, the only one that waits for a word, or the one that is pressed.

    What is closed already may be reopened, too, while its time for that is not over.
    """
    tickets = [t for t in [turn.own_number(asked.number)] if t] if asked.number else turn.tickets(Status.RESOLVED)
    if not tickets and not asked.number and asked.word is Word.NOT_DONE:
        tickets = [t for t in turn.tickets(Status.CLOSED) if in_window(t, turn.context.now)]
    if not tickets:
        turn.say(turn.phrase("nothing_resolved"))
    elif len(tickets) == 1:
        act(turn, tickets[0])
    else:
        turn.say(turn.phrase("which_ticket"), [Choice(f"{word}:{t.id}", t.number, t.subject[:70]) for t in tickets[:9]])
    return True


def _done(turn: Turn, asked: Asked) -> bool:
    return _of_resolved(turn, asked, feedback.done, "done")


def _not_done(turn: Turn, asked: Asked) -> bool:
    return _of_resolved(turn, asked, feedback.not_done, "undone")


def set_language(turn: Turn, value: str) -> None:
    """The person chose a language, for this account and, where nothing else is known of the person, for the person."""
    language = "en" if value == "en" else "id"
    choose_language(turn, turn.account, language)
    turn.say(turn.phrase("language_set"))


def choose_language(turn: Turn, account: ChatAccount, language: str) -> None:
    """Keep it."""
    account.language = language
    turn.session.get_one(Person, account.person_id).language = language


def _language(turn: Turn, asked: Asked) -> bool:
    set_language(turn, asked.word.value)
    return True


def _link(turn: Turn, _asked: Asked) -> bool:
    identifying.begin(turn)
    return True


def _skip(_turn: Turn, _asked: Asked) -> bool:
    return False


_WORDS: Mapping[Word, Callable[[Turn, Asked], bool]] = {
    Word.START: _start,
    Word.STATUS: _status,
    Word.MINE: _mine,
    Word.NEW: _new,
    Word.HELP: _help,
    Word.CANCEL: _cancel,
    Word.DONE: _done,
    Word.NOT_DONE: _not_done,
    Word.INDONESIAN: _language,
    Word.ENGLISH: _language,
    Word.LINK: _link,
    Word.SKIP: _skip,
}
