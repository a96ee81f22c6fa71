"""Quarantine and outbox: what staff see of messages that went wrong, and what they can do."""

import re
from typing import Any

from sqlalchemy import event

from helpdesk.store.db import db, unit_of_work
from helpdesk.store.mail_models import OutboxMessage, RawMessage
from helpdesk.store.models import Entry, Ticket
from tests.web.conftest import MEDAN, SEMARANG, World

BODY = b"From: Wakil <wakil@contoh.example>\r\nSubject: =?utf-8?q?rus<script>\r\n ak\r\n\r\nrahasia isi"


def quarantine(world: World, desk: str | None = MEDAN, body: bytes = BODY) -> int:
    with world.app.app_context(), unit_of_work() as session:
        raw = RawMessage(
            channel="email", external_id=f"x{desk}", desk=desk, sha256="0" * 64, state="quarantined",
            reason="terlalu dalam", next_try_at=world.now, received_at=world.now, stored_at=world.now,
            size=len(body), attempts=3, body=body,
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


def test_nobody_reads_in_quarantine_what_a_colleague_answers_by_or_a_requester_enters_with(world: World) -> None:
    token, link = f"s7-3-{'0a' * 16}", f"/t/12-{'b' * 40}"
    body = BODY.replace(
        b"Subject", f"References: <{token}@k>\r\n <abc.{token[:20]}\r\n {token[20:]}@k>\r\nSubject".encode()
    )
    body += f"\r\n> http://127.0.0.1:8000{link}=\r\n".encode()
    raw = quarantine(world, body=body)
    agent = world.entered("rina")
    page, download = agent.get(f"/quarantine/{raw}").text, agent.get(f"/quarantine/{raw}/raw").data
    for shown in (page.encode(), download):
        assert b"0a0a" not in shown
        assert b"bbbb" not in shown
    assert (len(download), b"rahasia isi" in download) == (len(body), True)
    assert world.entered("admin").get(f"/quarantine/{raw}/raw").data == body


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


def outgoing(world: World, state: str, error: str = "", **more: Any) -> int:
    """Put the acknowledgement of a new ticket into a state; the id of the message."""
    world.ticket()
    with world.app.app_context(), unit_of_work() as session:
        found = session.query(OutboxMessage).order_by(OutboxMessage.id.desc()).first()
        for name, value in {"state": state, "error": error, "attempts": 3, **more}.items():
            setattr(found, name, value)
        return int(found.id)


def sent(world: World, message: int) -> OutboxMessage:
    with world.app.app_context():
        return db.session.get_one(OutboxMessage, message)


def test_a_message_that_is_only_held_back_is_told_apart_from_those_that_failed(both: World) -> None:
    outgoing(both, "held")
    outgoing(both, "held")
    page = both.entered("rina").get("/board").text
    assert "2 pesan ditahan" in page
    assert 'class="alarm plain"' in page
    assert "tidak dapat disampaikan" not in page
    outgoing(both, "failed", "recipient: 550 gone")
    page = both.entered("rina").get("/board").text
    assert "1 pesan tidak dapat disampaikan" in page
    assert "2 pesan ditahan" in page


def test_an_agent_releases_a_held_message(both: World, caplog: Any) -> None:
    caplog.set_level("INFO")
    message = outgoing(both, "held")
    page = both.entered("rina").get("/outbox").text
    assert f'action="/outbox/{message}/send"' in page
    assert "Kirim sekarang" in page
    assert "lebih dari 10 pesan otomatis" in page
    assert post(both, f"/outbox/{message}/send").status_code == 303
    row = sent(both, message)
    assert (row.state, row.attempts, row.next_try_at) == ("pending", 0, both.now)
    assert f"message {message}, held until now, is let go by rina" in caplog.text


def test_a_failed_message_is_tried_again_under_its_own_message_id(world: World) -> None:
    message = outgoing(world, "failed", "recipient: 550 gone")
    before = sent(world, message).message_id
    assert "Coba lagi" in world.entered("rina").get("/outbox").text
    assert post(world, f"/outbox/{message}/send", "sari").status_code == 303
    assert (sent(world, message).state, sent(world, message).error) == ("pending", "")
    assert sent(world, message).message_id == before


def test_what_may_have_gone_out_or_was_a_code_is_not_sent_by_hand(world: World) -> None:
    for state, more in (("unknown", {}), ("sent", {}), ("unsendable", {}), ("failed", {"kind": "code"})):
        message = outgoing(world, state, **more)
        assert f"/outbox/{message}/send" not in world.entered("rina").get("/outbox").text
        assert post(world, f"/outbox/{message}/send").status_code == 303
        assert sent(world, message).state == state


def test_nobody_lets_go_a_message_of_another_desk(world: World) -> None:
    message = outgoing(world, "held")
    assert post(world, f"/outbox/{message}/send", "joko").status_code == 404
    assert post(world, f"/outbox/{message}/send", "tono").status_code == 403
    assert sent(world, message).state == "held"


def test_the_note_of_an_undelivered_message_is_in_the_language_of_the_reader(world: World) -> None:
    number = world.ticket()
    with world.app.app_context(), unit_of_work() as session:
        ticket = session.query(Ticket).filter_by(number=number).one()
        entry = Entry(
            ticket_id=ticket.id, kind="work-note", channel="email", author_name="outbox", mark="undelivered",
            text="wati@example.id: recipient: 550 5.1.1 <gone>", created_at=world.now,
        )  # fmt: skip
        session.add(entry)
    page = world.entered("rina").get(f"/tickets/{number}").text
    told = "Pesan kepada wati@example.id tidak dapat disampaikan: server menolak penerima: 550 5.1.1 &lt;gone&gt;"
    assert told in page
    assert "outbox</b>" not in page


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


def test_a_reason_with_particulars_is_in_the_language_of_the_reader(world: World) -> None:
    browser = world.entered("rina")
    for number, (stored, shown) in enumerate(
        {
            "60000000 bytes: larger than a mail may be": "lebih besar daripada batas surel: 60 MB",
            "its reader died: it took too long": "pembacaan terpisah berakhir tanpa jawaban: it took too long",
        }.items()
    ):
        raw = quarantine(world, (MEDAN, None)[number])
        with world.app.app_context(), unit_of_work() as session:
            session.get_one(RawMessage, raw).reason = stored
        assert shown in world.entered("admin" if number else "rina").get(f"/quarantine/{raw}").text
    assert "its reader died" not in browser.get("/quarantine").text
