"""Names of attachments, safe to show, to store and to offer for download."""

import re

from helpdesk.channels.text import one_line

MAX_NAME = 150
INVISIBLE = re.compile(
    "[\u00ad\u034f\u115f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]"
)
RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.I)
FORBIDDEN = re.compile(r'[<>"|?*\x00-\x1f]')
EXTENSIONS = {
    "text/plain": "txt",
    "text/html": "html",
    "text/calendar": "ics",
    "text/rfc822-headers": "txt",
    "message/rfc822": "eml",
    "message/global": "eml",
    "message/delivery-status": "txt",
    "message/disposition-notification": "txt",
    "message/feedback-report": "txt",
    "image/jpeg": "jpg",
    "image/svg+xml": "svg",
    "audio/mpeg": "mp3",
    "application/octet-stream": "bin",
    "application/pgp-signature": "asc",
    "application/pgp-encrypted": "asc",
    "application/pkcs7-mime": "p7m",
    "application/x-pkcs7-mime": "p7m",
    "application/pkcs7-signature": "p7s",
    "application/x-pkcs7-signature": "p7s",
    "application/ms-tnef": "dat",
}


def safe_name(name: str) -> str:
    """`name` without folders, invisible and direction characters, at most 150 characters; may come out empty.

    Cleaned once and then judged: a name that only becomes `.htaccess` by cleaning is treated as one.
    """
    name = INVISIBLE.sub("", one_line(name))
    name = re.split(r"[/\\]", name)[-1]
    name = FORBIDDEN.sub("_", name).strip(" .~")
    if RESERVED.match(name):
        name = "_" + name
    if len(name) > MAX_NAME:
        stem, dot, extension = name.rpartition(".")
        keep = f".{extension}" if dot and 0 < len(extension) <= 10 else ""
        name = (stem if keep else name)[: MAX_NAME - len(keep)] + keep
    return name


def made_name(media_type: str, number: int) -> str:
    """A name for the `number`th attachment that came without one, with the extension of its type."""
    kind, _, subtype = media_type.partition("/")
    extension = EXTENSIONS.get(media_type) or (subtype if re.fullmatch(r"[a-z0-9]{1,8}", subtype) else "bin")
    stem = {"image": "image", "audio": "audio", "video": "video", "message": "message"}.get(kind, "attachment")
    return f"{'invite' if media_type == 'text/calendar' else f'{stem}-{number}'}.{extension}"
