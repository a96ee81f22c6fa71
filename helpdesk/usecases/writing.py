"""From a row of the outbox to the letter that leaves: its words, link, signature and ids."""

from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from helpdesk.channels.base import Address, Attachment, Outbound
from helpdesk.channels.email.thread_index import child_of, index_in
from helpdesk.store.blobs import BlobStore
from helpdesk.store.mail_models import OutboxMessage, RawMessage
from helpdesk.store.models import Entry, File, Ticket
from helpdesk.tickets.words import Channel
from helpdesk.usecases.access import link_for, link_token
from helpdesk.usecases.caps import CODE
from helpdesk.usecases.chat.accounts import CHATS
from helpdesk.usecases.context import Context
from helpdesk.usecases.letter import BETWEEN_LANGUAGES, Signature, letter_html, letter_text
from helpdesk.usecases.messages import LANGUAGES, render_body, render_subject
from helpdesk.usecases.office_hours import office_hours
from helpdesk.usecases.returning import return_address, return_mark
from helpdesk.usecases.staff_tokens import holds_token

HEAD = 65_536
"""Bytes of a stored mail within which its header ends."""
REPLY = "reply"
"""The kind of an agent's answer, the only one with files."""
HIDDEN = "••••••"
"""What staff see in the place of a one-time code, and of the private link of a requester."""


class FilesAway(Exception):
    """The files of an answer cannot be read now; their folder may be away for a while, as a network disk is."""


def letter(session: Session, context: Context, message: OutboxMessage) -> Outbound:
    """The mail of an outbox row: subject, text and HTML in both languages, the private link, the fixed ids."""
    ticket = _ticket(session, message)
    link = _link(session, context, message, ticket) if ticket else ""
    return _written(session, context, message, ticket, link)


def shown_letter(session: Session, context: Context, message: OutboxMessage, *, whole: bool = False) -> Outbound:
    """The mail as staff may see it: without the private link and the code, which are the requester's alone, and
    without ids by which a colleague answers. Its files are empty unless it is to be `whole`; then raises FilesAway.
    """
    if message.channel in CHATS:
        return _shown_chat(context, message)
    ticket = _ticket(session, message)
    link = f"{context.settings.base_url}/t/{HIDDEN}" if _gets_link(message, ticket) else ""
    all_of_it = _written(session, context, message, ticket, link, code=HIDDEN, whole=whole)
    return replace(
        all_of_it,
        message_id="" if holds_token(all_of_it.message_id) else all_of_it.message_id,
        in_reply_to="" if holds_token(all_of_it.in_reply_to) else all_of_it.in_reply_to,
        references=tuple(identifier for identifier in all_of_it.references if not holds_token(identifier)),
        return_mark="",
    )


def _shown_chat(context: Context, message: OutboxMessage) -> Outbound:
    """What is said in a chat, with what can be pressed under it."""
    choices = "\n".join(f"[{choice['title']}]" for choice in message.context.get("choices", ()))
    text = "\n\n".join(part for part in (str(message.context.get("text", "")), choices) if part)
    sender = Address("", context.desk(message.desk).name)
    return Outbound(sender=sender, recipient=message.recipient, subject="", text=text, automatic=message.automatic)


def signature_of(context: Context, desk_id: str) -> Signature:
    """How the desk signs: what the catalogue says of it, and its hours in both languages."""
    desk = context.desk(desk_id)
    hours = (office_hours(context.catalog, desk, context.now, language) for language in LANGUAGES)
    return Signature(
        name=desk.name,
        address=desk.address,
        email=context.address(desk_id),
        phone=desk.phone,
        whatsapp=desk.whatsapp,
        hours=tuple(line for line in hours if line),
    )


def _written(
    session: Session,
    context: Context,
    message: OutboxMessage,
    ticket: Ticket | None,
    link: str,
    *,
    code: str = "",
    whole: bool = True,
) -> Outbound:
    data = {**message.context, **({"code": code} if code and message.kind == CODE else {})}
    words = _words(session, context, message, ticket or no_ticket(message.desk), data)
    said = framed(context, message, ticket or no_ticket(message.desk), data, words, link)
    files = _files(session, context, message, whole=whole)
    return replace(said, thread_index=_thread_index(session, message), attachments=files)


