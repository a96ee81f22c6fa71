"""The portal's forms: every item of the catalogue can be asked for, nothing is stored half, nothing twice."""

import re
from collections import Counter
from io import BytesIO
from typing import Any

from markupsafe import escape

from helpdesk.catalog.model import Item
from helpdesk.store.db import db
from helpdesk.store.mail_models import OutboxMessage, RawMessage
from helpdesk.store.models import Ticket
from tests.web.conftest import MEDAN, RESET, World, form_token
from tests.web.visitor import CATALOG, desk_of, hidden, path_of, send, values_for

INSTALL, EVENT, LOAN = "itsm.9/software-install", "itsm.11/special-event", "bmn.1/asset-loan"
REPAIR = "bmn.3/asset-repair"


def tickets(world: World) -> list[Ticket]:
    with world.app.app_context():
        found = list(db.session.query(Ticket).order_by(Ticket.id))
        for ticket in found:
            assert ticket.entries is not None and ticket.participants is not None and ticket.events is not None
            assert all(entry.files is not None for entry in ticket.entries)
        return found


def rows(world: World, kind: type) -> list[Any]:
    with world.app.app_context():
        return list(db.session.query(kind))


def check_fields(page: str, item: Item | None) -> None:
    """The form asks for what the catalogue says, and for nothing that the desk judges itself."""
    for document in item.documents if item else ():
        assert (f'name="doc-{document.id}"' in page) is not document.after_fulfilment
    for attribute in item.attributes if item else ():
        assert (f'name="attr-{attribute.id}"' in page) is not attribute.by_staff
    assert ('name="superior"' in page) is bool(item and item.superior_cc)
    assert ('name="event_date"' in page) is bool(item and item.event_date)


def test_a_missing_address_is_asked_for_and_not_explained(world: World) -> None:
    answer = send(world.browser(), RESET, values_for(CATALOG.items[RESET]) | {"email": ""})
    assert answer.status_code == 422
    assert "Mohon isi alamat email Anda." in answer.text


def test_every_item_can_be_asked_for(world: World) -> None:
    browser, asked, sent = world.browser(), [*CATALOG.items, None], Counter[str]()
    for item_id in asked:
        item = CATALOG.items[item_id] if item_id else None
        page = browser.get(path_of(item_id or "lainnya"))
        assert page.status_code == 200
        check_fields(page.text, item)
        prefix = CATALOG.desks[desk_of(item_id or "lainnya")].prefix
        sent[prefix] += 1
        typed = values_for(item) | {"email": f"wati{sent.total()}@example.id"}  # one address may send only so many
        answer = send(browser, item_id or "lainnya", typed)
        assert answer.status_code == 303, (item_id, re.findall(r'class="error"[^>]*>([^<]*)', answer.text))
        receipt = browser.get(answer.headers["Location"])
        assert receipt.status_code == 200
        assert f"{prefix}-2026-{sent[prefix]:06d}" in receipt.text
    found = tickets(world)
    assert [t.item for t in found] == asked
    assert {(t.channel, t.status, t.received_at) for t in found} == {("portal", "new", world.now)}


def test_the_standard_stands_over_the_form_in_plain_words_and_in_its_own(world: World) -> None:
    page = world.browser().get(path_of(RESET)).text
    item = CATALOG.items[RESET]
    for said in (item.summary.id, item.wording.id, "KMK 15/KMK.01/2023", "RFT TIK", "Tidak dipungut biaya (Gratis)"):
        assert said in page
    for said in (item.products[0].id, item.requirements[0].id, "Kanal yang sama dengan permintaan layanan"):
        assert said in page
    assert "12.00 WIB" in page  # four working hours from 08.00


def test_the_standard_over_the_form_is_english_for_who_chose_it(world: World) -> None:
    item = CATALOG.items["bmn.2/asset-rent"]
    page = world.browser().get(path_of(item.id), query_string={"lang": "en"}).text
    for said in ("Conditions", "BMN.2 Rent of state assets", "Free of charge", *(r.en for r in item.requirements)):
        assert str(escape(said)) in page


def test_complaints_go_where_the_standard_of_the_item_says(world: World) -> None:
    head_office = "kemenkeu.prime@kemenkeu.go.id"
    assert head_office in world.browser().get(path_of("lpse/consultation")).text
    assert head_office not in world.browser().get(path_of(RESET)).text


