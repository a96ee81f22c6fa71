"""Files that travel inside of something else: uuencoded text, winmail.dat, calendar invitations."""

import logging
import re

from helpdesk.channels.email.charsets import decode
from helpdesk.channels.email.wire import uudecoded
from helpdesk.channels.text import storable

BEGIN = re.compile(r"^begin [0-7]{3,4} (\S.{0,200})$", re.M)
END = re.compile(r"^end\s*$", re.M)
SHOWN = ("SUMMARY", "DTSTART", "DTEND", "LOCATION", "DESCRIPTION")
MAX_CALENDAR = 65_536
MAX_FILES = 200


def uuencoded(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """`text` without its uuencoded files, and the files as (name, bytes)."""
    if "\nbegin " not in text and not text.startswith("begin "):
        return text, []
    out: list[str] = []
    files: list[tuple[str, bytes]] = []
    at = 0
    while len(files) < MAX_FILES and (begin := BEGIN.search(text, at)):
        end = END.search(text, begin.end())
        if end is None:
            break
        data = uudecoded(text[begin.end() : end.start()].encode("ascii", "ignore"))
        out.append(text[at : begin.start()] if data else text[at : end.end()])
        files += [(begin[1].strip(), data)] if data else []
        at = end.end()
    return "".join([*out, text[at:]]), files


def tnef(raw: bytes) -> tuple[str, str, list[tuple[str, bytes]]] | None:
    """Text, HTML and files out of a winmail.dat (MS-OXTNEF); None when it cannot be read."""
    from tnefparse import TNEF  # noqa: PLC0415 - rarely needed

    logging.getLogger("tnef-decode").setLevel(logging.CRITICAL)
    try:
        box = TNEF(raw, do_checksum=False)
        text, html = box.body or b"", box.htmlbody or b""
        files = [(str(a.long_filename() or ""), bytes(a.data)) for a in box.attachments[:MAX_FILES]]
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - the library raises whatever damage leads to; the raw file is kept then
        return None
    return _text(text), _text(html), files


def _text(value: bytes | str) -> str:
    return decode(value) if isinstance(value, bytes) else storable(value)


def invitation(raw: bytes) -> str:
    """What an invitation is about, in lines: summary, beginning, end, place, description (RFC 5545)."""
    text = decode(raw[:MAX_CALENDAR]).replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "")
    _, _, event = text.partition("BEGIN:VEVENT")
    found: dict[str, str] = {}
    for line in event.partition("END:VEVENT")[0].split("\n"):
        name, _, value = line.partition(":")
        name = name.partition(";")[0].strip().upper()
        if name in SHOWN and value.strip():
            value = value.replace("\\n", "\n").replace("\\N", "\n").replace("\\,", ",").replace("\\;", ";")
            found.setdefault(name, value.replace("\\\\", "\\").strip())
    return "\n".join(found[name] for name in SHOWN if name in found)
