"""The body of a webhook to events: every entry, change, message and status of it, in their order."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from helpdesk.channels.base import Unreadable
from helpdesk.channels.chat.model import ChatEvent, Progress, Progressed, Unknown
from helpdesk.channels.whatsapp.accounts import account_of
from helpdesk.channels.whatsapp.fields import key, line, listing, mapping, moment
from helpdesk.channels.whatsapp.messages import MAX_ID, MAX_NAME, Around, event_of, fault_of, sender

OBJECT = "whatsapp_business_account"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PROGRESS = {
    "sent": Progress.SENT,
    "delivered": Progress.DELIVERED,
    "read": Progress.READ,
    "played": Progress.READ,
    "failed": Progress.FAILED,
}


def read(body: bytes, *, received_at: datetime = EPOCH) -> tuple[ChatEvent, ...]:
    """What a body tells, at least one event. `received_at` stands in where a message states no time.

    Raises Unreadable where the bytes are no JSON object, and for nothing else: what is missing, of another type or
    without a name here becomes `Unknown`.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"no JSON: {type(error).__name__}") from error
    if not isinstance(found, dict):
        raise Unreadable("JSON, but no object")
    of = line(found.get("object"), 60)
    if of not in (OBJECT, ""):
        return (Unknown(bot="", what=f"object {of}"),)
    changes = (mapping(c) for e in listing(found.get("entry")) for c in listing(mapping(e).get("changes")))
    events = tuple(event for change in changes for event in _change(change, received_at))
    return events or (Unknown(bot="", what="nothing in it"),)


def _change(change: Mapping[str, Any], received_at: datetime) -> Iterator[ChatEvent]:
    value, field = mapping(change.get("value")), line(change.get("field"), 60)
    bot = key(mapping(value.get("metadata")).get("phone_number_id"), 60)
    if field not in ("messages", ""):
        yield Unknown(bot=bot, what=_other_field(field, value))
        return
    if not bot:
        yield Unknown(bot="", what=f"{field or 'change'} without a number of ours")
        return
    messages, statuses = listing(value.get("messages")), listing(value.get("statuses"))
    around = Around(bot, _people(value, messages), received_at)
    yield from (event_of(message, around) for message in messages)
    yield from (_status(mapping(status), around) for status in statuses)
    if value.get("errors"):
        yield Unknown(bot=bot, what=" ".join(filter(None, ("error", *fault_of(value["errors"])))))
    elif not messages and not statuses:
        yield Unknown(bot=bot, what=f"{field or 'change'} without a message")


def _other_field(field: str, value: Mapping[str, Any]) -> str:
    """The field with what happened, as `message_template_status_update APPROVED ticket_update id`."""
    names = ("event", "message_template_name", "message_template_language")
    return " ".join(filter(None, (field, *(line(value.get(name), 100) for name in names))))


def _people(value: Mapping[str, Any], messages: list[Any]) -> dict[str, tuple[str, str]]:
    """Account and name of each id. One contact beside messages of one sender is that sender, whatever its id says."""
    people: dict[str, tuple[str, str]] = {}
    contacts = [mapping(contact) for contact in listing(value.get("contacts"))]
    senders = {sender(mapping(message)) for message in messages} - {""}
    for contact in contacts:
        ids = [found for name in ("wa_id", "user_id") if (found := account_of(contact.get(name)))]
        person = line(mapping(contact.get("profile")).get("name"), MAX_NAME)
        if len(contacts) == len(senders) == 1:
            ids += senders
        if ids:
            people |= dict.fromkeys(ids, (ids[0], person))
    return people


def _status(status: Mapping[str, Any], around: Around) -> ChatEvent:
    word, id_ = line(status.get("status"), 40), key(status.get("id"), MAX_ID)
    progress = _PROGRESS.get(word)
    if progress is None or not id_:
        return Unknown(bot=around.bot, what=f"status {word or '?'}{'' if id_ else ' of no message'}")
    code, why = fault_of(status.get("errors")) if progress is Progress.FAILED else ("", "")
    return Progressed(
        bot=around.bot,
        account=account_of(status.get("recipient_id")) or account_of(status.get("recipient_user_id")),
        message_id=id_,
        progress=progress,
        at=moment(status.get("timestamp"), around.otherwise),
        code=code,
        why=why,
    )
