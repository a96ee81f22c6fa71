"""S16: what staff write among themselves never reaches a requester, whatever happens to the ticket."""

import re

from helpdesk.store.models import Entry
from tests.security.conftest import Yard
from tests.usecases.post import letter
from tests.usecases.test_intake_states import bounce


def tormented(yard: Yard) -> tuple[str, ...]:
    """A ticket with a canary in every internal place, and what was split from and merged into it."""
    office = yard.office
    number = yard.arrives(letter("permintaan pertama"))
    other = yard.arrives(letter("permintaan kedua", Message_ID="<2@k>"))
    office.does("rina", "take", number)
    office.does("rina", "note", number, text="KENARI-1 catatan")
    office.does("rina", "note", other, text="KENARI-2 catatan tiket yang digabung")
    office.does("rina", "escalate", number, group="rft-tik", reason="KENARI-3 alasan")
    office.does("tono", "take", number)
    office.does("tono", "hold", number, reason="internal", missing=["KENARI-4 daftar"])
    office.does("tono", "resume", number, reason="KENARI-5 lanjut")
    office.does("tono", "hand-back", number, group="layer-1", reason="KENARI-6 kembali")
    office.does("rina", "reply", number, text="Jawaban untuk Anda")
    messages = [e.id for e in yard.post.on(number, Entry) if e.kind == "requester-message"]
    office.does("rina", "split", number, entries=messages)
    office.does("rina", "merge", other, number=number)
    office.does("rina", "fulfil", number, note="KENARI-7 penyelesaian", label="KENARI-8 label")
    office.does("rina", "send-back", number, reason="KENARI-9 belum")
    office.does("rina", "fulfil", number, note="KENARI-10 lagi", label="KENARI-11 label")
    office.does("rina", "confirm-fulfilment", number)
    return number, other, "MDN-2026-000003"


def test_no_page_and_no_mail_shows_a_word_of_the_staff_side(yard: Yard) -> None:
    numbers = tormented(yard)
    said = yard.told()
    assert "Jawaban untuk Anda" in said
    assert not re.search("KENARI", said)
    for number in numbers:
        assert not re.search("KENARI", yard.portal(number)), number


def test_a_reopening_and_a_follow_up_carry_nothing_along(yard: Yard) -> None:
    number, *_ = tormented(yard)
    again = letter("masih rusak", Message_ID="<3@k>", In_Reply_To=f"<{yard.post.our_id(number)}>", Subject="Re: x")
    assert yard.arrives(again) == number
    assert yard.office.value(number, "status") == "in_progress"
    yard.office.does("rina", "fulfil", number, note="KENARI-12", label="KENARI-13")
    yard.office.does("rina", "confirm-fulfilment", number)
    yard.world.move(days=30)
    follow_up = yard.arrives(letter("rusak lagi", Message_ID="<4@k>", In_Reply_To=f"<{yard.post.our_id(number)}>"))
    assert yard.post.links(follow_up) == [("follow-up", number)]
    yard.office.does("rina", "reply", follow_up, text="Kami periksa.")
    assert not re.search("KENARI", yard.told())
    for shown in (number, follow_up):
        assert not re.search("KENARI", yard.portal(shown))


def test_a_bounce_report_stays_with_the_staff(yard: Yard) -> None:
    number = yard.arrives(letter())
    yard.office.does("rina", "reply", number, text="Halo")
    report = bounce(yard.post.our_id(number)).replace(b"could not be delivered", b"KENARI-14 host internal.lan")
    assert yard.arrives(report) == number
    assert not re.search("KENARI", yard.portal(number))


def test_staff_see_what_the_requester_does_not(yard: Yard) -> None:
    """The canary is really there: the same words, on the staff side."""
    number, *_ = tormented(yard)
    api = yard.world.api("rina").get(f"/tickets/{number}").text
    assert {"KENARI-1", "KENARI-3", "KENARI-7"} <= set(re.findall(r"KENARI-\d+", api))
