"""The ticket page of the staff: its buttons, its forms, its conversation, its files."""

import re
from typing import Any

import pytest
from sqlalchemy import update

from helpdesk.store.blobs import BlobStore
from helpdesk.store.db import unit_of_work
from helpdesk.store.models import Entry, File, Ticket
from helpdesk.store.people_models import StaffUser
from helpdesk.tickets.permission import allowed_actions
from helpdesk.tickets.words import Action, Status
from helpdesk.usecases.deed import facts_of
from tests.web.conftest import RESET, SEMARANG, World
from tests.web.rows import row_of
from tests.web.ticket_pages import notice, send, shown
from tests.web.visitor import link, press

WITHOUT_BUTTON = {Action.CLOSE, Action.OPEN}


def forms(page: str, number: str) -> set[str]:
    """The actions that the page has a form for."""
    return set(re.findall(rf'action="/tickets/{number}/actions/([a-z-]+)"', page))


def add_entry(world: World, number: str, **values: Any) -> int:
    with world.app.app_context(), unit_of_work() as session:
        ticket = session.query(Ticket).filter_by(number=number).one()
        kept = {"kind": "requester-message", "channel": "email", "author_name": "Wati", "created_at": world.now}
        entry = Entry(ticket_id=ticket.id, **{**kept, **values})
        session.add(entry)
        session.flush()
        return entry.id


@pytest.mark.parametrize("name", ["rina", "tono", "budi", "sari"])
@pytest.mark.parametrize("status", list(Status))
def test_the_buttons_are_what_the_rules_allow_and_nothing_else(world: World, status: Status, name: str) -> None:
    number = world.ticket(status)
    row, person = row_of(world, number), world.staff(name)
    allowed = {str(a) for a in allowed_actions(person, facts_of(row)) if a not in WITHOUT_BUTTON}
    if row.assignee_id == person.id:
        allowed.discard(Action.TAKE)
    allowed.discard(Action.EXTEND)  # no item was chosen, so no standard allows it
    assert forms(shown(world, number, name), number) == allowed


def test_the_next_step_is_the_primary_button(world: World) -> None:
    def primary(number: str, name: str = "rina") -> str:
        found = re.findall(r'class="btn primary"[^>]*>([^<]+)<', shown(world, number, name).split("t-grid")[0])
        return str([word.strip() for word in found if word.strip()][-1])

    assert primary(world.ticket()) == "Ambil"
    assert primary(world.ticket(Status.IN_PROGRESS)) == "Klasifikasi"
    assert primary(world.ticket(Status.ON_HOLD)) == "Lanjutkan"
    assert primary(world.ticket(Status.FULFILLED)) == "Konfirmasi"


def test_what_an_action_sends_stands_after_the_action(world: World) -> None:
    number = world.ticket(Status.IN_PROGRESS)
    world.api("rina").ok(number, "classify", {"item": RESET, "type": "incident", "priority": 3})
    page = shown(world, number, "rina")
    assert page.index("mengklasifikasi") < page.index("kami tangani sebagai layanan")


def test_a_form_does_what_the_interface_does(world: World) -> None:
    number = world.ticket(item=RESET)
    steps = [
        ("classify", "rina", {"item": RESET, "type": "incident", "priority": "2"}),
        ("escalate", "rina", {"group": "rft-tik", "reason": "mohon bantuan"}),
        ("hold", "tono", {"reason": "documents", "missing": ["KTP"], "missing_other": "Surat tugas\nFoto\n"}),
        ("resume", "tono", {}),
        ("note", "tono", {"text": "sedang dicek"}),
        ("reply", "tono", {"text": "Mohon ditunggu"}),
        ("fulfil", "tono", {"note": "Sudah direset", "label": "reset"}),
        ("send-back", "rina", {"reason": "belum bisa masuk"}),
        ("fulfil", "tono", {"note": "Sudah", "label": "reset"}),
        ("confirm-fulfilment", "rina", {}),
        ("confirm", "rina", {"rating": "5", "comment": "cepat"}),
        ("reopen", "rina", {"reason": "terkunci lagi"}),
    ]
    for action, name, fields in steps:
        answer = send(world, number, action, name, **fields)
        assert (answer.status_code, answer.location) == (303, f"/tickets/{number}?done={number}-{action}"), action
    row = row_of(world, number)
    assert [e.action for e in row.events] == ["open", *(action for action, _name, _fields in steps)]
    assert (row.priority, row.urgent, row.type, row.label, row.group) == (2, True, "incident", "reset", "rft-tik")
    held = next(e for e in row.events if e.action == "hold")
    assert held.data["missing"] == ["KTP", "Surat tugas", "Foto"]


