"""How a matter that staff recorded reached the desk: who asked and how they were known, the letter, the wait."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_babel import gettext as _

from helpdesk.tickets.verification import Verified
from helpdesk.usecases.recording import LETTER, VERIFIED
from helpdesk.web.board.clocks import Present
from helpdesk.web.board.intake import ways_to_verify
from helpdesk.web.board.view import Choice
from helpdesk.web.ticket.view import Rule


def _letter(letter: Mapping[str, str], at: Present) -> str:
    written = date.fromisoformat(letter["date"]) if letter.get("date") else None
    day = f"{written.day} {at.words.months[written.month]} {written.year}" if written else ""
    return ", ".join(part for part in (letter.get("number", ""), day) if part)


def slip_choices(data: Mapping[str, Any]) -> tuple[Choice, ...]:
    """How whoever gets a slip may be verified; chosen is what was said when the ticket was opened."""
    before = data.get(VERIFIED, Verified.NONE)
    return tuple(Choice(value, name, value == before) for value, name in ways_to_verify().items())


def reached(data: Mapping[str, Any], at: Present) -> tuple[Rule, ...]:
    """What the opening event says of it, as terms and sayings; nothing where a program or the requester opened it."""
    found = []
    if data.get(VERIFIED):
        found.append(Rule(_("Verified"), ways_to_verify().get(data[VERIFIED], str(data[VERIFIED]))))
    if data.get(LETTER):
        found.append(Rule(_("Nota dinas"), _letter(data[LETTER], at)))
    turn = data.get("turn")
    if turn:
        waited = at.words.amount(int(turn["waited_minutes"]))
        found.append(Rule(_("Counter"), _("number %(number)s, waited %(time)s", number=turn["number"], time=waited)))
    return tuple(found)
