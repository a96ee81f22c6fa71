"""The conversation: free text is a ticket at once, the guide can be ignored, words always work, stars at the end."""

from datetime import timedelta

import pytest

from helpdesk.channels.chat.model import Kind, Media
from helpdesk.store.db import unit_of_work
from helpdesk.tickets.words import Action
from helpdesk.usecases.chat.files import keep_file, take_file
from helpdesk.usecases.chat.receiving import settle_some
from tests.usecases.chat.conftest import Chatter
from tests.usecases.conftest import Office

SOON, LATER = timedelta(seconds=20), timedelta(minutes=30)


def resolved(office: Office, number: str) -> None:
    office.does("agen", Action.TAKE, number)
    office.does("agen", Action.CLASSIFY, number, item="itsm.8/reset-password")
    office.does("agen", Action.FULFIL, number, note="sudah", label="password")
    office.does("agen", Action.CONFIRM_FULFILMENT, number)


def test_free_text_becomes_a_ticket_at_once_with_its_number_and_what_happens_next(sari: Chatter) -> None:
    sari.sends("Saya lupa password email kantor")
    [number] = sari.tickets()
    assert number in sari.words and "Meja layanan" in sari.words
    assert sari.entries(number)[0] == ("requester-message", "Saya lupa password email kantor")
    assert f"*{number}*" in sari.words and f": {number}\n" in sari.entries(number)[1][1]
    assert sari.office.value(number, "channel") == "telegram"
    assert sari.office.value(number, "response_verdict") == "met"
    assert any("password" in title.lower() for title in sari.choices[:2])


def test_a_greeting_alone_is_greeted_and_stands_before_the_request_that_follows(sari: Chatter) -> None:
    sari.sends("Halo, selamat pagi")
    assert sari.tickets() == [] and "Tulis saja" in sari.words
    sari.sends("printer rusak", later=SOON)
    [number] = sari.tickets()
    assert sari.entries(number)[0][1] == "Halo, selamat pagi\n\nprinter rusak"
    assert sari.office.value(number, "subject") == "printer rusak"


def test_messages_in_quick_succession_are_one_request(sari: Chatter) -> None:
    for text in ("printer di lantai 3", "mati sejak pagi", "tolong dibantu"):
        sari.sends(text, later=SOON)
    [number] = sari.tickets()
    assert [text for kind, text in sari.entries(number) if kind == "requester-message"] == [
        "printer di lantai 3", "mati sejak pagi", "tolong dibantu",
    ]  # fmt: skip
    assert sari.heard == []


def test_outside_working_hours_the_answer_says_when_work_goes_on(sari: Chatter) -> None:
    sari.office.now.at += timedelta(hours=14)
    sari.sends("jaringan mati")
    assert "di luar jam layanan" in sari.words and "pukul 08.00 WIB" in sari.words


def test_the_guide_asks_what_the_form_asks_and_the_ticket_gets_its_service(sari: Chatter) -> None:
    sari.sends("Saya lupa password email kantor")
    [number] = sari.tickets()
    sari.presses(next(title for title in sari.choices if "password" in title.lower()))
    for _question in range(12):
        if "Benar" in sari.choices:
            break
        if "Lewati" in sari.choices or "Nanti saja" in sari.choices:
            sari.presses("Lewati" if "Lewati" in sari.choices else "Nanti saja")
        elif sari.choices:
            sari.presses(sari.choices[0])
        else:
            sari.sends("3")
    sari.presses("Benar")
    assert sari.office.value(number, "item") is not None
    assert sari.office.value(number, "status") == "new"
    assert sari.office.value(number, "resolution_due_at") is not None
    assert number in sari.words and "paling lambat" in sari.words


def test_the_guide_can_be_ignored(sari: Chatter) -> None:
    sari.sends("Saya lupa password email kantor")
    [number] = sari.tickets()
    sari.presses("Yang lain")
    assert number in sari.words
    sari.sends("akun saya sari@kantor.example", later=LATER)
    assert sari.tickets() == [number]
    assert sari.entries(number)[-1][1] == "akun saya sari@kantor.example"