def test_the_history_calls_people_by_the_names_that_people_read(world: World) -> None:
    number = world.ticket(Status.RESOLVED)
    world.api("rina").ok(number, "confirm", {"rating": 4, "comment": "Ramah <sekali>"})
    taken = world.ticket(Status.IN_PROGRESS)
    world.api("sari").ok(taken, "assign", {"assignee": "rina"})
    with world.app.app_context(), unit_of_work() as session:
        session.execute(update(StaffUser).where(StaffUser.name == "rina").values(display_name="Rina Hasibuan"))
        session.execute(update(StaffUser).where(StaffUser.name == "sari").values(display_name="Sari Dewi"))
    closed = shown(world, number)
    assert "Rina Hasibuan mengambil tiket" in closed
    assert "Rina Hasibuan mengonfirmasi dan menutup: 4 dari 5" in closed
    assert "rina meng" not in closed
    assert "Sari Dewi menugaskan ke Rina Hasibuan" in shown(world, taken)
    events = world.api("rina").get(f"/tickets/{number}").json["events"]
    assert {event["by"] for event in events} == {"rina"}, "a program reads the user name"


def test_a_requester_s_deed_bears_the_requester_s_name(world: World) -> None:
    number = world.ticket(Status.RESOLVED)
    press(world.browser(), link(world, number), "confirm", rating="2")
    page = shown(world, number)
    assert "Wati mengonfirmasi dan menutup: 2 dari 5" in page
    assert "wati@example.id mengonfirmasi" not in page


def test_staff_read_the_rating_and_the_comment(world: World) -> None:
    number, silent = world.ticket(Status.RESOLVED), world.ticket(Status.CLOSED)
    world.api("rina").ok(number, "confirm", {"comment": "Ramah <sekali>"})
    page = shown(world, number)
    assert 'id="s-rating"' in page, "a comment without a rating is shown too"
    assert "Ramah &lt;sekali&gt;" in page
    assert 'id="s-rating"' not in shown(world, silent)


def test_a_refused_form_keeps_what_was_typed_and_says_what_is_wrong(world: World) -> None:
    number = world.ticket(Status.IN_PROGRESS)
    answer = send(world, number, "fulfil", note="Sudah <selesai> & beres", label=" ")
    assert answer.status_code == 422
    assert "Sudah &lt;selesai&gt; &amp; beres</textarea>" in answer.text
    assert re.search(r'id="fulfil"[^>]* open>', answer.text)
    assert re.search(r'name="label"[^>]*aria-invalid="true"', answer.text)
    assert row_of(world, number).status == Status.IN_PROGRESS


def test_an_action_that_the_role_forbids_is_refused(world: World) -> None:
    number = world.ticket(group="rft-bmn")
    answer = send(world, number, "take", "tono")
    assert answer.status_code == 403
    assert "Ambil" in notice(answer.text)
    assert row_of(world, number).assignee_id is None


def test_tickets_of_other_desks_do_not_exist(world: World) -> None:
    number = world.ticket(desk=SEMARANG)
    browser = world.entered("rina")
    paths = ["", "/peek", "/state", "/files/1", "/entries/1/html"]
    assert {browser.get(f"/tickets/{number}{path}").status_code for path in paths} == {404}
    assert send(world, number, "take").status_code == 404
    assert browser.get("/tickets/MDN-2026-999999").status_code == 404


@pytest.mark.parametrize("where", ["https://evil.example/x", "//evil.example", "/\\evil.example", "javascript:x()"])
def test_after_an_action_nobody_is_sent_to_another_site(world: World, where: str) -> None:
    number = world.ticket()
    answer = send(world, number, "take", next=where)
    assert answer.location == f"/tickets/{number}?done={number}-take"


def test_an_action_from_the_list_leads_back_to_the_list(world: World) -> None:
    number = world.ticket()
    answer = send(world, number, "take", next="/board?view=risk")
    assert answer.location == f"/board?view=risk&done={number}-take"


def test_the_conversation_is_text_and_the_quotation_is_folded(world: World) -> None:
    number = world.ticket()
    quoted = "\n> <script>alert(1)</script>\n> lama"
    add_entry(world, number, text="Baru <b>tebal</b>" + quoted, shown_text="Baru <b>tebal</b>")
    page = shown(world, number)
    assert "Baru &lt;b&gt;tebal&lt;/b&gt;</div>" in page
    assert "<script>alert" not in page
    assert "tampilkan selebihnya (2 baris)" in page


def test_an_internal_note_is_marked_and_never_in_the_preview_of_a_requester(world: World) -> None:
    number = world.ticket()
    world.api("rina").ok(number, "note", {"text": "jangan dibaca pemohon"})
    page = shown(world, number)
    assert re.search(r'class="msg note"[\s\S]*catatan internal[\s\S]*jangan dibaca pemohon', page)


