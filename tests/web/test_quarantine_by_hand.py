"""Staff make a ticket of a message in quarantine by hand, and settle a flood with one button."""

from typing import Any

import pytest

from helpdesk.store.db import db, unit_of_work
from helpdesk.store.mail_models import MessageKey, OutboxMessage, RawMessage
from helpdesk.store.models import Entry, Ticket
from tests.usecases.post import letter
from tests.web.conftest import MEDAN, SEMARANG, World

GIVEN = {"desk": MEDAN, "email": "wakil@contoh.example", "name": "Wakil", "subject": "Tolong"}


def kept(world: World, body: bytes, state: str = "quarantined", sender: str = "", n: int = 0) -> int:
    with world.app.app_context(), unit_of_work() as session:
        raw = RawMessage(
            channel="email", external_id=f"q{state}{n}", desk=MEDAN, sha256="0" * 64, state=state, reason="x",
            next_try_at=world.now, received_at=world.now, stored_at=world.now, size=len(body), body=body,
            sender=sender, message_id=f"q{n}@k",
        )  # fmt: skip
        session.add(raw)
        session.flush()
        return raw.id


def post(world: World, path: str, fields: dict[str, str], name: str = "rina") -> Any:
    browser = world.entered(name)
    return browser.post(path, data={**fields, "csrf_token": world.form_token(browser)})


def rows(world: World, model: Any) -> list[Any]:
    with world.app.app_context():
        found: list[Any] = list(db.session.query(model).order_by(model.id))
        db.session.expunge_all()
        return found


def test_a_ticket_made_by_hand_has_what_could_be_read_and_says_that_nobody_is_proved(world: World) -> None:
    raw = kept(world, letter("Isi surat", From='"x" <>', Subject="=?utf-8?q?Kunci_r=C3=BCsak?="))
    page = world.entered("rina").get(f"/quarantine/{raw}").text
    assert 'value="Kunci rüsak"' in page
    answer = post(world, f"/quarantine/{raw}/open", GIVEN)
    (ticket,) = rows(world, Ticket)
    assert answer.headers["Location"] == f"/tickets/{ticket.number}"
    (entry,) = rows(world, Entry)
    assert (entry.text.strip(), entry.mark, entry.author_address) == ("Isi surat", "unproved", "wakil@contoh.example")
    assert rows(world, OutboxMessage) == []
    assert [key.message_id for key in rows(world, MessageKey)] == ["m1@kantor.example"]
    (kept_raw,) = rows(world, RawMessage)
    assert (kept_raw.state, kept_raw.ticket_id, kept_raw.reason) == ("ticketed", ticket.id, "opened by rina")
    assert post(world, f"/quarantine/{raw}/open", GIVEN).status_code == 404, "once"


def test_what_cannot_be_read_becomes_a_file_of_the_ticket(world: World) -> None:
    raw = kept(world, b"\x00\xff tidak ada kepala surat")
    answer = post(world, f"/quarantine/{raw}/open", GIVEN)
    page = world.entered("rina").get(answer.headers["Location"]).text
    assert f"message-{raw}.eml" in page
    assert "pengirim belum terbukti" in page


def test_a_wrong_address_subject_or_desk_is_said_and_what_was_typed_stays(world: World) -> None:
    raw = kept(world, letter())
    ours = "helpdeskmedan@kemenkeu.go.id"
    for wrong in ({"email": "bukan"}, {"email": ours}, {"subject": " "}, {"desk": SEMARANG}, {"desk": "x"}):
        answer = post(world, f"/quarantine/{raw}/open", GIVEN | {"name": "Wakil Tetap"} | wrong)
        assert answer.status_code == 422, wrong
        assert "Wakil Tetap" in answer.text
    assert rows(world, Ticket) == []


@pytest.mark.parametrize(("do", "state"), [("release", "received"), ("discard", "suppressed")])
def test_a_flood_is_one_line_and_settled_with_one_button(world: World, do: str, state: str) -> None:
    for n in range(3):
        kept(world, letter(), "flood", "bising@luar.example", n)
    browser = world.entered("rina")
    page = browser.get("/quarantine").text
    assert page.count("bising@luar.example</a>") == 1
    assert "3 surel" in page
    assert "bising@luar.example" not in world.entered("joko").get("/quarantine").text
    given = {"desk": MEDAN, "sender": "bising@luar.example", "do": do}
    assert post(world, "/quarantine/flood", {**given, "reason": "x"}, "joko").status_code == 404
    post(world, "/quarantine/flood", {**given, "reason": " "})
    post(world, "/quarantine/flood", {**given, "reason": "banjir"})
    assert {raw.state for raw in rows(world, RawMessage)} == {state}
