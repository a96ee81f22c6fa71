"""Documents of a ticket: ticked off by staff or by what the requester sends; a documents hold ends with the last."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Event, Ticket
from helpdesk.tickets.errors import Forbidden, Invalid, WrongState
from helpdesk.tickets.words import Channel
from helpdesk.usecases.clocks import refresh
from helpdesk.usecases.documents import State, is_needed
from helpdesk.usecases.supplying import NOTHING_MISSING, awaited_now, lines_of

RESET, RENT, SUPPLY = "itsm.8/reset-password", "bmn.2/asset-rent", "itsm.9/software-supply"
APPRAISAL, APPROVAL, BAST = "appraisal", "approval", "signed-bast"


def events(office, number):
    """(action, by, from, to, data) of every event, oldest first."""

    def look(session, ticket):
        found = session.scalars(select(Event).where(Event.ticket_id == ticket.id).order_by(Event.id))
        return [(e.action, e.by, e.from_status, e.to_status, e.data) for e in found]

    return office.see(number, look)


def states(office, number):
    """How each document of the ticket stands, by its key."""
    found = office.see(number, lambda s, t: lines_of(s, office.context(), t))
    return {line.key: line.state for line in found}


def held(office, *missing, item=RESET):
    """A ticket that waits for these documents."""
    number = office.opened()
    office.does("agen", "classify", number, item=item)
    office.does("agen", "hold", number, reason="documents", missing=list(missing))
    return number


def tick(office, number, who="agen", **documents):
    """Tick documents off; `surat_tugas` stands for "surat tugas"."""
    office.does(who, "set", number, documents={key.replace("_", " "): there for key, there in documents.items()})


def test_the_hold_ends_at_the_instant_in_which_the_last_missing_document_is_ticked(office):
    number = held(office, "surat tugas", "KTP")
    assert office.value(number, "resolution_due_at") == datetime(2026, 11, 23, 5, 0, tzinfo=UTC), "12:00 in Medan"
    office.now.move(minutes=30)
    tick(office, number, surat_tugas=True)
    assert office.value(number, "status") == "on_hold"
    office.now.move(minutes=12)
    tick(office, number, KTP=True)
    assert (office.value(number, "status"), office.value(number, "hold_reason")) == ("in_progress", None)
    assert office.value(number, "resolution_due_at") == datetime(2026, 11, 23, 6, 42, tzinfo=UTC), "42 minutes of work"
    assert office.see(number, lambda _s, t: t.holds[-1].ended_at) == office.now()
    ticked, resumed = events(office, number)[-2:]
    assert ticked[:4] == ("set", "agen", "on_hold", "on_hold")
    assert ticked[4]["documents"] == {"KTP": {"there": True, "name": {"id": "KTP", "en": "KTP"}}}
    assert resumed == ("resume", "documents", "on_hold", "in_progress", {})
    assert office.see(number, lambda _s, t: t.events[-1].why) == NOTHING_MISSING


def test_two_ticks_at_once_are_one_event_and_end_the_hold(office):
    number = held(office, "surat tugas", "KTP")
    office.does("agen", "set", number, documents={"surat tugas": True, "KTP": True})
    assert [e[0] for e in events(office, number)] == ["open", "classify", "hold", "set", "resume"]


def test_a_tick_that_is_there_already_is_no_second_event(office):
    number = held(office, "surat tugas", "KTP")
    tick(office, number, KTP=True)
    before = events(office, number)
    tick(office, number, KTP=True)
    assert events(office, number) == before


def test_a_mistaken_tick_can_be_taken_back_and_the_hold_waits_on(office):
    number = held(office, "surat tugas", "KTP")
    tick(office, number, KTP=True)
    tick(office, number, KTP=False)
    tick(office, number, surat_tugas=True)
    assert office.value(number, "status") == "on_hold"
    assert states(office, number) == {"surat tugas": State.THERE, "KTP": State.MISSING}
    tick(office, number, KTP=True)
    assert office.value(number, "status") == "in_progress"


def test_a_tick_taken_back_later_does_not_begin_the_hold_again(office):
    number = held(office, "KTP")
    tick(office, number, KTP=True)
    due = office.value(number, "resolution_due_at")
    tick(office, number, KTP=False)
    assert office.value(number, "status") == "in_progress"
    assert office.value(number, "resolution_due_at") == due


def test_a_new_hold_asks_again_for_a_document_that_was_there(office):
    number = held(office, "KTP")
    tick(office, number, KTP=True)
    office.does("agen", "hold", number, reason="documents", missing=["KTP"])
    assert states(office, number) == {"KTP": State.MISSING}
    tick(office, number, KTP=True)
    assert office.value(number, "status") == "in_progress"


@pytest.mark.parametrize("reason", ["requester", "vendor", "internal"])
def test_a_tick_ends_no_other_hold(office, reason):
    number = office.opened(item=RENT)
    office.does("agen", "take", number)
    office.does("agen", "hold", number, reason=reason)
    tick(office, number, **{APPRAISAL: True, APPROVAL: True})
    assert office.value(number, "status") == "on_hold"


def test_a_document_is_known_by_its_id_and_by_its_name_in_either_language(office):
    names = office.catalog.items[RENT].documents
    number = held(office, names[0].id.upper(), names[1].name.en, item=RENT)
    assert office.see(number, lambda _s, t: t.holds[-1].missing) == [names[0].name.id, names[1].name.id]
    office.does("agen", "set", number, documents={names[0].name.id: True, names[1].id: True})
    assert office.value(number, "status") == "in_progress"


def test_an_unknown_document_is_refused_and_nothing_changes(office):
    number = held(office, "KTP")
    before = events(office, number)
    with pytest.raises(Invalid) as refused:
        office.does("agen", "set", number, documents={"KTP": True, "paspor": True})
    assert list(refused.value.fields) == ["documents"]
    assert events(office, number) == before


def test_who_may_not_set_may_not_tick(office):
    number = held(office, "KTP")
    for who in ("teknisi", office.requester(number)):
        with pytest.raises(Forbidden):
            tick(office, number, who, KTP=True)


def test_the_requester_is_told_what_is_missing_also_what_the_time_needs_to_begin(office):
    number = held(office, APPRAISAL, "Peta lokasi", item=RENT)
    mail = select(OutboxMessage.recipient, OutboxMessage.automatic).where(OutboxMessage.kind == "documents")
    sent = office.see(number, lambda s, t: [tuple(r) for r in s.execute(mail.where(OutboxMessage.ticket_id == t.id))])
    assert sent == [("sari@kantor.example", True)]
    said = office.see(number, lambda _s, t: t.entries[-1].text)
    names = {d.id: d.name for d in office.catalog.items[RENT].documents}
    for name in (names[APPRAISAL].id, names[APPRAISAL].en, "Peta lokasi"):
        assert f"- {name}\n" in said
    assert "berhenti" not in said, "the time has not begun, so it cannot stop"
    assert f"Sebelum waktu penyelesaian mulai dihitung, kami juga memerlukan:\n\n- {names[APPROVAL].id}\n" in said


def test_a_hold_says_that_the_time_stands_still_where_it_runs(office):
    number = held(office, "KTP", "Peta lokasi")
    said = office.see(number, lambda _s, t: t.entries[-1].text)
    assert "Waktu penyelesaian berhenti" in said
    assert "stands still" in said


def test_a_hold_for_other_papers_says_that_the_time_does_not_count_yet(office):
    number = office.opened(item=RENT)
    tick(office, number, **{APPROVAL: True})
    office.does("agen", "classify", number, type="service request")
    office.does("agen", "hold", number, reason="documents", missing=[APPRAISAL])
    said = office.see(number, lambda _s, t: t.entries[-1].text)
    assert "Waktu penyelesaian belum dihitung." in said
    assert "The time for the work does not count yet." in said


# --- the start at complete documents -------------------------------------------------------------------------------


def test_the_clock_starts_once_when_the_last_needed_document_is_ticked(office):
    number = office.opened(item=RENT)
    office.now.move(hours=1)
    tick(office, number, **{APPRAISAL: True})
    assert (office.value(number, "starts_at"), office.value(number, "resolution_due_at")) == (None, None)
    office.now.move(hours=1)
    tick(office, number, **{APPROVAL: True})
    started, due = office.value(number, "starts_at"), office.value(number, "resolution_due_at")
    assert started == office.now()
    assert due is not None
    assert events(office, number)[-1][4]["starts_at"] == started.isoformat()
    office.now.move(hours=1)
    tick(office, number, **{APPROVAL: False})
    tick(office, number, **{APPROVAL: True})
    assert (office.value(number, "starts_at"), office.value(number, "resolution_due_at")) == (started, due)


def test_a_start_that_staff_give_wins_over_the_moment_of_the_tick(office):
    number = office.opened(item=RENT)
    complete = office.now()
    office.now.move(hours=3)
    office.does("agen", "set", number, documents={APPRAISAL: True, APPROVAL: True}, starts_at=complete)
    assert office.value(number, "starts_at") == complete


def test_documents_that_came_with_the_request_are_ticked_and_start_the_clock_at_receipt(office):
    part = office.opened(item=RENT, channel=Channel.PORTAL, documents=(APPRAISAL,))
    assert states(office, part) == {APPRAISAL: State.THERE, APPROVAL: State.OPEN}
    assert office.value(part, "starts_at") is None
    whole = office.opened(item=RENT, channel=Channel.PORTAL, documents=(APPRAISAL, APPROVAL))
    assert office.value(whole, "starts_at") == office.value(whole, "received_at")
    assert office.value(whole, "resolution_due_at") is not None


def test_a_document_that_the_attributes_rule_out_is_not_on_the_list(office):
    few = office.opened(item=SUPPLY, attributes={"devices": 3})
    many = office.opened(item=SUPPLY, attributes={"devices": 6})
    assert states(office, few) == {BAST: State.LATER}
    assert states(office, many) == {"serial-numbers": State.OPEN, BAST: State.LATER}
    serial = next(d for d in office.catalog.items[SUPPLY].documents if d.id == "serial-numbers")
    assert is_needed(serial, {}), "what is not known yet rules nothing out"


# --- after fulfilment ----------------------------------------------------------------------------------------------


def ended(office, status, item=SUPPLY):
    """A ticket in this status after fulfilment."""
    number = office.opened(item=item)
    office.does("agen", "take", number)
    office.does("agen", "fulfil", number, note="Sudah.", label="pasang")
    if status != "fulfilled":
        office.does("agen", "confirm-fulfilment", number)
    if status == "closed":
        office.does(office.requester(number), "confirm", number)
    return number


@pytest.mark.parametrize("status", ["fulfilled", "resolved", "closed"])
def test_a_document_due_after_fulfilment_is_ticked_without_reopening(office, status):
    number = ended(office, status)
    kept = {name: office.value(number, name) for name in ("resolution_due_at", "resolution_verdict", "reopen_until")}
    office.now.move(days=2)
    tick(office, number, **{BAST: True})
    assert office.value(number, "status") == status
    assert states(office, number)[BAST] == State.THERE
    assert events(office, number)[-1][:4] == ("set", "agen", status, status)
    assert {name: office.value(number, name) for name in kept} == kept
    tick(office, number, **{BAST: False})
    assert states(office, number)[BAST] == State.LATER


@pytest.mark.parametrize("status", ["fulfilled", "resolved", "closed"])
def test_nothing_else_can_be_set_after_fulfilment(office, status):
    number = ended(office, status)
    before = events(office, number)
    for fields in (
        {"documents": {"serial-numbers": True}},
        {"documents": {BAST: True, "serial-numbers": True}},
        {"documents": {BAST: True}, "attributes": {"devices": 9}},
        {"documents": {BAST: True}, "agreed_due_at": office.now() + timedelta(days=3)},
        {"attributes": {"devices": 9}},
    ):
        with pytest.raises(WrongState):
            office.does("agen", "set", number, **fields)
    assert events(office, number) == before


def test_nothing_can_be_ticked_on_a_cancelled_ticket(office):
    number = office.opened(item=SUPPLY)
    office.does("agen", "cancel", number, reason="withdrawn")
    with pytest.raises(WrongState):
        tick(office, number, **{BAST: True})
    assert office.see(number, lambda s, t: awaited_now(s, office.context(), t)) == ()


# --- the caches ----------------------------------------------------------------------------------------------------

CACHES = ("response_due_at", "resolution_due_at", "resolution_done_at", "resolution_verdict", "reopen_until",
          "next_check_at", "at_risk", "breached")  # fmt: skip


@pytest.mark.parametrize("item", [RESET, RENT])
def test_a_rebuild_gives_the_times_of_a_hold_that_ended_by_ticking(office, item):
    number = held(office, "KTP", item=item)
    office.now.move(minutes=50)
    office.does(
        "agen", "set", number, documents={"KTP": True, **({APPRAISAL: True, APPROVAL: True} if item == RENT else {})}
    )
    office.now.move(minutes=5)
    with unit_of_work() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        refresh(session, office.context(), ticket)
    before = {name: office.value(number, name) for name in CACHES}
    assert before["resolution_due_at"] is not None
    with unit_of_work() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        for name in CACHES:
            setattr(ticket, name, False if name in {"at_risk", "breached"} else None)
    with unit_of_work() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
        refresh(session, office.context(), ticket)
    assert {name: office.value(number, name) for name in CACHES} == before
