"""What a requester does on the portal: send a form, answer, reopen; each form once, however often it arrives."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from helpdesk.catalog.model import Item
from helpdesk.channels.base import Attachment
from helpdesk.channels.portal.submission import SentFile, Submission, external_id
from helpdesk.store.mail_models import RawMessage
from helpdesk.store.models import Ticket
from helpdesk.tickets.errors import WrongState, invalid
from helpdesk.tickets.errors import marked as _
from helpdesk.tickets.permission import Requester
from helpdesk.tickets.words import Action, Channel, Status
from helpdesk.usecases.context import Context
from helpdesk.usecases.documents import documents_asked, is_needed, name_of
from helpdesk.usecases.handling import perform
from helpdesk.usecases.joining import Answer, in_window, join
from helpdesk.usecases.opening import Opening, open_ticket, person_for
from helpdesk.usecases.raw import store_raw
from helpdesk.usecases.redaction import without_private_links
from helpdesk.usecases.short_notice import SHORT_NOTICE


@dataclass(frozen=True, slots=True)
class Message:
    """What a requester writes on a ticket, in `language`; `contents` are the bytes of `files` in order."""

    text: str
    files: Sequence[SentFile] = ()
    contents: Sequence[bytes] = ()
    form_token: str = ""
    language: str = "id"

    def to_json(self, number: str) -> bytes:
        """The message as it is kept raw, always the same bytes for the same message."""
        kept: dict[str, Any] = {
            "ticket": number,
            "text": self.text,
            "files": [(f.name, f.sha256) for f in self.files],
        }
        if any(f.document for f in self.files):
            kept["documents"] = [f.document for f in self.files]
        return json.dumps(kept, ensure_ascii=False, sort_keys=True).encode()


def _attachments(files: Sequence[SentFile], contents: Sequence[bytes]) -> tuple[Attachment, ...]:
    return tuple(Attachment(f.name, f.media_type, c) for f, c in zip(files, contents, strict=True))


def _titles(language: str) -> tuple[str, str]:
    if language == "en":
        return "Documents attached:", "Documents to follow:"
    return "Dokumen terlampir:", "Dokumen menyusul:"


def _with_documents(message: Message, item: Item | None) -> str:
    """The words of a message, then which document each of its files is."""
    named = [(name_of(item, f.document).get(message.language), f.name) for f in message.files if f.document]
    told = "\n".join([_titles(message.language)[0], *(f"- {name}: {file}" for name, file in named)]) if named else ""
    return "\n\n".join(part for part in (message.text, told) if part)


def whole_text(submission: Submission, item: Item | None) -> str:
    """The first message of the ticket: what was written, then which documents came and which are to follow."""
    language = submission.language
    came = {f.document: f.name for f in submission.files if f.document}
    asked = documents_asked(item)
    with_file = [f"- {d.name.get(language)}: {came[d.id]}" for d in asked if d.id in came]
    missing = (d for d in asked if d.id not in came and is_needed(d, submission.attributes))
    to_follow = [f"- {d.name.get(language)}" for d in missing]
    parts = [submission.text]
    if submission.phone:
        parts.append(f"{'Telephone' if language == 'en' else 'Telepon'}: {submission.phone}")
    parts += [
        "\n".join([title, *lines])
        for title, lines in zip(_titles(language), (with_file, to_follow), strict=True)
        if lines
    ]
    return "\n\n".join(parts)


def _raw(session: Session, context: Context, key: str, body: bytes, desk: str) -> RawMessage | None:
    """The new raw message, stored before anything is decided; None when this very form was stored before."""
    raw_id = store_raw(
        session, channel=Channel.PORTAL, external_id=key, body=body, received_at=context.now, now=context.now, desk=desk
    )
    return session.get(RawMessage, raw_id) if raw_id is not None else None


def _ticket_of(session: Session, key: str) -> Ticket:
    return session.scalars(
        select(Ticket)
        .join(RawMessage, RawMessage.ticket_id == Ticket.id)
        .where(RawMessage.channel == Channel.PORTAL, RawMessage.external_id == key)
    ).one()


def send_form(
    session: Session,
    context: Context,
    submission: Submission,
    contents: Sequence[bytes],
    form_token: str,
    *,
    reply_held: str = "",
) -> Ticket:
    """Make the ticket of a checked form; the same form sent again gives the same ticket.

    `contents` are the bytes of `submission.files` in order. `reply_held`: why its automatic reply waits for staff, if
    it does. The caller commits.
    """
    key = external_id(form_token, submission)
    raw = _raw(session, context, key, submission.to_json(), submission.desk)
    if raw is None:
        return _ticket_of(session, key)
    ticket = _open(session, context, submission, contents, raw, reply_held)
    raw.state, raw.ticket_id = "ticketed", ticket.id
    return ticket


def _open(
    session: Session,
    context: Context,
    submission: Submission,
    contents: Sequence[bytes],
    raw: RawMessage,
    reply_held: str,
) -> Ticket:
    item = context.item(submission.item)
    person = person_for(session, context.now, email=submission.email, name=submission.name, phone=submission.phone)
    opening = Opening(
        desk=submission.desk,
        channel=Channel.PORTAL,
        requester=person,
        subject=without_private_links(submission.subject),
        text=without_private_links(whole_text(submission, item)),
        received_at=context.now,
        item=submission.item,
        type=item.types[0].value if item else None,
        attributes=submission.attributes,
        event_at=submission.event_at,
        documents=tuple(dict.fromkeys(f.document for f in submission.files if f.document)),
        why=SHORT_NOTICE if submission.short_notice else "",
        copies=((submission.superior, "", "superior"),) if submission.superior else (),
        attachments=_attachments(submission.files, contents),
        raw_id=raw.id,
        reply_held=reply_held,
    )
    return open_ticket(session, context, Requester(person.id, submission.email, submission.name), opening)


def answer(
    session: Session,
    context: Context,
    requester: Requester,
    ticket: Ticket,
    message: Message,
    *,
    complains: bool = False,
) -> None:
    """A message of the requester on their ticket, by the rules of a mail; once, however often it arrives.

    Files that are sent as a named document tick it off. `complains`: the requester says that it is not done after all.
    Raises WrongState when the ticket can no longer be answered, Invalid for an empty message.
    """
    if not in_window(ticket, context.now):
        raise WrongState(_("This ticket has ended; please send a new request."))
    if not message.text and not message.files:
        raise invalid("text", _("Write a text."))
    body = message.to_json(ticket.number)
    key = hashlib.sha256(f"{message.form_token}\x1f{requester.address}\x1f".encode() + body).hexdigest()
    raw = _raw(session, context, key, body, ticket.desk)
    if raw is None:
        return
    item = context.item(ticket.item, ticket.catalog_version)
    arrived = Answer(
        channel=Channel.PORTAL,
        address=requester.address,
        name=requester.name,
        text=without_private_links(_with_documents(message, item)),
        received_at=context.now,
        attachments=_attachments(message.files, message.contents),
        documents=tuple(dict.fromkeys(f.document for f in message.files if f.document)),
        complains=complains,
        raw_id=raw.id,
    )
    join(session, context, ticket, arrived)
    raw.state, raw.ticket_id = "ticketed", ticket.id


def bring(session: Session, context: Context, requester: Requester, ticket: Ticket, message: Message) -> None:
    """Documents alone, where no other message is expected any more. Raises Invalid for a message that names none."""
    if not any(file.document for file in message.files):
        raise invalid("files", _("Choose a file."))
    answer(session, context, requester, ticket, message)


def reopen(session: Session, context: Context, requester: Requester, ticket: Ticket, message: Message) -> None:
    """Not done after all: the reason is kept as a message. Raises WrongState outside the window."""
    ended = (Status.RESOLVED, Status.CLOSED)
    if ticket.status in ended and in_window(ticket, context.now) and (message.text or message.files):
        answer(session, context, requester, ticket, message, complains=True)
        if ticket.status not in ended:
            return
    # Nothing was written, or no more than thanks: the button still means what it says.
    perform(session, context, requester, ticket, Action.REOPEN, {"reason": without_private_links(message.text)})
