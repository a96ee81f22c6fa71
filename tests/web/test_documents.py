"""Documents in the browser and over the interface: ticked off by staff, uploaded by name by the requester."""

import re
from html import unescape
from io import BytesIO

import pytest

from helpdesk.channels.base import Attachment
from helpdesk.store.db import unit_of_work
from helpdesk.store.models import Ticket
from helpdesk.tickets.words import Channel, Status
from helpdesk.usecases.documents import State
from helpdesk.usecases.joining import Answer, join
from helpdesk.usecases.supplying import lines_of
from helpdesk.web.portal.ticket import document_field
from tests.web.conftest import RESET, World
from tests.web.visitor import WATI, link, press

RENT, LOAN = "bmn.2/asset-rent", "bmn.1/asset-loan"
APPRAISAL, APPROVAL, FORM = "appraisal", "approval", "signed-loan-form"
ODD = 'Surat "kuasa" <asli> & materai'


def held(world: World, *missing: str, item: str = RENT) -> str:
    """A ticket that waits for these documents."""
    number = world.ticket(Status.IN_PROGRESS, item=item)
    world.api("rina").ok(number, "hold", {"reason": "documents", "missing": list(missing)})
    world.move(minutes=10)
    return number


def states(world: World, number: str) -> dict[str, str]:
    with world.app.app_context(), unit_of_work() as session:
        ticket = session.query(Ticket).filter_by(number=number).one()
        return {line.key: line.state.value for line in lines_of(session, world.context, ticket)}


def events(world: World, number: str) -> list[tuple[str, str]]:
    return [(e["action"], e["by"]) for e in world.api("rina").get(f"/tickets/{number}").json["events"]]


def mail(world: World, number: str, *names: str, address: str = WATI) -> None:
    """An answer by e-mail with these files, as intake joins it."""
    with world.app.app_context(), unit_of_work() as session:
        ticket = session.query(Ticket).filter_by(number=number).one()
        files = tuple(Attachment(name, "application/pdf", name.encode()) for name in names)
        answer = Answer(
            channel=Channel.EMAIL, address=address, name="Wati", text="Terlampir.", received_at=world.now,
            attachments=files,
        )  # fmt: skip
        join(session, world.context, ticket, answer)


def upload(world: World, number: str, action: str = "reply", text: str = "", **files: str) -> object:
    """Files in the fields of documents, by their keys (`_` for a space)."""
    sent = {document_field(key.replace("_", " ")): (BytesIO(b"isi"), name) for key, name in files.items()}
    return press(world.browser(), link(world, number), action, text=text, **sent)


# --- staff ---------------------------------------------------------------------------------------------------------


def test_staff_tick_documents_off_on_the_page_and_the_last_one_ends_the_hold(both: World) -> None:
    number, browser = held(both, APPRAISAL, ODD), both.entered("rina")
    page = browser.get(f"/tickets/{number}").text
    names = re.findall(r'<input type="checkbox" name="(documents\.[^"]*)" value="true"', page)
    assert [unescape(name) for name in names] == [f"documents.{key}" for key in (APPRAISAL, APPROVAL, ODD)]
    token = {"csrf_token": both.form_token(browser)}
    done = browser.post(f"/tickets/{number}/actions/set", data={**token, f"documents.{ODD}": "true"})
    assert (done.status_code, done.location.partition("#")[2]) == (303, "s-papers")
    assert states(both, number) == {APPRAISAL: "missing", APPROVAL: "open", ODD: "there"}
    page = browser.get(f"/tickets/{number}").text
    assert f"documents.{APPRAISAL}" in page
    browser.post(f"/tickets/{number}/actions/set", data={**token, f"documents.{APPRAISAL}": "true"})
    assert both.row(number).status == "in_progress"
    assert events(both, number)[-3:] == [("set", "rina"), ("set", "rina"), ("resume", "documents")]


def test_a_mistaken_tick_is_taken_back_by_a_button(world: World) -> None:
    number, browser = held(world, APPRAISAL, APPROVAL), world.entered("rina")
    world.api("rina").ok(number, "set", {"documents": {APPRAISAL: True}})
    page = browser.get(f"/tickets/{number}").text
    assert f'form="untick" name="documents.{APPRAISAL}" value="false"' in page
    token = world.form_token(browser)
    browser.post(f"/tickets/{number}/actions/set", data={"csrf_token": token, f"documents.{APPRAISAL}": "false"})
    assert states(world, number)[APPRAISAL] == "missing"


def test_who_may_not_set_sees_the_list_without_boxes(world: World) -> None:
    number = held(world, APPRAISAL)
    page = world.entered("tono").get(f"/tickets/{number}").text
    assert 'id="s-papers"' in page
    assert 'name="documents.' not in page


def test_after_fulfilment_only_the_document_that_is_due_then_has_a_box(world: World) -> None:
    number, browser = world.ticket(Status.RESOLVED, item=LOAN), world.entered("rina")
    page = browser.get(f"/tickets/{number}").text
    assert re.findall(r'name="(documents\.[^"]*)"', page) == [f"documents.{FORM}"]
    token = world.form_token(browser)
    browser.post(f"/tickets/{number}/actions/set", data={"csrf_token": token, f"documents.{FORM}": "true"})
    assert (world.row(number).status, states(world, number)[FORM]) == ("resolved", "there")


