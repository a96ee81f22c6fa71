"""Writing messages into the outbox, in the transaction of their cause; the worker sends them."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from helpdesk.channels.chat.model import Choice, Template
from helpdesk.failpoints import failpoint
from helpdesk.store.chat_models import ChatAccount
from helpdesk.store.mail_models import MessageKey, OutboxMessage
from helpdesk.store.models import Entry, Event, Participant, Ticket
from helpdesk.store.rows import write
from helpdesk.tickets.addresses import is_nobodys, random_part
from helpdesk.tickets.events import SILENT
from helpdesk.tickets.words import Action, Channel, EntryKind
from helpdesk.usecases.caps import HELD, PENDING, UNSENDABLE, first_state
from helpdesk.usecases.chat.accounts import account_of, is_reachable
from helpdesk.usecases.chat.saying import language_of, phrase, plain, say
from helpdesk.usecases.context import Context
from helpdesk.usecases.deed import Deed
from helpdesk.usecases.messages import render_chat, render_entry

PRESSED = {"resolution": (("done", "yes_done"), ("undone", "about_it"))}
"""What can be pressed under a message in a chat, by its kind: (what it does, the phrase on it)."""


def new_message_id(sender: str) -> str:
    """A fresh Message-ID (without `<>`) with 128 random bits: who quotes it has seen our mail."""
    domain = sender.rpartition("@")[2] or "helpdesk.invalid"
    return f"{secrets.token_hex(16)}@{domain}"


def is_ours(session: Session, message_id: str) -> bool:
    """True for the Message-ID of a message that we wrote: no other mail has it, whatever its header says."""
    ours = exists().where(OutboxMessage.message_id == message_id)
    return bool(random_part(message_id)) and bool(session.scalar(select(ours)))


def enqueue(
    session: Session,
    context: Context,
    ticket: Ticket,
    entry_id: int | None,
    kind: str,
    recipient: str,
    *,
    name: str = "",
    channel: str = Channel.EMAIL,
    automatic: bool,
    once: bool = False,
    answers: tuple[str, ...] = (),
    data: Mapping[str, Any] | None = None,
    at: datetime | None = None,
    own_id: str = "",
    held: str = "",
) -> None:
    """One message to one recipient about a flushed ticket and entry (None: of no part of its conversation).

    `answers`: the ids that it replies to. `at`: when it goes out (aware; None: now). `own_id`: its Message-ID, where
    an answer to it must not join the ticket as a requester's does; else a fresh one by which answers do. `held`: why it
    waits for staff, of the reasons of `caps`; empty: it goes out.

    An automatic message to an address that nobody reads is not written.
    """
    if automatic and is_nobodys(recipient):
        return
    message_id = own_id or new_message_id(context.address(ticket.desk))
    state, why = first_state(session, context, ticket.desk, recipient, channel=channel, automatic=automatic)
    if held and state in (PENDING, UNSENDABLE):
        state, why = HELD, held
    write(
        session,
        OutboxMessage,
        ticket_id=ticket.id,
        entry_id=entry_id,
        desk=ticket.desk,
        channel=channel,
        kind=kind,
        automatic=automatic,
        recipient=recipient,
        recipient_name=name,
        message_id=message_id,
        in_reply_to=answers[-1] if answers else "",
        references=list(answers[-20:]),
        context=dict(data or {}),
        once_key=f"{kind}:{ticket.number}:{recipient}" if once else None,
        state=state,
        error=why,
        next_try_at=at or context.now,
        created_at=context.now,
    )
    if not own_id:
        write(session, MessageKey, message_id=message_id, ticket_id=ticket.id, entry_id=entry_id)
    failpoint("outbox.after_enqueue")


def thread_ids(session: Session, ticket: Ticket) -> tuple[str, ...]:
    """The Message-IDs known on a ticket, oldest first: the first one and the latest."""
    ids = list(
        session.scalars(
            select(MessageKey.message_id)
            .where(MessageKey.ticket_id == ticket.id, MessageKey.awaited.is_(False))
            .order_by(MessageKey.id)
        )
    )
    return tuple(ids[:1] + ids[1:][-9:])


def _addresses(session: Session, ticket: Ticket, *, copies: bool) -> list[tuple[str, str, str]]:
    """(address, name, channel) of those who get a message by mail or in person: the requester, then the copies."""
    requester = ticket.requester
    found = [(requester.email, requester.name, str(Channel.EMAIL))] if requester.email else []
    if not found and requester.phone:
        found = [(requester.phone, requester.name, ticket.channel)]
    return found + (_copies(session, ticket) if copies else [])


def _copies(session: Session, ticket: Ticket) -> list[tuple[str, str, str]]:
    others = select(Participant).where(Participant.ticket_id == ticket.id, Participant.kind != "requester")
    return [(p.address, p.name, str(Channel.EMAIL)) for p in session.scalars(others)]


def _chat_for(deed: Deed, *, automatic: bool) -> ChatAccount | None:
    """The chat in which the requester hears of this; None where the ticket did not come by chat.

    Where the platform lets nothing through now, what the machine says goes by mail, if the person has proved an
    address; an agent has been told before writing, and may choose.
    """
    account = account_of(deed.session, deed.ticket)
    if account is None or is_reachable(account, deed.context.now):
        return account
    return None if automatic and deed.ticket.requester.email else account


def is_silent(session: Session, ticket: Ticket) -> bool:
    """True for a ticket that a robot, a list or an unproved sender opened: nothing automatic is ever sent to them."""
    opening = select(Event.data).where(Event.ticket_id == ticket.id, Event.action == Action.OPEN.value).limit(1)
    return bool((session.scalar(opening) or {}).get(SILENT))


def tell_requester(deed: Deed, kind: str, data: Mapping[str, Any], *, copies: bool = False) -> None:
    """An automatic message to the requester about what just happened, kept as an entry; none where nobody reads it.

    `copies`: to everybody in copy too.
    """
    if is_silent(deed.session, deed.ticket) or is_nobodys(deed.ticket.requester.email or ""):
        return
    chat = _chat_for(deed, automatic=True)
    if chat is not None:
        _tell_in_chat(deed, chat, kind, data)
        others = _copies(deed.session, deed.ticket) if copies else []
    else:
        others = _addresses(deed.session, deed.ticket, copies=copies)
    if chat is not None and not others:
        return
    entry = deed.entry(EntryKind.AUTOMATIC_REPLY, render_entry(deed.context, deed.ticket, kind, data))
    deed.session.flush()
    answers = thread_ids(deed.session, deed.ticket)
    for address, name, channel in others:
        enqueue(
            deed.session, deed.context, deed.ticket, entry.id, kind, address,
            name=name, channel=channel, automatic=True, answers=answers, data=data,
        )  # fmt: skip


def _tell_in_chat(deed: Deed, account: ChatAccount, kind: str, data: Mapping[str, Any]) -> None:
    """The same in the words of a chat, in the person's language, with what can be pressed."""
    language = language_of(account)
    text = render_chat(deed.context, deed.ticket, kind, data, language)
    entry = deed.entry(EntryKind.AUTOMATIC_REPLY, plain(text))
    deed.session.flush()
    choices = [
        Choice(f"{payload}:{deed.ticket.id}", phrase(language, title)) for payload, title in PRESSED.get(kind, ())
    ]
    say(
        deed.session, deed.context, account, text,
        choices=choices, kind=kind, ticket=deed.ticket, entry_id=entry.id,
    )  # fmt: skip


def send_reply(deed: Deed, entry: Entry, template: Template | None = None) -> None:
    """An agent's public reply to the requester and everybody in copy.

    In the chat where the ticket came by one, unless the agent says `via` "email" and the person has proved an address.
    """
    deed.session.flush()
    answers = thread_ids(deed.session, deed.ticket)
    by_mail = deed.fields.get("via") == Channel.EMAIL and bool(deed.ticket.requester.email)
    chat = None if by_mail else _chat_for(deed, automatic=False)
    if chat is not None:
        say(
            deed.session, deed.context, chat, entry.text, kind="reply", ticket=deed.ticket,
            entry_id=entry.id, automatic=False, files=bool(entry.files), template=template,
        )  # fmt: skip
    others = _addresses(deed.session, deed.ticket, copies=True) if chat is None else _copies(deed.session, deed.ticket)
    for address, name, channel in others:
        enqueue(
            deed.session, deed.context, deed.ticket, entry.id, "reply", address,
            name=name, channel=channel, automatic=False, answers=answers,
        )  # fmt: skip
