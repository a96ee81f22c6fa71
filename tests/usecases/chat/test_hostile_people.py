"""People who want to harm others by chat: change their words, get what is theirs, have strangers written to."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from helpdesk.channels.chat.model import Deleted, Edited, Kind, Media, Reacted, Said
from helpdesk.store.blobs import BlobStore
from helpdesk.store.chat_models import ChatAccount, ChatFile, ChatMessage
from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Entry, File
from helpdesk.tickets.words import Action
from helpdesk.usecases.chat import conversing
from helpdesk.usecases.chat.custody import give_account
from helpdesk.usecases.chat.dispatching import take_next_chat
from helpdesk.usecases.chat.following import MOST_EARLIER, follow
from tests.usecases.chat.conftest import BOT, LATER, LINES, NUMBER, Chatter, asked_which, counted
from tests.usecases.conftest import MEDAN, Office


@pytest.mark.parametrize("other", ["-100666", "666"])
def test_telegram_counts_the_messages_of_each_chat_and_nobody_changes_those_of_another(
    sari: Chatter, eve: Chatter, office: Office, other: str
) -> None:
    sari.brings(Said(bot=BOT, account="7700", id="17", at=office.now(), text="printer rusak", name="Sari"))
    eve.brings(Said(bot=BOT, account="666", id="18", at=office.now(), text="akun terkunci", name="Eve"))
    evil = Said(bot=BOT, account=other, id="17", at=office.now(), text="batalkan semuanya", private=False)
    with unit_of_work() as session:
        for event in (
            Edited(said=evil),
            Reacted(bot=BOT, account=other, message_id="17", sign="x", at=office.now()),
            Deleted(bot=BOT, account=other, id="17", at=office.now()),
        ):
            follow(session, office.context(), "telegram", event)
    with unit_of_work() as session:
        row = session.scalars(select(ChatMessage).where(ChatMessage.external_id == "17")).one()
        entry = session.get_one(Entry, row.entry_id)
        assert (entry.text, entry.mark, row.sign) == ("printer rusak", "", "")


def test_endless_edits_keep_the_first_wording_and_the_latest_and_leave_other_messages_of_the_entry_alone(
    sari: Chatter, office: Office
) -> None:
    sari.sends("Halo")
    id_ = sari.sends("printer rusak")
    for count in range(MOST_EARLIER + 30):
        said = Said(bot=BOT, account="7700", id=id_, at=office.now(), text=f"printer {count} rusak")
        with unit_of_work() as session:
            follow(session, office.context(), "telegram", Edited(said=said))
    with unit_of_work() as session:
        entry = session.scalars(select(Entry).order_by(Entry.id)).first()
        assert entry is not None and entry.earlier is not None
        assert entry.text == f"Halo\n\nprinter {MOST_EARLIER + 29} rusak"
        assert len(entry.earlier) == MOST_EARLIER
        assert entry.earlier[0]["text"] == "Halo\n\nprinter rusak"


def test_what_waits_for_an_answer_is_not_lost_when_the_person_asks_for_something_else(sari: Chatter) -> None:
    for word in ("baru", "mulai", "hubungkan email"):
        asked_which(sari, f"jangan hilang: {word}")
        sari.sends(word)
        entries = [text for number in sari.tickets() for _kind, text in sari.entries(number)]
        assert f"jangan hilang: {word}" in entries
        sari.sends("batal")
        sari.office.now.at += timedelta(hours=2)


def test_not_done_takes_the_words_that_waited_along(sari: Chatter, office: Office) -> None:
    sari.sends("printer rusak")
    [number] = sari.tickets()
    office.does("agen", Action.CLASSIFY, number, item="bmn.3/asset-repair", type="incident")
    office.does("agen", Action.TAKE, number)
    office.does("agen", Action.FULFIL, number, note="diganti", label="selesai")
    office.does("agen", Action.CONFIRM_FULFILMENT, number)
    sari.sends("masih berasap", later=LATER)
    assert "Belum selesai" in sari.choices
    sari.sends("belum selesai")
    assert ("requester-message", "masih berasap") in sari.entries(number)
    assert office.value(number, "status") == "in_progress"
    assert sari.tickets() == [number]


def test_one_account_has_codes_sent_to_few_addresses(sari: Chatter, eve: Chatter, office: Office) -> None:
    code = OutboxMessage.kind == "code"
    for count in range(8):
        sari.sends("hubungkan email")
        sari.sends(f"korban{count}@kantor.example")
    assert "satu jam" in sari.words
    assert counted(code) == 5
    eve.sends("hubungkan email")
    eve.sends(f"a@{'b' * 60}{'.cccccccccc' * 30}.id")
    assert "bukan alamat" in eve.words
    eve.sends("eve@kantor.example")
    assert counted(code) == 6
    sari.sends("hubungkan email", later=timedelta(hours=1))
    sari.sends("sari@kantor.example")
    assert counted(code) == 7


def test_forged_buttons_do_nothing_and_fail_nowhere(sari: Chatter, eve: Chatter, office: Office) -> None:
    sari.sends("printer rusak")
    eve.sends("akun terkunci")
    theirs, own = (office.value(person.tickets()[0], "id") for person in (sari, eve))
    item = next(i for i in office.catalog.items_of(MEDAN) if any(a.choices and not a.by_staff for a in i.attributes))
    at = [a.id for a in item.attributes if not a.by_staff].index(
        next(a.id for a in item.attributes if a.choices and not a.by_staff)
    )
    step = {"name": "guide", "ticket": own, "item": item.id, "at": at, "answers": {}, "event": None}
    with unit_of_work() as session:
        session.execute(update(ChatAccount).where(ChatAccount.account == "666").values(step=step))
    before = sari.entries(sari.tickets()[0])
    presses = [f"{what}:{theirs}:yes" for what in conversing.PRESSES]
    presses += [f"ans:{own}:#{n}" for n in ("²", "9" * 5000, "-1", "٣", "", "99")]
    presses += ["ans:²:1", f"ans:{'9' * 15}:1", f"svc:{own}:{'x' * 9000}", ":", "::::", "ans:", "rate:", "tic"]
    for payload in presses:
        eve.sends("x", kind=Kind.CHOICE, payload=payload, press_id="p")
    with unit_of_work() as session:
        account = session.scalars(select(ChatAccount).where(ChatAccount.account == "666")).one()
        assert account.step.get("answers", {}) == {}
    assert sari.entries(sari.tickets()[0]) == before
    assert office.value(sari.tickets()[0], "status") == "new"


def test_no_platform_names_a_file_of_ours(sari: Chatter, office: Office) -> None:
    with unit_of_work() as session:
        secret = BlobStore(office.settings.data).put(b"gaji semua orang", session)
    for id_ in (f"blob:{secret}", "blob:../../../etc/passwd"):
        sari.sends("lihat", kind=Kind.DOCUMENT, media=(Media(id=id_, name="a.txt", media_type="text/plain"),))
    assert counted(of=File) == 0
    assert counted(ChatFile.state == "waiting", of=ChatFile) == 2


def test_a_clock_that_is_ahead_opens_no_window_for_years(office: Office) -> None:
    wati = Chatter(office, channel="whatsapp", bot=NUMBER, account="6281100000002")
    wati.sends("printer rusak", at=office.now() + timedelta(days=4000))
    with unit_of_work() as session:
        assert session.scalars(select(ChatAccount)).one().heard_at == office.now()


def test_who_gets_a_number_after_somebody_gets_nothing_that_waited_for_them(office: Office) -> None:
    wati = Chatter(office, channel="whatsapp", bot=NUMBER, account="6281100000002", name="Wati")
    wati.sends("gaji saya salah")
    [number] = wati.tickets()
    office.now.at += timedelta(days=2)
    office.does("agen", Action.REPLY, number, text="gaji Ibu 12 juta")
    with unit_of_work() as session:
        account = session.scalars(select(ChatAccount)).one()
        given = {"whose": "", "verified": "called-back", "reason": "nomor berpindah tangan"}
        give_account(session, office.context(), office.people["agen"], account, **given)
    wati.sends("halo")
    left = []
    while True:
        with unit_of_work() as session:
            claimed = take_next_chat(session, office.context(), LINES)
        if claimed is None:
            break
        left.append(claimed.message.text)
    assert [text for text in left if "gaji" in text or number in text] == []
    assert "undelivered" in office.see(number, lambda s, t: {e.mark for e in s.scalars(select(Entry))})
    assert wati.tickets() == []


def test_names_and_words_are_no_templates_and_no_words_of_ours(sari: Chatter, office: Office) -> None:
    sari.name = "{{7*7}}{0.__class__}%(x)s"
    sari.sends("{{7*7}} {%if 1%} ${x} {0.__class__} %(number)s")
    sari.sends("status")
    assert "{{7*7}} {%if 1%} ${x} {0.__class__} %(number)s" in sari.words
