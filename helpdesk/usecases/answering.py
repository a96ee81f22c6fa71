"""A question that is answered while the person is still there, and with that settled or not."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from helpdesk.store.models import Ticket
from helpdesk.tickets.errors import invalid
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.permission import Staff
from helpdesk.tickets.words import Action
from helpdesk.usecases.context import Context
from helpdesk.usecases.handling import SPOKEN, perform


@dataclass(frozen=True, slots=True)
class AtOnce:
    """What was said to the person. `settled`: it fulfils the request, with this `label`; `note`: what was done, where
    that differs from what was said.
    """

    text: str = ""
    settled: bool = False
    label: str = ""
    note: str = ""


def check_answer(answer: AtOnce, item: str | None) -> None:
    """Raises Invalid where something is missing of an answer that settles the matter."""
    if not answer.settled:
        return
    if not answer.text.strip():
        raise invalid("answer", _("Write what was answered."))
    if not answer.label.strip():
        raise invalid("label", _("A label is needed."))
    if item is None:
        raise invalid("item", _("Choose the service of what was settled at once."))


def answer_at_once(session: Session, context: Context, staff: Staff, ticket: Ticket, answer: AtOnce) -> None:
    """Record the answer as the first response, and fulfil the ticket with it where it settled the matter."""
    if not answer.text.strip():
        return
    if answer.settled:
        perform(session, context, staff, ticket, Action.TAKE)
    perform(session, context, staff, ticket, Action.REPLY, {"text": answer.text, SPOKEN: True})
    if answer.settled:
        done = {"note": answer.note.strip() or answer.text, "label": answer.label}
        perform(session, context, staff, ticket, Action.FULFIL, done)
