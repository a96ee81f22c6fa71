"""Notices to staff by mail: a warning before a breach, and the breach to those above them; each once a cycle.

Several to one person within a minute become one mail. Who is away has a substitute, else colleagues hear of it.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from helpdesk.catalog.model import Text
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.people_queries import Addressee, addressee, addressees, is_active
from helpdesk.store.rows import one_at_a_time
from helpdesk.tickets.events import WARNED
from helpdesk.tickets.words import Role
from helpdesk.tiers.routing import LAYER_1
from helpdesk.usecases.absence import who_is_there
from helpdesk.usecases.caps import over_cap
from helpdesk.usecases.deed import Deed
from helpdesk.usecases.informing import ids_for, ways_to_answer
from helpdesk.usecases.notices import enqueue
from helpdesk.usecases.staff_tokens import SEVERAL
from helpdesk.usecases.standards import calendar_for

KINDS = {True: "warning", False: "alarm"}
DIGEST = "digest"
GATHERED_FOR = timedelta(minutes=1)
"""How long a notice waits for others to the same person."""


def _circles(deed: Deed, *, warning: bool) -> Iterator[tuple[Addressee, ...]]:
    """Whom a notice concerns, then who comes next while those are away.

    A warning concerns whoever works on it, else the group; a breach the supervisors of the desk.
    """
    ticket, session = deed.ticket, deed.session
    if warning and is_active(session, ticket.assignee_id):
        yield addressee(session, ticket.assignee_id)
    if warning and ticket.group == LAYER_1:
        yield addressees(session, ticket.desk, Role.AGENT)
    elif warning:
        yield addressees(session, ticket.desk, Role.TECHNICIAN, ticket.group)
    yield addressees(session, ticket.desk, Role.SUPERVISOR)
    yield addressees(session, ticket.desk, Role.ADMINISTRATOR)


def _who(deed: Deed, *, warning: bool) -> tuple[Addressee, ...]:
    """The first of these circles in which somebody is there; nobody where those concerned have no address at all."""
    today = deed.context.now.astimezone(deed.desk.zone).date()
    for number, people in enumerate(_circles(deed, warning=warning)):
        there = who_is_there(deed.session, people, today)
        if there or (number == 0 and not people):
            return there
    return ()


def tell_staff(deed: Deed, notice: str) -> None:
    """Write to those whom a notice concerns, in working hours; nothing at all where none of them has an address.

    Who has had the share of automatic mail for this hour is left out: the mark in the lists says the same.
    """
    warning, ticket = notice == WARNED, deed.ticket
    people = _who(deed, warning=warning)
    if not people:
        return
    deed.noted(notice, {"cycle": ticket.cycle, "to": [person.name for person in people]})
    deed.session.flush()
    for person in people:
        _tell(deed, person, KINDS[warning])


def _tell(deed: Deed, person: Addressee, kind: str) -> None:
    session, context, ticket, said = deed.session, deed.context, deed.ticket, _said(deed, kind)
    one_at_a_time(session, f"notice:{person.email}")
    waiting = _waiting(deed, person)
    if waiting is not None:
        _gather(deed, waiting, said, person)
    elif not over_cap(session, context, person.email):
        data = {**said, "notices": [said], **ways_to_answer(context, ticket.desk)}
        conversation, own = ids_for(session, context, ticket.desk, ticket.id, person)
        enqueue(
            session, context, ticket, None, kind, person.email,
            name=person.shown, automatic=True, data=data, at=_goes_out_at(deed), answers=(conversation,), own_id=own,
        )  # fmt: skip


def _said(deed: Deed, kind: str) -> dict[str, Any]:
    """What a notice says of its ticket, as it is true now."""
    ticket, due = deed.ticket, deed.ticket.resolution_due_at
    name = deed.item.name if deed.item else Text("belum dipilih", "none chosen yet")
    return {
        "kind": kind,
        "number": ticket.number,
        "subject": ticket.subject,
        "service": {"id": name.id, "en": name.en},
        "due_at": due.isoformat() if due else None,
        "page": f"{deed.context.settings.base_url}/tickets/{ticket.number}",
    }


def _goes_out_at(deed: Deed) -> datetime:
    """A minute from now, for what else there is to say by then; at once where the desk closes before."""
    later = deed.context.now + GATHERED_FOR
    return later if calendar_for(deed.context.catalog, deed.ticket.desk).is_working(later) else deed.context.now


def _waiting(deed: Deed, person: Addressee) -> OutboxMessage | None:
    """A notice of this desk to the same person that has not gone out yet; ours until the transaction ends."""
    return deed.session.scalar(
        select(OutboxMessage)
        .where(
            OutboxMessage.recipient == person.email,
            OutboxMessage.desk == deed.ticket.desk,
            OutboxMessage.kind.in_([*KINDS.values(), DIGEST]),
            OutboxMessage.state == "pending",
            OutboxMessage.next_try_at > deed.context.now,
            OutboxMessage.attempts == 0,
        )
        .order_by(OutboxMessage.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def _gather(deed: Deed, waiting: OutboxMessage, said: dict[str, Any], person: Addressee) -> None:
    """Make the waiting notice one about several tickets; an answer to it belongs to none of them, as its ids say."""
    waiting.kind, waiting.ticket_id = DIGEST, None
    waiting.context = {"notices": [*waiting.context["notices"], said]}
    conversation, own = ids_for(deed.session, deed.context, deed.ticket.desk, SEVERAL, person)
    waiting.message_id, waiting.in_reply_to, waiting.references = own, conversation, [conversation]
