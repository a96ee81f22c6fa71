"""The ticket page of a requester: what it shows, what it never shows, and what its buttons do."""

import re
from io import BytesIO

import pytest
from sqlalchemy import select

from helpdesk.store.blobs import BlobStore
from helpdesk.store.db import db, unit_of_work
from helpdesk.store.models import Entry, File, Ticket
from helpdesk.tickets.words import EntryKind, Status
from helpdesk.usecases.access import revoke_links
from tests.web.conftest import RESET, World
from tests.web.visitor import WATI, add_file, link, press


def test_the_link_of_a_mail_opens_the_ticket_and_its_conversation(world: World) -> None:
    number = world.ticket(Status.IN_PROGRESS, item=RESET)
    world.api("rina").ok(number, "reply", {"text": "Silakan coba lagi."})
    page = world.browser().get(link(world, number))
    assert page.status_code == 200
    for said in (number, "Lupa kata sandi", "Mohon bantuan", "Silakan coba lagi.", "12.00 WIB"):
        assert said in page.text
    assert "/t/" not in re.search("<title>(.*)</title>", page.text)[1]


def test_a_request_without_the_date_that_its_time_hangs_on_asks_for_it(world: World) -> None:
    page = world.browser().get(link(world, world.ticket(item="tu.2/secretariat-coordination"))).text
    assert "Waktunya bergantung pada tanggal kegiatan" in page
    assert "Waktunya disepakati dengan Anda" not in page


def test_nothing_of_the_staff_side_ever_reaches_the_requester(world: World) -> None:
    number = world.ticket(item=RESET)
    rina, tono = world.api("rina"), world.api("tono")
    rina.ok(number, "take")
    rina.ok(number, "note", {"text": "KENARI-CATATAN"})
    rina.ok(number, "escalate", {"group": "rft-tik", "reason": "KENARI-ESKALASI"})
    tono.ok(number, "take")
    tono.ok(number, "hand-back", {"group": "pusintek", "reason": "KENARI-KEMBALI"})
    world.api("pusat").ok(number, "fulfil", {"note": "KENARI-CATATAN-AKHIR", "label": "KENARI-LABEL"})
    hidden = add_file(world, number, EntryKind.WORK_NOTE, "kenari-berkas.html", b"x")
    rina.ok(number, "confirm-fulfilment")
    here, browser = link(world, number), world.browser()
    pages = [browser.get(here).text, browser.get(here, query_string={"lang": "en"}).text]
    pages.append(press(browser, here, "confirm", rating="9").text)
    pages.append(browser.get(here.replace("/t/", "/receipt/")).text)
    for page in pages:
        assert not re.search("kenari", page, re.IGNORECASE)
        assert "pusintek" not in page.lower()
    assert browser.get(f"{here}/files/{hidden}").status_code == 404


def test_what_somebody_in_copy_wrote_stays_with_the_desk(world: World) -> None:
    number = world.ticket()
    with world.app.app_context(), unit_of_work() as session:
        ticket = session.query(Ticket).filter_by(number=number).one()
        session.add(
            Entry(
                ticket_id=ticket.id, kind=EntryKind.REQUESTER_MESSAGE, channel="email", text="KENARI-ATASAN",
                author_address="atasan@example.id", created_at=world.now,
            )
        )  # fmt: skip
    assert "KENARI-ATASAN" not in world.browser().get(link(world, number)).text


def test_a_wrong_a_revoked_and_an_expired_link_look_the_same(world: World) -> None:
    browser, number = world.browser(), world.ticket(Status.CLOSED)
    here = link(world, number)
    world.move(days=30)
    assert browser.get(here).status_code == 200
    world.move(seconds=1)
    expired = browser.get(here)
    revoked_number = world.ticket()
    revoked_link = link(world, revoked_number)
    with world.app.app_context(), unit_of_work() as session:
        revoke_links(session, session.query(Ticket.id).filter_by(number=revoked_number).scalar(), world.now)
    receipt = link(world, number, purpose="receipt")
    answers = [expired, *(browser.get(p) for p in (revoked_link, receipt, f"{here[:-1]}0x", "/t/1-", "/t/x", "/t/²-a"))]
    assert {a.status_code for a in answers} == {404}
    assert len({re.sub(r'nonce="[^"]*"|href="[^"]*lang=\w+"', "", a.text) for a in answers}) == 1


def test_a_link_of_another_ticket_or_address_opens_nothing(world: World) -> None:
    first, second = world.ticket(), world.ticket(requester={"name": "Budi", "email": "budi@example.id"})
    own, other = link(world, first), link(world, second)
    forged = f"/t/{own.split('/')[2].partition('-')[0]}-{other.partition('-')[2]}"
    assert world.browser().get(forged).status_code == 404
    assert world.browser().get(link(world, first, "atasan@example.id")).status_code == 404


