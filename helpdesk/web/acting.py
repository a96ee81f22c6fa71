"""The one way from a request to an action on a ticket: pages and the JSON interface both come through `act`."""

from collections.abc import Callable, Mapping
from typing import Any

from helpdesk.channels.base import Attachment
from helpdesk.store.models import Ticket
from helpdesk.tickets.errors import NotFound, WrongState
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.permission import Actor, refusal
from helpdesk.tickets.words import Action
from helpdesk.usecases.deed import facts_of
from helpdesk.usecases.handling import ACTIONS, perform, ticket_for
from helpdesk.web.schemas import load_action
from helpdesk.web.work import context, database

CHANGED = _("Somebody else changed this ticket meanwhile; please look at it again.")


def action_named(name: str) -> Action:
    """The action of that name. Raises NotFound for a name that is none."""
    action = next((a for a in ACTIONS if a == name), None)
    if action is None:
        raise NotFound(_("There is no such action."))
    return action


def admitted(actor: Actor, number: str, action: Action) -> Ticket:
    """The ticket, locked for change, when it exists and the actor may do this to it. Raises NotFound, Forbidden."""
    ticket = ticket_for(database(), actor, number, lock=True)
    refused = refusal(actor, action, facts_of(ticket))
    if refused is not None:
        raise refused
    return ticket


def done(
    actor: Actor,
    ticket: Ticket,
    action: Action,
    given: Mapping[str, Any],
    unchanged: Callable[[Ticket], None] = lambda _ticket: None,
    files: tuple[Attachment, ...] = (),
) -> Ticket:
    """Do an action on an admitted ticket: check the fields, then `unchanged` (raises when it is stale), then act."""
    fields = load_action(action, given)
    unchanged(ticket)
    perform(database(), context(), actor, ticket, action, {**fields, "files": files} if files else fields)
    return ticket


def act(
    actor: Actor,
    number: str,
    action: Action,
    given: Mapping[str, Any],
    *,
    version: int | None = None,
    files: tuple[Attachment, ...] = (),
) -> Ticket:
    """Do one action with the fields of the interface (a form's through `schemas.form_fields`); the ticket afterwards.

    Refused in this order: NotFound, Forbidden, Invalid, WrongState. `version` is the one that the page showed. `files`
    come with an answer or a note.
    """

    def unchanged(ticket: Ticket) -> None:
        if version is not None and ticket.version != version:
            raise WrongState(CHANGED)

    return done(actor, admitted(actor, number, action), action, given, unchanged, files)