def test_the_history_says_which_documents_were_ticked(world: World) -> None:
    number = held(world, APPRAISAL, APPROVAL)
    world.api("rina").ok(number, "set", {"documents": {APPRAISAL: True, APPROVAL: True}})
    page = world.entered("rina").get(f"/tickets/{number}", query_string={"lang": "en"}).text
    item = world.context.catalog.items[RENT]
    named = ", ".join(d.name.en for d in item.documents)
    assert f"ticks off: {named}; the documents are complete" in page
    assert "nothing is missing any more" in page


def test_the_history_tells_what_the_requester_sent_from_what_staff_ticked(world: World) -> None:
    number = held(world, APPRAISAL, APPROVAL)
    upload(world, number, **{APPRAISAL: "laporan.pdf"})
    page = world.entered("rina").get(f"/tickets/{number}", query_string={"lang": "en"}).text
    name = next(d.name.en for d in world.context.catalog.items[RENT].documents if d.id == APPRAISAL)
    assert f"sends documents: {name}" in page
    assert "ticks off" not in page


def test_a_hold_asks_only_for_documents_that_are_not_there(world: World) -> None:
    number = world.ticket(Status.IN_PROGRESS, item=RENT)
    world.api("rina").ok(number, "set", {"documents": {APPRAISAL: True}})
    page = world.entered("rina").get(f"/tickets/{number}").text
    names = {d.id: d.name.id for d in world.context.catalog.items[RENT].documents}
    offered = {unescape(name) for name in re.findall(r'name="missing" value="([^"]*)"', page)}
    assert names[APPROVAL] in offered
    assert names[APPRAISAL] not in offered


# --- the interface -------------------------------------------------------------------------------------------------


def test_the_interface_ticks_by_the_id_of_the_catalogue_or_the_text_of_the_hold(both: World) -> None:
    number, api = held(both, APPRAISAL, "Surat kuasa"), both.api("rina")
    ticket = api.ok(number, "set", {"documents": {APPRAISAL: True, "Surat kuasa": True}})
    assert (ticket["status"], ticket["resolution"]["on_hold"]) == ("in_progress", False)
    ticket = api.ok(number, "set", {"documents": {APPROVAL: True}})
    assert ticket["resolution"]["due_at"] is not None, "the clock of this item starts at complete documents"


@pytest.mark.parametrize(
    "documents",
    [{"paspor": True}, {APPRAISAL: "true"}, {APPRAISAL: 1}, {APPRAISAL: None}, [APPRAISAL], "x", {"x" * 201: True}],
)
def test_a_wrong_document_is_422_and_changes_nothing(world: World, documents: object) -> None:
    number = held(world, APPRAISAL)
    before = events(world, number)
    answer = world.api("rina").act(number, "set", {"documents": documents})
    assert answer.status_code == 422, answer.json
    assert any(name.startswith("documents") for name in answer.json["errors"])
    assert events(world, number) == before


@pytest.mark.parametrize(
    ("status", "wanted"), [("fulfilled", 200), ("resolved", 200), ("closed", 200), ("cancelled", 409)]
)
def test_a_late_document_is_ticked_by_who_may_set_and_changes_no_status(world: World, status: str, wanted: int) -> None:
    number = world.ticket(Status(status), item=LOAN)
    assert world.api("budi").act(number, "set", {"documents": {FORM: True}}).status_code == 403
    assert world.api("joko").act(number, "set", {"documents": {FORM: True}}).status_code == 404
    assert world.api("rina").act(number, "set", {"documents": {FORM: True}}).status_code == wanted
    assert world.row(number).status == status


def test_the_description_names_the_documents(world: World) -> None:
    found = world.api("rina").get("/openapi.json").json
    body = found["paths"]["/api/v1/tickets/{number}/actions/set"]["post"]["requestBody"]
    schema = found["components"]["schemas"][body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]]
    documents = schema["properties"]["documents"]
    assert documents["additionalProperties"]["type"] in ("boolean", ["boolean"])
    assert "ticks one off" in documents["description"]


# --- the requester -------------------------------------------------------------------------------------------------


def test_the_requester_uploads_each_missing_document_by_name(both: World) -> None:
    number = held(both, APPRAISAL, "Surat kuasa")
    here, browser = link(both, number), both.browser()
    assert upload(both, number, **{APPRAISAL: "penilaian.pdf"}).status_code == 303
    assert (both.row(number).status, states(both, number)[APPRAISAL]) == ("on_hold", "there")
    page = browser.get(here).text
    name = both.context.catalog.items[RENT].documents[0].name.id
    assert f"<li>{name}</li>" not in page
    assert "<li>Surat kuasa</li>" in page
    entry = both.row(number).entries[-1]
    assert (entry.text, entry.mark) == (f"Dokumen terlampir:\n- {name}: penilaian.pdf", "document")
    assert upload(both, number, text="Semua lengkap", Surat_kuasa="kuasa.pdf").status_code == 303
    assert (both.row(number).status, both.row(number).unread) == ("in_progress", True)
    assert events(both, number)[-3:] == [("set", WATI), ("set", WATI), ("resume", "documents")]


