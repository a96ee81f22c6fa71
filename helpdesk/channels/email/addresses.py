"""Addresses out of header fields: one strict addr-spec or none at all (RFC 5322 section 3.4).

Whoever reads `alice@x <bob@y>` as alice lets Bob write as Alice. So a mailbox counts only when exactly one address
can be meant; everything else is a name without an address, and the sender stays unknown.
"""

import re
from collections.abc import Iterable

from helpdesk.channels.base import Address
from helpdesk.channels.email.words import decode_words
from helpdesk.channels.text import one_line

MAX_MAILBOXES = 1_000
MAX_VALUE = 262_144
MAX_NAME = 200
LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
ADDR_SPEC = re.compile(rf"({LOCAL})@({LABEL}(?:\.{LABEL})*)\.?")
COMMON = re.compile(r'\s*(?:"?([^"<>(),;:\\@\[\]]*)"?\s*)<([^<>\s"(),;:\\]+)>\s*')
SPECIAL = re.compile(r'["(),;:<>\\]')
BARE = re.compile(r"[A-Za-z0-9._%+=/&'~-]{1,64}@[A-Za-z0-9][A-Za-z0-9.-]{0,252}[A-Za-z0-9]")


def addr_spec(text: str) -> str:
    """`text` in lower case if it is one strict address, else an empty string."""
    text = text.strip()
    if text[:7].lower() == "mailto:":
        text = text[7:]
    if len(text) > 2 and text[0] == text[-1] == "'":
        text = text[1:-1]
    match = ADDR_SPEC.fullmatch(text) if len(text) <= 320 else None
    if match is None or len(match[1]) > 64 or match[1].startswith("=?"):
        return ""
    return f"{match[1]}@{match[2]}".lower()


def _name(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    text = re.sub(r"\\(.)", r"\1", text) if "\\" in text else text
    return one_line(decode_words(text).strip("\"' ").replace('"', ""))[:MAX_NAME].strip()


class _Mailbox:
    """What was read of one mailbox: the text outside of brackets, the bracketed texts, the comments."""

    def __init__(self) -> None:
        self.outside: list[str] = []
        self.brackets: list[str] = []
        self.comments: list[str] = []
        self.at_sign = False  # one stands outside of brackets
        self.after = False  # text stands behind the bracket
        self.torn = False  # a comment stands inside of the text

    def add(self, text: str) -> None:
        if text.strip():
            self.after = self.after or bool(self.brackets)
            self.torn = self.torn or bool(self.comments)
        self.at_sign = self.at_sign or "@" in text
        self.outside.append(text)

    def address(self) -> Address:
        outside = "".join(self.outside)
        if self.brackets:
            alone = len(self.brackets) == 1 and not self.after
            return Address(addr_spec(self.brackets[0]) if alone else "", _name(outside))
        if "@" in outside:
            email = "" if self.torn else addr_spec(outside)
            return Address(email, _name(self.comments[0]) if email and self.comments else "")
        return Address("", _name(outside) or _name(" ".join(self.comments)))

    @property
    def empty(self) -> bool:
        return not self.brackets and not "".join(self.outside).strip()


def _closing(value: str, at: int, closer: str) -> int:
    """Where the quoted string or comment that opened before `at` ends, or -1."""
    depth = 1
    while at < len(value):
        char = value[at]
        if char == "\\":
            at += 1
        elif char == closer:
            depth -= 1
            if depth == 0:
                return at
        elif char == "(" and closer == ")":
            depth += 1
        at += 1
    return -1


def _mailboxes(value: str) -> Iterable[_Mailbox]:
    box, at, unclosed = _Mailbox(), 0, set()
    for _ in range(MAX_MAILBOXES * 8):
        special = SPECIAL.search(value, at)
        if special is None:
            break
        start, char = special.start(), special[0]
        box.add(value[at:start])
        at = start + 1
        closer = {'"': '"', "(": ")", "<": ">"}.get(char, "")
        end = -1
        if closer and char not in unclosed:
            end = value.find(">", at) if char == "<" else _closing(value, at, closer)
            if end < 0:
                unclosed.add(char)
        if end >= 0:
            inner = value[at:end]
            if char == '"':
                box.add(f'"{inner}"')
            elif char == "(":
                box.comments.append(inner)
            else:
                box.brackets.append(inner)
            at = end + 1
        elif char in ",;":
            yield box
            box = _Mailbox()
        elif char == ":" and not box.brackets and not box.at_sign:
            box = _Mailbox()  # the name of a group
        else:
            box.add(char)
    box.add(value[at:])
    yield box


def mailboxes(value: str) -> list[Address]:
    """The mailboxes of one field value, in order; an address that is not certain is empty."""
    value = value[:MAX_VALUE]
    common = COMMON.fullmatch(value) if len(value) < 1_000 else None
    if common:
        return [Address(addr_spec(common[2]), _name(common[1]))]
    out: list[Address] = []
    surname = ""
    for box in _mailboxes(value):
        if box.empty and not box.comments:
            continue
        found = box.address()
        if not found.email and not box.brackets and "@" not in "".join(box.outside):
            surname = f"{surname}, {found.name}" if surname else found.name  # `Doe, John <john@x>` without quotes
            continue
        name = f"{surname}, {found.name}" if surname and found.name else (found.name or surname)
        out.append(Address(found.email, name))
        surname = ""
        if len(out) >= MAX_MAILBOXES:
            break
    return [*out, Address("", surname)] if surname and not out else out


def all_mailboxes(values: Iterable[str]) -> tuple[Address, ...]:
    """The certain addresses of all values, each once, in order."""
    found: dict[str, Address] = {}
    for value in values:
        for address in mailboxes(value):
            if address.email:
                found.setdefault(address.email, address)
    return tuple(found.values())


def bare_addresses(text: str) -> list[str]:
    """Whatever looks like an address in free text, lower case, in order, each once."""
    return list(dict.fromkeys(found for m in BARE.finditer(text) if (found := addr_spec(m[0].strip("'")))))
