"""Encoded words (RFC 2047) and parameters (RFC 2231), read with tolerance and in linear time."""

import binascii
import re
from urllib.parse import unquote_to_bytes

from helpdesk.channels.email.charsets import decode
from helpdesk.channels.text import one_line

MAX_VALUE = 65_536
MAX_PIECES = 200
HEX = re.compile(rb"=([0-9A-Fa-f]{2})")
SPLIT_NAME = re.compile(r"^(.+?)(?:\*(\d{1,4}))?(\*)?$")


def base64_bytes(data: bytes) -> bytes:
    """Base64 with its usual damage: missing padding, foreign characters, a torn last group."""
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        kept = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    if len(kept) % 4 == 1:
        kept = kept[:-1]
    return binascii.a2b_base64(kept + b"=" * (-len(kept) % 4))


def _q(text: str) -> bytes:
    raw = text.replace("_", " ").encode("utf-8", "surrogateescape")
    return HEX.sub(lambda m: bytes.fromhex(m[1].decode("ascii")), raw)


def _word(value: str, start: int) -> tuple[str, bytes, int] | None:
    """The encoded word at `start` as (charset, bytes, end), or None."""
    charset_end = value.find("?", start + 2, start + 80)
    if charset_end < 0 or value[charset_end + 2 : charset_end + 3] != "?":
        return None
    kind = value[charset_end + 1].lower()
    end = value.find("?=", charset_end + 3)
    if kind not in "bq" or end < 0:
        return None
    body = value[charset_end + 3 : end]
    charset = value[start + 2 : charset_end].partition("*")[0]
    data = base64_bytes(body.encode("utf-8", "ignore")) if kind == "b" else _q(body)
    return charset, data, end + 2


def decode_words(value: str) -> str:
    """`value` with its encoded words decoded; words torn inside a character are joined first. Storable, one line."""
    value = value[:MAX_VALUE]
    if "=?" not in value:
        return one_line(value)
    out: list[str] = []
    charset, pending = "", b""
    at = 0
    last_end = value.rfind("?=")
    while 0 <= (start := value.find("=?", at)) < last_end:
        found = _word(value, start)
        gap = value[at:start]
        if found is None:
            out += [decode(pending, charset), gap, "=?"]
            pending, at = b"", start + 2
            continue
        if pending and (gap.strip() or found[0].lower() != charset.lower()):
            out += [decode(pending, charset), gap if gap.strip() else ""]
            pending = b""
        elif not pending:
            out.append(gap if gap.strip() or not out else "")
        charset, pending, at = found[0], pending + found[1], found[2]
    out += [decode(pending, charset), value[at:]]
    return one_line("".join(out))


def _pieces(value: str) -> list[str]:
    """`value` cut at the semicolons outside quoted strings."""
    out: list[str] = []
    start = at = 0
    while len(out) < MAX_PIECES:
        semicolon = value.find(";", at)
        quote = value.find('"', at)
        if 0 <= quote < semicolon:
            closing = value.find('"', quote + 1)
            while closing > 0 and value[closing - 1] == "\\":
                closing = value.find('"', closing + 1)
            if closing > 0:
                at = closing + 1
                continue
        if semicolon < 0:
            break
        out.append(value[start:semicolon])
        start = at = semicolon + 1
    return [*out, value[start:]]


def _unquote(value: str) -> str:
    value = value.strip()
    if value.startswith('"'):
        end = value.rfind('"')
        value = value[1 : end if end > 0 else None]
        value = re.sub(r"\\(.)", r"\1", value)
    return value


def _joined(sections: dict[int, tuple[str, bool]]) -> str:
    charset, parts = "", []
    for number in sorted(sections):
        text, extended = sections[number]
        if extended:
            if number == min(sections) and text.count("'") >= 2:
                charset, _, text = text.split("'", 2)
            parts.append(unquote_to_bytes(text.encode("utf-8", "surrogateescape")))
        else:
            parts.append(text.encode("utf-8", "surrogateescape"))
    return one_line(decode(b"".join(parts), charset))


def parameters(value: str) -> tuple[str, dict[str, str]]:
    """A header such as `text/plain; name=x` as its lower-case first word and its decoded parameters."""
    if ";" not in value:
        return value.strip().lower(), {}
    first, *rest = _pieces(value[:MAX_VALUE])
    plain: dict[str, str] = {}
    sections: dict[str, dict[int, tuple[str, bool]]] = {}
    for piece in rest:
        name, equals, text = piece.partition("=")
        match = SPLIT_NAME.match(name.strip().lower()[:80])
        if not equals or match is None:
            continue
        if match[2] is None and match[3] is None:
            text = _unquote(text)
            plain.setdefault(match[1], decode_words(text) if "=?" in text else one_line(text))
        else:
            number = int(match[2] or 0)
            sections.setdefault(match[1], {}).setdefault(number, (_unquote(text), match[3] is not None))
    return first.strip().lower(), plain | {name: _joined(found) for name, found in sections.items()}
