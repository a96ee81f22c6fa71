"""Marks in a text of Telegram; their offsets count UTF-16 units, two bytes each."""

import re
from collections.abc import Sequence

from helpdesk.channels.telegram.fields import Fields
from helpdesk.channels.text import one_line, storable

_ENCODING, _UNIT = "utf-16-le", 2
_STARRED = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]+)(?<=\S)\*(?![\w*])")


def units(text: str) -> int:
    """How long Telegram takes a text to be, in UTF-16 units."""
    return len(text.encode(_ENCODING, "surrogatepass")) // _UNIT


def with_links(text: str, entities: Sequence[Fields]) -> str:
    """The text with the address behind every linked word that does not show it, in brackets after the word.

    A mark that lies outside of the text is put at its end.
    """
    links = []
    for entity in entities:
        offset, length, url = entity.number("offset"), entity.number("length"), one_line(entity.text("url"))
        if entity.text("type") == "text_link" and url and offset is not None and length is not None:
            links.append((offset, offset + length, url))
    if not links:
        return text
    whole = text.encode(_ENCODING, "surrogatepass")
    parts, rest, done = [], [], 0
    for start, end, url in sorted(links, key=lambda link: link[1]):
        if not 0 <= start < end or end * _UNIT > len(whole):
            rest.append(f"\n{url}".encode(_ENCODING, "surrogatepass"))
            continue
        word = whole[start * _UNIT : end * _UNIT].decode(_ENCODING, "replace")
        parts.append(whole[done : end * _UNIT])
        done = end * _UNIT
        if word.strip().rstrip("/") != url.rstrip("/"):
            parts.append(f" ({url})".encode(_ENCODING, "surrogatepass"))
    return storable(b"".join([*parts, whole[done:], *rest]).decode(_ENCODING, "replace"))


def bold(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text without the stars around *words*, and where those words stand: offset and length in UTF-16 units.

    Chats write bold so; Telegram shows the stars unless it is told. Stars of a calculation are left alone.
    """
    plain, marks, done = "", [], 0
    for found in _STARRED.finditer(text):
        plain += text[done : found.start()]
        marks.append((units(plain), units(found[1])))
        plain, done = plain + found[1], found.end()
    return plain + text[done:], marks


def cut(text: str, limit: int) -> list[str]:
    """The text in pieces of at most `limit` UTF-16 units, cut at a line's or a word's end where there is one."""
    pieces = []
    while units(text) > limit:
        end = len(text.encode(_ENCODING, "surrogatepass")[: limit * _UNIT].decode(_ENCODING, "ignore"))
        for mark in ("\n", " "):
            at = text.rfind(mark, end // 2, end)
            if at > 0:
                end = at + 1
                break
        pieces.append(text[:end].rstrip())
        text = text[end:]
    return [piece for piece in (*pieces, text) if piece.strip()]
