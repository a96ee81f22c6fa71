"""What is said to the Cloud API: a message to one person as the JSON bodies of its requests."""

from collections.abc import Iterator, Sequence
from typing import Any

from helpdesk.channels.base import Attachment
from helpdesk.channels.chat.model import ChatOutbound, Choice, Template
from helpdesk.channels.text import one_line
from helpdesk.channels.whatsapp.accounts import is_number

TEXT_LIMIT, CAPTION_LIMIT, INTERACTIVE_LIMIT = 4096, 1024, 1024
BUTTONS, ROWS = 3, 10
BUTTON_TITLE, ROW_TITLE, ROW_HINT = 20, 24, 72
MEGABYTE = 1024 * 1024
# What the platform shows as more than a file, and up to which size.
SHOWN = {
    **dict.fromkeys(("image/jpeg", "image/png"), ("image", 5 * MEGABYTE)),
    **dict.fromkeys(("video/mp4", "video/3gpp"), ("video", 16 * MEGABYTE)),
    **dict.fromkeys(("audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg"), ("audio", 16 * MEGABYTE)),
}
Body = dict[str, Any]


def kind_of(file: Attachment) -> str:
    """As what the platform sends a file: image, video, audio or document."""
    kind, limit = SHOWN.get(file.media_type, ("document", 0))
    return kind if len(file.content) <= limit else "document"


def _shortened(text: str, limit: int) -> str:
    text = one_line(text)
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def _fits_buttons(choices: Sequence[Choice]) -> bool:
    titles = [one_line(choice.title) for choice in choices]
    return len(titles) <= BUTTONS and len(set(titles)) == len(titles) and all(len(t) <= BUTTON_TITLE for t in titles)


def _buttons(choices: Sequence[Choice]) -> Body:
    replies = [{"id": choice.payload, "title": one_line(choice.title)} for choice in choices]
    return {"type": "button", "action": {"buttons": [{"type": "reply", "reply": reply} for reply in replies]}}


def _row(choice: Choice) -> dict[str, str]:
    title = one_line(choice.title)
    hint = choice.hint if len(title) <= ROW_TITLE else " · ".join(filter(None, (title, choice.hint)))
    row = {"id": choice.payload, "title": _shortened(title, ROW_TITLE)}
    return {**row, "description": _shortened(hint, ROW_HINT)} if hint else row


def _list(choices: Sequence[Choice], label: str) -> Body:
    rows = [_row(choice) for choice in choices[:ROWS]]
    return {"type": "list", "action": {"button": label[:BUTTON_TITLE], "sections": [{"rows": rows}]}}


def split_tail(text: str, limit: int) -> tuple[str, str]:
    """`text` cut in two where a line or a word ends, the second part at most `limit` long; the first may be empty."""
    text = text.strip()
    if len(text) <= limit:
        return "", text
    tail = text[-limit:]
    begin = tail[: limit // 2]
    cut = len(text) - limit + next((at for sign in ("\n\n", "\n", " ") if (at := begin.find(sign)) >= 0), 0)
    return text[:cut].rstrip(), text[cut:].lstrip()


def _template(template: Template) -> Body:
    # The platform refuses empty values and those with line breaks, tabs or many spaces.
    values = [" ".join(one_line(value).split()) or "-" for value in template.values]
    parameters = [{"type": "text", "text": value} for value in values]
    body: Body = {"name": template.name, "language": {"code": template.language}}
    if parameters:
        body["components"] = [{"type": "body", "parameters": parameters}]
    return {"type": "template", "template": body}


def _text(words: str) -> Body:
    return {"type": "text", "text": {"body": words, "preview_url": False}}


def _file(file: Attachment, media_id: str, caption: str) -> Body:
    kind = kind_of(file)
    part = {"id": media_id}
    if kind == "document":
        part["filename"] = file.name
    if caption:
        part["caption"] = caption
    return {"type": kind, kind: part}


def _parts(message: ChatOutbound, media_ids: Sequence[str], label: str) -> Iterator[Body]:
    if message.template is not None:
        yield _template(message.template)
        return
    words, choices, files = message.text, message.choices, message.files
    captioned = len(files) == 1 and not choices and len(words) <= CAPTION_LIMIT and kind_of(files[0]) != "audio"
    if choices:
        before, words = split_tail(words, INTERACTIVE_LIMIT)
        if before:
            yield _text(before)
        shape = _buttons(choices) if _fits_buttons(choices) else _list(choices, label)
        yield {"type": "interactive", "interactive": {**shape, "body": {"text": words or label}}}
    elif words and not captioned:
        yield _text(words)
    for file, media_id in zip(files, media_ids, strict=True):
        yield _file(file, media_id, words if captioned else "")


def bodies(message: ChatOutbound, media_ids: Sequence[str], label: str) -> list[Body]:
    """The requests that say this message, in their order. `media_ids`: those of its files; `label` opens a list.

    Up to three short choices are buttons, else they are the rows of a list, of which the platform shows ten. A text
    that is too long to stand over choices goes before them; one that fits becomes the caption of the only file.
    """
    to = "to" if is_number(message.account) else "recipient"
    head = {"messaging_product": "whatsapp", "recipient_type": "individual", to: message.account}
    made = [{**head, **part} for part in _parts(message, media_ids, label)]
    if message.reply_to and made and message.template is None:
        made[0]["context"] = {"message_id": message.reply_to}
    return made