def test_looking_changes_nothing(world: World) -> None:
    number = world.ticket(Status.RESOLVED, item=RESET)
    file = add_file(world, number, EntryKind.PUBLIC_REPLY, "panduan.pdf", b"isi")
    here, receipt = link(world, number), link(world, number, purpose="receipt").replace("/t/", "/receipt/")
    before, browser = world.dump(), world.browser()
    paths = ("/", "/kptik-medan", f"/kptik-medan/{RESET}", "/my", "/my/sign-in", "/my/code", here, receipt)
    for path in (*paths, f"{here}/files/{file}", f"{here}/confirm", f"{here}/reopen", f"{here}/withdraw"):
        browser.get(path).close()
        browser.head(path).close()
    assert world.dump() == before


def test_the_requester_confirms_with_a_rating_and_a_comment(world: World) -> None:
    number = world.ticket(Status.RESOLVED)
    here, browser = link(world, number), world.browser()
    assert press(browser, here, "confirm", rating="5", comment="Cepat sekali").status_code == 303
    ticket = world.row(number)
    assert (ticket.status, ticket.rating, ticket.rating_comment) == ("closed", 5, "Cepat sekali")
    assert press(browser, here, "confirm", rating="1").status_code == 409
    assert world.row(number).rating == 5
    page = browser.get(here).text
    assert "5 dari 5" in page
    assert "<blockquote>Cepat sekali</blockquote>" in page
    assert "Penilaian Anda" not in browser.get(link(world, world.ticket(Status.CLOSED))).text, "none was given"


def test_a_rating_that_is_none_is_refused_and_closes_nothing(world: World) -> None:
    number = world.ticket(Status.RESOLVED)
    here = link(world, number)
    for rating in ("0", "6", "lima", "5.0"):
        answer = press(world.browser(), here, "confirm", rating=rating, comment="Tetap di sini")
        assert answer.status_code == 422
        assert "Tetap di sini" in answer.text
    assert world.row(number).status == "resolved"


def test_not_done_yet_reopens_the_ticket_with_its_reason_and_files(world: World) -> None:
    number = world.ticket(Status.RESOLVED, group="rft-tik")
    browser, here = world.browser(), link(world, number)
    answer = press(browser, here, "reopen", text="Masih terkunci", files=(BytesIO(b"foto"), "layar.png"))
    assert answer.status_code == 303
    ticket = world.row(number)
    assert (ticket.status, ticket.group, ticket.cycle) == ("in_progress", "rft-tik", 2)
    page = browser.get(here).text
    assert "Masih terkunci" in page
    assert "layar.png" in page


@pytest.mark.parametrize("text", ["", "Terima kasih"])
def test_the_button_reopens_whatever_is_written_beside_it(world: World, text: str) -> None:
    number = world.ticket(Status.CLOSED)
    assert press(world.browser(), link(world, number), "reopen", text=text).status_code == 303
    assert world.row(number).status == "in_progress"


def test_a_ticket_can_be_reopened_until_the_last_second_of_its_window(world: World) -> None:
    number = world.ticket(Status.RESOLVED)
    here, browser = link(world, number), world.browser()
    until = world.row(number).reopen_until
    world.move(seconds=(until - world.now).total_seconds() - 1)
    page = browser.get(here, query_string={"lang": "en"}).text
    assert "Monday, 30 November 2026 at 24:00 WIB" in page
    assert press(browser, here, "reopen", text="Belum").status_code == 303


def test_after_the_window_there_is_no_button_and_the_act_is_refused(world: World) -> None:
    number = world.ticket(Status.RESOLVED)
    here, browser = link(world, number), world.browser()
    until = world.row(number).reopen_until
    world.move(seconds=(until - world.now).total_seconds())
    before = world.dump()
    assert f"{here}/reopen" not in browser.get(here).text
    answer = press(browser, here, "reopen", text="Kata yang diketik")
    assert answer.status_code == 409
    assert press(browser, here, "reply", text="Halo").status_code == 409
    assert world.dump() == before


def test_an_answer_ends_the_wait_for_it_by_the_rules_of_a_mail(world: World) -> None:
    number = world.ticket(Status.ON_HOLD)
    browser, here = world.browser(), link(world, number)
    assert press(browser, here, "reply", text="Ini jawabannya").status_code == 303
    ticket = world.row(number)
    assert ticket.status == "in_progress"
    assert (ticket.entries[-1].text, ticket.entries[-1].channel) == ("Ini jawabannya", "portal")


def test_the_page_lists_what_is_missing_and_that_the_time_stands_still(world: World) -> None:
    number = world.ticket(Status.IN_PROGRESS, item=RESET)
    world.api("rina").ok(number, "hold", {"reason": "documents", "missing": ["Surat tugas"]})
    page = world.browser().get(link(world, number), query_string={"lang": "en"}).text
    assert "Please send what is missing" in page
    assert "<li>Surat tugas</li>" in page
    assert "The time stands still until then." in page