def test_a_designed_mail_is_shown_without_rights_and_without_anything_from_outside(world: World) -> None:
    number = world.ticket()
    html = (
        '<p onclick="x()">Halo <b>dunia</b></p><script>x()</script><img src="https://evil.example/a.png">'
        '<style>p{}</style><a href="javascript:x()">a</a><form action="https://evil.example"><input></form>'
        '<iframe src="//evil.example"></iframe>'
    )
    entry = add_entry(world, number, text="Halo dunia", html=html)
    assert 'sandbox loading="lazy"' in shown(world, number)
    answer = world.entered("rina").get(f"/tickets/{number}/entries/{entry}/html")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "Halo <b>dunia</b>" in answer.text
    assert not re.search(r"script|evil|onclick|<form|<iframe|<input", answer.text)
    assert world.entered("rina").get(f"/tickets/{world.ticket()}/entries/{entry}/html").status_code == 404


def test_a_file_is_always_a_download(world: World) -> None:
    number = world.ticket()
    entry = add_entry(world, number, text="lampiran")
    with world.app.app_context(), unit_of_work() as session:
        content = b"<svg onload=alert(1)>"
        sha = BlobStore(world.context.settings.data).put(content, session)
        file = File(entry_id=entry, sha256=sha, name='gambar".svg', media_type="image/svg+xml", size=len(content))
        session.add(file)
        session.flush()
        file_id = file.id
    with world.entered("rina").get(f"/tickets/{number}/files/{file_id}") as answer:
        assert answer.data == content
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert world.entered("rina").get(f"/tickets/{world.ticket()}/files/{file_id}").status_code == 404


def test_the_page_says_why_the_deadline_lies_where_it_lies(world: World) -> None:
    page = shown(world, world.ticket(item=RESET))
    assert "Mengapa 12.00?" in page
    assert "4 (empat) jam kerja" in page


def test_a_technician_reads_first_what_to_do_for_whom_and_until_when(world: World) -> None:
    number = world.ticket(item=RESET)
    world.api("rina").ok(number, "escalate", {"group": "rft-tik", "reason": "Identitas cocok"})
    task = shown(world, number, "tono").split('id="task-title"')[1].split("</section>")[0]
    assert all(words in task for words in ("Reset Password", "Wati", "wati@example.id", "12.00 WIB", "Identitas cocok"))
    assert 'id="task-title"' not in shown(world, number, "budi")


def test_the_browser_learns_that_the_ticket_changed(world: World) -> None:
    number, browser = world.ticket(), world.entered("rina")
    before = browser.get(f"/tickets/{number}/state").json["version"]
    assert f'data-version="{before}"' in browser.get(f"/tickets/{number}").text
    world.api("rina").ok(number, "take")
    assert browser.get(f"/tickets/{number}/state").json["version"] > before


def test_a_call_is_recorded_with_an_earlier_receipt_only_for_a_reason(world: World) -> None:
    browser = world.entered("rina")
    form = {
        "channel": "walk-in", "desk": "kptik-medan", "subject": "Telepon mati", "text": "Pesawat 123",
        "requester.name": "Tini", "received_at": "2026-11-23T07:00", "csrf_token": world.form_token(browser),
    }  # fmt: skip
    refused = browser.post("/tickets", data=form)
    assert refused.status_code == 422
    assert 'value="Telepon mati"' in refused.text
    made = browser.post("/tickets", data={**form, "reason": "dicatat di kertas"})
    assert made.status_code == 303
    row = row_of(world, made.location.split("/")[2].split("?")[0])
    assert (row.channel, row.received_at.isoformat()) == ("walk-in", "2026-11-23T00:00:00+00:00")


def test_the_page_of_a_long_ticket_asks_the_database_as_often_as_that_of_a_short_one(world: World) -> None:
    from sqlalchemy import event

    from helpdesk.store.db import db

    asked: list[str] = []
    with world.app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda _c, _u, statement, *_more: asked.append(statement))
    number, browser = world.ticket(), world.entered("rina")

    def cost() -> int:
        asked.clear()
        assert browser.get(f"/tickets/{number}").status_code == 200
        return len(asked)

    few = cost()
    for n in range(10):
        add_entry(world, number, text=f"pesan {n}")
    assert cost() == few <= 20


def test_the_first_handling_is_named_once_and_stays_when_somebody_has_begun(world: World) -> None:
    number = world.ticket(item="bmn.4/facilities")
    for _begun in range(2):
        assert len(re.findall(r">\s*Penanganan awal\s*<", shown(world, number))) == 1
        world.api("rina").ok(number, "take")
