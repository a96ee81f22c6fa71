"""Every message that the product writes, made up for looking at: an example ticket, and values for each template."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from helpdesk.catalog.model import Item
from helpdesk.channels.base import Outbound
from helpdesk.resources import templates_folder
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Ticket
from helpdesk.tickets.reference import format_number, number_year
from helpdesk.usecases.context import Context
from helpdesk.usecases.letter import BETWEEN_LANGUAGES
from helpdesk.usecases.messages import LANGUAGES, render_body
from helpdesk.usecases.notices import new_message_id
from helpdesk.usecases.writing import HIDDEN, framed, no_ticket

REPLY = "Selamat pagi,\n\nkata sandi sudah kami atur ulang. Silakan coba masuk lagi.\n\nSalam, petugas meja layanan"
TRY = "test"
WITHOUT_TICKET = frozenset({"code", TRY, "not-taken"})
TO_STAFF = frozenset({"warning", "alarm", "digest", "answered", "assigned", "not-taken"})


def kinds() -> list[str]:
    """The kinds of messages, the folders of templates/messages; those to requesters first."""
    found = (folder.name for folder in (templates_folder() / "messages").iterdir() if (folder / "subject.txt").exists())
    return sorted(found, key=lambda kind: (kind in TO_STAFF, kind))


def _item(context: Context, desk_id: str) -> Item | None:
    """An item of the desk that asks for documents, else its first one."""
    offered = [context.catalog.items[item] for item in context.desk(desk_id).items]
    return next((item for item in offered if item.documents), offered[0] if offered else None)


def _ticket(context: Context, desk_id: str, item: Item | None) -> Ticket:
    desk, now = context.desk(desk_id), context.now
    return Ticket(
        number=format_number(desk.prefix, number_year(now, desk.zone), 123),
        desk=desk_id,
        subject="Lupa kata sandi",
        item=item.id if item else None,
        channel="email",
        attributes={},
        received_at=now,
        response_due_at=now + timedelta(minutes=30),
        resolution_due_at=now + timedelta(days=1),
    )


def _values(context: Context, ticket: Ticket, item: Item | None) -> dict[str, Any]:
    """Values for all templates at once; each takes those that it knows."""
    both = {"id": "contoh", "en": "example"}
    names = [document.name for document in item.documents][:2] if item else []
    missing = {language: [name.get(language) for name in names] for language in LANGUAGES}
    soon, later = (context.now + timedelta(days=days) for days in (1, 3))
    page = f"{context.settings.base_url}/tickets/{ticket.number}"
    notice = {
        "kind": "warning", "due_at": soon.isoformat(), "number": ticket.number, "subject": ticket.subject,
        "service": {language: item.name.get(language) if item else "-" for language in LANGUAGES}, "page": page,
    }  # fmt: skip
    return {
        "due_at": later.isoformat(), "old_due_at": soon.isoformat(), "new_due_at": later.isoformat(),
        "from_due_at": soon.isoformat(), "event_at": later.isoformat(), "lapse_at": later.isoformat(),
        "reopen_until": later.isoformat(), "handling_at": None, "reason": both, "asked": both, "said": REPLY,
        "missing": missing, "to_start": missing, "begins": {"id": "", "en": ""}, "provisional": {"id": "", "en": ""},
        "changed": [{"name": both, "from": both, "to": both}], "accepted": True, "not_begun": False, "stops": True,
        "event_wanted": False, "code": HIDDEN, "page": page, "notices": [notice, notice], "by": "Sari",
        "more": False, "files": 0, "cut": "", "note_address": "", "cancelled": False,
        "visit": {"kind": "desk", "starts_at": soon.isoformat(), "ends_at": later.isoformat()},
    }  # fmt: skip


def sample_letter(context: Context, desk_id: str, kind: str) -> Outbound:
    """The message of that kind as this desk would send it; its people, numbers and times are made up."""
    item = _item(context, desk_id)
    ticket = no_ticket(desk_id) if kind in WITHOUT_TICKET else _ticket(context, desk_id, item)
    data = _values(context, ticket, item)
    if kind == "extension":  # there a person gives the reason
        data["reason"] = "Suku cadang belum datang."
    automatic = kind != "reply"
    text = REPLY
    if automatic:
        text = BETWEEN_LANGUAGES.join(render_body(context, ticket, kind, data, lang) for lang in LANGUAGES)
    message = OutboxMessage(
        desk=desk_id, kind=kind, automatic=automatic, recipient="sari@example.go.id", message_id="", in_reply_to="",
        references=[],
    )  # fmt: skip
    linked = ticket.number and kind not in TO_STAFF
    return framed(context, message, ticket, data, text, f"{context.settings.base_url}/t/{HIDDEN}" if linked else "")


def letter_to_try(context: Context, desk_id: str, recipient: str) -> Outbound:
    """A message that tells whether the desk can send, as an agent's message leaves: a server may refuse its sender."""
    address = context.address(desk_id)
    return replace(
        sample_letter(context, desk_id, TRY),
        recipient=recipient,
        message_id=new_message_id(address),
        envelope_from=address,
        automatic=False,
    )
