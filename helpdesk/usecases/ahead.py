"""What the decisions about several mails will ask, asked in common before the first of them, and kept true meanwhile.

Whoever decides asks here first and falls back on the database where nothing is known here. What the mails of the group
write is noted at once; where anything else writes into a table, what was read of it is forgotten.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session, object_session
from sqlalchemy.orm.attributes import set_committed_value

from helpdesk.store.db import Base
from helpdesk.store.mail_models import MessageKey, OutboxMessage, RawMessage
from helpdesk.store.models import Participant, Person, Ticket
from helpdesk.usecases.raw import Claim

_AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier message under the same Message-ID, or without one of the same content."""

    id: int
    desk: str | None
    content_hash: str
    state: str
    ticket_id: int | None
    sender: str


@dataclass(frozen=True, slots=True)
class Key:
    """A Message-ID known on a ticket, or awaited there."""

    awaited: bool
    ticket_id: int


@dataclass(slots=True)
class Ahead:
    """What is known of the mails of one group. Each field holds an answer, maybe an empty one, for all that was asked;
    what is missing in it was not asked, or had more answers than are kept.

    `same_id` (by Message-ID), `same_content` (by hash): earlier messages, oldest first. `keys`: by Message-ID.
    `senders`: at least so many mails of late, by the sender that they count as. `people`, `answered` (automatic
    messages within the hour): by address. `taking_part`: pairs of ticket and address. `tickets`: those that are locked,
    or new and so nobody else's. `numbers`: the last one given, by desk and year; its row is locked. `agreed`: the keys
    under which nobody else decides meanwhile.
    """

    same_id: dict[str, list[Earlier]] = field(default_factory=dict)
    same_content: dict[str, list[Earlier]] = field(default_factory=dict)
    keys: dict[str, list[Key]] = field(default_factory=dict)
    senders: dict[str, int] = field(default_factory=dict)
    people: dict[str, Person | None] = field(default_factory=dict)
    answered: dict[str, int] = field(default_factory=dict)
    taking_part: dict[tuple[int, str], bool] = field(default_factory=dict)
    tickets: dict[int, Ticket] = field(default_factory=dict)
    numbers: dict[tuple[str, int], int] = field(default_factory=dict)
    agreed: frozenset[str] = frozenset()

    def earlier(self, raw: Claim) -> list[Earlier] | None:
        """What came before under the same Message-ID, or without one with the same content; None: not known here."""
        found = self.same_id.get(raw.message_id) if raw.message_id else self.same_content.get(raw.content_hash)
        return None if found is None else [one for one in found if one.id != raw.id]

    def finished(self, raw: Claim, state: str, ticket_id: int | None) -> None:
        """A mail of the group was decided about: it is an earlier one to those behind it."""
        done = Earlier(raw.id, raw.desk, raw.content_hash, state, ticket_id, raw.sender)
        for known in (self.same_id.get(raw.message_id), self.same_content.get(raw.content_hash)):
            if known is not None:
                known.append(done)
        if raw.sender in self.senders:
            self.senders[raw.sender] += 1

    def known(self, ids: Iterable[str]) -> list[tuple[str, Key]] | None:
        """The tickets on which these Message-IDs are known or awaited; None where one of them was not asked for."""
        wanted = list(ids)
        if any(identifier not in self.keys for identifier in wanted):
            return None
        return [(identifier, key) for identifier in wanted for key in self.keys[identifier]]

    def note(self, model: type[Base], values: Mapping[str, Any]) -> None:
        """A row that this transaction writes."""
        if model is MessageKey:
            if values["message_id"] in self.keys:
                self.keys[values["message_id"]].append(Key(values.get("awaited", False), values["ticket_id"]))
        elif model is Participant:
            self.taking_part[values["ticket_id"], values["address"]] = True
        elif model is OutboxMessage and values["recipient"] in self.answered:
            self.answered[values["recipient"]] += values["automatic"] and values["state"] != "held"

    def changed(self, table: str) -> None:
        """Somebody else's statement writes into the table ("": into any): from here on the database is asked for it."""
        for model, answers in (
            (RawMessage, (self.same_id, self.same_content, self.senders)),
            (MessageKey, (self.keys,)),
            (OutboxMessage, (self.answered,)),
            (Participant, (self.taking_part,)),
            (Person, (self.people,)),
        ):
            if table in ("", model.__tablename__):
                for answer in answers:
                    answer.clear()

    def replaced(self, model: type[Base], ids: Mapping[int, int]) -> None:
        """Somebody else made a person at the same moment: what was to be that person's is the other one's."""
        assert model is Person
        for ticket in self.tickets.values():
            if ticket.requester_id in ids:
                set_committed_value(ticket, "requester_id", ids[ticket.requester_id])
                _session_of(ticket).expire(ticket, ["requester"])
        for address, person in list(self.people.items()):
            if person is not None and person.id in ids:
                _session_of(person).expunge(person)
                del self.people[address]


def _session_of(row: Base) -> Session:
    session = object_session(row)
    assert session is not None
    return session


def ahead_of(session: Session) -> Ahead | None:
    """What was asked ahead in this transaction; None where nothing was."""
    return session.info.get(_AHEAD)


def goes_by(session: Session, ahead: Ahead) -> None:
    """Let all that is decided in this session ask `ahead` first."""
    session.info[_AHEAD] = ahead
