"""Quarantined messages as values; what a broken message says of itself is text, never trusted."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Row

from helpdesk.catalog.model import Catalog
from helpdesk.channels.base import Address
from helpdesk.channels.email.addresses import mailboxes
from helpdesk.channels.email.words import decode_words
from helpdesk.store.mail_models import RawMessage
from helpdesk.usecases.floods import UNPROVED
from helpdesk.usecases.redaction import without_private_ids
from helpdesk.web.admin.reasons import reason_shown
from helpdesk.web.board.clocks import Present
from helpdesk.web.board.view import Choice
from helpdesk.web.ticket.talk import size_of

HEAD = 8192
_LINE_END = re.compile(rb"\r?\n")


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A message in quarantine, as the list and the page show it. `proposed`: what its headers say for a ticket."""

    href: str
    received: str
    received_full: str
    sender: str
    subject: str
    reason: str
    source: str
    headers: str = ""
    tried: str = ""
    size: str = ""
    desks: tuple[Choice, ...] = ()
    places: tuple[Choice, ...] = ()
    proposed: Mapping[str, str] = field(default_factory=dict)


def header_text(body: bytes) -> str:
    """The headers of a raw message as they arrived: at most 8 kB, up to the first empty line; nobody's private ids."""
    lines: list[str] = []
    for line in _LINE_END.split(body[:HEAD]):
        if not line and lines:
            break
        lines.append(line.decode("utf-8", "replace"))
    return without_private_ids("\n".join(lines))


def header(headers: str, name: str) -> str:
    """The value of a header as it stands, its folded lines joined; empty when there is none."""
    found, inside = [], False
    for line in headers.split("\n"):
        if inside and line[:1] in (" ", "\t"):
            found.append(line.strip())
        elif line.lower().startswith(f"{name.lower()}:"):
            inside, found = True, [line.partition(":")[2].strip()]
        elif inside:
            break
    return " ".join(found)[:300]


def _from_head(headers: str) -> tuple[str, str]:
    return header(headers, "From") or _("unknown sender"), header(headers, "Subject") or _("(no subject)")


def quarantined(row: Row[Any], catalog: Catalog, at: Present) -> Quarantined:
    """A line of the list."""
    sender, subject = _from_head(header_text(bytes(row.head)))
    desk = catalog.desks.get(row.desk or "")
    return Quarantined(
        href=f"/quarantine/{row.id}",
        received=at.brief(row.received_at),
        received_full=at.words.full(row.received_at, at.zone),
        sender=sender,
        subject=subject,
        reason=reason_shown(row.reason),
        source=desk.name if desk else row.source or _("no desk"),
    )


def quarantined_page(raw: RawMessage, desks: Mapping[str, str], catalog: Catalog, at: Present) -> Quarantined:
    """One message with its headers; a desk can be chosen where it has none."""
    headers = header_text(raw.body)
    sender, subject = _from_head(headers)
    desk = catalog.desks.get(raw.desk or "")
    return Quarantined(
        href=f"/quarantine/{raw.id}",
        received=at.brief(raw.received_at),
        received_full=at.words.full(raw.received_at, at.zone),
        sender=sender,
        subject=subject,
        reason=reason_shown(raw.reason),
        source=desk.name if desk else raw.source,
        headers=headers,
        tried=ngettext("tried %(num)s time", "tried %(num)s times", raw.attempts) if raw.attempts else "",
        size=size_of(raw.size, at.words.time_dot),
        desks=tuple(Choice(i, name) for i, name in desks.items()) if raw.desk is None else (),
        places=tuple(Choice(i, name, chosen=i == raw.desk) for i, name in desks.items()),
        proposed=_proposed(headers, raw.sender.removeprefix(UNPROVED)),
    )


def _proposed(headers: str, sender: str) -> dict[str, str]:
    """Requester and subject as the headers name them, decoded; staff may say otherwise."""
    named = next((m for m in mailboxes(header(headers, "From")) if m.email), Address(sender))
    return {
        "email": sender or named.email,
        "name": named.name,
        "subject": decode_words(header(headers, "Subject"))[:300],
    }
