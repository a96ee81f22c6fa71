"""What the requester is told of the time of a ticket: until when, or what it still waits for; in both languages."""

from collections.abc import Collection
from typing import Any

from helpdesk.sla.clock import FIRST_HANDLING
from helpdesk.sla.norms import StartKind
from helpdesk.sla.rules import Basis
from helpdesk.store.models import Ticket
from helpdesk.usecases.clocks import Standing
from helpdesk.usecases.documents import in_both, missing_to_start
from helpdesk.usecases.messages import LANGUAGES
from helpdesk.usecases.standards import begins_with, provisional_for


def promised(now: Standing, ticket: Ticket, there: Collection[str]) -> dict[str, Any]:
    """The values of a message about the time, as JSON keeps them; `there`: the keys of the documents that have come.

    `due_at` and `handling_at` are ISO 8601 or None. `begins` says what starts the time while it does not count, else
    it is empty; `missing` are the documents that it waits for. `event_wanted`: nobody has said when the event is.
    """
    line, awaiting = now.timeline, now.timeline.awaiting
    wanted = missing_to_start(now.item, ticket.attributes, there) if awaiting is StartKind.DOCUMENTS else ()
    handling = next((stage.due_at for stage in line.stages if stage.name == FIRST_HANDLING), None)
    due = line.resolution.due_at
    return {
        "due_at": due.isoformat() if due else None,
        "provisional": {language: provisional_for(now.item, line, language) for language in LANGUAGES},
        "begins": {language: begins_with(now.item, language) if awaiting else "" for language in LANGUAGES},
        "missing": in_both(now.item, wanted),
        "event_wanted": due is None and line.basis is Basis.EVENT and now.facts.event_at is None,
        "handling_at": handling.isoformat() if handling else None,
    }
