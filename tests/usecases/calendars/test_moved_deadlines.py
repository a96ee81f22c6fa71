"""Adding and removing a holiday moves open deadlines, tells requesters once, leaves ended cycles alone."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from helpdesk.store.catalog_models import MovedDeadline
from helpdesk.store.db import reading, unit_of_work
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Entry
from helpdesk.usecases.clocks import refresh
from helpdesk.usecases.dispatch import letter
from helpdesk.usecases.recalculation import CACHED, SETTLED_AFTER
from helpdesk.worker import Worker
from tests.usecases.calendars.changes import (
    MOURNING,
    RESET,
    THURSDAY_11,
    TUESDAY,
    TUESDAY_11,
    WEDNESDAY_11,
    adopt,
    due,
    events,
    moves,
    opened,
    rows,
    sweep,
    telling,
    told,
    with_closed,
)
from tests.usecases.conftest import Office


def test_case_09_a_holiday_added_moves_an_open_deadline_and_taken_away_again_moves_it_back(office: Office) -> None:
    plain, number = office.catalog, opened(office)
    assert due(office, number) == TUESDAY_11
    adopt(office, with_closed(plain, TUESDAY))
    assert due(office, number) == WEDNESDAY_11
    adopt(office, plain)
    assert due(office, number) == TUESDAY_11
    assert [(e.data["old_due_at"], e.data["due_at"]) for e in moves(office, number)] == [
        (TUESDAY_11.isoformat(), WEDNESDAY_11.isoformat()),
        (WEDNESDAY_11.isoformat(), TUESDAY_11.isoformat()),
    ]


def test_the_event_says_which_day_it_was_in_both_languages_and_is_nobodys_action(office: Office) -> None:
    number = opened(office)
    adopt(office, with_closed(office.catalog, TUESDAY, date(2026, 12, 1)))
    (event,) = moves(office, number)
    (change,) = event.data["changes"]
    assert (change["day"], change["id"], change["en"], change["after"]) == ("2026-11-24", MOURNING.id, MOURNING.en, [])
    assert (event.actor, event.by, event.from_status, event.to_status) == ("machine", "worker", "new", "new")


def test_the_requester_is_told_once_with_both_times_and_the_name_of_the_day(office: Office, worker: Worker) -> None:
    number = opened(office)
    adopt(office, with_closed(office.catalog, TUESDAY))
    assert told(office, number) == [], "a day entered by mistake can still be taken out"
    for _ in range(3):
        telling(office, worker)
    (message,) = told(office, number)
    with unit_of_work() as session:
        words = letter(session, office.context(), session.get_one(OutboxMessage, message.id)).text
    assert "Rabu, 25 November 2026 pukul 11.00 WIB" in words
    assert "Sebelumnya: Selasa, 24 November 2026 pukul 11.00 WIB" in words
    assert "Selasa, 24 November 2026 libur (Hari berkabung)" in words
    assert "Tuesday, 24 November 2026 is closed (Day of mourning)" in words
    assert words.index("Hari berkabung") < words.index("Day of mourning")
    assert (message.automatic, message.recipient) == (True, "sari@kantor.example")


def test_a_day_added_and_taken_out_before_anybody_was_told_is_told_to_nobody(office: Office, worker: Worker) -> None:
    plain, number = office.catalog, opened(office)
    adopt(office, with_closed(plain, TUESDAY))
    adopt(office, plain)
    telling(office, worker)
    assert (due(office, number), told(office, number)) == (TUESDAY_11, [])
    with reading() as session:
        assert session.scalars(select(MovedDeadline)).all() == []


def test_nobody_is_told_while_another_change_is_on_its_way(office: Office, worker: Worker) -> None:
    plain, number = office.catalog, opened(office)
    adopt(office, with_closed(plain, TUESDAY))
    office.catalog = plain
    telling(office, worker)
    assert told(office, number) == []


def test_two_days_added_one_after_the_other_are_told_together(office: Office, worker: Worker) -> None:
    number = opened(office)
    adopt(office, with_closed(office.catalog, TUESDAY))
    adopt(office, with_closed(office.catalog, TUESDAY + timedelta(days=1)))
    telling(office, worker)
    (message,) = told(office, number)
    assert message.context["old_due_at"] == TUESDAY_11.isoformat()
    assert message.context["due_at"] == THURSDAY_11.isoformat()
    assert "24 November" in message.context["reason"]["id"]
    assert "25 November" in message.context["reason"]["id"]


def test_a_robot_is_told_nothing_but_the_deadline_moves(office: Office, worker: Worker) -> None:
    number = office.opened(item=RESET, tellable=False)
    adopt(office, with_closed(office.catalog, TUESDAY))
    telling(office, worker)
    assert (due(office, number), told(office, number)) == (WEDNESDAY_11, [])
    entries = rows(office, number, lambda t: select(Entry).where(Entry.ticket_id == t.id))
    assert [e.text for e in entries if "Hari berkabung" in e.text] == []


def test_nobody_is_told_of_a_deadline_that_may_still_become_a_later_one(office: Office, worker: Worker) -> None:
    number = office.opened(item="itsm.9/software-install")  # on how many devices is not known
    standing = office.see(number, lambda s, t: refresh(s, office.context(), t))
    assert standing.timeline.missing == ("devices",)
    before = due(office, number)
    adopt(office, with_closed(office.catalog, *(TUESDAY + timedelta(days=n) for n in range(3))))
    telling(office, worker)
    assert due(office, number) > before
    assert (len(moves(office, number)), told(office, number)) == (1, [])


def test_a_ticket_without_an_item_is_left_as_it_is(office: Office, worker: Worker) -> None:
    number = office.opened()
    adopt(office, with_closed(office.catalog, TUESDAY))
    telling(office, worker)
    assert (due(office, number), moves(office, number), told(office, number)) == (None, [], [])


def test_case_09_ended_cycles_are_left_alone(office: Office, worker: Worker) -> None:
    resolved, cancelled = opened(office), opened(office)
    office.does("agen", "take", resolved)
    office.does("agen", "fulfil", resolved, note="x", label="y")
    office.does("agen", "confirm-fulfilment", resolved)
    office.does("agen", "cancel", cancelled, reason="duplicate")
    before = [office.see(n, lambda _s, t: (t.version, *(getattr(t, c) for c in CACHED))) for n in (resolved, cancelled)]
    adopt(office, with_closed(office.catalog, TUESDAY))
    telling(office, worker)
    after = [office.see(n, lambda _s, t: (t.version, *(getattr(t, c) for c in CACHED))) for n in (resolved, cancelled)]
    assert before == after
    assert [moves(office, n) + told(office, n) for n in (resolved, cancelled)] == [[], []]


def test_only_rows_whose_times_move_are_written(office: Office) -> None:
    late = opened(office)
    office.now.at = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    early = opened(office)  # due on Monday at noon
    office.now.at = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    sweep(office)
    versions = [office.value(n, "version") for n in (late, early)]
    adopt(office, with_closed(office.catalog, TUESDAY))
    assert [office.value(n, "version") for n in (late, early)] == [versions[0] + 1, versions[1]]


def test_what_is_written_is_what_an_action_on_the_ticket_would_write(office: Office) -> None:
    numbers = [opened(office, channel=channel) for channel in ("email", "portal", "phone")]
    office.does("agen", "take", numbers[0])
    office.does("agen", "hold", numbers[0], reason="requester")
    office.does("agen", "take", numbers[1])
    office.does("agen", "fulfil", numbers[1], note="x", label="y")
    numbers.append(office.opened(item="bmn.1/psp"))
    adopt(office, with_closed(office.catalog, TUESDAY))

    def caches(session, ticket):
        kept = {name: getattr(ticket, name) for name in CACHED}
        refresh(session, office.context(), ticket)
        return kept, {name: getattr(ticket, name) for name in CACHED}

    for number in numbers:
        kept, fresh = office.see(number, caches)
        assert kept == fresh, number


def test_a_held_clock_follows_without_a_word_since_its_date_is_not_fixed(office: Office, worker: Worker) -> None:
    number = opened(office)
    office.does("agen", "take", number)
    office.does("agen", "hold", number, reason="requester")
    adopt(office, with_closed(office.catalog, TUESDAY))
    telling(office, worker)
    assert due(office, number) == WEDNESDAY_11 + SETTLED_AFTER
    assert (moves(office, number), told(office, number)) == ([], [])


def test_case_26_a_breach_that_was_apologised_for_stays_in_the_history_and_is_no_longer_shown(office: Office) -> None:
    number = opened(office, channel="portal")
    office.now.at = TUESDAY_11 + timedelta(minutes=5)
    sweep(office)
    assert office.value(number, "breached") is True
    adopt(office, with_closed(office.catalog, TUESDAY))
    assert (office.value(number, "breached"), due(office, number)) == (False, WEDNESDAY_11)
    assert [e.action for e in events(office, number)] == ["open", "apology", "moved"]
    office.now.at = WEDNESDAY_11 + timedelta(minutes=5)
    sweep(office)
    assert office.value(number, "breached") is True
    assert [e.action for e in events(office, number)].count("apology") == 1


def test_a_deadline_that_moves_into_the_past_is_found_by_the_ordinary_sweep(office: Office) -> None:
    plain = office.catalog
    adopt(office, with_closed(plain, TUESDAY))
    number = opened(office, received_at=office.now() - SETTLED_AFTER)
    assert due(office, number) == WEDNESDAY_11
    office.now.at = TUESDAY_11 + timedelta(hours=1)
    adopt(office, plain)
    assert due(office, number) == TUESDAY_11
    assert office.value(number, "next_check_at") <= office.now()
    sweep(office)
    assert "apology" in [e.action for e in events(office, number)]
