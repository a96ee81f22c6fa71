"""From a message of ours to calls of python-telegram-bot: as few as can be, so that little can be done by half."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from telegram import (
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaAudio,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    LinkPreviewOptions,
    MessageEntity,
    ReplyParameters,
)

from helpdesk.channels.base import Attachment, ChannelError
from helpdesk.channels.chat.model import ChatOutbound, Choice
from helpdesk.channels.telegram.entities import bold, cut, units

TEXT_LIMIT, CAPTION_LIMIT, DATA_LIMIT = 4096, 1024, 64
"""UTF-16 units, UTF-16 units, bytes."""
_LARGEST_PHOTO, _LARGEST_FILE, _LARGEST_ALBUM = 10 * 1024 * 1024, 50 * 1024 * 1024, 10
_ACCOUNT = re.compile(r"-?[0-9]{1,19}")
_KINDS = {
    "image/jpeg": "photo",
    "image/png": "photo",
    "video/mp4": "video",
    "audio/mpeg": "audio",
    "audio/mp4": "audio",
}
_IN_ALBUM = {
    "photo": InputMediaPhoto,
    "video": InputMediaVideo,
    "audio": InputMediaAudio,
    "document": InputMediaDocument,
}
_PER_ROW = ((3, 5), (14, 2))
"""Titles of at most so many characters stand in rows of so many; longer ones each in a row of its own."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the method of `telegram.Bot`, and what it is given."""

    method: str
    given: dict[str, Any]


def calls(message: ChatOutbound) -> list[Call]:
    """What to call, in order. Raises ChannelError where Telegram would refuse the message for good."""
    texts, files = cut(message.text, TEXT_LIMIT), list(message.files)
    keyboard = _keyboard(message.choices)
    if message.template is not None or not (texts or files):
        raise _refused("nothing that Telegram can send")
    if not _ACCOUNT.fullmatch(message.account):
        raise _refused("no such account")
    if any(len(file.content) > _LARGEST_FILE for file in files):
        raise _refused("a file is larger than 50 MB")
    caption = len(files) == 1 or (len(files) <= _LARGEST_ALBUM and keyboard is None)
    if files and caption and units(message.text) <= CAPTION_LIMIT:
        made = _with_files(files, "".join(texts), keyboard)
    elif keyboard is not None and not texts:
        raise _refused("choices without a text")
    else:
        made = [*_texts(texts, keyboard), *_with_files(files, "", None)]
    first = made[0].given
    first |= _reply(message.reply_to)
    return [Call(call.method, {"chat_id": int(message.account), **call.given}) for call in made]


def as_document(call: Call) -> Call:
    """The same file, sent as it is: for a picture that Telegram cannot show."""
    given = dict(call.given)
    return Call("send_document", given | {"document": given.pop("photo")})


def _refused(reason: str) -> ChannelError:
    return ChannelError(f"Telegram: {reason}", permanent=True, destination=True, code="400")


def _keyboard(choices: Sequence[Choice]) -> InlineKeyboardMarkup | None:
    if not choices:
        return None
    if any(not 1 <= len(choice.payload.encode()) <= DATA_LIMIT or not choice.title.strip() for choice in choices):
        raise _refused("a choice needs a title and 1 to 64 bytes of data")
    longest = max(len(choice.title) for choice in choices)
    wide = next((count for limit, count in _PER_ROW if longest <= limit), 1)
    buttons = [InlineKeyboardButton(choice.title, callback_data=choice.payload) for choice in choices]
    return InlineKeyboardMarkup([buttons[i : i + wide] for i in range(0, len(buttons), wide)])


def _texts(texts: Sequence[str], keyboard: InlineKeyboardMarkup | None) -> Iterator[Call]:
    for number, text in enumerate(texts, 1):
        # Without a preview: Telegram would open the link, and links of ours are private.
        given = {**_words("text", "entities", text), "link_preview_options": LinkPreviewOptions(is_disabled=True)}
        yield Call("send_message", given | ({"reply_markup": keyboard} if keyboard and number == len(texts) else {}))


def _words(name: str, marks: str, text: str) -> dict[str, Any]:
    """The text under its name, with what is bold in it."""
    plain, found = bold(text)
    entities = [MessageEntity(MessageEntity.BOLD, offset, length) for offset, length in found]
    return ({name: plain} if plain else {}) | ({marks: entities} if entities else {})


def _with_files(files: Sequence[Attachment], caption: str, keyboard: InlineKeyboardMarkup | None) -> list[Call]:
    made = []
    for start in range(0, len(files), _LARGEST_ALBUM):
        some, words = files[start : start + _LARGEST_ALBUM], caption if start == 0 else ""
        made.append(_one(some[0], words, keyboard) if len(some) == 1 else _album(some, words))
    return made


def _one(file: Attachment, caption: str, keyboard: InlineKeyboardMarkup | None) -> Call:
    kind = _kind(file)
    given: dict[str, Any] = {kind: file.content, "filename": file.name}
    given |= _words("caption", "caption_entities", caption)
    return Call(f"send_{kind}", given | ({"reply_markup": keyboard} if keyboard else {}))


def _album(files: Sequence[Attachment], caption: str) -> Call:
    """Pictures and videos may stand together; everything else only beside its own kind."""
    kinds = {_kind(file) for file in files}
    mixed = len(kinds) > 1 and not kinds <= {"photo", "video"}
    media = [
        _IN_ALBUM["document" if mixed else _kind(file)](
            file.content, filename=file.name, **({} if number else _words("caption", "caption_entities", caption))
        )
        for number, file in enumerate(files)
    ]
    return Call("send_media_group", {"media": media})


def _kind(file: Attachment) -> str:
    kind = _KINDS.get(file.media_type.lower(), "document")
    return "document" if kind == "photo" and len(file.content) > _LARGEST_PHOTO else kind


def _reply(to: str) -> dict[str, Any]:
    """What is quoted; a pressed button is no message that could be."""
    if not to.isascii() or not to.isdigit() or len(to) > 18:
        return {}
    return {"reply_parameters": ReplyParameters(int(to), allow_sending_without_reply=True)}
