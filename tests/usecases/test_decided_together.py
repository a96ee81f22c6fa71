"""Mails of one transaction: what is asked and written for all of them at once changes nothing but the time it takes."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, select

from helpdesk.store.behind import Behind
from helpdesk.store.db import db, unit_of_work
from helpdesk.store.mail_models import MessageKey, OutboxMessage, RawMessage
from helpdesk.store.models import Entry, Event, File, Participant, Person, Ticket, TicketLink
from helpdesk.usecases import batches
from helpdesk.usecases.batches import Delivery, store_and_process_all
from helpdesk.usecases.intake import Outcome
from helpdesk.usecases.processing import Stored
from tests.usecases.conftest import MEDAN, Office
from tests.usecases.post import ADDRESS, Post, letter, with_file


@pytest.fixture
def post(office: Office, monkeypatch: pytest.MonkeyPatch) -> Post:
    """However slow the machine is, all mails that come together are decided together."""
    monkeypatch.setattr(batches, "READ_WITHIN", 20.0)
    monkeypatch.setattr(batches, "DECIDED_WITHIN", 20.0)
    office.settings = replace(office.settings, automatic_per_hour=3, flood_mails=6)
    return Post(office)


def deliveries(post: Post, mails: list[bytes], source: str) -> list[Delivery]:
    now = post.office.now()
    return [Delivery(Stored(raw, now, MEDAN), "email", f"{source}:{n}", "imap") for n, raw in enumerate(mails)]


def together(post: Post, mails: list[bytes]) -> list[Outcome]:
    return store_and_process_all(post.desk, deliveries(post, mails, "together"))


def one_by_one(post: Post, mails: list[bytes]) -> list[Outcome]:
    return [store_and_process_all(post.desk, [each])[0] for each in deliveries(post, mails, "alone")]


def entangled(where: str) -> list[bytes]:
    """Mails that depend on each other, of people and under Message-IDs `where` nobody else has any."""

    def mail(who: str, number: int | str, text: str = "Mohon dibantu.", **fields: str) -> bytes:
        name = f"{who.title()} <{who}@{where}>"
        return letter(text, **{"From": name, "Message_ID": f"<m{number}@{where}>", "Subject": "Printer", **fields})

    first = mail("sari", 1)
    nameless = mail("joko", "", "Tanpa nomor.", Message_ID="")
    many = [mail("tina", f"t{n}", f"Yang ke-{n}.") for n in range(8)]
    in_copy = mail("sari", 2, To=f"{ADDRESS}, Wati <wati@{where}>")
    return [
        first,
        first,
        mail("sari", 1, "Isi yang lain."),
        mail("sari", 3, "Sudah bisa.", In_Reply_To=f"<m1@{where}>"),
        mail("orang", 4, "Saya juga.", In_Reply_To=f"<m1@{where}>"),
        mail("budi", 5, "Menyusul.", In_Reply_To=f"<m6@{where}>", References=f"<m6@{where}>"),
        *many[:3],
        mail("budi", 6, "Yang pertama."),
        nameless,
        nameless,
        in_copy,
        mail("wati", 7, "Betul.", In_Reply_To=f"<m2@{where}>"),
        f"tanpa kepala {where}".encode(),
        mail("wati", 8, "Satu lagi.", In_Reply_To=f"<m7@{where}>"),
        mail("robot", 9, "Sedang cuti.", Auto_Submitted="auto-replied", In_Reply_To=f"<m8@{where}>"),
        with_file("Terlampir.", From=f"Sari <sari@{where}>", Message_ID=f"<m10@{where}>", In_Reply_To=f"<m3@{where}>"),
        *many[3:],
        mail("desk", 11, From=ADDRESS),
        mail("sari", 12, "Akhirnya.", References=f"<m10@{where}> <m1@{where}>"),
    ]


def remembered(post: Post, where: str) -> list[Any]:
    """Everything that is there about the mails of `entangled(where)`, but for numbers, ids and times."""

    def here(text: str | None) -> str:
        return (text or "").replace(where, "sini")

    tickets = [t for t in post.rows(Ticket) if t.requester_id in {p.id for p in post.rows(Person) if where in p.email}]
    place = {t.id: n for n, t in enumerate(tickets)}

    def of(model: type) -> list[tuple[int, Any]]:
        """The rows of that kind with the place of their ticket."""
        return [(place[row.ticket_id], row) for row in post.rows(model) if row.ticket_id in place]

    said = {e.id: (at, e.kind, e.mark, e.text[:20], here(e.author_address)) for at, e in of(Entry)}
    return [
        [(t.status, t.subject, t.unread) for t in tickets],
        list(said.values()),
        [(at, e.action, e.actor, here(e.by)) for at, e in of(Event)],
        sorted((at, here(p.address), p.kind) for at, p in of(Participant)),
        sorted((at, here(k.message_id), k.awaited) for at, k in of(MessageKey) if where in k.message_id),
        [(at, m.kind, here(m.recipient), m.state, here(m.in_reply_to)) for at, m in of(OutboxMessage)],
        [(said[f.entry_id], f.name) for f in post.rows(File) if f.entry_id in said],
        [(place[x.from_id], place[x.to_id], x.kind) for x in post.rows(TicketLink) if x.from_id in place],
    ]


def test_mails_that_depend_on_each_other_fare_as_they_do_one_by_one(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = one_by_one(post, entangled("sendiri.example"))
    monkeypatch.setattr(batches, "process", None)  # what fails together would be done one by one
    grouped = together(post, entangled("bersama.example"))
    assert [o.outcome for o in grouped] == [o.outcome for o in alone]
    assert {o.outcome for o in grouped} == {"opened", "continued", "duplicate", "quarantined"}
    states = [(r.state, r.ticket_id is not None) for r in post.rows(RawMessage)]
    assert states[len(alone) :] == states[: len(alone)]
    assert remembered(post, "bersama.example") == remembered(post, "sendiri.example")
    numbers = [int(ticket.number.rpartition("-")[2]) for ticket in post.rows(Ticket)]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.fixture
def statements(post: Post) -> Iterator[list[str]]:
    """The statements that the database is asked from now on."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield asked
    event.remove(db.engine, "before_cursor_execute", note)


