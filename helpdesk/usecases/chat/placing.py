"""Putting words and files onto a ticket: a new one, or one that is there."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from helpdesk.catalog.search import search
from helpdesk.channels.base import Attachment
from helpdesk.channels.chat.model import Choice
from helpdesk.channels.chat.words import is_greeting
from helpdesk.store.blobs import BlobStore
from helpdesk.store.chat_models import ChatAccount, ChatFile, ChatMessage
from helpdesk.store.models import Entry, Person, Ticket
from helpdesk.store.rows import write, write_known
from helpdesk.tickets.words import Channel, EntryKind
from helpdesk.usecases.caps import HOUR
from helpdesk.usecases.chat.saying import plain, say
from helpdesk.usecases.chat.turn import Heard, Turn
from helpdesk.usecases.joining import Answer, in_window, join
from helpdesk.usecases.linking import link_tickets
from helpdesk.usecases.messages import render_chat
from helpdesk.usecases.opening import Opened, Opening, attach, opened
from helpdesk.usecases.promising import promised
from helpdesk.usecases.redaction import without_private_links
from helpdesk.usecases.standards import calendar_for

HERE = "blob:"
"""What the id of a file begins with that lies here already, under the SHA-256 that follows."""
OFFERED = 5
SUBJECT = 80
FILES_AT_ONCE, AFTER_OTHERS = 30, timedelta(seconds=10)
"""Who has more files waiting than that has each further one fetched so much later: others come in between."""
MOST_NEW = 20
"""Tickets that one account opens within an hour."""
_OPENED = (
    select(Ticket.id)
    .where(
        Ticket.requester_id == bindparam("person"),
        Ticket.created_at > bindparam("since"),
        Ticket.channel == bindparam("channel"),
    )
    .order_by(Ticket.id.desc())
    .limit(MOST_NEW)
)


def first_line(text: str) -> str:
    """What a ticket is called: the first line with words, cut at a word."""
    line = next((" ".join(line.split()) for line in text.splitlines() if line.strip()), "")
    if len(line) <= SUBJECT:
        return line
    return line[: SUBJECT + 1].rsplit(" ", 1)[0][:SUBJECT].rstrip() + "…"


def add_to(turn: Turn, ticket: Ticket, heard: Heard, document: str = "") -> Entry:
    """Put a message onto a ticket that is there; what it does to it is the same on every channel.

    `document`: the key of the document that its files are.
    """
    requester = turn.requester
    answer = Answer(
        channel=turn.account.channel,
        address=requester.address,
        name=requester.name,
        text=without_private_links(heard.text),
        received_at=heard.at,
        raw_id=turn.raw_id,
        person_id=turn.account.person_id,
        brings_files=bool(heard.media),
    )
    entry = join(turn.session, turn.context, ticket, answer)
    _belongs(turn.session, heard.row_id, ticket.id, entry.id)
    add_files(turn.session, turn.context, entry.id, heard, document)
    return entry


def _belongs(session: Session, row_id: int, ticket_id: int, entry_id: int) -> None:
    row = session.get_one(ChatMessage, row_id)
    row.ticket_id, row.entry_id = ticket_id, entry_id


def add_files(session: Session, context: Any, entry_id: int, heard: Heard, document: str = "") -> None:
    """The files of a message: those that lie here at once, the others as soon as the platform gives them."""
    blobs = BlobStore(context.settings.data)
    for media in heard.media:
        if media.id.startswith(HERE) and _came_by_browser(session, heard):
            content = blobs.path(media.id.removeprefix(HERE)).read_bytes()
            attach(session, blobs, entry_id, (Attachment(media.name, media.media_type, content),))
            continue
        ahead = _files_ahead(session, heard)
        kept = asdict(media) | ({"document": document} if document else {})
        write(
            session,
            ChatFile,
            message_id=heard.row_id,
            entry_id=entry_id,
            media=kept,
            state="failed" if media.fault else "waiting",
            fault=media.fault,
            next_try_at=context.now + AFTER_OTHERS * max(0, ahead - FILES_AT_ONCE),
            created_at=context.now,
        )


def _files_ahead(session: Session, heard: Heard) -> int:
    """How many files of this account wait already."""
    account = select(ChatMessage.account_id).where(ChatMessage.id == heard.row_id).scalar_subquery()
    waiting = select(func.count()).select_from(ChatFile).join(ChatMessage, ChatMessage.id == ChatFile.message_id)
    return session.scalar(waiting.where(ChatFile.state == "waiting", ChatMessage.account_id == account)) or 0


def _came_by_browser(session: Session, heard: Heard) -> bool:
    """Whether the bytes were kept here with the message; no platform may name a file of ours."""
    account = select(ChatMessage.account_id).where(ChatMessage.id == heard.row_id).scalar_subquery()
    return session.scalar(select(ChatAccount.channel).where(ChatAccount.id == account)) == Channel.WEB_CHAT


def open_with(turn: Turn, messages: list[Heard], follows: Ticket | None = None) -> Ticket:
    """A new ticket of these messages; the person gets its number and what happens next at once.

    `follows`: the ticket whose time for reopening is over. Who has opened MOST_NEW within the hour goes on in the
    newest of them, where staff read everything.
    """
    if (newest := _opened_enough(turn)) is not None:
        for heard in messages:
            add_to(turn, newest, heard)
        turn.ask({})
        turn.say(turn.phrase("added", number=newest.number), ticket=newest)
        return newest
    context, account, first = turn.context, turn.account, messages[0]
    text = without_private_links("\n\n".join(heard.text for heard in messages if heard.text))
    person = turn.session.get_one(Person, account.person_id)
    opening = Opening(
        desk=account.desk,
        channel=account.channel,
        requester=person,
        called=account.name,
        subject=first_line(next((m.text for m in messages if not is_greeting(m.text)), text)) or "(tanpa subjek)",
        text=text,
        received_at=first.at,
        answerable=False,  # the chat is answered here, in its own words
        raw_id=turn.raw_id,
    )
    made = opened(turn.session, context, turn.requester, opening)
    ticket, entry_id = made.ticket, made.entry_id
    assert entry_id is not None
    for heard in messages:
        _belongs(turn.session, heard.row_id, ticket.id, entry_id)
        add_files(turn.session, context, entry_id, heard)
    if follows is not None:
        link_tickets(turn.session, context, ticket, follows, "follow-up")
    _acknowledge(turn, made, text)
    return ticket


def _opened_enough(turn: Turn) -> Ticket | None:
    """The newest ticket of this account, where it has opened as many within the hour as nobody needs; else None."""
    whose = {"person": turn.account.person_id, "channel": turn.account.channel, "since": turn.context.now - HOUR}
    opened = turn.session.scalars(_OPENED, whose).all()
    newest = turn.own_ticket(opened[0]) if len(opened) == MOST_NEW else None
    return newest if newest is not None and may_still_be_answered(turn, newest) else None


def _acknowledge(turn: Turn, made: Opened, text: str) -> None:
    """The number, what happens next, and when work goes on; with it the services that may be meant."""
    context, account, ticket = turn.context, turn.account, made.ticket
    calendar = calendar_for(context.catalog, account.desk)
    resumes = None if calendar.is_working(context.now) else calendar.next_working(context.now).isoformat()
    values = promised(made.standing, ticket, ()) | {"resumes": resumes}
    told = render_chat(context, ticket, "acknowledgement", values, turn.language)
    entry_id = write_known(
        turn.session,
        Entry,
        ticket_id=ticket.id,
        kind=EntryKind.AUTOMATIC_REPLY,
        channel=account.channel,
        text=plain(told),
        created_at=context.now,
    )
    choices = offered_services(turn, ticket, text)
    turn.ask({"name": "service", "ticket": ticket.id}, patience=None)
    say(
        turn.session, context, account, f"{told}\n\n{turn.phrase('which_service')}", choices=choices,
        kind="acknowledgement", ticket=ticket, entry_id=entry_id, once_key=f"acknowledgement:{ticket.number}",
    )  # fmt: skip


def offered_services(turn: Turn, ticket: Ticket, text: str) -> list[Choice]:
    """The services that fit the words best, then the way past the question; once the other language, too."""
    items = search(turn.context.catalog, turn.account.desk, text, turn.language)
    if not items:
        items = search(turn.context.catalog, turn.account.desk, "", turn.language)
    choices = [Choice(f"svc:{ticket.id}:{item.id}", item.name.get(turn.language)) for item in items[:OFFERED]]
    choices.append(Choice(f"svc:{ticket.id}:-", turn.phrase("other_service")))
    if turn.account.language is None:
        choices.append(Choice("lang:en", turn.phrase("other_language")))
    return choices


def may_still_be_answered(turn: Turn, ticket: Ticket) -> bool:
    """True while the ticket is open or may be reopened."""
    return in_window(ticket, turn.context.now)
