"""A person who chats with a desk, on both databases, without any platform: what was said comes in as it was read."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from helpdesk.catalog.model import Catalog
from helpdesk.channels.chat.model import Kind, Said
from helpdesk.config import Chats as ChatSettings
from helpdesk.config import Settings, TelegramBot, WhatsApp
from helpdesk.store.chat_models import ChatAccount
from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Entry, Ticket
from helpdesk.tickets.permission import Requester
from helpdesk.usecases.chat.receiving import Chats, receive_said
from tests.usecases.conftest import MEDAN, Office

BOT = "123456"
NUMBER = "106540352242922"
LINES = (("telegram", MEDAN), ("whatsapp", MEDAN))
SOON, LATER = timedelta(minutes=5), timedelta(minutes=20)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    bot = TelegramBot(MEDAN, f"{BOT}:ABCdefGHIjklMNOpqrs")
    app = WhatsApp("token", ("secret",), "verify", {NUMBER: MEDAN})
    return replace(settings, chat=ChatSettings(whatsapp=app, telegram=(bot,)))


@dataclass
class Chatter:
    """Somebody at a telephone. `heard` is what the desk said since they last wrote: (text, titles of the choices)."""

    office: Office
    channel: str = "telegram"
    bot: str = BOT
    account: str = "7700"
    name: str = "Sari"
    count: int = 0
    _seen: int = 0
    heard: list[tuple[str, list[str]]] = field(default_factory=list)
    _choices: dict[str, str] = field(default_factory=dict)

    def sends(self, text: str = "", *, kind: Kind = Kind.TEXT, later: timedelta = timedelta(), **values: Any) -> str:
        """One message; its id. `later`: the clock goes on before."""
        self.office.now.at += later
        self.count += 1
        said = Said(
            **{
                "bot": self.bot,
                "account": self.account,
                "id": f"m{self.account}-{self.count}",
                "at": self.office.now(),
                "kind": kind,
                "name": self.name,
                "text": text,
                **values,
            }
        )
        self.brings(said)
        return said.id

    def brings(self, said: Said) -> None:
        with unit_of_work() as session:
            receive_said(session, self.office.context(), self.channel, MEDAN, said, None)
        self.listen()

    def presses(self, title: str) -> None:
        """One of the buttons shown last, by the beginning of its title."""
        payload = next(p for t, p in self._choices.items() if t.startswith(title))
        self.sends(title, kind=Kind.CHOICE, payload=payload, press_id="p")

    def listen(self) -> None:
        self.heard = []
        with unit_of_work() as session:
            wanted = select(OutboxMessage).where(OutboxMessage.recipient == self.account, OutboxMessage.id > self._seen)
            for message in session.scalars(wanted.order_by(OutboxMessage.id)):
                self._seen = message.id
                choices = message.context.get("choices", [])
                self.heard.append((message.context["text"], [c["title"] for c in choices]))
                self._choices |= {c["title"]: c["payload"] for c in choices}

    @property
    def words(self) -> str:
        return "\n".join(text for text, _choices in self.heard)

    @property
    def choices(self) -> list[str]:
        return [title for _text, titles in self.heard for title in titles]

    def tickets(self) -> list[str]:
        """The numbers of this person's tickets, oldest first."""
        with unit_of_work() as session:
            return list(
                session.scalars(
                    select(Ticket.number)
                    .join(ChatAccount, ChatAccount.person_id == Ticket.requester_id)
                    .where(ChatAccount.account == self.account)
                    .order_by(Ticket.id)
                )
            )

    def entries(self, number: str) -> list[tuple[str, str]]:
        """(kind, text) of the conversation."""
        with unit_of_work() as session:
            wanted = select(Entry).join(Ticket, Ticket.id == Entry.ticket_id).where(Ticket.number == number)
            return [(entry.kind, entry.text) for entry in session.scalars(wanted.order_by(Entry.id))]

    def requester(self, number: str) -> Requester:
        return self.office.requester(number)


class Source:
    """The catalogue as the worker has it."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def current(self, now: datetime) -> Catalog:
        return self._office.catalog


@pytest.fixture
def chats(office: Office) -> Chats:
    return Chats(Source(office), office.settings, office.now, {})  # type: ignore[arg-type]


@pytest.fixture
def sari(office: Office) -> Chatter:
    return Chatter(office)


@pytest.fixture
def eve(office: Office) -> Chatter:
    return Chatter(office, account="666", name="Eve")


def counted(*which: Any, of: Any = OutboxMessage) -> int:
    with unit_of_work() as session:
        return session.scalar(select(func.count()).select_from(of).where(*which)) or 0


def asked_which(person: Chatter, words: str) -> None:
    """Two tickets are open and a message waits for the answer which of them is meant."""
    person.sends("printer rusak")
    person.sends("baru")
    person.sends("laptop mati", later=SOON)
    person.sends(words, later=LATER)
    assert "yang mana" in person.words
