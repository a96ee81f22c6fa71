"""From the requester's first words to the closed ticket, through the use cases, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Entry, Event, Ticket
from helpdesk.tickets.errors import Forbidden, Invalid, NotFound, WrongState
from helpdesk.tickets.permission import Machine
from helpdesk.tickets.words import Action, Status
from helpdesk.usecases.clocks import refresh
from helpdesk.usecases.sweep import check, due_tickets
from tests.usecases.conftest import Office


def outbox(office, number):
    def look(session, ticket):
        rows = session.scalars(select(OutboxMessage).where(OutboxMessage.ticket_id == ticket.id))
        return [(m.kind, m.recipient, m.state, m.automatic) for m in rows]

    return office.see(number, look)


def fulfilled(office: Office, **values: object) -> str:
    number = office.opened(**values)
    office.does("agen", "take", number)
    office.does("agen", "classify", number, item="itsm.8/reset-password")
    office.does("agen", "escalate", number, group="rft-tik")
    office.does("teknisi", "take", number)
    office.now.move(minutes=30)
    office.does("teknisi", "fulfil", number, note="Sudah diatur ulang.", label="reset")
    return number


def test_a_message_becomes_a_ticket_and_is_closed_by_its_requester(office):
    number = office.opened()
    assert number == "MDN-2026-000001"
    assert outbox(office, number) == [("acknowledgement", "sari@kantor.example", "pending", True)]
    number = fulfilled(office)
    assert office.value(number, "status") == "fulfilled"
    office.does("agen", "confirm-fulfilment", number)
    assert office.value(number, "resolution_verdict") == "met"
    office.does(office.requester(number), "confirm", number, rating=5, comment="Cepat")
    assert office.value(number, "status") == "closed"
    assert office.value(number, "rating") == 5
    history = office.see(
        number,
        lambda s, t: [e.action for e in s.scalars(select(Event).where(Event.ticket_id == t.id).order_by(Event.id))],
    )
    assert history == ["open", "take", "classify", "escalate", "take", "fulfil", "confirm-fulfilment", "confirm"]


def test_numbers_have_no_gap_when_a_transaction_fails(office):
    first = office.opened()
    with pytest.raises(KeyError):
        office.opened(desk="no-such-desk")
    with pytest.raises(RuntimeError), unit_of_work() as session:  # noqa: PT012 - the block is the transaction
        ticket = session.scalars(select(Ticket)).one()
        ticket.subject = "changed"
        raise RuntimeError
    assert (first, office.opened()) == ("MDN-2026-000001", "MDN-2026-000002")
    assert office.value(first, "subject") == "Lupa password"


def test_fulfil_needs_a_note_and_a_label(office):
    number = office.opened()
    office.does("agen", "take", number)
    for fields in ({"note": "x"}, {"label": "x"}, {"note": " ", "label": "x"}, {"note": "x", "label": "y" * 61}):
        with pytest.raises(Invalid):
            office.does("agen", "fulfil", number, **fields)
    assert office.value(number, "status") == "in_progress"


def test_case_32_the_e_mail_clock_stops_at_the_first_action_of_a_person(office):
    number = office.opened()
    due = office.value(number, "response_due_at")
    assert due == datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
    office.now.move(minutes=10)
    office.does("agen", "note", number, text="internal")
    assert office.value(number, "response_done_at") is None
    office.does("agen", "take", number)
    assert office.value(number, "response_done_at") == office.now()
    assert office.value(number, "response_verdict") is None, "the verdict is taken when the item is known"
    office.does("agen", "classify", number, item="itsm.8/reset-password")
    assert office.value(number, "response_verdict") == "met"


CACHES = (
    "response_due_at", "response_done_at", "response_verdict", "resolution_due_at", "resolution_done_at",
    "resolution_verdict", "at_risk", "breached", "handling_due_at", "next_check_at", "reopen_until",
)  # fmt: skip


def in_every_status(office: Office) -> list[str]:
    """Tickets in every status, reopened, sent back, late, and with a first handling that nobody has begun."""
    late = office.opened()
    office.does("agen", "classify", late, item="itsm.8/reset-password")
    waiting = office.opened(item="bmn.4/facilities", type="incident", attributes={"kind": "electricity"})
    office.now.move(hours=5)
    done = {name: fulfilled(office) for name in ("fulfilled", "resolved", "closed", "reopened", "sent-back")}
    for name in ("resolved", "closed", "reopened"):
        office.does("agen", "confirm-fulfilment", done[name])
    office.does(office.requester(done["closed"]), "confirm", done["closed"], rating=4)
    office.does(office.requester(done["reopened"]), "reopen", done["reopened"], reason="belum")
    office.does("agen", "send-back", done["sent-back"], reason="belum")
    held, cancelled = office.opened(), office.opened()
    office.does("agen", "classify", held, item="itsm.8/reset-password")
    office.does("agen", "hold", held, reason="documents", missing=["surat"])
    office.does("agen", "cancel", cancelled, reason="spam")
    ticked = office.opened(item="itsm.8/reset-password")
    office.does("agen", "take", ticked)
    office.does("agen", "hold", ticked, reason="documents", missing=["surat", "KTP"])
    office.now.move(minutes=20)
    office.does("agen", "set", ticked, documents={"surat": True, "KTP": True})
    assert office.value(ticked, "status") == "in_progress"
    return [*done.values(), held, cancelled, waiting, late, ticked, office.opened()]


def test_every_cached_time_can_be_rebuilt_from_events_and_holds(office):
    numbers = in_every_status(office)
    assert {office.value(n, "status") for n in numbers} == {str(s) for s in Status}
    for number in numbers:
        with unit_of_work() as session:
            refresh(session, office.context(), ticket_of(session, number))
        before = {name: office.value(number, name) for name in CACHES}
        with unit_of_work() as session:
            ticket = ticket_of(session, number)
            for name in CACHES:
                setattr(ticket, name, False if name in {"at_risk", "breached"} else None)
        with unit_of_work() as session:
            refresh(session, office.context(), ticket_of(session, number))
        assert {name: office.value(number, name) for name in CACHES} == before, number


def test_an_action_leaves_no_stale_cache_behind(office):
    """What the last action cached is what a rebuild at the same moment gives."""
    number = office.opened()
    steps = (
        ("agen", "take", {}),
        ("agen", "classify", {"item": "itsm.8/reset-password"}),
        ("agen", "hold", {"reason": "requester"}),
        ("agen", "resume", {}),
        ("agen", "hold", {"reason": "documents", "missing": ["surat"]}),
        ("agen", "set", {"documents": {"surat": True}}),
        ("agen", "escalate", {"group": "rft-tik"}),
        ("teknisi", "fulfil", {"note": "x", "label": "y"}),
        ("agen", "send-back", {"reason": "x"}),
        ("teknisi", "fulfil", {"note": "x", "label": "y"}),
        ("agen", "confirm-fulfilment", {}),
        ("agen", "reopen", {"reason": "x"}),
        ("teknisi", "fulfil", {"note": "x", "label": "y"}),
        ("agen", "confirm-fulfilment", {}),
        ("agen", "confirm", {}),
    )
    for who, action, fields in steps:
        office.now.move(minutes=7)
        office.does(who, action, number, **fields)
        cached = {name: office.value(number, name) for name in CACHES}
        with unit_of_work() as session:
            ticket = ticket_of(session, number)
            for name in CACHES:
                setattr(ticket, name, False if name in {"at_risk", "breached"} else None)
            refresh(session, office.context(), ticket)
        assert {name: office.value(number, name) for name in CACHES} == cached, action


def ticket_of(session, number):
    return session.scalars(select(Ticket).where(Ticket.number == number)).one()


def test_a_documents_hold_stops_the_clock_and_an_internal_one_does_not(office):
    for reason, moved in (("documents", True), ("requester", True), ("internal", False), ("vendor", False)):
        number = office.opened()
        office.does("agen", "classify", number, item="itsm.8/reset-password")
        due = office.value(number, "resolution_due_at")
        office.does("agen", "hold", number, reason=reason, missing=["surat"])
        office.now.move(minutes=30)
        office.does("agen", "resume", number)
        assert (office.value(number, "resolution_due_at") > due) is moved, reason


def test_case_37_39_the_window_is_over_after_seven_days_and_the_worker_closes(office):
    number = fulfilled(office)
    office.does("agen", "confirm-fulfilment", number)
    until = office.value(number, "reopen_until")
    assert until == datetime(2026, 11, 30, 17, 0, tzinfo=UTC), "24:00 in Medan of the seventh day"
    office.now.at = until - timedelta(seconds=1)
    with unit_of_work() as session:
        assert due_tickets(session, office.context()) == []
    office.now.at = until
    with pytest.raises(WrongState):
        office.does(office.requester(number), "reopen", number, reason="belum")
    with unit_of_work() as session:
        for ticket in due_tickets(session, office.context()):
            check(session, office.context(), ticket)
    assert office.value(number, "status") == "closed"
    assert (
        office.see(
            number,
            lambda s, t: s.scalars(select(Event.by).where(Event.ticket_id == t.id, Event.action == "close")).one(),
        )
        == "worker"
    )


def test_case_38_a_reopened_ticket_returns_to_the_group_that_fulfilled_it(office):
    number = fulfilled(office)
    office.does("agen", "confirm-fulfilment", number)
    office.now.move(days=6)
    office.does(office.requester(number), "reopen", number, reason="masih terkunci")
    assert office.value(number, "status") == "in_progress"
    assert office.value(number, "group") == "rft-tik"
    assert office.value(number, "cycle") == 2
    assert office.value(number, "resolution_due_at") > office.now()
    assert office.value(number, "resolution_verdict") is None


def test_case_39_a_send_back_voids_the_stop_of_the_clock(office):
    number = fulfilled(office)
    assert office.value(number, "resolution_done_at") is not None
    office.does("agen", "send-back", number, reason="belum bisa masuk")
    assert office.value(number, "resolution_done_at") is None
    assert office.value(number, "group") == "rft-tik"


def test_a_breach_sends_one_apology_with_a_new_time(office):
    number = office.opened()
    office.does("agen", "classify", number, item="itsm.8/reset-password")
    due = office.value(number, "resolution_due_at")
    for later in (timedelta(seconds=1), timedelta(hours=1), timedelta(days=2)):
        office.now.at = due + later
        with unit_of_work() as session:
            for ticket in due_tickets(session, office.context()):
                check(session, office.context(), ticket)
    assert [kind for kind, *_ in outbox(office, number)] == ["acknowledgement", "classification", "apology"]
    assert office.value(number, "breached") is True


def test_other_desks_do_not_see_the_ticket_and_other_groups_may_not_take_it(office):
    number = office.opened()
    with pytest.raises(NotFound):
        office.does("agen-lain", "take", number)
    with pytest.raises(Forbidden):
        office.does("teknisi", "take", number)
    office.does("agen", "escalate", number, group="rft-tik")
    with pytest.raises(Forbidden):
        office.does("teknisi-bmn", "take", number)
    office.does("agen", "escalate", number, group="pusintek")
    office.does("pusintek", "take", number)


def test_requesters_withdraw_only_before_fulfilment(office):
    number = fulfilled(office)
    with pytest.raises(WrongState):
        office.does(office.requester(number), "cancel", number)
    other = office.opened()
    office.does(office.requester(other), "cancel", other)
    assert office.value(other, "resolution_verdict") == "excluded"


def test_the_database_refuses_to_change_history(office):
    number = office.opened()
    for statement in ("update event set why = 'x'", "delete from event"):
        with pytest.raises(DatabaseError, match="append-only"), unit_of_work() as session:
            session.execute(text(statement))
    assert office.see(number, lambda s, t: s.scalars(select(Event).where(Event.ticket_id == t.id)).one().why) == ""


def test_case_41_a_merged_ticket_ends_and_leads_to_its_target(office):
    first, second = office.opened(), office.opened()
    office.does("agen", "merge", first, number=second)
    assert office.value(first, "status") == "cancelled"
    assert office.value(first, "merged_into_id") == office.value(second, "id")
    with pytest.raises(WrongState):
        office.does("agen", "take", first)


def test_case_41_a_split_makes_a_ticket_received_when_its_message_was(office):
    number = office.opened()
    received = office.now()
    entry = office.see(
        number, lambda s, t: s.scalars(select(Entry.id).where(Entry.ticket_id == t.id).order_by(Entry.id)).first()
    )
    office.now.move(hours=2)
    with pytest.raises(Invalid):
        office.does("agen", "split", number, entries=[999_999])
    office.does("agen", "split", number, entries=[entry])
    assert office.value("MDN-2026-000002", "received_at") == received
    assert office.see("MDN-2026-000002", lambda s, t: [e.text for e in t.entries]) == ["Mohon dibantu."]


def test_the_worker_cannot_do_what_people_do(office):
    number = office.opened()
    with pytest.raises(Forbidden):
        office.does(Machine(), Action.TAKE, number)
