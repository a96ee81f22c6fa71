"""The requester says which service is meant and answers what its form asks, as on the portal, after the first message.

On the portal all of that is said before there is a ticket. In a chat the ticket comes first, so it is an event of the
requester's own (docs/adr/0026); once staff have read the ticket it is theirs to say.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from helpdesk.catalog.model import Item
from helpdesk.usecases.answers import mark_urgent
from helpdesk.usecases.clocks import events_of, refresh
from helpdesk.usecases.deed import Deed
from helpdesk.usecases.documents import as_said, is_complete, ticks_of


def name_service(
    deed: Deed, item: Item, attributes: Mapping[str, Any], event_at: datetime | None, documents: Collection[str] = ()
) -> None:
    """Give a new ticket without an item its item and answers, checked before; the clocks follow.

    `documents`: the ids of those that came with the answers.
    """
    session, context, ticket = deed.session, deed.context, deed.ticket
    data: dict[str, Any] = {"item": item.id, "type": item.types[0].value}
    if attributes:
        data["attributes"] = dict(attributes)
    if event_at is not None:
        data["event_at"] = event_at.isoformat()
    if documents:
        data["documents"] = as_said(item, dict.fromkeys(documents, True))
    there = {key for key, tick in ticks_of(item, events_of(session, ticket)).items() if tick.there}
    if is_complete(item, attributes, {*there, *documents}):
        data["starts_at"] = context.now.isoformat()
        ticket.starts_at = context.now
    deed.done(data=data)
    ticket.item, ticket.type = item.id, item.types[0].value
    ticket.attributes = {**ticket.attributes, **attributes}
    ticket.event_at = event_at or ticket.event_at
    mark_urgent(ticket, item)
    ticket.unread = True
    session.flush()
    refresh(session, context, ticket)
