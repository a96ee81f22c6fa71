"""A message as it stands on the wire: header fields and the tree of its parts, read without recursion.

The parser of the standard library recurses into nested parts, stops at the first odd header line and costs more than
the rest of the reading together. This one keeps what it can, in time linear in the size for each level of nesting.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from helpdesk.channels.email.charsets import decode
from helpdesk.channels.email.words import base64_bytes, parameters

MAX_BYTES = 52_428_800
"""Of a whole mail. A larger one is not parsed: it is set aside, or not taken at all."""
MAX_DEPTH = 40
MAX_PARTS = 1_000
MAX_HEADER_BYTES = 1_048_576
UUENCODINGS = ("x-uuencode", "x-uue", "uuencode", "uue")
FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:[ \t]*(.*)", re.S)
LINE_END = re.compile(rb"[ \t]*(?:\r?\n|\r|\Z)")
HEADER_END = re.compile(rb"\n\r?\n|\r\r(?!\n)")
LINES_END = re.compile(rb"\n\r?\n")


@dataclass(slots=True)
class Part:
    """One part: its fields in order (lower-case name, unfolded raw value), its body bytes, its children."""

    fields: list[tuple[str, bytes]]
    body: bytes
    media_type: str = "text/plain"
    params: dict[str, str] = field(default_factory=dict)
    children: list["Part"] = field(default_factory=list)
    by_name: dict[str, list[bytes]] = field(init=False)

    def __post_init__(self) -> None:
        self.by_name = {}
        for name, value in self.fields:
            self.by_name.setdefault(name, []).append(value)

    def raw(self, name: str) -> list[bytes]:
        """Every raw value of the field `name` (lower case), topmost first."""
        return self.by_name.get(name, [])

    def values(self, name: str) -> list[str]:
        """Every value of the field `name` as text, encoded words left as they are."""
        if name not in self.by_name:
            return []
        charset = self.params.get("charset", "")
        return [decode(value, charset, guess=False) for value in self.raw(name)]

    def value(self, name: str) -> str:
        """The first non-empty value of the field `name`, else an empty string."""
        return next((v for v in self.values(name) if v.strip()), "")

    def walk(self) -> Iterator["Part"]:
        """The part and all below it, in the order of the message."""
        waiting = [self]
        while waiting:
            part = waiting.pop()
            yield part
            waiting.extend(reversed(part.children))

    def content(self) -> bytes:
        """The body with its transfer encoding undone."""
        encoding = self.value("content-transfer-encoding").split(";")[0].strip().lower()
        if encoding == "base64":
            return base64_bytes(self.body)
        if encoding == "quoted-printable":
            return binascii.a2b_qp(self.body)
        if encoding in UUENCODINGS:
            return uudecoded(self.body)
        return self.body

    def text(self) -> str:
        """The body as text, with plain line ends."""
        return decode(self.content(), self.params.get("charset", "")).replace("\r\n", "\n").replace("\r", "\n")


@dataclass(slots=True)
class Message(Part):
    """The whole message; `excess` says in words which limit it breaks, if any."""

    excess: str = ""


def _split_head(raw: bytes) -> tuple[list[bytes], bytes]:
    """The header lines and the body behind the first empty line."""
    if raw[:1] in (b"\n", b"\r"):
        first = re.match(rb"(?:\r?\n|\r)", raw)
        return [], raw[first.end() if first else 0 :]
    end = HEADER_END.search(raw)
    if end and end[0] == b"\r\r" and b"\n" in raw[: end.start()]:
        # Lines end with LF here, and the server that said who wrote read on: behind it stands the From that it saw.
        end = LINES_END.search(raw, end.start())
    if end is None:
        return raw[:MAX_HEADER_BYTES].splitlines(), b""
    return raw[: min(end.start(), MAX_HEADER_BYTES)].splitlines(), raw[end.end() :]


def _fields(lines: list[bytes]) -> tuple[list[tuple[str, bytes]], int]:
    """The fields, and the number of the line where they ended without an empty line (else the number of lines)."""
    out: list[tuple[str, list[bytes]]] = []
    for number, line in enumerate(lines):
        if line[:1] in (b" ", b"\t"):
            if out:
                out[-1][1].append(line)
            continue
        match = FIELD.match(line)
        if match:
            out.append((match[1].decode("ascii").lower(), [match[2]]))
        elif not out:
            continue  # junk in front of the header, such as an mbox line
        elif any(FIELD.match(later) for later in lines[number + 1 : number + 4]):
            out[-1][1].append(b" " + line)  # a folded line that lost its blank
        else:
            return [(name, b"".join(parts).strip()) for name, parts in out], number
    return [(name, b"".join(parts).strip()) for name, parts in out], len(lines)


def _part(raw: bytes, *, default: str = "text/plain") -> Message:
    lines, body = _split_head(raw)
    fields, used = _fields(lines)
    rest = lines[used:] if fields else lines
    if rest:
        body = b"\n".join([*rest, b"", body]) if body else b"\n".join(rest)
    part = Message(fields, body)
    media_type, part.params = parameters(part.value("content-type"))
    part.media_type = media_type if media_type.count("/") == 1 else ("text/plain" if media_type == "text" else default)
    return part


def _boundary_lines(body: bytes, boundary: bytes) -> Iterator[tuple[int, int, bool]]:
    """Each boundary line as (its beginning with the line end before it, its end, whether it is the last one)."""
    for found in re.finditer(rb"(?:\A|(?<=[\r\n]))--" + re.escape(boundary), body):
        at, end = found.span()
        last = body[end : end + 2] == b"--"
        line_end = LINE_END.match(body, end + 2 if last else end)
        if line_end:
            start = at - (2 if body[at - 2 : at] == b"\r\n" else 1 if at else 0)
            yield start, line_end.end(), last


def _cut(body: bytes, boundary: bytes) -> list[bytes]:
    """The raw parts between the boundary lines; a missing last one is forgiven (RFC 2046 section 5.1.1)."""
    parts: list[bytes] = []
    begin = -1
    for start, end, last in _boundary_lines(body, boundary):
        if begin >= 0:
            parts.append(body[begin : max(start, begin)])
        begin = end
        if last:
            return parts
        if len(parts) > MAX_PARTS:
            break
    if begin >= 0:
        parts.append(body[begin:])
    return parts


def _boundary(part: Part) -> bytes:
    declared = part.params.get("boundary", "")
    if declared:
        return declared.encode("utf-8", "replace")
    # No boundary stated: the first line that looks like one.
    guess = re.search(rb"(?:^|\n)--([^\s-][^\r\n]{0,69}?)[ \t]*\r?\n(?=[Cc]ontent-)", part.body[:65_536])
    return guess[1] if guess else b""


def uudecoded(data: bytes) -> bytes:
    """The bytes of uuencoded lines; lines that are none are left out."""
    out = []
    for line in data.splitlines():
        if line.startswith(b"begin ") or line in (b"end", b"`", b""):
            continue
        length = (((line[0] - 32) & 63) * 4 + 5) // 3  # some encoders add a checksum behind the data
        try:
            out.append(binascii.a2b_uu(line[:length]))
        except binascii.Error:
            continue
    return b"".join(out)


def _start(raw: bytes) -> bytes:
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    stripped = raw.lstrip(b"\r\n")
    while stripped.startswith((b"From ", b">From ")):
        line_end = re.search(rb"[\r\n]+", stripped)
        stripped = stripped[line_end.end() :] if line_end else b""
    if b"\r\r\n" in stripped[:8_192]:
        stripped = stripped.replace(b"\r\r\n", b"\r\n")
    return stripped


def parse(raw: bytes) -> Message:
    """The tree of the message. Never raises; what breaks a limit is left unopened and named in `excess`."""
    message = _part(_start(raw))
    waiting: list[tuple[Part, int]] = [(message, 0)]
    count = 1
    while waiting:
        part, depth = waiting.pop()
        if not part.media_type.startswith("multipart/"):
            continue
        boundary = _boundary(part)
        pieces = _cut(part.body, boundary) if boundary else []
        if not pieces:
            continue
        count += len(pieces)
        if depth >= MAX_DEPTH or count > MAX_PARTS:
            message.excess = "too deeply nested" if depth >= MAX_DEPTH else "too many parts"
            continue
        default = "message/rfc822" if part.media_type == "multipart/digest" else "text/plain"
        part.children = [_part(piece, default=default) for piece in pieces]
        if depth:
            part.body = b""  # the children hold it
        waiting.extend((child, depth + 1) for child in part.children)
    return message
