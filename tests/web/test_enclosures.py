"""Files that staff send with an answer or a note on the page of a ticket."""

from io import BytesIO

import pytest

from helpdesk.store.db import db, unit_of_work
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.usecases import portal_form
from helpdesk.usecases.writing import letter
from tests.web.conftest import World
from tests.web.ticket_pages import send, shown


def test_the_files_of_an_answer_go_out_with_it_and_those_of_a_note_stay_inside(world: World) -> None:
    number = world.ticket()
    noted = send(world, number, "note", text="Rahasia", files=(BytesIO(b"dalam"), "catatan.txt"))
    answered = send(world, number, "reply", text="Ini formulirnya", files=[
        (BytesIO(b"%PDF"), "../formulir\u202e.pdf"), (BytesIO(b""), ""),
    ])  # fmt: skip
    assert (noted.status_code, answered.status_code) == (303, 303)
    with world.app.app_context(), unit_of_work() as session:
        rows = session.query(OutboxMessage).order_by(OutboxMessage.id).all()
        enclosed = {row.kind: letter(session, world.context, row).attachments for row in rows}
        assert enclosed["acknowledgement"] == ()
        assert [(file.name, file.content) for file in enclosed["reply"]] == [("formulir.pdf", b"%PDF")]
        reply = rows[-1].id
    assert "formulir.pdf" in world.entered("rina").get(f"/outbox/{reply}").text
    assert "catatan.txt" in shown(world, number)


def test_files_that_cannot_go_out_send_nothing_and_keep_what_was_typed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(portal_form, "FILE_BYTES", 1000)
    number = world.ticket()
    many = [(BytesIO(b"x"), f"{n}.png") for n in range(21)]
    for files, said in (
        ((BytesIO(b"x" * 1001), "a.bin"), "terlalu besar"),
        (many, "Paling banyak 20 berkas"),
        ((BytesIO(b""), "kosong.pdf"), "kosong.pdf"),
    ):
        answer = send(world, number, "reply", text="Ini formulirnya", files=files)
        assert answer.status_code == 422
        assert said in answer.text
        assert "Ini formulirnya</textarea>" in answer.text
    with world.app.app_context():
        assert db.session.query(OutboxMessage).filter_by(kind="reply").count() == 0
    assert send(world, number, "reply", "joko", text="x", files=(BytesIO(b""), "kosong.pdf")).status_code == 404


def test_an_answer_whose_files_are_away_can_still_be_looked_at(world: World) -> None:
    number = world.ticket()
    send(world, number, "reply", text="Ini formulirnya", files=(BytesIO(b"isi"), "formulir.pdf"))
    with world.app.app_context(), unit_of_work() as session:
        message = session.query(OutboxMessage.id).filter_by(kind="reply").scalar()
    browser = world.entered("rina")
    assert browser.get(f"/outbox/{message}/raw").status_code == 200
    blobs = world.context.settings.data / "blobs"
    blobs.rename(blobs.with_name("elsewhere"))
    assert "formulir.pdf" in browser.get(f"/outbox/{message}").text
    answers = {part: browser.get(f"/outbox/{message}{part}").status_code for part in ("", "/html", "/raw")}
    assert answers == {"": 200, "/html": 200, "/raw": 503}
