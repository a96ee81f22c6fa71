"""What a notice to a staff member carries, so that an answer to it is known: bound to one ticket and one person."""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from helpdesk.usecases.access import signed

SEVERAL = 0
"""In the place of a ticket's id: the notice is about several of them, and an answer to it belongs to none."""
_TOKEN = re.compile(r"(?:^|\.)s([0-9]{1,12})-([0-9]{1,12})-([0-9a-f]{32})@")

_QUOTED = re.compile(rb"(?<![0-9A-Za-z])s[0-9]{1,12}-[0-9]{1,12}-[0-9a-f]{32}@")


@dataclass(frozen=True, slots=True)
class Token:
    """A token that somebody quotes, and the id that holds it. `genuine`: we made it, for this ticket (SEVERAL: a notice
    about several) and this staff user (ids of their rows).
    """

    ticket_id: int
    user_id: int
    genuine: bool
    quoted: str = ""


def _mark(secret: str, ticket_id: int, user_id: int) -> str:
    return f"s{ticket_id}-{user_id}-{signed(secret, 'staff', ticket_id, user_id)[:32]}"


def conversation_id(secret: str, ticket_id: int, user_id: int, sender: str) -> str:
    """The id (without `<>`) that all notices about a ticket to one person refer to; 128 bits of it are an HMAC."""
    return f"{_mark(secret, ticket_id, user_id)}@{sender.rpartition('@')[2] or 'helpdesk.invalid'}"


def notice_id(secret: str, ticket_id: int, user_id: int, sender: str) -> str:
    """A fresh Message-ID (without `<>`) that holds the same token: some programs quote nothing else."""
    return f"{secrets.token_hex(8)}.{conversation_id(secret, ticket_id, user_id, sender)}"


def holds_token(identifier: str) -> bool:
    """True for an id that a notice to a staff member carries: it is nobody else's business."""
    return _TOKEN.search(identifier) is not None


def quotes_token(content: bytes) -> bool:
    """True for a file with such an id in it, such as a copy of a notice; in UTF-16 too, as Outlook stores mails."""
    return _QUOTED.search(content) is not None or _QUOTED.search(content.replace(b"\0", b"")) is not None


def tokens_in(secret: str, ids: Iterable[str]) -> list[Token]:
    """The tokens in the ids that a mail answers, in their order; whoever made them up is not `genuine`."""
    found = (match for identifier in ids if (match := _TOKEN.search(identifier)))
    return [
        Token(
            ticket, user, secrets.compare_digest(match[0].lstrip("."), f"{_mark(secret, ticket, user)}@"), match.string
        )
        for match in found
        for ticket, user in [(int(match[1]), int(match[2]))]
    ]
