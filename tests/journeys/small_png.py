"""A picture of a screen in at most 256 colours: a third of the bytes, and hardly a difference to the eye.

Only what a browser writes: 8 bits a channel, RGB or RGBA, not interlaced. Source: PNG specification, third edition.
"""

import zlib
from collections import Counter
from collections.abc import Iterator
from struct import pack, unpack

Colour = tuple[int, int, int]
RGB, RGBA, PALETTE = 2, 6, 3


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at < len(png):
        (length,) = unpack(">I", png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + length]
        at += 12 + length


def _chunk(kind: bytes, body: bytes) -> bytes:
    return pack(">I", len(body)) + kind + body + pack(">I", zlib.crc32(kind + body))


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    distances = (abs(guess - left), abs(guess - above), abs(guess - corner))
    return (left, above, corner)[distances.index(min(distances))]


def _unfiltered(kind: int, line: bytearray, above: bytes, step: int) -> None:
    """Undo the filter of one line in place (section 9)."""
    for i in range(len(line)) if kind else ():
        left = line[i - step] if i >= step else 0
        corner = above[i - step] if i >= step else 0
        predicted = (0, left, above[i], (left + above[i]) // 2)[kind] if kind < 4 else _paeth(left, above[i], corner)
        line[i] = (line[i] + predicted) & 255


def _pixels(data: bytes, width: int, height: int, step: int) -> list[list[Colour]]:
    lines: list[list[Colour]] = []
    above, size = bytes(width * step), width * step + 1
    for row in range(height):
        line = bytearray(data[row * size + 1 : (row + 1) * size])
        _unfiltered(data[row * size], line, above, step)
        lines.append(list(zip(line[0::step], line[1::step], line[2::step], strict=True)))
        above = bytes(line)
    return lines


def _nearest(colour: Colour, palette: list[Colour]) -> int:
    return min(range(len(palette)), key=lambda i: sum((a - b) ** 2 for a, b in zip(colour, palette[i], strict=True)))


def small(png: bytes) -> bytes:
    """The picture with a palette of its 256 most frequent colours; each other colour becomes the nearest of them."""
    chunks = list(_chunks(png))
    width, height, depth, kind, _, _, interlaced = unpack(">IIBBBBB", chunks[0][1])
    assert (depth, interlaced) == (8, 0) and kind in (RGB, RGBA)
    data = zlib.decompress(b"".join(body for name, body in chunks if name == b"IDAT"))
    lines = _pixels(data, width, height, 3 if kind == RGB else 4)
    frequent = Counter(colour for line in lines for colour in line)
    palette = [colour for colour, _ in frequent.most_common(256)]
    index = {colour: place for place, colour in enumerate(palette)}
    index |= {colour: _nearest(colour, palette) for colour in frequent if colour not in index}
    flat = b"".join(b"\0" + bytes(map(index.__getitem__, line)) for line in lines)
    head = pack(">IIBBBBB", width, height, 8, PALETTE, 0, 0, 0)
    colours = b"".join(map(bytes, palette))
    body = ((b"IHDR", head), (b"PLTE", colours), (b"IDAT", zlib.compress(flat, 9)), (b"IEND", b""))
    return png[:8] + b"".join(_chunk(name, content) for name, content in body)