def test_the_same_message_twice_is_one_entry(world: World) -> None:
    number = world.ticket(Status.IN_PROGRESS)
    browser, here = world.browser(), link(world, number)
    text = browser.get(here).text
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', text))
    for _ in range(2):
        assert browser.post(f"{here}/reply", data=hidden | {"text": "Sekali saja"}).status_code == 303
    assert [e.text for e in world.row(number).entries].count("Sekali saja") == 1


def test_an_empty_message_is_refused(world: World) -> None:
    here = link(world, world.ticket(Status.IN_PROGRESS))
    before = world.dump()
    assert press(world.browser(), here, "reply", text=" \r\n").status_code == 422
    assert world.dump() == before


def test_a_request_can_be_withdrawn_before_it_is_fulfilled_and_not_after(world: World) -> None:
    number, done = world.ticket(Status.ON_HOLD), world.ticket(Status.FULFILLED)
    browser = world.browser()
    assert press(browser, link(world, number), "withdraw").status_code == 303
    assert world.row(number).status == "cancelled"
    assert f"{link(world, done)}/withdraw" not in browser.get(link(world, done)).text
    assert press(browser, link(world, done), "withdraw").status_code == 409
    assert world.row(done).status == "fulfilled"


def test_staff_actions_are_not_to_be_had_here(world: World) -> None:
    here = link(world, world.ticket(Status.IN_PROGRESS))
    before = world.dump()
    for action in ("take", "fulfil", "note", "escalate", "close", "cancel", "REPLY"):
        assert press(world.browser(), here, action, text="x", note="x", label="x").status_code == 404
    assert world.dump() == before


def test_files_are_only_for_download_and_cannot_run(world: World) -> None:
    number = world.ticket()
    file = add_file(world, number, EntryKind.PUBLIC_REPLY, 'a"b\u2028ü.html', b"<script>alert(1)</script>")
    with world.browser().get(f"{link(world, number)}/files/{file}") as answer:
        content = answer.data
    assert content == b"<script>alert(1)</script>"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_a_file_of_another_ticket_is_not_found(world: World) -> None:
    first, second = world.ticket(), world.ticket()
    file = add_file(world, second, EntryKind.PUBLIC_REPLY, "milik-lain.pdf", b"x")
    assert world.browser().get(f"{link(world, first)}/files/{file}").status_code == 404


def test_what_people_write_is_shown_as_text(world: World) -> None:
    evil = "<img src=x onerror=alert(1)>{{7*7}}%(x)s"
    number = world.ticket(subject=evil, text=evil, requester={"name": evil, "email": WATI})
    page = world.browser().get(link(world, number)).text
    assert "<img" not in page
    assert page.count("&lt;img src=x onerror=alert(1)&gt;{{7*7}}%(x)s") >= 3


STEPS = {
    Status.NEW: "Received",
    Status.IN_PROGRESS: "Worked on",
    Status.ON_HOLD: "Worked on",
    Status.FULFILLED: "Fulfilled",
    Status.RESOLVED: "Fulfilled",
}


def test_the_line_of_five_steps_shows_where_the_ticket_is(world: World) -> None:
    for status, step in STEPS.items():
        number = world.ticket(status, item=RESET)
        page = world.browser().get(link(world, number), query_string={"lang": "en"}).text
        line = re.search(r'<ol class="steps">.*?</ol>', page, re.DOTALL)[0]
        assert re.search(r'aria-current="step">([^<]+)<', line)[1] == step
        assert line.count("<li") == 5


def test_a_late_ticket_apologises_and_names_a_new_time(world: World) -> None:
    number = world.ticket(item=RESET)
    world.move(hours=6)
    page = world.browser().get(link(world, number), query_string={"lang": "en"}).text
    assert "We are late, and we apologise" in page
    assert "New time: today at 17:00 WIB." in page


def test_files_that_vanished_from_the_store_are_not_found(world: World) -> None:
    number = world.ticket()
    file = add_file(world, number, EntryKind.PUBLIC_REPLY, "hilang.pdf", b"akan hilang")
    with world.app.app_context():
        store = BlobStore(world.context.settings.data)
        store.path(db.session.get(File, file).sha256).unlink()
    assert world.browser().get(f"{link(world, number)}/files/{file}").status_code == 404


def test_a_quotation_is_folded_and_the_whole_message_is_one_click_away(world: World) -> None:
    number = world.ticket()
    with world.app.app_context(), unit_of_work() as session:
        entry = session.scalars(select(Entry).join(Ticket).where(Ticket.number == number)).first()
        entry.text, entry.shown_text = "Masih rusak.\n\n> Sudah dicoba?", "Masih rusak."
    page = world.browser().get(link(world, number)).text
    whole = page[page.index("Pesan seutuhnya") :]
    assert "Sudah dicoba?" not in page[: page.index("Pesan seutuhnya")]
    assert whole.index("Sudah dicoba?") < whole.index("</details>")