def test_a_deadline_that_may_still_move_is_told_alike_on_the_form_the_receipt_and_in_the_mail(world: World) -> None:
    """While an attribute is missing the earliest deadline counts, and the public is told why it may move."""
    browser = world.browser()
    why = "Ini batas waktu yang paling awal. Batas waktunya bergantung pada pemeriksaan oleh meja layanan"
    form = browser.get(path_of(REPAIR)).text
    assert "Bila dikirim sekarang: selesai paling lambat besok pukul 17.00 WIB." in form
    assert form.count(why) == 2, "over the form and before its button"
    receipt = browser.get(send(browser, REPAIR, values_for(CATALOG.items[REPAIR])).headers["Location"]).text
    assert "<strong>besok pukul 17.00 WIB</strong>" in receipt
    assert why in receipt
    mail = next(entry.text for entry in tickets(world)[0].entries if entry.kind == "automatic-reply")
    assert f"Kami selesaikan paling lambat Selasa, 24 November 2026 pukul 17.00 WIB.\n{why}" in mail
    assert "It depends on the inspection by the service desk and may become later." in mail
    assert "performed_by" not in form + receipt + mail
    assert why.partition(".")[0] not in browser.get(path_of(RESET)).text, "nothing is missing there"


def test_more_than_the_last_step_is_said_to_be_as_agreed(world: World) -> None:
    page = world.browser().get(path_of(INSTALL), query_string={"lang": "en"}).text
    assert "Number of devices above 20: the time is agreed with you." in page


def test_the_form_makes_a_ticket_with_everything_that_was_sent(world: World) -> None:
    typed = values_for(CATALOG.items[INSTALL], phone="0812 3456", **{"attr-devices": "6", "attr-software": "QGIS"})
    typed["doc-serial-numbers"] = (BytesIO(b"nomor seri"), "daftar.csv")
    typed["files"] = [(BytesIO(b"gambar"), "../../layar.png"), (BytesIO(b""), "")]
    assert send(world.browser(), INSTALL, typed).status_code == 303
    (ticket,) = tickets(world)
    assert ticket.attributes == {"devices": 6, "software": "QGIS"}
    assert ticket.type == "service request"
    assert ticket.requester.phone == "0812 3456"
    assert [(p.address, p.kind) for p in ticket.participants] == [
        ("wati@example.id", "requester"), ("atasan@example.id", "superior"),
    ]  # fmt: skip
    first = ticket.entries[0]
    assert first.text.startswith("Baris satu.\nBaris dua.\n\nTelepon: 0812 3456\n\nDokumen terlampir:\n- ")
    assert "daftar.csv" in first.text
    assert [(f.name, f.size) for f in first.files] == [("daftar.csv", 10), ("layar.png", 6)]


def test_a_document_that_is_not_at_hand_is_noted_as_following(world: World) -> None:
    assert send(world.browser(), EVENT, values_for(CATALOG.items[EVENT])).status_code == 303
    assert "Dokumen menyusul:\n- Surat permintaan" in tickets(world)[0].entries[0].text


def test_a_document_that_few_devices_do_not_need_is_not_asked_for(world: World) -> None:
    assert send(world.browser(), INSTALL, values_for(CATALOG.items[INSTALL])).status_code == 303
    assert "Dokumen" not in tickets(world)[0].entries[0].text


def test_the_number_goes_out_by_mail_once(world: World) -> None:
    send(world.browser(), RESET, values_for(None))
    (message,) = rows(world, OutboxMessage)
    assert (message.kind, message.recipient, message.automatic) == ("acknowledgement", "wati@example.id", True)


def test_the_raw_form_is_kept_with_its_ticket(world: World) -> None:
    send(world.browser(), RESET, values_for(None))
    (raw,), (ticket,) = rows(world, RawMessage), tickets(world)
    assert (raw.channel, raw.state, raw.ticket_id) == ("portal", "ticketed", ticket.id)
    with world.app.app_context():
        assert b'"Baris satu.\\nBaris dua."' in db.session.query(RawMessage.body).scalar()


WRONG = [
    (RESET, {"email": ""}),
    (RESET, {"email": "wati@"}),
    (RESET, {"email": "wati@kantor"}),
    (RESET, {"email": "wati@example.id,budi@example.id"}),
    (RESET, {"email": "Wati <wati@example.id>"}),
    (RESET, {"email": "helpdeskmedan@kemenkeu.go.id"}),
    (RESET, {"subject": " "}),
    (RESET, {"text": "\n"}),
    (RESET, {"name": ""}),
    (RESET, {"subject": "x" * 201}),
    (INSTALL, {"attr-devices": "0"}),
    (INSTALL, {"attr-devices": "-2"}),
    (INSTALL, {"attr-devices": "2,5"}),
    (INSTALL, {"attr-devices": "dua"}),
    (INSTALL, {"attr-devices": ""}),
    (INSTALL, {"superior": ""}),
    (INSTALL, {"superior": "wati@example.id"}),
    (EVENT, {"attr-place": "moon"}),
    (EVENT, {"event_date": ""}),
    (EVENT, {"event_date": "31-12-2026"}),
    (EVENT, {"event_date": "2026-11-22"}),
    (EVENT, {"event_date": "9999-12-31"}),
    (EVENT, {"event_time": "25:00"}),
]
"""Item and the one field that is wrong."""