def test_from_resolved_by_stars_and_a_comment_to_closed(sari: Chatter) -> None:
    sari.sends("Saya lupa password")
    [number] = sari.tickets()
    resolved(sari.office, number)
    sari.listen()
    assert sari.choices[-2:] == ["Selesai", "Belum selesai"]
    sari.presses("Selesai")
    sari.presses("★★★★☆")
    sari.sends("cepat sekali")
    assert sari.office.see(number, lambda _s, t: (t.status, t.rating, t.rating_comment)) == (
        "closed",
        4,
        "cepat sekali",
    )
    sari.sends("terima kasih", later=LATER)
    assert sari.office.value(number, "status") == "closed" and "Sama-sama" in sari.words


def test_not_done_opens_it_again_and_asks_what_is_missing(sari: Chatter) -> None:
    sari.sends("Saya lupa password")
    [number] = sari.tickets()
    resolved(sari.office, number)
    sari.sends("belum selesai", later=LATER)
    assert sari.office.see(number, lambda _s, t: (t.status, t.cycle)) == ("in_progress", 2)
    sari.sends("masih ditolak")
    assert sari.entries(number)[-1] == ("requester-message", "masih ditolak")


def test_done_without_stars_closes_all_the_same_after_a_while(sari: Chatter, chats) -> None:
    sari.sends("Saya lupa password")
    [number] = sari.tickets()
    resolved(sari.office, number)
    sari.sends("selesai", later=LATER)
    assert sari.office.value(number, "status") == "resolved"
    sari.office.now.at += timedelta(minutes=11)
    assert settle_some(chats) == 1
    assert sari.office.see(number, lambda _s, t: (t.status, t.rating)) == ("closed", None)


def test_with_two_open_tickets_the_person_is_asked_which_one_is_meant(sari: Chatter) -> None:
    sari.sends("printer rusak")
    sari.sends("baru", later=LATER)
    sari.sends("minta akun VPN", later=SOON)
    first, second = sari.tickets()
    sari.sends("sudah ada kabar?", later=LATER)
    assert first in sari.choices and second in sari.choices
    sari.sends("mohon dibantu ya")
    sari.presses(first)
    assert [text for _kind, text in sari.entries(first)][-2:] == ["sudah ada kabar?", "mohon dibantu ya"]


def test_an_unanswered_question_which_ticket_loses_nothing(sari: Chatter, chats) -> None:
    sari.sends("printer rusak")
    sari.sends("baru", later=LATER)
    sari.sends("minta akun VPN")
    sari.sends("komputer lambat", later=LATER)
    sari.office.now.at += timedelta(minutes=11)
    assert settle_some(chats) == 1
    assert sari.entries(sari.tickets()[2])[0][1] == "komputer lambat"


def test_an_answer_to_a_message_joins_its_ticket_and_after_the_window_a_new_one(sari: Chatter) -> None:
    first_id = sari.sends("printer rusak")
    [number] = sari.tickets()
    resolved(sari.office, number)
    sari.sends("masih rusak", reply_to=first_id, later=LATER)
    assert sari.tickets() == [number] and sari.office.value(number, "status") == "in_progress"
    sari.office.does("agen", Action.FULFIL, number, note="sudah", label="printer")
    sari.office.does("agen", Action.CONFIRM_FULFILMENT, number)
    sari.sends("rusak lagi", reply_to=first_id, later=timedelta(days=12))
    assert len(sari.tickets()) == 2


def test_thanks_after_resolving_are_returned_and_reopen_nothing(sari: Chatter) -> None:
    sari.sends("Saya lupa password")
    [number] = sari.tickets()
    resolved(sari.office, number)
    sari.sends("terima kasih pak", later=LATER)
    assert sari.office.value(number, "status") == "resolved" and "Sama-sama" in sari.words


@pytest.mark.parametrize(("word", "shown"), [("status", "sedang dikerjakan"), ("/status", "sedang dikerjakan")])
def test_status_tells_how_it_stands(sari: Chatter, word: str, shown: str) -> None:
    sari.sends("Saya lupa password")
    sari.office.does("agen", Action.TAKE, sari.tickets()[0])
    sari.sends(word, later=LATER)
    assert sari.tickets()[0] in sari.words and shown in sari.words


