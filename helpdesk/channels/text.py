"""Text as every UTF-8 database can store it and a page can show it, whatever the sender wrote."""

import re

LONE_SURROGATES = re.compile("[\ud800-\udfff]")
CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def storable(text: str) -> str:
    """`text` without NUL and lone surrogates, which PostgreSQL and UTF-8 refuse."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    return text if text.isascii() else LONE_SURROGATES.sub("\ufffd", text)


def one_line(text: str) -> str:
    """`text` as a header value may be shown: storable, one line, no control or direction characters."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return " ".join(BIDI.sub("", CONTROLS.sub(" ", storable(text))).split(" ")).strip()


def error_line(error: BaseException) -> str:
    """The kind and the words of an error on one line of at most 200 characters, for logs and for what staff read."""
    return one_line(f"{type(error).__name__} {error}")[:200]
