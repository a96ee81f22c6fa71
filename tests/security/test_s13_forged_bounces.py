"""S13: whoever reads the ids of our messages cannot make anybody's address count as one that mail does not reach."""

from dataclasses import replace

from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Person
from helpdesk.usecases import bouncing
from helpdesk.usecases.writing import letter as written
from tests.security.conftest import Yard
from tests.usecases.conftest import MEDAN
from tests.usecases.post import ADDRESS, letter
from tests.usecases.test_intake_states import bounce

SARI, BOS = "sari@kantor.example", "bos@kantor.example"


def silenced(yard: Yard) -> list[str]:
    return [person.email for person in yard.post.rows(Person) if person.undeliverable]


def test_a_person_in_copy_reads_ids_and_silences_nobody_but_the_mail_system_that_knows_the_return_address_does(
    yard: Yard,
) -> None:
    account = replace(yard.office.settings.mail[MEDAN], plus_address=True)
    yard.office.settings = replace(yard.office.settings, mail={MEDAN: account})
    number = yard.arrives(letter(Cc=BOS))
    yard.office.does("rina", "take", number)
    for text in ("satu", "dua"):
        yard.office.does("rina", "reply", number, text=text)
    first = yard.post.on(number, OutboxMessage)[1]
    seen = str([mail for to, mail, _raw in yard.mails() if to == BOS][-1]["References"])
    assert (first.recipient, first.message_id in seen) == (SARI, True), "the other one's id is there to be read"
    forged = bounce(first.message_id, recipient=SARI)
    guessed = ADDRESS.replace("@", f"+b{first.message_id[:32]}@").encode()
    for raw in (forged, forged.replace(ADDRESS.encode(), guessed), forged.replace(SARI.encode(), b"")):
        yard.arrives(raw.replace(b"Message-ID: <", b"Message-ID: <%d" % len(raw), 1))
    states = [m.state for m in yard.post.on(number, OutboxMessage)]
    assert (silenced(yard), set(states)) == ([], {"pending"})
    with unit_of_work() as session:
        tied = written(session, yard.office.context(), session.get_one(OutboxMessage, first.id)).envelope_from
    assert first.message_id[:32] not in tied
    assert yard.arrives(forged.replace(ADDRESS.encode(), tied.encode())) == number
    assert silenced(yard) == [SARI]


def test_without_return_addresses_only_a_message_that_comes_back_with_its_own_mark_marks_an_address(yard: Yard) -> None:
    number = yard.arrives(letter(Cc=BOS))
    yard.office.does("rina", "take", number)
    yard.office.does("rina", "reply", number, text="satu")
    to_sari, to_bos = yard.post.on(number, OutboxMessage)[1:]
    marks = {to: str(mail["X-Helpdesk-Return"]) for to, mail, _raw in yard.mails()[1:]}
    assert marks[SARI] not in "".join(raw.decode() for to, _mail, raw in yard.mails() if to != SARI)
    assert marks[SARI] != to_sari.message_id[:32]
    for count, mark in enumerate(("", to_sari.message_id[:32], "0" * 32)):
        forged = bounce(to_sari.message_id, recipient=SARI, mark=mark)
        assert yard.arrives(forged.replace(b"Message-ID: <", b"Message-ID: <%d" % count, 1)) == number
    assert silenced(yard) == [], "nobody who reads the id in a References, or in an answer of the requester's"
    yard.arrives(bounce(to_sari.message_id, recipient=SARI, mark=marks[BOS]).replace(b"<bounce", b"<own"))
    assert silenced(yard) == [BOS], "who was in copy can silence nobody else"
    assert yard.arrives(bounce("rewritten@relay.example", recipient=SARI, mark=marks[SARI])) == number
    assert silenced(yard) == [SARI, BOS]
    assert [m.state for m in yard.post.on(number, OutboxMessage) if m.id == to_bos.id] == ["failed"]


def test_a_requester_who_read_the_id_of_an_alarm_silences_no_staff(yard: Yard) -> None:
    number = yard.arrives(letter())
    with unit_of_work() as session:
        alarm = session.query(OutboxMessage).one()
        alarm.recipient, known = "atasan@kemenkeu.go.id", alarm.message_id
    assert yard.arrives(bounce(known, recipient="atasan@kemenkeu.go.id")) == number
    assert silenced(yard) == []
    assert yard.post.on(number, OutboxMessage)[0].state == "pending"


def test_a_ticket_is_not_filled_with_reports_without_end(yard: Yard, monkeypatch) -> None:
    monkeypatch.setattr(bouncing, "MOST_AN_HOUR", 3)
    number = yard.arrives(letter())
    known = yard.post.our_id(number)
    for n in range(5):
        yard.arrives(bounce(known).replace(b"Message-ID: <", b"Message-ID: <%d" % n, 1))
    assert [mark for _kind, mark in yard.post.entries(number)].count("bounce") == 3
    assert [state for state, _reason in yard.post.raws()][-2:] == ["quarantined"] * 2