def test_a_wrong_form_comes_back_as_typed_and_stores_nothing(world: World) -> None:
    browser, before = world.browser(), world.dump()
    for item_id, changed in WRONG:
        typed = values_for(CATALOG.items[item_id]) | {"phone": "0812 <x>", "files": (BytesIO(b"x"), "a.png")} | changed
        answer = send(browser, item_id, typed)
        assert answer.status_code == 422, changed
        marked = set(re.findall(r'name="([\w-]+)"[^>]*aria-invalid="true"', answer.text))
        assert marked == set(changed), changed
        assert 'value="0812 &lt;x&gt;"' in answer.text
        assert "Files have to be chosen again" in answer.text or "Berkas perlu dipilih lagi" in answer.text
    assert world.dump() == before
    assert not (world.app.extensions["helpdesk"].settings.data / "blobs").exists()


def test_line_breaks_in_an_address_do_not_reach_a_mail(world: World) -> None:
    answer = send(world.browser(), RESET, values_for(None, email="wati@example.id\r\nBcc: x@example.id"))
    assert answer.status_code == 422
    assert rows(world, OutboxMessage) == []


def test_a_date_nearer_than_the_lead_time_is_said_before_it_is_sent(world: World) -> None:
    browser = world.browser()
    near = values_for(CATALOG.items[EVENT], event_date="2026-11-25")
    assert 'name="short_notice"' not in browser.get(path_of(EVENT)).text
    answer = send(browser, EVENT, near)
    assert answer.status_code == 422
    assert 'name="short_notice"' in answer.text
    assert tickets(world) == []
    assert send(browser, EVENT, near | {"short_notice": "1"}).status_code == 303
    assert "short notice" in tickets(world)[0].events[0].why


def test_sending_the_same_form_twice_makes_one_ticket(world: World) -> None:
    browser = world.browser()
    form = hidden(browser, path_of(RESET)) | values_for(None)
    first, second = (browser.post(path_of(RESET), data=form) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert len(tickets(world)) == len(rows(world, OutboxMessage)) == 1


def test_the_same_form_with_other_words_is_another_request(world: World) -> None:
    browser = world.browser()
    form = hidden(browser, path_of(RESET)) | values_for(None)
    for subject in ("Lupa kata sandi", "Lupa kata sandi juga"):
        assert browser.post(path_of(RESET), data=form | {"subject": subject}).status_code == 303
    assert [t.number for t in tickets(world)] == ["MDN-2026-000001", "MDN-2026-000002"]


def test_one_address_cannot_send_forms_without_end(world: World) -> None:
    browser = world.browser()
    form = hidden(browser, path_of(RESET)) | values_for(None)
    codes = [browser.post(path_of(RESET), data=form | {"text": f"Pesan {n}"}).status_code for n in range(42)]
    assert codes == [303] * 40 + [429] * 2
    assert len(tickets(world)) == 40
    world.move(hours=1, seconds=1)
    assert browser.post(path_of(RESET), data=form | {"text": "Lagi"}).status_code == 303


def test_a_network_cannot_send_forms_for_many_addresses(world: World) -> None:
    browser = world.browser()
    form = hidden(browser, path_of(RESET)) | values_for(None)
    codes = [
        browser.post(
            path_of(RESET), data=form | {"email": f"w{n}@example.id"}, environ_base={"REMOTE_ADDR": "203.0.113.9"}
        ).status_code
        for n in range(61)
    ]
    assert codes == [303] * 60 + [429]


def test_unknown_desks_and_items_are_not_found(world: World) -> None:
    browser = world.browser()
    for path in ("/kptik-bulan", f"/kptik-bulan/{RESET}", f"/{MEDAN}/itsm.99/x", f"/{MEDAN}/", "/receipt/1-x"):
        assert browser.get(path).status_code == 404, path
    token = form_token(browser)
    assert browser.post(f"/{MEDAN}/itsm.99/x", data={"csrf_token": token}).status_code == 404


def test_the_receipt_shows_what_was_sent_and_how_it_stands_and_nothing_that_came_after(world: World) -> None:
    browser = world.browser()
    where = send(browser, RESET, values_for(None)).headers["Location"]
    number = tickets(world)[0].number
    rina = world.api("rina")
    rina.ok(number, "take")
    rina.ok(number, "reply", {"text": "KENARI-BALASAN"})
    page = world.browser().get(where)
    assert number in page.text
    assert "Baris satu." in page.text
    assert "KENARI-BALASAN" not in page.text
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert where.rpartition("/")[2] not in re.search("<title>(.*)</title>", page.text)[1]
