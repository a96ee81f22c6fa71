"""Header lines as they leave: ASCII, folded, and never more lines than we mean.

The header classes of the standard library decode encoded words that stand in a subject, also `=0d=0a` inside of one,
and then write the line end out; so a stranger's subject could add a field to our answer. Here text that is not plain
goes out as one more layer of encoded words (RFC 2047) and comes back as exactly that text.
"""

import binascii
import re
from collections.abc import Iterable
from urllib.parse import quote

from helpdesk.channels.text import one_line

WORD_BYTES = 45  # 60 characters of base64 and 12 around them stay under the 75 that RFC 2047 section 2 allows
PLAIN = re.compile(r"[ -~]{0,900}")
PLAIN_NAME = re.compile(r"[A-Za-z0-9 ._()&+'-]{1,120}")
FOLD = "\r\n "


def _words(text: str) -> Iterable[str]:
    chunk = b""
    for char in text:
        data = char.encode("utf-8")
        if len(chunk) + len(data) > WORD_BYTES:
            yield f"=?utf-8?b?{binascii.b2a_base64(chunk, newline=False).decode('ascii')}?="
            chunk = b""
        chunk += data
    yield f"=?utf-8?b?{binascii.b2a_base64(chunk, newline=False).decode('ascii')}?="


def encoded(text: str) -> str:
    """`text` as the value of an unstructured field; line ends and control characters become blanks."""
    text = one_line(text)
    if PLAIN.fullmatch(text) and "=?" not in text:
        return text
    return FOLD.join(_words(text))


def mailbox(name: str, email: str) -> str:
    """`name <email>` for an address that has been checked already."""
    name = one_line(name)
    if not name:
        return email
    if PLAIN.fullmatch(name) and "=?" not in name:
        shown = '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    else:
        shown = FOLD.join(_words(name))
    return f"{shown}{FOLD if FOLD in shown else ' '}<{email}>"


def parameter(key: str, value: str) -> str:
    """`key="value"`, or the extended form of RFC 2231 where the value is not plain."""
    if PLAIN_NAME.fullmatch(value):
        return f'{key}="{value}"'
    return f"{key}*=utf-8''{quote(value, safe='')}"


def lines(fields: Iterable[tuple[str, str]]) -> bytes:
    """The header, ended by its empty line."""
    return "".join([*(f"{name}: {value}\r\n" for name, value in fields), "\r\n"]).encode("ascii")
