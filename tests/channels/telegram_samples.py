"""Updates of the Bot API for the tests: one small payload of our own for each kind that can arrive."""

import json
from typing import Any

BOT = "4711"
ANN = {"id": 1111111, "is_bot": False, "first_name": "Ann", "last_name": "Lee", "language_code": "id-ID"}
CHAT = {"id": 1111111, "first_name": "Ann", "last_name": "Lee", "type": "private"}
GROUP = {"id": -1001234567890, "title": "Lantai 3", "type": "supergroup"}
DATE = 1795395600  # 23 November 2026, 01:00 UTC
PHOTO = [
    {"file_id": "besar", "file_unique_id": "b", "width": 1280, "height": 960, "file_size": 91883},
    {"file_id": "kecil", "file_unique_id": "k", "width": 90, "height": 67, "file_size": 1883},
]
LOCATION = {"latitude": -6.1753924, "longitude": 106.8271528}


def message(**fields: Any) -> dict[str, Any]:
    """A message of Ann's in her private chat with the bot."""
    return {"message_id": 17, "date": DATE, "chat": CHAT, "from": ANN, **fields}


def update(**fields: Any) -> bytes:
    """The bytes of one update."""
    return json.dumps({"update_id": 10000, **fields}).encode()


def said(**fields: Any) -> bytes:
    """The bytes of an update with a message of Ann's."""
    return update(message=message(**fields))


def file(file_id: str = "berkas", **fields: Any) -> dict[str, Any]:
    """A file as a message names it."""
    return {"file_id": file_id, "file_unique_id": "u", "file_size": 1000, **fields}


def press(**fields: Any) -> dict[str, Any]:
    """A pressed button under a message of the bot's."""
    keyboard = {"inline_keyboard": [[{"text": "Selesai", "callback_data": "done:1"}]]}
    under = {"message_id": 16, "date": DATE, "chat": CHAT, "from": {"id": 4711, "is_bot": True}, "text": "Sudah?"}
    return {"id": "900", "from": ANN, "message": {**under, "reply_markup": keyboard}, "data": "done:1", **fields}


EVERY_KIND: dict[str, bytes] = {
    "text": said(text="Halo"),
    "linked words": said(
        text="\U0001f44d\U0001f3fd ok link dan lagi",
        entities=[{"type": "text_link", "offset": 8, "length": 4, "url": "https://example.com/x"}],
    ),
    "photo": said(photo=PHOTO, caption="layar", media_group_id="129"),
    "document": said(document=file(file_name="surat.pdf", mime_type="application/pdf")),
    "audio": said(audio=file(title="Rapat", mime_type="audio/mpeg")),
    "voice": said(voice=file(mime_type="audio/ogg")),
    "video": said(video=file(mime_type="video/mp4")),
    "video note": said(video_note=file(length=240)),
    "animation": said(animation=file("gerak"), document=file("gerak")),
    "sticker": said(sticker=file(emoji="\U0001f44d", is_animated=True)),
    "location": said(location=LOCATION),
    "venue": said(location=LOCATION, venue={"location": LOCATION, "title": "Monas", "address": "Jakarta"}),
    "contact": said(contact={"phone_number": "6281234567", "first_name": "Ann", "user_id": 1111111}),
    "poll": said(poll={"question": "Kapan?", "options": [{"text": "Senin"}, {"text": "Selasa"}]}),
    "dice": said(dice={"emoji": "\U0001f3b2", "value": 3}),
    "story": said(story={"id": 5}),
    "reply": said(text="ya", reply_to_message=message(message_id=9, text="Sudah?")),
    "forwarded": said(text="tolong", forward_origin={"type": "hidden_user", "date": DATE}),
    "edited": update(edited_message=message(text="Halo lagi", edit_date=DATE + 60)),
    "live location": update(edited_message=message(location=LOCATION, edit_date=DATE + 60)),
    "press": update(callback_query=press()),
    "press without message": update(callback_query={"id": "901", "from": ANN, "data": "x", "inline_message_id": "i"}),
    "blocked": update(my_chat_member={"chat": CHAT, "date": DATE, "new_chat_member": {"status": "kicked"}}),
    "reaction": update(
        message_reaction={
            "chat": CHAT, "message_id": 16, "user": ANN, "date": DATE,
            "old_reaction": [], "new_reaction": [{"type": "emoji", "emoji": "\U0001f44d"}],
        }
    ),
    "migrated": update(message=message(chat=GROUP, migrate_to_chat_id=-1009)),
    "group": update(message=message(chat=GROUP, text="halo semua")),
    "channel": update(channel_post={"message_id": 7, "date": DATE, "chat": {"id": -7, "type": "channel"}, "text": ""}),
    "pinned": said(pinned_message=message(message_id=3, text="x")),
    "new kind": update(business_connection={"id": "b"}),
}  # fmt: skip
"""What can arrive, by a name that tests use."""
