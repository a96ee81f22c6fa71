"""The one door to every action on a ticket: buttons, forms, JSON and the worker all come through `perform`."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.channels.chat.model import Template
from helpdesk.store.models import Ticket
from helpdesk.tickets.errors import NotFound, WrongState
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.permission import Actor, Staff, refusal, sees
from helpdesk.tickets.words import Action, EntryKind
from helpdesk.usecases import describing, fulfilment, holding, linking, triage
from helpdesk.usecases.chat.templates import filled
from helpdesk.usecases.clocks import refresh
from helpdesk.usecases.context import Context
from helpdesk.usecases.deed import Deed, facts_of
from helpdesk.usecases.enclosing import enclose, enclosed
from helpdesk.usecases.notices import send_reply
from helpdesk.usecases.short_notice import mention

SPOKEN = "spoken"
"""The field of `reply` (never given through the interface) of an answer that the requester has heard already."""


def reply(deed: Deed) -> None:
    """A public reply with its files; it goes out on the requester's channel and to everybody in copy.

    What was said on the telephone or at the counter goes out only to those who have an e-mail address.
    """
    text, template = _words_of_reply(deed)
    files, spoken = enclosed(deed), bool(deed.fields.get(SPOKEN))
    deed.done(data={SPOKEN: True} if spoken else None)
    entry = deed.entry(EntryKind.PUBLIC_REPLY, text, mark=SPOKEN if spoken else "")
    enclose(deed, entry, files)
    if not spoken or deed.ticket.requester.email:
        send_reply(deed, entry, template)
    deed.ticket.unread = False


def _words_of_reply(deed: Deed) -> tuple[str, Template | None]:
    """What is said: the text, or an approved template with its values where the ticket came by such a channel."""
    key = str(deed.fields.get("template") or "")
    if not key:
        return deed.text("text", _("Write a text.")), None
    template, words = filled(deed.session, deed.ticket.channel, key, str(deed.fields.get("values") or ""))
    return words, template


def note(deed: Deed) -> None:
    """An internal note; it never leaves the staff side."""
    text, files = deed.text("text", _("Write a text.")), tuple(deed.fields.get("files") or ())
    deed.done()
    enclose(deed, deed.entry(EntryKind.WORK_NOTE, text), files)


ACTIONS: Mapping[Action, Callable[[Deed], None]] = {
    Action.TAKE: triage.take,
    Action.CLASSIFY: triage.classify,
    Action.ASSIGN: triage.assign,
    Action.SET: describing.describe,
    Action.ESCALATE: triage.escalate,
    Action.HAND_BACK: triage.hand_back,
    Action.REPLY: reply,
    Action.NOTE: note,
    Action.HOLD: holding.hold,
    Action.RESUME: holding.resume,
    Action.EXTEND: holding.extend,
    Action.FULFIL: fulfilment.fulfil,
    Action.CONFIRM_FULFILMENT: fulfilment.confirm_fulfilment,
    Action.SEND_BACK: fulfilment.send_back,
    Action.CONFIRM: fulfilment.confirm,
    Action.CLOSE: fulfilment.close,
    Action.REOPEN: fulfilment.reopen,
    Action.CANCEL: fulfilment.cancel,
    Action.MERGE: linking.merge,
    Action.SPLIT: linking.split,
    Action.LINK: linking.link,
}


def perform(
    session: Session,
    context: Context,
    actor: Actor,
    ticket: Ticket,
    action: Action,
    fields: Mapping[str, Any] | None = None,
) -> None:
    """Do one action. Checked in this order: NotFound, Forbidden, Invalid, WrongState; a refusal changes nothing.

    `fields` are those of the HTTP interface, already of the right Python types. The caller commits.
    """
    given = tuple(name for name, value in (fields or {}).items() if value is not None)
    refused = refusal(actor, action, facts_of(ticket), given)
    if refused is not None:
        raise refused
    ACTIONS[action](Deed(session, context, actor, ticket, action, fields or {}))
    session.flush()
    if isinstance(actor, Staff):
        mention(session, context, ticket, action)
    refresh(session, context, ticket)


def ticket_for(
    session: Session, actor: Actor, number: str, *, lock: bool = False, version: int | None = None
) -> Ticket:
    """The ticket of that number, locked for change where asked.

    Raises NotFound when it does not exist or the actor may not see it; WrongState when `version` is given and the
    ticket has changed since.
    """
    statement = select(Ticket).where(Ticket.number == number)
    if lock:
        statement = statement.with_for_update(of=Ticket)
    ticket = session.scalar(statement)
    if ticket is None or not sees(actor, facts_of(ticket)):
        raise NotFound(_("There is no such ticket."))
    if version is not None and ticket.version != version:
        raise WrongState(_("Somebody else changed this ticket meanwhile; please look at it again."))
    return ticket