def test_twenty_mails_need_at_most_34_statements(post: Post, statements: list[str]) -> None:
    """Ten senders write for the first time, five answer what others of the twenty just wrote."""
    mails = [letter(f"Surat {n}.", From=f"orang{n % 10}@kantor.example", Message_ID=f"<m{n}@x>") for n in range(15)]
    answers = [
        letter("Tambahan.", From=f"orang{n}@kantor.example", Message_ID=f"<a{n}@x>", In_Reply_To=f"<m{n}@x>")
        for n in range(5)
    ]
    assert [o.outcome for o in together(post, [*mails, *answers])] == ["opened"] * 15 + ["continued"] * 5
    assert len(statements) <= 34, statements


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_a_person_whom_another_worker_makes_meanwhile_is_one_person(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Behind.write

    def overtaken(behind: Behind) -> None:
        monkeypatch.setattr(Behind, "write", write)
        with db.engine.begin() as other:
            row = {"name": "Sari", "email": "sari@kantor.example", "created_at": post.office.now()}
            other.execute(Person.__table__.insert(), row)  # type: ignore[attr-defined]
        write(behind)

    answer = letter("Sudah bisa.", Message_ID="<m2@x>", In_Reply_To="<m1@x>")
    other = letter("Satu lagi.", Message_ID="<m3@x>")
    monkeypatch.setattr(Behind, "write", overtaken)
    outcomes = together(
        post, [letter(Message_ID="<m1@x>"), answer, other, letter(From="budi@x.example", Message_ID="<m4@x>")]
    )
    assert [o.outcome for o in outcomes] == ["opened", "continued", "opened", "opened"]
    with unit_of_work() as session:
        asked = select(Ticket.number, Person.email).join(Person, Person.id == Ticket.requester_id).order_by(Ticket.id)
        assert [email.partition("@")[0] for _number, email in session.execute(asked)] == ["sari", "sari", "budi"]
        assert len(session.scalars(select(Person.id)).all()) == 2
