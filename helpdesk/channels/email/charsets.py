"""From bytes to text that every UTF-8 database can store, whatever the sender declared."""

import codecs
from functools import lru_cache

from helpdesk.channels.text import storable

# What senders write against what they mean; the supersets are those of the WHATWG Encoding Standard, section 4.2.
ALIASES = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso-gb2312": "gb18030",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "iso8859-1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-9": "cp1254",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "utf8mb4": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "us-ascii": "",
    "ascii": "",
    "ansi_x3.4-1968": "",
    "unknown-8bit": "",
    "x-unknown": "",
    "binary": "",
}
# Codecs of the standard library that are no character sets; some raise errors of their own or grow without bound.
NO_CHARSETS = {"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
GUESS_SAMPLE = 16_384
PRINTABLE = bytes(range(0x20, 0x7F))


def _stray(error: UnicodeError) -> tuple[str, int]:
    # A few bytes of Windows-1252 in text that is otherwise UTF-8: the valid part must stay readable.
    assert isinstance(error, UnicodeDecodeError)
    bad = error.object[error.start : error.end]
    return bad.decode("cp1252", "replace"), error.end


codecs.register_error("helpdesk-stray-bytes", _stray)


@lru_cache(256)
def codec_of(declared: str) -> str:
    """The codec for a declared charset; empty where it is unknown, no character set, or says nothing."""
    name = declared.strip().strip("\"'").lower()
    name = ALIASES.get(name, name)
    if not name or len(name) > 40 or not name.isascii():
        return ""
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    is_text = getattr(info, "_is_text_encoding", True)
    return info.name if is_text and info.name.replace("-", "_") not in NO_CHARSETS else ""


@lru_cache(64)
def _keeps_ascii(codec: str) -> bool:
    """False for charsets in which the bytes of ASCII may mean something else (UTF-7, UTF-16, HZ, EBCDIC)."""
    return _strict(PRINTABLE, codec) == PRINTABLE.decode("ascii")


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError):
        return None


def _guess(data: bytes) -> str:
    from charset_normalizer import from_bytes  # noqa: PLC0415 - slow to import, rarely needed

    best = from_bytes(data[:GUESS_SAMPLE]).best()
    codec = best.encoding if best else "cp1252"
    return data.decode(codec, "replace")


def _mostly_utf8(data: bytes) -> str | None:
    valid = data.decode("utf-8", "ignore")
    good = len(valid.encode("utf-8")) - len(valid)
    bad = data.decode("utf-8", "replace").count("\ufffd")
    return data.decode("utf-8", "helpdesk-stray-bytes") if good > bad else None


def decode(data: bytes, declared: str = "", *, guess: bool = True) -> str:
    """The text of `data`: the declared charset if it fits, then UTF-8, then a guess. Never raises, always storable.

    Without `guess`, as for header fields, the last resort is Windows-1252: they are too short to tell more. Nor does a
    charset count there that reads ASCII as something else: every server on the way took the address for what it says in
    ASCII, and its verdict is about that one.
    """
    codec = codec_of(declared)
    if codec and not guess and not _keeps_ascii(codec):
        codec = ""
    if codec.startswith(("utf-16", "utf-32")) and data.isascii() and b"\0" not in data:
        codec = ""  # mislabelled: even Chinese has other bytes among these
    if (not codec or codec in ("utf-8", "cp1252")) and data.isascii() and b"\x1b" not in data:
        return storable(data.decode("ascii"))
    text = _strict(data, codec) if codec else None
    if text is None and codec != "utf-8":
        text = _strict(data, "utf-8") if b"\x1b" not in data else _strict(data, "iso2022_jp_ext")
    if text is None:
        text = _mostly_utf8(data)
    if text is None:
        single_byte = codec.startswith(("cp125", "iso8859", "koi8"))
        text = data.decode(codec if single_byte else "cp1252", "replace") if single_byte or not guess else _guess(data)
    return storable(text)
