"""Quarantine and outbox: what staff see of messages that went wrong, and what they can do."""

import re
from typing import Any

from sqlalchemy import event

from helpdesk.store.db import db, unit_of_work
from helpdesk.store.mail_models import OutboxMessage, RawMessage
from tests.web.conftest import MEDAN, SEMARANG, World

BODY = b"From: Wakil <wakil@contoh.example>\r\nSubject: =?utf-8?q?rus<script>\r\n ak\r\n\r\nrahasia isi"


def quarantine(world: World, desk: str | None = MEDAN) -> int:
    with world.app.app_context(), unit_of_work() as session:
        raw = RawMessage(
            channel="email", external_id=f"x{desk}", desk=desk, sha256="0" * 64, state="quarantined",
            reason="terlalu dalam", next_try_at=world.now, received_at=world.now, stored_at=world.now,
            size=len(BODY), attempts=3, body=BODY,
        )  # fmt: skip
        session.add(raw)
        session.flush()
        return raw.id


def state(world: World, raw_id: int) -> Any:
    with world.app.app_context():
        return db.session.get(RawMessage, raw_id)


def post(world: World, path: str, name: str = "rina", **fields: str) -> Any:
    browser = world.entered(name)
    return browser.post(path, data={**fields, "csrf_token": world.form_token(browser)})


def test_a_quarantined_message_is_shown_as_text_with_its_reason(both: World) -> None:
    raw = quarantine(both)
    browser = both.entered("rina")
    page = browser.get("/quarantine").text
    assert "Wakil &lt;wakil@contoh.example&gt;" in page
    assert "terlalu dalam" in page
    one = browser.get(f"/quarantine/{raw}").text
    assert "rus&lt;script&gt;" in one
    assert "rahasia isi" not in one


def test_the_raw_bytes_are_a_download(world: World) -> None:
    answer = world.entered("rina").get(f"/quarantine/{quarantine(world)}/raw")
    assert answer.data == BODY
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Content-Type"] == "application/octet-stream"


def test_trying_again_puts_the_message_back_into_the_queue(world: World) -> None:
    raw = quarantine(world)
    assert post(world, f"/quarantine/{raw}/retry").status_code == 303
    assert (state(world, raw).state, state(world, raw).attempts) == ("received", 0)


def test_discarding_needs_a_reason_and_keeps_the_bytes(world: World) -> None:
    raw = quarantine(world)
    assert post(world, f"/quarantine/{raw}/discard", reason=" ").status_code == 422
    assert state(world, raw).state == "quarantined"
    assert post(world, f"/quarantine/{raw}/discard", reason="iklan").status_code == 303
    assert state(world, raw).state == "suppressed"
    assert "rina" in state(world, raw).reason
    assert "iklan" in state(world, raw).reason


def test_a_message_without_a_desk_is_for_supervisors_who_give_it_one(world: World) -> None:
    raw = quarantine(world, None)
    assert world.entered("rina").get(f"/quarantine/{raw}").status_code == 404
    assert post(world, f"/quarantine/{raw}/retry", "sari", desk=SEMARANG).status_code == 303
    assert state(world, raw).desk is None
    raw = quarantine(world, SEMARANG)
    assert world.entered("sari").get(f"/quarantine/{raw}").status_code == 404
    assert post(world, f"/quarantine/{raw}/discard", "sari", reason="x").status_code == 404


def test_the_outbox_says_why_a_message_was_not_delivered(both: World) -> None:
    number = both.ticket()
    with both.app.app_context(), unit_of_work() as session:
        message = session.query(OutboxMessage).one()
        message.state, message.error = "failed", "550 <b>penuh</b>"
    page = both.entered("rina").get("/outbox").text
    assert number in page
    assert "550 &lt;b&gt;penuh&lt;/b&gt;" in page
    assert number not in both.entered("joko").get("/outbox").text


def test_a_known_reason_is_shown_in_the_language_of_the_reader_and_stored_in_english(world: World) -> None:
    raw = quarantine(world)
    with world.app.app_context(), unit_of_work() as session:
        session.get_one(RawMessage, raw).reason = "addressed to no desk"
    browser = world.entered("rina")
    for path in ("/quarantine", f"/quarantine/{raw}"):
        page = browser.get(path).text
        assert "tidak ditujukan ke meja layanan mana pun" in page
        assert "addressed to no desk" not in page
    assert state(world, raw).reason == "addressed to no desk"


def test_a_refusal_is_shown_in_the_language_of_the_reader_with_what_the_server_said(both: World) -> None:
    both.ticket()
    with both.app.app_context(), unit_of_work() as session:
        message = session.query(OutboxMessage).one()
        message.state, message.error = "failed", "recipient: 550 unknown: gone"
    assert "server menolak penerima: 550 unknown: gone" in both.entered("rina").get("/outbox").text


def test_empty_lists_say_so(world: World) -> None:
    browser = world.entered("rina")
    assert "Karantina kosong" in browser.get("/quarantine").text
    assert "Semua sudah tersampaikan" in browser.get("/outbox").text


def test_one_statement_of_a_page_counts_what_went_wrong_at_the_chosen_desk_and_at_all(both: World) -> None:
    for desk in (MEDAN, SEMARANG, None):
        quarantine(both, desk)
    browser = both.entered("admin")
    statements: list[str] = []
    with both.app.app_context():
        engine = db.engine

    def note(_connection, _cursor, statement, *_rest) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    page = browser.get("/board", query_string={"desk": MEDAN, "lang": "en"}).text
    event.remove(engine, "before_cursor_execute", note)
    assert len([s for s in statements if "FROM outbox_message" in s]) == 1
    assert "2 messages that could not be read wait" in page, "those of the chosen desk and those of no desk"
    assert re.search(r'href="/quarantine"[^>]*>.{0,80}3', page, re.DOTALL), "the frame counts all desks of the person"
