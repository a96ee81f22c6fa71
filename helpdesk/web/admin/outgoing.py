"""Outgoing messages as values: a line of the outbox, and the page of one message with everything that it says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Row

from helpdesk.channels.base import Outbound
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.usecases.caps import HELD, IN_ALL, OF_CALLER, OVER_CAP, PENDING, SWITCH, UNDELIVERABLE
from helpdesk.usecases.chat.saying import SHUT_OUT, WINDOW_CLOSED
from helpdesk.usecases.resending import DISCARDED, may_be_discarded, may_go_again
from helpdesk.web.admin.reasons import error_shown
from helpdesk.web.board.clocks import Present


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An outgoing message; `look` is the state of its pill. `again` names the button that lets it go, if any."""

    href: str
    written: str
    written_full: str
    number: str
    ticket_href: str
    recipient: str
    kind: str
    state: str
    look: str
    says: str
    again: str = ""
    discardable: bool = False


@dataclass(frozen=True, slots=True)
class Resting:
    """A destination to which nothing is sent just now."""

    domain: str
    desk_name: str
    until: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A term and what it is."""

    term: str
    says: str


@dataclass(frozen=True, slots=True)
class OutgoingPage:
    """One message as it leaves, without what only its recipient may see."""

    line: Outgoing
    subject: str
    text: str
    facts: tuple[Fact, ...]
    is_mail: bool = True


def _states() -> Mapping[str, tuple[str, str]]:
    return {
        "pending": ("risk", _("waits")),
        "claimed": ("risk", _("is being sent")),
        "sent": ("ok", _("sent")),
        "failed": ("late", _("failed")),
        "held": ("hold", _("held back")),
        "unknown": ("risk", _("may have been sent")),
        "unsendable": ("hold", _("channel not configured")),
        "discarded": ("none", _("discarded")),
    }


def kind_names() -> Mapping[str, str]:
    return {
        "acknowledgement": _("automatic reply"),
        "reply": _("reply"),
        "resolution": _("notice of fulfilment"),
        "classification": _("service and its time"),
        "apology": _("apology"),
        "extension": _("notice of extension"),
        "calendar": _("notice of a moved deadline"),
        "documents": _("list of missing documents"),
        "change": _("notice of a changed deadline"),
        "late-request": _("notice of a missed lead time"),
        "visit": _("time of a visit"),
        "warning": _("warning to staff"),
        "alarm": _("breach told to supervisors"),
        "digest": _("several notices to staff"),
        "answered": _("answer told to staff"),
        "assigned": _("assignment told to staff"),
        "not-taken": _("automatic answer to staff: their mail reached no ticket"),
        "reminder": _("reminder of missing documents"),
        "lapse": _("notice of lapse"),
        "code": _("one-time code"),
        "test": _("test message"),
        "chat": _("conversation"),
    }


def _why_held(cap: int, in_all: int, per_caller: int) -> Mapping[str, str]:
    return {
        OVER_CAP: _("more than %(num)s automatic messages to this address within an hour", num=cap),
        IN_ALL: _("more than %(num)s automatic messages by all desks within an hour", num=in_all),
        OF_CALLER: _(
            "more than %(num)s automatic replies to addresses that one caller named in forms within an hour",
            num=per_caller,
        ),
        UNDELIVERABLE: _("mail to this address came back; it gets no automatic mail until it writes again"),
        SWITCH: _("all mail was held when it was written"),
        WINDOW_CLOSED: _("the 24 hours of WhatsApp are over; it goes when the person writes again"),
        SHUT_OUT: _("the person has blocked the desk in this chat"),
    }


def _says(row: Row[Any] | OutboxMessage, at: Present, caps: tuple[int, int, int]) -> str:
    if row.state == HELD:
        return _why_held(*caps).get(row.error, row.error)
    if row.state == PENDING:
        again = str(_("next try %(time)s", time=at.brief(row.next_try_at)))
        return f"{again}; {error_shown(row.error)}" if row.error else again
    return row.error if row.state == DISCARDED else error_shown(row.error)


def _again(row: Row[Any] | OutboxMessage) -> str:
    if not may_go_again(row.state, row.kind):
        return ""
    return str(_("Send now") if row.state == HELD else _("Try again"))


def outgoing(row: Row[Any] | OutboxMessage, number: str, at: Present, caps: tuple[int, int, int]) -> Outgoing:
    """A line of the outbox. `caps`: automatic messages within an hour to one address, by all desks, for one caller."""
    look, state = _states().get(row.state, ("none", row.state))
    return Outgoing(
        href=f"/outbox/{row.id}",
        written=at.brief(row.created_at),
        written_full=at.words.full(row.created_at, at.zone),
        number=number,
        ticket_href=f"/tickets/{number}" if number else "",
        recipient=row.recipient,
        kind=kind_names().get(row.kind, row.kind),
        state=state,
        look=look,
        says=_says(row, at, caps),
        again=_again(row),
        discardable=may_be_discarded(row.state),
    )


def outgoing_page(
    row: OutboxMessage, letter: Outbound, number: str, at: Present, caps: tuple[int, int, int]
) -> OutgoingPage:
    """The page of one message: what becomes of it, and what it says."""
    line = outgoing(row, number, at, caps)
    return OutgoingPage(line, letter.subject, letter.text, tuple(_facts(row, letter, line, at)), bool(letter.html))


def _facts(row: OutboxMessage, letter: Outbound, line: Outgoing, at: Present) -> list[Fact]:
    empty = _("empty, since it is automatic")
    found = [
        Fact(_("To"), row.recipient),
        Fact(_("From"), f"{letter.sender.name} <{letter.sender.email}>"),
        Fact(_("Returns to"), letter.envelope_from or empty),
        Fact(_("Written"), line.written_full),
        Fact("Message-ID", letter.message_id or "–"),
    ]
    if letter.attachments:
        found.append(Fact(_("Files"), ", ".join(file.name for file in letter.attachments)))
    if row.attempts:
        found.append(Fact(_("Tried"), ngettext("%(num)s time", "%(num)s times", row.attempts)))
    if row.released_at:
        when = at.words.full(row.released_at, at.zone)
        found.append(Fact(_("Released"), f"{when}, {row.released_by}" if row.released_by else when))
    if row.sent_at:
        found.append(Fact(_("Sent"), at.words.full(row.sent_at, at.zone)))
    if row.doubt:
        found.append(Fact(_("Doubt"), _("sent again under the same Message-ID; it may be there twice")))
    return found
