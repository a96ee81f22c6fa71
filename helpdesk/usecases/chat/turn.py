"""One message of a person and everything that deciding about it needs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from helpdesk.channels.chat.model import Choice, Kind, Media, Said
from helpdesk.store.chat_models import ChatAccount, ChatMessage
from helpdesk.store.models import Ticket
from helpdesk.store.rows import LARGEST_ID
from helpdesk.tickets.permission import Requester
from helpdesk.tickets.words import OPEN_STATUSES, Status
from helpdesk.usecases.chat.accounts import requester_of
from helpdesk.usecases.chat.saying import language_of, phrase, say
from helpdesk.usecases.context import Context
from helpdesk.usecases.messages import local_time

LIVE = frozenset({*OPEN_STATUSES, Status.RESOLVED})
"""A ticket that a message without further word may belong to: open, or waiting for the requester's word."""
MOST_TICKETS = 10
_TICKETS = (
    select(Ticket)
    .where(
        Ticket.requester_id == bindparam("person"),
        Ticket.desk == bindparam("desk"),
        Ticket.status.in_(bindparam("statuses", expanding=True)),
    )
    .order_by(Ticket.id.desc())
    .limit(MOST_TICKETS)
)
WORDLESS = {
    Kind.IMAGE: "[foto]",
    Kind.DOCUMENT: "[dokumen]",
    Kind.AUDIO: "[pesan suara]",
    Kind.VIDEO: "[video]",
    Kind.STICKER: "[stiker]",
    Kind.LOCATION: "[lokasi]",
    Kind.CONTACT: "[kontak]",
    Kind.UNSUPPORTED: "[pesan yang tidak dapat ditampilkan]",
}
"""What stands on the ticket for a message without words."""
PATIENCE = timedelta(minutes=10)
"""How long a question of ours waits for its answer before things go on without it."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The words and files of one message, whenever they are put onto a ticket. `row_id`: the chat message."""

    row_id: int
    at: datetime
    text: str
    media: tuple[Media, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """What a step keeps of it."""
        return {
            "row": self.row_id,
            "at": self.at.isoformat(),
            "text": self.text,
            "media": [asdict(file) for file in self.media],
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Heard":
        """The same from a step."""
        media = tuple(Media(**file) for file in kept["media"])
        return cls(kept["row"], datetime.fromisoformat(kept["at"]), kept["text"], media)


@dataclass(slots=True)
class Turn:
    """A message that is being decided about: who sent it, its row, and the unit of work."""

    session: Session
    context: Context
    account: ChatAccount
    said: Said
    row: ChatMessage
    raw_id: int | None = None

    @property
    def language(self) -> str:
        """The person's language."""
        return language_of(self.account)

    @property
    def requester(self) -> Requester:
        """The person, as the rules see them."""
        return requester_of(self.session, self.account)

    @property
    def heard(self) -> Heard:
        """The message as it may be put onto a ticket; never later than now, whatever the platform's clock says."""
        text = self.said.text or WORDLESS.get(self.said.kind, "")
        return Heard(self.row.id, min(self.said.at, self.context.now), text, self.said.media)

    @property
    def is_plain(self) -> bool:
        """True for words alone."""
        return self.said.kind is Kind.TEXT and not self.said.media

    def phrase(self, what: str, /, **values: Any) -> str:
        """A phrase in the person's language."""
        return phrase(self.language, what, **values)

    def when(self, moment: datetime | None) -> str:
        """A time as the person reads it, "" for none."""
        return local_time(moment, self.context.desk(self.account.desk).zone, self.language)

    def say(self, text: str, choices: Sequence[Choice] = (), ticket: Ticket | None = None) -> None:
        """Answer the person; the answer is part of no ticket's conversation."""
        say(self.session, self.context, self.account, text, choices=choices, ticket=ticket)

    def ask(self, step: Mapping[str, Any], *, patience: timedelta | None = PATIENCE) -> None:
        """Remember what was asked; {} for nothing."""
        self.account.step = dict(step)
        self.account.step_until = self.context.now + patience if step and patience else None

    def own_ticket(self, ticket_id: object) -> Ticket | None:
        """The ticket of that id, locked, where this person asked for it at this desk; else None."""
        text = str(ticket_id)
        if not text.isascii() or not text.isdigit() or len(text) > 15 or int(text) > LARGEST_ID:
            return None
        return self.session.scalar(
            select(Ticket)
            .where(
                Ticket.id == int(text),
                Ticket.requester_id == self.account.person_id,
                Ticket.desk == self.account.desk,
            )
            .with_for_update(of=Ticket)
        )

    def own_number(self, number: str) -> Ticket | None:
        """The ticket of that number where this person asked for it; else None."""
        return self.session.scalar(
            select(Ticket).where(Ticket.number == number, Ticket.requester_id == self.account.person_id)
        )

    def tickets(self, *statuses: Status) -> list[Ticket]:
        """The person's tickets at this desk with these statuses (none: all), newest first."""
        wanted = {"person": self.account.person_id, "desk": self.account.desk, "statuses": sorted(statuses or Status)}
        return list(self.session.scalars(_TICKETS, wanted))
