"""What stands in a message of Telegram: words, files, a place, a contact; and what is no message of a person at all."""

from dataclasses import dataclass

from helpdesk.channels.chat.model import Kind, Media
from helpdesk.channels.chat.places import place
from helpdesk.channels.filenames import safe_name
from helpdesk.channels.telegram.entities import with_links
from helpdesk.channels.telegram.fields import Fields
from helpdesk.channels.text import one_line

LARGEST_FETCHED = 20 * 1024 * 1024
"""Telegram hands larger files to no bot, in bytes."""
TOO_LARGE, NO_FILE = "too large", "no file id"

SERVICE = frozenset(
    ("new_chat_members", "left_chat_member", "new_chat_title", "new_chat_photo", "delete_chat_photo",
     "group_chat_created", "supergroup_chat_created", "channel_chat_created", "message_auto_delete_timer_changed",
     "pinned_message", "successful_payment", "refunded_payment", "users_shared", "chat_shared", "connected_website",
     "write_access_allowed", "passport_data", "proximity_alert_triggered", "boost_added", "chat_background_set",
     "checklist_tasks_done", "checklist_tasks_added", "direct_message_price_changed", "paid_message_price_changed",
     "forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened",
     "general_forum_topic_hidden", "general_forum_topic_unhidden", "giveaway_created", "giveaway_completed",
     "video_chat_scheduled", "video_chat_started", "video_chat_ended", "video_chat_participants_invited")
)  # fmt: skip
"""Fields of messages that tell of the chat itself; nobody has said anything."""


@dataclass(frozen=True, slots=True)
class _FileKind:
    """A field that holds a file: what it is, and its type and name where Telegram states none."""

    kind: Kind
    media_type: str = ""
    name: str = ""


# An animation comes with the same file under `document`, for programs that do not know animations: it stands first.
_FILES = {
    "animation": _FileKind(Kind.VIDEO, "video/mp4", "animation.mp4"),
    "video": _FileKind(Kind.VIDEO, "video/mp4", "video.mp4"),
    "video_note": _FileKind(Kind.VIDEO, "video/mp4", "video.mp4"),
    "voice": _FileKind(Kind.AUDIO, "audio/ogg", "voice.ogg"),
    "audio": _FileKind(Kind.AUDIO, "audio/mpeg", "audio.mp3"),
    "document": _FileKind(Kind.DOCUMENT),
}
_STICKER = _FileKind(Kind.STICKER, "image/webp", "sticker.webp")
_MOVING_STICKER = _FileKind(Kind.STICKER, "application/x-tgsticker", "sticker.tgs")
_VIDEO_STICKER = _FileKind(Kind.STICKER, "video/webm", "sticker.webm")
_PHOTO = _FileKind(Kind.IMAGE, "image/jpeg", "photo.jpg")


@dataclass(frozen=True, slots=True)
class Content:
    """The part of a message that is the same for every chat. `phone`: the sender's own."""

    kind: Kind
    text: str = ""
    media: tuple[Media, ...] = ()
    phone: str = ""


def content(message: Fields) -> Content:
    """What the message says; `unsupported` with an empty text where that cannot be told."""
    words = _words(message)
    if (file := _file(message)) is not None:
        kind, media = file
        return Content(
            kind, words or (message.inner("sticker").text("emoji") if kind is Kind.STICKER else ""), (media,)
        )
    if words:
        return Content(Kind.TEXT, words)
    return _place(message) or _contact(message) or _other(message)


def _words(message: Fields) -> str:
    for name in ("text", "caption"):
        if text := message.text(name):
            return with_links(text, message.each("entities" if name == "text" else "caption_entities"))
    return ""


def _file(message: Fields) -> tuple[Kind, Media] | None:
    for name, kind in _FILES.items():
        if file := message.inner(name):
            return kind.kind, _media(file, kind)
    if sticker := message.inner("sticker"):
        kind = _MOVING_STICKER if sticker.flag("is_animated") else _STICKER
        return Kind.STICKER, _media(sticker, _VIDEO_STICKER if sticker.flag("is_video") else kind)
    if sizes := message.each("photo"):
        return Kind.IMAGE, _media(max(sizes, key=_area), _PHOTO)
    return None


def _area(size: Fields) -> tuple[int, int]:
    return (size.number("width") or 0) * (size.number("height") or 0), size.number("file_size") or 0


def _media(file: Fields, kind: _FileKind) -> Media:
    size, file_id = file.number("file_size"), one_line(file.text("file_id"))
    title = safe_name(file.text("title"))
    name = safe_name(file.text("file_name")) or (f"{title}.mp3" if title else kind.name)
    too_large = size is not None and size > LARGEST_FETCHED
    return Media(
        id=file_id,
        name=name,
        media_type=one_line(file.text("mime_type"))[:100] or kind.media_type,
        size=size if size is not None and size >= 0 else None,
        fault=TOO_LARGE if too_large else "" if file_id else NO_FILE,
    )


def _place(message: Fields) -> Content | None:
    venue = message.inner("venue")
    point = venue.inner("location") or message.inner("location")
    names = (one_line(venue.text(name)) for name in ("title", "address"))
    text = place(point.real("latitude"), point.real("longitude"), *names)
    return Content(Kind.LOCATION, text) if text else None


def _contact(message: Fields) -> Content | None:
    contact = message.inner("contact")
    if not contact:
        return None
    number, name = one_line(contact.text("phone_number")), full_name(contact)
    sender = message.inner("from").number("id")
    own = sender is not None and contact.number("user_id") == sender and not is_forwarded(message)
    digits = "".join(c for c in number if c.isascii() and c.isdigit())
    return Content(
        Kind.CONTACT,
        ": ".join(filter(None, (name, number))),
        phone=f"+{digits}" if own and 5 <= len(digits) <= 20 else "",
    )


def _other(message: Fields) -> Content:
    """What is rarely sent to a desk, in words where it has any."""
    if poll := message.inner("poll"):
        options = [f"- {one_line(option.text('text'))}" for option in poll.each("options")]
        return Content(Kind.TEXT, "\n".join([one_line(poll.text("question")), *options]))
    if dice := message.inner("dice"):
        return Content(Kind.TEXT, " ".join(filter(None, (dice.text("emoji"), dice.key("value")))))
    return Content(Kind.UNSUPPORTED)


def full_name(person: Fields) -> str:
    """First and last name on one line, or the title of a group or channel."""
    names = (one_line(person.text(name)) for name in ("first_name", "last_name"))
    return (" ".join(filter(None, names)) or one_line(person.text("title")))[:200]


def is_forwarded(message: Fields) -> bool:
    """True where somebody else wrote this first; `forward_origin` from Bot API 7.0 on, `forward_date` before."""
    return "forward_origin" in message or "forward_date" in message
