"""Mail as it arrives at the desks of the tests: real bytes, through the door that the worker uses."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import select

from helpdesk.catalog.source import CatalogSource
from helpdesk.channels.base import Inbound
from helpdesk.channels.email.reading import read
from helpdesk.config import load
from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import Mailbox, OutboxMessage, RawMessage
from helpdesk.store.models import Entry, Event, Participant, Ticket, TicketLink
from helpdesk.usecases.batches import Delivery, store_and_process_all
from helpdesk.usecases.intake import Outcome
from helpdesk.usecases.processing import Desk, Reader, Stored
from helpdesk.usecases.raw import store_raw
from helpdesk.usecases.returning import return_mark
from tests.usecases.conftest import MEDAN, Office

SARI = "Sari <sari@kantor.example>"
ADDRESS = "helpdeskmedan@kemenkeu.go.id"
DENPASAR_ADDRESS = "helpdeskdps@kemenkeu.go.id"


def letter(text: str | bytes = "Mohon dibantu.", /, **fields: str | Iterable[str]) -> bytes:
    """A mail from Sari to the desk in Medan; `Subject="x"`, a list for a repeated field, "" for none."""
    given: dict[str, Any] = {
        "From": SARI,
        "To": ADDRESS,
        "Subject": "Lupa password",
        "Message_ID": "<m1@kantor.example>",
    }
    given |= {"Content_Type": "text/plain; charset=utf-8", **fields}
    lines = [
        f"{name.replace('_', '-')}: {value}\r\n"
        for name, values in given.items()
        for value in ([values] if isinstance(values, str) else values)
        if value
    ]
    body = text if isinstance(text, bytes) else text.replace("\n", "\r\n").encode()
    return "".join(lines).encode("utf-8", "surrogateescape") + b"\r\n" + body


def with_file(text: str, name: str = "bast.pdf", **fields: str) -> bytes:
    """A mail with one attachment."""
    body = (
        f"--batas\nContent-Type: text/plain; charset=utf-8\n\n{text}\n--batas\nContent-Type: application/pdf\n"
        f'Content-Disposition: attachment; filename="{name}"\n\n%PDF-1.4 isi\n--batas--\n'
    )
    return letter(body, Content_Type='multipart/mixed; boundary="batas"', **fields)


class Post:
    """The letter boxes of all desks."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.reader: Reader = read
        self._uids = count(1)

    @property
    def desk(self) -> Desk:
        return Desk(CatalogSource(self.office.catalog), self.office.settings, self.office.now, self.reader)

    def arrives(self, raw: bytes, desk: str | None = MEDAN, at: datetime | None = None, identity: str = "") -> Outcome:
        """One delivery into the mailbox of a desk (None: by its recipients)."""
        identity = identity or f"{desk}:1:{next(self._uids)}"
        stored = Stored(raw, at or self.office.now(), desk)
        return store_and_process_all(self.desk, [Delivery(stored, "email", identity, "imap")])[0]

    def is_stored_only(self, raw: bytes) -> int:
        """As after a kill between storing and processing; the id of the raw message."""
        now = self.office.now()
        with unit_of_work() as session:
            raw_id = store_raw(
                session, channel="email", external_id=f"x:{next(self._uids)}", body=raw, received_at=now, now=now,
                desk=MEDAN,
            )  # fmt: skip
        assert raw_id is not None
        return raw_id

    def trusts(self, authserv_id: str) -> None:
        """Configure whose Authentication-Results count at the desk in Medan."""
        url = "smtp://127.0.0.1:9"
        env = {"HELPDESK_KPTIK_MEDAN_SMTP_URL": url, "HELPDESK_KPTIK_MEDAN_AUTHSERV_ID": authserv_id}
        accounts = load((MEDAN,), env, need_secret=False).mail
        self.office.settings = replace(self.office.settings, mail={**self.office.settings.mail, **accounts})

    def rows(self, model: type, *conditions: Any) -> list[Any]:
        with unit_of_work() as session:
            found = list(session.scalars(select(model).where(*conditions).order_by(model.id)))
            session.expunge_all()
            return found

    def on(self, number: str, model: type) -> list[Any]:
        """The rows of one kind on a ticket, oldest first."""
        return self.rows(model, model.ticket_id == self.office.value(number, "id"))

    def entries(self, number: str) -> list[tuple[str, str]]:
        """(kind, mark) of a ticket's conversation."""
        return [(e.kind, e.mark) for e in self.on(number, Entry)]

    def actions(self, number: str) -> list[str]:
        return [e.action for e in self.on(number, Event)]

    def outbox(self, number: str) -> list[tuple[str, str, str]]:
        """(kind, recipient, state) of what goes out about a ticket."""
        return [(m.kind, m.recipient, m.state) for m in self.on(number, OutboxMessage)]

    def participants(self, number: str) -> set[tuple[str, str]]:
        return {(p.address, p.kind) for p in self.on(number, Participant)}

    def links(self, number: str) -> list[tuple[str, str]]:
        """(kind, number of the other ticket) of the links from a ticket."""
        number_of = {t.id: t.number for t in self.rows(Ticket)}
        mine = self.rows(TicketLink, TicketLink.from_id == self.office.value(number, "id"))
        return [(link.kind, number_of[link.to_id]) for link in mine]

    def raws(self) -> list[tuple[str, str]]:
        """(state, reason) of all raw messages."""
        return [(r.state, r.reason) for r in self.rows(RawMessage)]

    def mailbox(self, desk: str) -> Mailbox:
        """What is known of a desk's mailbox."""
        with unit_of_work() as session:
            row = session.get_one(Mailbox, desk)
            session.expunge(row)
            return row

    def mark_of(self, message_id: str) -> str:
        """What our message carries in its header for who returns it."""
        return return_mark(self.office.settings.secret_key, message_id)

    def our_id(self, number: str) -> str:
        """The Message-ID of the newest mail that goes out about a ticket."""
        return str(self.on(number, OutboxMessage)[-1].message_id)


def failing(error: Exception, times: int) -> Reader:
    """A reader that fails so often with this error, then reads as usual."""
    left = [times]

    def reader(*arguments: Any, **values: Any) -> Inbound:
        if left[0]:
            left[0] -= 1
            raise error
        return read(*arguments, **values)

    return reader
