"""One message of a webhook to one event. Reference: developers.facebook.com, whatsapp/webhooks/reference/messages."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from helpdesk.channels.chat.model import ChatEvent, Deleted, Edited, Kind, Media, Moved, Reacted, Said, Unknown
from helpdesk.channels.chat.places import place
from helpdesk.channels.filenames import made_name, safe_name
from helpdesk.channels.whatsapp.accounts import MAX_ACCOUNT, account_of, is_number, phone_of
from helpdesk.channels.whatsapp.fields import key, line, listing, mapping, moment, text

MAX_ID, MAX_NAME, MAX_SIGN, MAX_PAYLOAD, MAX_FAULT = 255, 200, 40, 256, 300
MEDIA = {
    "image": Kind.IMAGE,
    "document": Kind.DOCUMENT,
    "audio": Kind.AUDIO,
    "voice": Kind.AUDIO,
    "video": Kind.VIDEO,
    "sticker": Kind.STICKER,
}
_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,80}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Around:
    """What surrounds the messages of one change: the line, the people, the time where none is stated.

    `people`: from the id that a message names to the account and the name.
    """

    bot: str
    people: Mapping[str, tuple[str, str]]
    otherwise: datetime


def sender(message: Mapping[str, Any]) -> str:
    """The id that a message names as its sender; empty where nobody is named."""
    return next(filter(None, (account_of(message.get(name)) for name in ("from", "from_user_id", "user_id"))), "")


def fault_of(errors: Any) -> tuple[str, str]:
    """The code and the words of the first error in an array of them."""
    error = next((mapping(one) for one in listing(errors)), {})
    details = mapping(error.get("error_data")).get("details")
    words = line(details, MAX_FAULT) or line(error.get("title"), MAX_FAULT) or line(error.get("message"), MAX_FAULT)
    return line(error.get("code"), 20), words


def event_of(message: Any, around: Around) -> ChatEvent:
    """The event of one message; `Unknown` for what this code has no name for. Never raises."""
    message = mapping(message)
    kind, named = line(message.get("type"), 40), sender(message)
    if kind == "system":
        return _system(message, named, around)
    id_ = key(message.get("id"), MAX_ID)
    account, name = around.people.get(named, (named, ""))
    if not account or not id_:
        return Unknown(bot=around.bot, what=f"message without {'an id' if account else 'a sender'}: {kind or '?'}")
    context = mapping(message.get("context"))
    said = Said(
        bot=around.bot,
        account=account,
        id=id_,
        at=moment(message.get("timestamp"), around.otherwise),
        name=name,
        phone=phone_of(account),
        reply_to=key(context.get("id"), MAX_ID),
        forwarded=context.get("forwarded") is True or context.get("frequently_forwarded") is True,
        private=not message.get("group_id"),
    )
    make = _KINDS.get(kind)
    if make is None:
        return Unknown(bot=around.bot, what=f"message of type {kind or '?'}")
    return make(said, message)


def _text(said: Said, message: Mapping[str, Any]) -> ChatEvent:
    body = text(mapping(message.get("text")).get("body"))
    return replace(said, text=body) if body.strip() else replace(said, kind=Kind.UNSUPPORTED)


def _media(said: Said, message: Mapping[str, Any]) -> ChatEvent:
    kind = line(message.get("type"), 40)
    part = mapping(message.get(kind))
    media_type = text(part.get("mime_type")).partition(";")[0].strip().lower()
    if not _MEDIA_TYPE.fullmatch(media_type):
        media_type = "application/octet-stream"
    media = Media(
        id=key(part.get("id"), MAX_ID),
        name=safe_name(text(part.get("filename"))) or made_name(media_type, 1),
        media_type=media_type,
        sha256=sha256_of(part.get("sha256")),
    )
    code, words = fault_of(message.get("errors"))
    if code or words or not media.id:
        media = replace(media, fault=" ".join(filter(None, (words or "no file is named", code and f"({code})"))))
    return replace(said, kind=MEDIA[kind], text=text(part.get("caption")), media=(media,))


def sha256_of(value: Any) -> str:
    """A stated SHA-256 in hex; the platform writes it in base64, too. Empty where it is none."""
    stated = text(value).strip()
    if len(stated) == 44:
        try:
            stated = base64.b64decode(stated, validate=True).hex()
        except (binascii.Error, ValueError):
            return ""
    stated = stated.lower()
    return stated if _SHA256.fullmatch(stated) else ""


def _location(said: Said, message: Mapping[str, Any]) -> ChatEvent:
    part = mapping(message.get("location"))
    names = (line(part.get(name), 500) for name in ("name", "address"))
    where = place(part.get("latitude"), part.get("longitude"), *names)
    return replace(said, kind=Kind.LOCATION if where else Kind.UNSUPPORTED, text=where)


def _card(card: Mapping[str, Any]) -> str:
    name = mapping(card.get("name"))
    phones = [mapping(one) for one in listing(card.get("phones"))]
    parts = (
        line(name.get("formatted_name"), MAX_NAME) or line(name.get("first_name"), MAX_NAME),
        line(mapping(card.get("org")).get("company"), MAX_NAME),
        *(line(phone.get("phone"), 60) or line(phone.get("wa_id"), 60) for phone in phones),
        *(line(mapping(one).get("email"), 254) for one in listing(card.get("emails"))),
    )
    return ", ".join(filter(None, parts))


def _contacts(said: Said, message: Mapping[str, Any]) -> ChatEvent:
    cards = filter(None, (_card(mapping(card)) for card in listing(message.get("contacts"))))
    lines = "\n".join(cards)
    return replace(said, kind=Kind.CONTACT if lines else Kind.UNSUPPORTED, text=lines)


def _pressed(said: Said, title: Any, payload: Any) -> Said:
    words, data = line(title, 500), text(payload)
    return replace(said, kind=Kind.CHOICE, text=words, payload=data if len(data) <= MAX_PAYLOAD else "")


def _interactive(said: Said, message: Mapping[str, Any]) -> ChatEvent:
    part = mapping(message.get("interactive"))
    kind = line(part.get("type"), 40)
    if kind not in ("button_reply", "list_reply"):
        return Unknown(bot=said.bot, what=f"interactive answer of type {kind or '?'}")
    answer = mapping(part.get(kind))
    return _pressed(said, answer.get("title"), answer.get("id"))


def _button(said: Said, message: Mapping[str, Any]) -> ChatEvent:
    part = mapping(message.get("button"))
    return _pressed(said, part.get("text"), part.get("payload"))


def _reaction(said: Said, message: Mapping[str, Any]) -> ChatEvent:
    part = mapping(message.get("reaction"))
    target = key(part.get("message_id"), MAX_ID)
    if not target:
        return Unknown(bot=said.bot, what="reaction to no message")
    sign = line(part.get("emoji"), MAX_SIGN)
    return Reacted(bot=said.bot, account=said.account, message_id=target, sign=sign, at=said.at)


def _order(said: Said, message: Mapping[str, Any]) -> ChatEvent:
    """An order out of a catalogue, which no desk has: the person did write, so nothing of it is dropped."""
    part = mapping(message.get("order"))
    items = (mapping(one) for one in listing(part.get("product_items")))
    rows = (f"{line(item.get('quantity'), 20)} × {line(item.get('product_retailer_id'), 100)}" for item in items)
    return replace(said, kind=Kind.UNSUPPORTED, text="\n".join(filter(None, (text(part.get("text")), *rows))))


def _unsupported(said: Said, _message: Mapping[str, Any]) -> ChatEvent:
    """Something that the platform itself does not pass on; the person wrote all the same."""
    return replace(said, kind=Kind.UNSUPPORTED)


def _edit(said: Said, message: Mapping[str, Any]) -> ChatEvent:
    part = mapping(message.get("edit"))
    new, old_id = mapping(part.get("message")), key(part.get("original_message_id"), MAX_ID)
    make = _KINDS.get(line(new.get("type"), 40))
    if old_id and make in (_text, _media):
        context = mapping(new.get("context"))
        now = make(replace(said, id=old_id, reply_to=said.reply_to or key(context.get("id"), MAX_ID)), new)
        if isinstance(now, Said):
            return Edited(said=now)
    return Unknown(bot=said.bot, what="edit of no message, or into something else")


def _revoke(said: Said, message: Mapping[str, Any]) -> ChatEvent:
    old_id = key(mapping(message.get("revoke")).get("original_message_id"), MAX_ID)
    if not old_id:
        return Unknown(bot=said.bot, what="revocation of no message")
    return Deleted(bot=said.bot, account=said.account, id=old_id, at=said.at)


def _system(message: Mapping[str, Any], account: str, around: Around) -> ChatEvent:
    """A changed number or id: `from` is the old one."""
    part = mapping(message.get("system"))
    old = account or account_of(part.get("previous_user_id"))
    numbers = [account_of(part.get("wa_id")), account_of(part.get("new_wa_id"))]
    ids = [key(part.get("user_id"), MAX_ACCOUNT)]
    order = (*numbers, *ids) if is_number(old) else (*ids, *numbers)
    new = next((one for one in order if one and one != old), "")
    if not old or not new or not line(part.get("type"), 40).startswith(("user_changed", "customer_changed")):
        return Unknown(bot=around.bot, what=f"system message {line(part.get('type'), 40) or '?'}")
    return Moved(bot=around.bot, account=old, to=new, at=moment(message.get("timestamp"), around.otherwise))


_KINDS: dict[str, Callable[[Said, Mapping[str, Any]], ChatEvent]] = {
    "text": _text,
    **dict.fromkeys(MEDIA, _media),
    "location": _location,
    "contacts": _contacts,
    "interactive": _interactive,
    "button": _button,
    "reaction": _reaction,
    "order": _order,
    "unsupported": _unsupported,
    "edit": _edit,
    "revoke": _revoke,
}
