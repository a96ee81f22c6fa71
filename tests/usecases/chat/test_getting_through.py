"""Whether words get through: WhatsApp's 24 hours, templates, a person who shut the desk out, marks of the platform."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.channels.base import ChannelError
from helpdesk.channels.chat.model import (
    ApprovedTemplate,
    ChatOutbound,
    Deleted,
    Edited,
    Kind,
    Media,
    Progress,
    Progressed,
    Reachability,
    Said,
    Template,
)
from helpdesk.store.chat_models import ChatAccount, ChatMessage
from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Entry, File
from helpdesk.tickets.errors import Forbidden, Invalid, NotFound
from helpdesk.tickets.words import Action
from helpdesk.usecases.chat.custody import account_at, give_account
from helpdesk.usecases.chat.dispatching import note_chat_failed, note_chat_sent, take_next_chat
from helpdesk.usecases.chat.files import keep_file, note_file_failed, take_file
from helpdesk.usecases.chat.following import follow
from helpdesk.usecases.chat.saying import portions
from helpdesk.usecases.chat.templates import keep_templates
from tests.usecases.chat.conftest import BOT, NUMBER, Chatter
from tests.usecases.conftest import MEDAN, Office

WATI = "6281100000002"
LINES = (("whatsapp", MEDAN), ("telegram", MEDAN))


@pytest.fixture
def wati(office: Office) -> Chatter:
    return Chatter(office, channel="whatsapp", bot=NUMBER, account=WATI, name="Wati")


def sent(office: Office) -> list[ChatOutbound]:
    """Send all that is due; what left."""
    found = []
    while True:
        with unit_of_work() as session:
            claimed = take_next_chat(session, office.context(), LINES)
        if claimed is None:
            return found
        found.append(claimed.message)
        with unit_of_work() as session:
            note_chat_sent(session, office.context(), claimed.id, [f"out-{claimed.id}"])


def states(number: str) -> list[tuple[str, str, str]]:
    with unit_of_work() as session:
        rows = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
        return [(row.kind, row.state, row.error) for row in rows if row.ticket_id and number]


def test_words_go_out_in_order_for_each_person(wati: Chatter, sari: Chatter, office: Office) -> None:
    wati.sends("printer rusak")
    sari.sends("akun terkunci")
    office.does("agen", Action.REPLY, wati.tickets()[0], text="satu")
    office.does("agen", Action.REPLY, wati.tickets()[0], text="dua")
    with unit_of_work() as session:
        first = take_next_chat(session, office.context(), LINES)
    assert first is not None and first.message.account == WATI
    assert [message.account for message in sent(office)] == ["7700"]
    with unit_of_work() as session:
        note_chat_failed(session, office.context(), first.id, ChannelError("x", retry_after=30), line_down=False)
    assert sent(office) == []
    office.now.at += timedelta(seconds=31)
    assert [message.text[:4] for message in sent(office)] == [first.message.text[:4], "satu", "dua"]


@pytest.mark.parametrize(("after", "state"), [(timedelta(hours=24) - timedelta(seconds=1), "pending"),
                                              (timedelta(hours=24), "held")])  # fmt: skip
def test_the_window_is_open_for_24_hours_from_the_persons_own_time(
    wati: Chatter, office: Office, after: timedelta, state: str
) -> None:
    wati.sends("printer rusak")
    sent(office)
    office.now.at += after
    office.does("agen", Action.REPLY, wati.tickets()[0], text="sudah siap")
    assert states(wati.tickets()[0])[-1][:2] == ("reply", state)


def test_a_message_that_comes_three_days_late_opens_nothing_and_one_of_now_lets_go_what_was_held(
    wati: Chatter, office: Office
) -> None:
    began = office.now()
    wati.sends("printer rusak")
    sent(office)
    office.now.at += timedelta(days=3)
    office.does("agen", Action.REPLY, wati.tickets()[0], text="sudah siap")
    wati.sends("ini dari kemarin", at=began + timedelta(minutes=1))
    assert "sudah siap" not in [message.text for message in sent(office)]
    wati.sends("halo, ada kabar?")
    assert "sudah siap" in [message.text for message in sent(office)]


def test_a_template_goes_out_when_the_window_is_closed_and_only_complete(wati: Chatter, office: Office) -> None:
    wati.sends("printer rusak")
    [number] = wati.tickets()
    with unit_of_work() as session:
        body = "Tiket {{1}}: {{2}}"
        keep_templates(session, "whatsapp", [ApprovedTemplate("kabar", "id", "UTILITY", body, 2)], office.now())
    sent(office)
    office.now.at += timedelta(days=2)
    with pytest.raises(Invalid):
        office.does("agen", Action.REPLY, number, template="kabar|id", values="satu")
    with pytest.raises(Invalid):
        office.does("agen", Action.REPLY, number, template="lain|id", values="")
    with pytest.raises(Invalid):
        office.does("agen", Action.REPLY, number)
    office.does("agen", Action.REPLY, number, template="kabar|id", values=f"{number}\nsudah siap")
    [message] = sent(office)
    assert message.template == Template("kabar", "id", (number, "sudah siap"))
    assert wati.entries(number)[-1] == ("public-reply", f"Tiket {number}: sudah siap")


def test_whoever_shuts_the_desk_out_gets_nothing_until_they_write_again(sari: Chatter, office: Office) -> None:
    sari.sends("printer rusak")
    sent(office)
    blocked = Reachability(bot=BOT, account=sari.account, reachable=False, at=office.now())
    with unit_of_work() as session:
        follow(session, office.context(), "telegram", blocked)
    office.does("agen", Action.REPLY, sari.tickets()[0], text="sudah siap")
    assert sent(office) == []
    sari.sends("maaf")
    assert "sudah siap" in [message.text for message in sent(office)]


def test_marks_never_go_back_and_a_failure_shows_on_the_ticket(sari: Chatter, office: Office) -> None:
    sari.sends("printer rusak")
    [number] = sari.tickets()
    office.does("agen", Action.REPLY, number, text="sudah siap")
    sent(office)
    with unit_of_work() as session:
        out = session.scalars(select(ChatMessage).where(ChatMessage.direction == "out")).all()[-1]
        row, external = out.id, out.external_id

    def told(progress: Progress, **more: str) -> str:
        event = Progressed(bot=BOT, account="", message_id=external, progress=progress, at=office.now(), **more)
        with unit_of_work() as session:
            follow(session, office.context(), "telegram", event)
            return session.get_one(ChatMessage, row).progress

    assert [told(Progress.READ), told(Progress.DELIVERED), told(Progress.SENT)] == ["read"] * 3
    assert told(Progress.FAILED, code="131047", why="window") == "failed"
    assert "131047 window" in sari.entries(number)[-1][1]
    assert office.value(number, "unread")


def test_a_changed_message_keeps_what_stood_there_and_a_taken_back_one_stays(sari: Chatter, office: Office) -> None:
    first = sari.sends("printer di lantai 3")
    second = sari.sends("tolong cepat")
    [number] = sari.tickets()
    said = Said(bot=BOT, account=sari.account, id=first, at=office.now(), text="printer di lantai 4")
    with unit_of_work() as session:
        follow(session, office.context(), "telegram", Edited(said=said))
        gone = Deleted(bot=BOT, account=sari.account, id=second, at=office.now())
        follow(session, office.context(), "telegram", gone)
    with unit_of_work() as session:
        entries = session.scalars(select(Entry).where(Entry.kind == "requester-message").order_by(Entry.id)).all()
        kept = [(e.text, e.mark, [old["text"] for old in e.earlier or ()]) for e in entries]
    assert kept == [
        ("printer di lantai 4", "edited", ["printer di lantai 3"]),
        ("tolong cepat", "taken-back", []),
    ]
    assert len(sari.tickets()) == 1 and office.value(number, "status") == "new"


def test_a_file_follows_its_words_and_one_that_cannot_be_had_is_told(sari: Chatter, office: Office) -> None:
    media = (Media(id="f1", name="../surat.pdf", media_type="application/pdf"),)
    sari.sends("ini suratnya", kind=Kind.DOCUMENT, media=media)
    sari.sends("", kind=Kind.IMAGE, media=(Media(id="f2", media_type="image/jpeg"),))
    fetched = []
    for _file in range(2):
        with unit_of_work() as session:
            wanted = take_file(session, office.context())
        assert wanted is not None
        fetched.append(wanted.media.id)
        with unit_of_work() as session:
            if wanted.media.id == "f1":
                keep_file(session, office.context(), wanted.id, b"%PDF-1.4")
            else:
                gone = ChannelError("gone", permanent=True)
                note_file_failed(session, office.context(), wanted.id, gone)
    assert fetched == ["f1", "f2"]
    with unit_of_work() as session:
        assert [(f.name, f.size) for f in session.scalars(select(File))] == [("surat.pdf", 8)]
    sari.listen()
    assert "tidak dapat kami ambil" in sari.words


def test_a_long_text_is_cut_where_it_can_be_and_loses_nothing() -> None:
    text = "\n\n".join(f"alinea {number} " + "kata " * 60 for number in range(40))
    parts = portions(text, 1000)
    assert max(map(len, parts)) <= 1000
    assert " ".join(" ".join(parts).split()) == " ".join(text.split())


def test_only_the_code_that_was_mailed_makes_the_account_the_person_of_the_address(
    sari: Chatter, office: Office
) -> None:
    by_mail = office.opened(email="sari@kantor.example")
    sari.sends("printer rusak")
    [by_chat] = sari.tickets()
    sari.sends("hubungkan email", later=timedelta(hours=1))
    sari.sends("sari@kantor.example")
    with unit_of_work() as session:
        code = session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "code")).one().context["code"]
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    sari.sends(wrong)
    sari.sends(f"status {by_mail}")
    assert "Tidak ada tiket" in sari.words
    sari.sends(code)
    assert "terhubung" in sari.words
    assert sari.tickets() == [by_mail, by_chat]
    sari.sends(f"status {by_mail}")
    assert by_mail in sari.words and "Tidak ada tiket" not in sari.words


def test_a_moment_is_never_taken_from_a_clock_that_goes_fast(sari: Chatter, office: Office) -> None:
    sari.sends("printer rusak", at=office.now() + timedelta(minutes=5))
    assert office.value(sari.tickets()[0], "received_at") == office.now()
    assert isinstance(office.now(), datetime)


def test_staff_give_an_account_to_whoever_was_verified_and_the_new_owner_sees_nothing_of_the_old(
    sari: Chatter, office: Office
) -> None:
    sari.sends("printer rusak")
    [number] = sari.tickets()
    with unit_of_work() as session:
        account_id = session.scalars(select(ChatAccount.id)).one()

    def give(who: str, **fields: str) -> None:
        with unit_of_work() as session:
            account = account_at(session, office.people[who], account_id)
            give_account(session, office.context(), office.people[who], account, **fields)

    for who, fields, refusal in (
        ("agen-lain", {"whose": "", "verified": "card", "reason": "x"}, NotFound),
        ("teknisi", {"whose": "", "verified": "card", "reason": "x"}, Forbidden),
        ("agen", {"whose": "", "verified": "none", "reason": "x"}, Invalid),
        ("agen", {"whose": "", "verified": "card", "reason": " "}, Invalid),
        ("agen", {"whose": "bukan alamat", "verified": "card", "reason": "x"}, Invalid),
    ):
        with pytest.raises(refusal):
            give(who, **fields)
    give("agen", whose="", verified="card", reason="nomor berpindah tangan")
    sari.sends(f"status {number}")
    assert "Tidak ada tiket" in sari.words
    assert "nomor berpindah tangan" in sari.entries(number)[-1][1]
    give("agen", whose=number, verified="called-back", reason="nomor kembali")
    sari.sends(f"status {number}")
    assert number in sari.words and "Tidak ada tiket" not in sari.words