def test_a_file_beside_the_fields_ticks_nothing(world: World) -> None:
    number = held(world, APPRAISAL)
    press(world.browser(), link(world, number), "reply", text="Ini", files=(BytesIO(b"x"), "a.pdf"))
    assert (world.row(number).status, states(world, number)[APPRAISAL]) == ("on_hold", "missing")


def test_an_empty_file_is_no_document_by_form_or_by_mail(world: World) -> None:
    number = held(world, APPRAISAL)
    answer = press(
        world.browser(), link(world, number), "reply", **{document_field(APPRAISAL): (BytesIO(b""), "a.pdf")}
    )
    assert answer.status_code == 422
    assert "Berkas a.pdf kosong" in answer.text
    assert (world.row(number).status, states(world, number)[APPRAISAL]) == ("on_hold", "missing")
    late = world.ticket(Status.RESOLVED, item=LOAN)
    mail(world, late, "", address=WATI)
    assert states(world, late)[FORM] == "later"


def test_a_document_that_is_no_longer_awaited_is_kept_as_a_file(world: World) -> None:
    number = held(world, APPRAISAL, "Surat kuasa")
    world.api("rina").ok(number, "set", {"documents": {APPRAISAL: True}})
    before = events(world, number)
    assert upload(world, number, **{APPRAISAL: "lagi.pdf"}).status_code == 303
    assert events(world, number) == before
    assert "lagi.pdf" in world.browser().get(link(world, number)).text


def test_the_same_upload_twice_is_one_message_and_one_tick(world: World) -> None:
    number = held(world, APPRAISAL, APPROVAL)
    browser, here = world.browser(), link(world, number)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', browser.get(here).text))
    for _ in range(2):
        field = {document_field(APPRAISAL): (BytesIO(b"isi"), "a.pdf")}
        browser.post(f"{here}/reply", data=hidden | field, content_type="multipart/form-data")
    assert [e.mark for e in world.row(number).entries].count("document") == 1


@pytest.mark.parametrize("status", ["resolved", "closed"])
def test_the_document_due_after_fulfilment_is_uploaded_without_reopening(world: World, status: str) -> None:
    number = world.ticket(Status(status), item=LOAN)
    assert "/documents" in world.browser().get(link(world, number)).text
    assert upload(world, number, "documents", **{FORM: "formulir.pdf"}).status_code == 303
    assert (world.row(number).status, states(world, number)[FORM]) == (status, "there")
    assert "/documents" not in world.browser().get(link(world, number)).text
    assert press(world.browser(), link(world, number), "documents").status_code == 422


def test_who_says_that_it_is_not_done_reopens_even_with_a_file(world: World) -> None:
    number = world.ticket(Status.RESOLVED, item=LOAN)
    press(world.browser(), link(world, number), "reopen", text="Rusak", files=(BytesIO(b"x"), "foto.jpg"))
    assert (world.row(number).status, states(world, number)[FORM]) == ("in_progress", "later")


# --- a mail with files ---------------------------------------------------------------------------------------------


def test_a_mail_with_files_ticks_nothing_but_staff_see_that_a_document_may_have_come(both: World) -> None:
    number, browser = held(both, APPRAISAL), both.entered("rina")

    def shown() -> tuple[bool, bool]:
        board = browser.get("/board", query_string={"view": "held", "lang": "en"}).text
        page = browser.get(f"/tickets/{number}", query_string={"lang": "en"}).text
        return f"/tickets/{number}#s-papers" in board, "A file has come" in page

    assert shown() == (False, False)
    mail(both, number, "penilaian.pdf")
    assert (both.row(number).status, states(both, number)[APPRAISAL]) == ("on_hold", "missing")
    assert shown() == (True, True)
    both.move(minutes=1)
    both.api("rina").ok(number, "set", {"documents": {APPROVAL: True}})
    assert shown() == (False, False), "somebody has looked"


def test_a_mail_without_files_says_nothing_about_documents(world: World) -> None:
    number = held(world, APPRAISAL)
    mail(world, number)
    page = world.entered("rina").get(f"/tickets/{number}", query_string={"lang": "en"}).text
    assert "A file has come" not in page


def test_a_mail_of_somebody_in_copy_ticks_nothing_off_but_is_shown(world: World) -> None:
    number = world.ticket(Status.RESOLVED, item=LOAN)
    mail(world, number, "formulir.pdf", address="atasan@example.id")
    ticket = world.row(number)
    assert (ticket.status, ticket.unread, ticket.entries[-1].mark) == ("resolved", True, "document")
    assert states(world, number)[FORM] == State.LATER.value


def test_the_page_of_a_ticket_that_waits_for_nothing_costs_no_more(world: World) -> None:
    number = held(world, "Surat kuasa", item=RESET)
    world.api("rina").ok(number, "resume")
    page = world.entered("rina").get(f"/tickets/{number}").text
    assert 'id="s-papers"' not in page