def test_nobody_sees_the_ticket_of_somebody_else(sari: Chatter, office: Office) -> None:
    sari.sends("Saya lupa password")
    [number] = sari.tickets()
    budi = Chatter(office, account="8800", name="Budi")
    budi.sends(f"status {number}")
    assert "Tidak ada tiket" in budi.words and "password" not in budi.words
    ticket_id = office.value(number, "id")
    for payload in (
        f"stat:{ticket_id}",
        f"can:{ticket_id}:yes",
        f"tic:{ticket_id}",
        f"svc:{ticket_id}:itsm.8/reset-password",
    ):
        budi.sends("x", kind=Kind.CHOICE, payload=payload)
    assert office.see(number, lambda _s, t: (t.status, t.item)) == ("new", None)
    assert all("password" not in text for text, _choices in budi.heard)


def test_cancel_asks_first_and_then_withdraws(sari: Chatter) -> None:
    sari.sends("Saya lupa password")
    [number] = sari.tickets()
    sari.sends("batal", later=LATER)
    assert sari.office.value(number, "status") == "new"
    sari.presses("Ya, tarik")
    assert sari.office.value(number, "status") == "cancelled"


def test_the_language_is_chosen_once(sari: Chatter) -> None:
    sari.sends("Halo")
    sari.presses("English")
    sari.sends("printer is broken")
    assert "We have received your request" in sari.words
    assert "English" not in sari.choices and "Bahasa Indonesia" not in sari.choices
    sari.sends("bantuan", later=LATER)
    assert "always work" in sari.words


def test_a_second_delivery_of_a_message_is_nothing_new(sari: Chatter) -> None:
    sari.sends("Saya lupa password")
    sari.count -= 1
    sari.sends("Saya lupa password", later=LATER)
    [number] = sari.tickets()
    assert len([1 for kind, _text in sari.entries(number) if kind == "requester-message"]) == 1


def test_a_group_is_left_alone(sari: Chatter) -> None:
    sari.sends("printer rusak", private=False)
    assert sari.tickets() == [] and sari.heard == []


def test_a_reply_of_staff_goes_to_the_chat_and_only_there(sari: Chatter) -> None:
    sari.sends("Saya lupa password")
    [number] = sari.tickets()
    sari.office.does("agen", Action.REPLY, number, text="Mohon tunggu sebentar.")
    sari.listen()
    assert sari.heard == [("Mohon tunggu sebentar.", [])]


def test_an_album_is_one_entry(sari: Chatter) -> None:
    for number in (1, 2, 3):
        media = (Media(id=f"f{number}", media_type="image/jpeg"),)
        sari.sends("ini fotonya" if number == 2 else "", kind=Kind.IMAGE, media=media, album="a1")
    [number] = sari.tickets()
    assert len([1 for kind, _text in sari.entries(number) if kind == "requester-message"]) == 1
    with unit_of_work():
        pass


def test_documents_that_came_in_the_guide_are_ticked_off_with_the_service(sari: Chatter) -> None:
    sari.sends("Kami mau menyewa aset")
    [number] = sari.tickets()
    ticket_id = sari.office.value(number, "id")
    sari.sends("sewa", kind=Kind.CHOICE, payload=f"svc:{ticket_id}:bmn.2/asset-rent")
    for file in ("first", "second"):
        sari.sends(kind=Kind.DOCUMENT, media=(Media(id=file, name="a.pdf", media_type="application/pdf"),))

    def fetches() -> None:
        with unit_of_work() as session:
            wanted = take_file(session, sari.office.context())
            assert wanted is not None
            keep_file(session, sari.office.context(), wanted.id, wanted.media.id.encode())

    fetches()
    sari.presses("Benar")
    assert sari.office.value(number, "item") == "bmn.2/asset-rent"
    assert sari.office.value(number, "starts_at") is None
    fetches()
    assert sari.office.value(number, "starts_at") == sari.office.now()
