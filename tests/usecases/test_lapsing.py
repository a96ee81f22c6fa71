"""The requester's own deadline for missing documents: told, reminded once, lapsed at the second after, never untold."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from helpdesk.config import load
from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import Mailbox, OutboxMessage
from helpdesk.store.models import Event, Ticket
from helpdesk.tickets.words import Action
from helpdesk.usecases.dispatch import note_sent, take_next
from helpdesk.usecases.mailboxes import mailbox_for, note_searched
from tests.usecases.calendars.changes import TUESDAY, adopt, with_closed
from tests.usecases.conftest import MEDAN, Office
from tests.usecases.outgoing import ONE_DATABASE
from tests.usecases.post import Post, letter, with_file
from tests.usecases.test_sweep import sweep

INFORMATION = "biro-umum.13/public-information"
CLOSE = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
"""17:00 in Medan on Thursday: the third working day after Monday."""
DAY_BEFORE = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)


def sends(office: Office, *, only: str = "") -> None:
    """The worker sends what waits, or only the messages of one kind."""
    with unit_of_work() as session:
        if only:
            session.execute(update(OutboxMessage).where(OutboxMessage.kind != only).values(state="held"))
        while (message := take_next(session, office.context(), [MEDAN])) is not None:
            note_sent(session, message.id, office.now())


def asked(office: Office, *missing: str, told: bool = True, **opening: object) -> str:
    """A ticket that waits for documents; `told`: the list has gone out."""
    number = office.opened(item=INFORMATION, **opening)
    office.does("agen", "take", number)
    office.does("agen", "hold", number, reason="documents", missing=list(missing or ["KTP"]))
    if told:
        sends(office)
        sweep(office)
    return number


def at(office: Office, moment: datetime) -> None:
    office.now.at = moment
    sweep(office)


def outgoing(office: Office, number: str) -> list[str]:
    kinds = select(OutboxMessage.kind).order_by(OutboxMessage.id)
    return office.see(number, lambda s, t: list(s.scalars(kinds.where(OutboxMessage.ticket_id == t.id))))


def actions(office: Office, number: str) -> list[str]:
    mine = select(Event.action).order_by(Event.id)
    return office.see(number, lambda s, t: list(s.scalars(mine.where(Event.ticket_id == t.id))))


def lapsed(office: Office, number: str) -> bool:
    status, verdict = office.value(number, "status"), office.value(number, "resolution_verdict")
    assert (status == "cancelled") is (verdict == "lapsed")
    return bool(status == "cancelled")


def test_the_list_says_when_the_request_lapses(office: Office) -> None:
    number = asked(office)
    said = office.see(number, lambda _s, t: t.entries[-1].text)
    assert "gugur bila belum lengkap sampai Kamis, 26 November 2026 pukul 17.00 WIB" in said
    assert "lapses unless everything has come by Thursday, 26 November 2026 at 17:00 WIB" in said


def test_case_30_the_requester_is_reminded_once_a_working_day_before_the_lapse(office: Office) -> None:
    number = asked(office, "KTP", "surat kuasa")
    office.does("agen", "set", number, documents={"KTP": True})
    assert office.value(number, "next_check_at") == DAY_BEFORE
    at(office, DAY_BEFORE - timedelta(seconds=1))
    assert "reminder" not in outgoing(office, number)
    at(office, DAY_BEFORE)
    at(office, DAY_BEFORE + timedelta(seconds=7))
    office.does("agen", "note", number, text="menunggu")
    at(office, DAY_BEFORE + timedelta(hours=16))
    assert outgoing(office, number).count("reminder") == 1
    assert actions(office, number).count("reminder") == 1
    said = office.see(number, lambda _s, t: next(e.text for e in t.entries if "Pengingat" in e.text))
    assert "- surat kuasa" in said
    assert "- KTP" not in said, "what has come is not asked for again"
    assert office.value(number, "next_check_at") == CLOSE + timedelta(seconds=1)


def test_a_reminder_that_a_worker_was_down_for_waits_for_the_next_opening(office: Office) -> None:
    number = asked(office)
    at(office, DAY_BEFORE + timedelta(hours=5))
    assert "reminder" not in outgoing(office, number)
    assert office.value(number, "next_check_at") == DAY_BEFORE + timedelta(hours=15), "08:00 the next day"
    at(office, DAY_BEFORE + timedelta(hours=15))
    assert outgoing(office, number).count("reminder") == 1


def test_case_30_the_ticket_lapses_a_second_after_the_closing_second_and_the_requester_is_told(office: Office) -> None:
    number = asked(office)
    at(office, DAY_BEFORE)
    at(office, CLOSE)
    assert not lapsed(office, number)
    at(office, CLOSE + timedelta(seconds=1))
    assert lapsed(office, number)
    event = office.see(number, lambda _s, t: (t.events[-1].action, t.events[-1].actor, t.events[-1].data["reason"]))
    assert event == ("cancel", "machine", "lapsed")
    assert outgoing(office, number)[-2:] == ["reminder", "lapse"]
    said = office.see(number, lambda _s, t: t.entries[-1].text)
    assert "gugur" in said
    assert "has lapsed" in said
    assert "- KTP" in said
    assert office.see(number, lambda _s, t: t.holds[-1].ended_at) == office.now()
    sweep(office)
    assert outgoing(office, number).count("lapse") == 1


def test_case_30_documents_that_arrive_at_the_closing_second_count(office: Office) -> None:
    number = asked(office)
    office.now.at = CLOSE
    office.does("agen", "set", number, documents={"KTP": True})
    at(office, CLOSE + timedelta(days=3))
    assert office.value(number, "status") == "in_progress"
    assert "lapse" not in outgoing(office, number)


def test_case_30_only_some_of_the_documents_do_not_prevent_the_lapse(office: Office) -> None:
    number = asked(office, "KTP", "surat kuasa")
    office.does("agen", "set", number, documents={"KTP": True})
    at(office, CLOSE + timedelta(seconds=1))
    assert lapsed(office, number)


def test_case_30_nothing_lapses_while_the_list_has_not_gone_out_and_the_time_counts_from_then(office: Office) -> None:
    number = asked(office, told=False)
    at(office, CLOSE + timedelta(days=20))
    assert not lapsed(office, number)
    assert "reminder" not in outgoing(office, number)
    sends(office, only="documents")
    sweep(office)
    sent = office.now()
    assert office.value(number, "next_check_at") > sent
    at(office, sent + timedelta(days=8))
    assert lapsed(office, number)


@ONE_DATABASE
def test_a_holiday_that_is_taken_away_after_the_list_went_out_shortens_no_wait(office: Office) -> None:
    told, plain = CLOSE + timedelta(days=1), office.catalog
    office.catalog = with_closed(plain, TUESDAY)
    number = asked(office)
    assert "Jumat, 27 November 2026 pukul 17.00" in office.see(number, lambda _s, t: t.entries[-1].text)
    adopt(office, plain)
    at(office, told)
    assert not lapsed(office, number)
    at(office, told + timedelta(seconds=1))
    assert lapsed(office, number)


def test_a_list_that_came_back_is_no_list(office: Office) -> None:
    number = asked(office)
    with unit_of_work() as session:
        session.execute(update(OutboxMessage).where(OutboxMessage.kind == "documents").values(state="failed"))
    at(office, CLOSE + timedelta(days=2))
    assert not lapsed(office, number)
    assert office.value(number, "next_check_at") is None


def test_who_has_no_address_to_be_told_at_does_not_lapse(office: Office) -> None:
    number = asked(office, email="", channel="walk-in")
    at(office, CLOSE + timedelta(days=2))
    assert not lapsed(office, number)


@pytest.mark.parametrize("reason", ["requester", "vendor", "internal"])
def test_only_a_documents_hold_lapses(office: Office, reason: str) -> None:
    number = office.opened(item=INFORMATION)
    office.does("agen", "take", number)
    office.does("agen", "hold", number, reason=reason)
    sends(office)
    at(office, CLOSE + timedelta(days=2))
    assert not lapsed(office, number)


def test_an_item_without_such_a_deadline_waits_for_ever(office: Office) -> None:
    number = office.opened(item="itsm.8/reset-password")
    office.does("agen", "take", number)
    office.does("agen", "hold", number, reason="documents", missing=["KTP"])
    sends(office)
    at(office, CLOSE + timedelta(days=60))
    assert not lapsed(office, number)


def test_a_second_hold_has_a_deadline_and_a_reminder_of_its_own(office: Office) -> None:
    number = asked(office)
    at(office, DAY_BEFORE)
    office.does("agen", "resume", number)
    office.does("agen", "hold", number, reason="documents", missing=["surat kuasa"])
    sends(office)
    at(office, CLOSE + timedelta(hours=1))
    assert not lapsed(office, number)
    at(office, CLOSE + timedelta(days=4))
    assert outgoing(office, number).count("reminder") == 2, "on Monday: asked after closing time, so as on Thursday"


def test_a_file_that_came_in_time_waits_for_staff_to_say_what_it_is(office: Office) -> None:
    post = Post(office)
    number = asked(office)
    office.now.at = CLOSE - timedelta(hours=1)
    post.arrives(with_file("Ini KTP saya.", Subject=f"Re: [{number}] KTP", Message_ID="<ktp@kantor.example>"))
    at(office, CLOSE + timedelta(days=1))
    assert not lapsed(office, number)
    assert office.value(number, "next_check_at") > office.now()
    office.does("agen", "set", number, documents={"KTP": True})
    assert office.value(number, "status") == "in_progress"


def test_a_file_that_was_not_what_was_asked_for_does_not_save_the_ticket(office: Office) -> None:
    post = Post(office)
    number = asked(office, "KTP", "surat kuasa")
    office.now.at = CLOSE - timedelta(hours=1)
    post.arrives(with_file("Ini KTP saya.", Subject=f"Re: [{number}] KTP", Message_ID="<ktp@kantor.example>"))
    at(office, CLOSE + timedelta(hours=15))
    office.does("agen", "set", number, documents={"KTP": True})
    sweep(office)
    assert lapsed(office, number)


def with_mailbox(office: Office) -> None:
    """The desk reads its mail from a mailbox that is not open yet."""
    urls = {f"HELPDESK_KPTIK_MEDAN_{kind}_URL": f"{kind.lower()}://u:p@127.0.0.1:9" for kind in ("IMAP", "SMTP")}
    mail = load((MEDAN,), {"HELPDESK_SECRET_KEY": "only-for-the-tests-0123456789", **urls}).mail
    office.settings = replace(office.settings, mail=mail)
    with unit_of_work() as session:
        mailbox_for(session, MEDAN, office.now(), take_all=True)


def test_nothing_lapses_before_the_mail_of_that_second_has_been_read(office: Office) -> None:
    with_mailbox(office)
    post, number = Post(office), asked(office)
    at(office, CLOSE + timedelta(seconds=3))
    assert not lapsed(office, number)
    office.now.move(seconds=20)
    post.arrives(with_file("Ini KTP saya.", Subject=f"Re: [{number}] KTP", Message_ID="<ktp@kantor.example>"), at=CLOSE)
    with unit_of_work() as session:
        note_searched(session, MEDAN, office.now())
    at(office, office.now() + timedelta(minutes=1))
    assert not lapsed(office, number), "it arrived at the closing second, though it was read later"


def test_a_lapse_waits_no_longer_than_for_the_mail(office: Office) -> None:
    with_mailbox(office)
    number = asked(office)
    with unit_of_work() as session:
        session.get_one(Mailbox, MEDAN).searched_at = CLOSE
    at(office, CLOSE + timedelta(seconds=3))
    assert not lapsed(office, number)
    with unit_of_work() as session:
        note_searched(session, MEDAN, CLOSE + timedelta(seconds=25))
    version = office.value(number, "version")
    assert office.value(number, "next_check_at") == CLOSE + timedelta(seconds=63)
    at(office, CLOSE + timedelta(seconds=63))
    assert lapsed(office, number)
    assert office.value(number, "version") > version


def test_case_30_after_the_lapse_a_message_opens_a_new_ticket_that_follows_on(office: Office) -> None:
    post, number = Post(office), asked(office)
    at(office, CLOSE + timedelta(seconds=1))
    office.now.move(minutes=5)
    came = post.arrives(letter("Ini dokumennya.", Subject=f"Re: [{number}] KTP", Message_ID="<m9@kantor.example>"))
    assert (came.outcome, came.ticket != number) == ("opened", True)
    assert ("follow-up", number) in post.links(str(came.ticket))
    assert office.value(number, "status") == "cancelled"


def test_staff_who_let_a_ticket_lapse_by_hand_tell_the_requester_too(office: Office) -> None:
    number = asked(office)
    office.does("agen", Action.CANCEL, number, reason="lapsed")
    assert outgoing(office, number)[-1] == "lapse"


def test_the_wait_for_documents_survives_a_rebuild_of_the_caches(office: Office) -> None:
    number = asked(office)
    with unit_of_work() as session:
        session.execute(update(Ticket).values(next_check_at=office.now()))
    sweep(office)
    assert office.value(number, "next_check_at") == DAY_BEFORE