def _files(session: Session, context: Context, message: OutboxMessage, *, whole: bool) -> tuple[Attachment, ...]:
    """The files of an agent's answer. Raises FilesAway: an answer without one of them would mislead. Without their
    bytes, which may be many, unless it is to be `whole`.
    """
    if message.kind != REPLY or message.entry_id is None:
        return ()
    blobs = BlobStore(context.settings.data)
    rows = session.scalars(select(File).where(File.entry_id == message.entry_id).order_by(File.id))
    if not whole:
        return tuple(Attachment(row.name, row.media_type, b"") for row in rows)
    try:
        return tuple(Attachment(row.name, row.media_type, blobs.path(row.sha256).read_bytes()) for row in rows)
    except OSError as error:
        raise FilesAway(f"its files cannot be read: {type(error).__name__}") from error


def framed(
    context: Context, message: OutboxMessage, ticket: Ticket, data: dict[str, object], text: str, link: str
) -> Outbound:
    """The words of a message in the frame of its desk; asks no database."""
    number, signed = ticket.number, signature_of(context, message.desk)
    address = context.address(message.desk)
    return Outbound(
        sender=Address(address, signed.name),
        recipient=message.recipient,
        subject=render_subject(context, ticket, message.kind, data),
        text=letter_text(text, number, link, signed),
        html=letter_html(text, number, link, signed, automatic=message.automatic),
        message_id=message.message_id,
        in_reply_to=message.in_reply_to,
        references=tuple(message.references),
        return_mark=return_mark(context.settings.secret_key, message.message_id),
        envelope_from="" if message.automatic else _returns_to(context, message, address),
        automatic=message.automatic,
    )


def _ticket(session: Session, message: OutboxMessage) -> Ticket | None:
    return session.get(Ticket, message.ticket_id) if message.ticket_id else None


def _returns_to(context: Context, message: OutboxMessage, address: str) -> str:
    account = context.settings.mail.get(message.desk)
    if account is None or not account.plus_address:
        return address
    return return_address(context.settings.secret_key, address, message.message_id)


def no_ticket(desk: str) -> Ticket:
    """What a message without a ticket, such as a code, is written with; never stored."""
    return Ticket(number="", subject="", desk=desk)


def _words(session: Session, context: Context, message: OutboxMessage, ticket: Ticket, data: dict[str, object]) -> str:
    entry = session.get(Entry, message.entry_id) if message.entry_id else None
    if entry is not None:
        return entry.text
    return BETWEEN_LANGUAGES.join(render_body(context, ticket, message.kind, data, lang) for lang in LANGUAGES)


def _gets_link(message: OutboxMessage, ticket: Ticket | None) -> bool:
    """The private link of a ticket goes to its requester only, never to people in copy."""
    return ticket is not None and ticket.requester.email == message.recipient


def _link(session: Session, context: Context, message: OutboxMessage, ticket: Ticket) -> str:
    if not _gets_link(message, ticket):
        return ""
    link = link_for(session, ticket.id, message.recipient, "ticket", context.now)
    return f"{context.settings.base_url}/t/{link_token(context.settings.secret_key, link)}"


def _thread_index(session: Session, message: OutboxMessage) -> str:
    """The Thread-Index of an answer: that of the newest mail of the conversation that has one, and a block more."""
    ids = {*message.references, message.in_reply_to} - {""}
    if not ids or message.ticket_id is None:
        return ""
    heads = (
        select(func.substr(RawMessage.body, 1, HEAD))
        .where(
            RawMessage.message_id.in_(ids),
            RawMessage.ticket_id == message.ticket_id,
            RawMessage.channel == Channel.EMAIL,
        )
        .order_by(RawMessage.id.desc())
        .limit(5)
    )
    found = (index_in(bytes(head)) for head in session.scalars(heads))
    parent = next((index for index in found if index), "")
    return child_of(parent, message.created_at, message.message_id)
