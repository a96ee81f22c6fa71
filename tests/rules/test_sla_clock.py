"""Clocks as a function of facts: response by channel, holds, reopening, extension."""

from dataclasses import replace

import pytest

from helpdesk.sla.norms import (
    AsAgreed,
    DayCount,
    Fixed,
    LeadTime,
    Target,
    Unit,
)
from helpdesk.sla.promises import lead_time_kept, renewed_due
from helpdesk.sla.spans import span_before
from tests.rules.sla_requests import (
    CALENDAR,
    COMPLETE,
    DAY_BEFORE,
    FOUR_HOURS,
    FRIDAY,
    INFORMATION,
    MONDAY,
    ONE_DAY,
    REPAIR,
    SATURDAY,
    SPECIAL_EVENT,
    TUESDAY,
    due,
    facts,
    hold,
    run,
    span,
)
from tests.rules.sla_samples import at, day, wall

# --- response ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", ["portal", "whatsapp", "telegram", "web-chat", "api"])
def test_portal_chat_and_api_are_answered_at_receipt_whatever_the_hour(channel):
    clock = run(ONE_DAY, facts(f"{SATURDAY} 23:10", channel)).response
    assert clock.starts_at == clock.due_at == clock.done_at == at(f"{SATURDAY} 23:10")


@pytest.mark.parametrize("channel", ["phone", "walk-in"])
def test_case_32_a_call_or_visit_is_answered_by_being_recorded(channel):
    clock = run(ONE_DAY, facts(f"{FRIDAY} 12:20", channel, recorded_at=at(f"{FRIDAY} 14:00"))).response
    assert clock.due_at == clock.done_at == at(f"{FRIDAY} 14:00")
    assert run(ONE_DAY, facts(f"{FRIDAY} 12:20", channel)).response.due_at == at(f"{FRIDAY} 12:20")


@pytest.mark.parametrize(
    ("received", "minutes", "answer_by"),
    [
        (f"{FRIDAY} 10:00", 30, f"{FRIDAY} 10:30"),
        (f"{FRIDAY} 11:45", 30, f"{FRIDAY} 13:15"),
        (f"{FRIDAY} 16:45", 60, f"{MONDAY} 08:45"),
        (f"{SATURDAY} 10:00", 30, f"{MONDAY} 08:30"),
        (f"{FRIDAY} 11:30", 30, f"{FRIDAY} 12:00"),
    ],
)
@pytest.mark.parametrize("channel", ["email", "nota-dinas"])
def test_mail_and_nota_dinas_are_answered_within_working_minutes(channel, received, minutes, answer_by):
    assert wall(run(ONE_DAY, facts(received, channel), minutes=minutes).response.due_at) == answer_by


def test_case_32_the_mail_clock_stops_at_the_first_action_of_a_person():
    clock = run(ONE_DAY, facts(first_action_at=at(f"{FRIDAY} 10:11"))).response
    assert (wall(clock.done_at), clock.elapsed_seconds, clock.remaining_seconds) == (f"{FRIDAY} 10:11", 660, 1140)


def test_an_unclassified_mail_is_warned_about_at_30_minutes_without_a_norm():
    line = run(None, facts(), minutes=None)
    assert (wall(line.response.due_at), line.response.provisional) == (f"{FRIDAY} 10:30", True)
    assert line.resolution.due_at is None


def test_an_item_without_a_response_norm_has_no_response_clock():
    assert run(ONE_DAY, facts(), minutes=None).response.due_at is None
    assert run(ONE_DAY, facts(channel="portal"), minutes=None).response.due_at is None


# --- holds ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        (f"{FRIDAY} 10:30", f"{FRIDAY} 11:30", f"{FRIDAY} 16:00"),
        (f"{FRIDAY} 11:30", f"{FRIDAY} 13:30", f"{FRIDAY} 16:00"),  # lunch is no overlap
        (f"{FRIDAY} 12:05", f"{FRIDAY} 12:50", f"{FRIDAY} 15:00"),
        (f"{FRIDAY} 14:00", f"{MONDAY} 09:00", f"{MONDAY} 10:00"),
        (f"{FRIDAY} 15:00", f"{MONDAY} 09:00", f"{FRIDAY} 15:00"),  # begun at the due: too late to move it
        (f"{FRIDAY} 09:00", f"{FRIDAY} 11:00", f"{FRIDAY} 16:00"),  # begun before the clock
    ],
)
def test_case_23_24_26_a_hold_moves_the_due_by_its_working_overlap(begin, end, expected):
    assert due(FOUR_HOURS, facts(holds=(hold("documents", begin, end),))) == expected


def test_case_23_a_hold_from_closing_to_opening_counts_nothing():
    line = run(ONE_DAY, facts(holds=(hold("requester", f"{FRIDAY} 17:00", f"{MONDAY} 08:00"),)))
    assert wall(line.resolution.due_at) == f"{MONDAY} 10:00"


def test_case_22_the_pause_counts_in_the_unit_of_the_norm():
    a_day = (hold("documents", f"{FRIDAY} 11:00", f"{MONDAY} 11:00"),)
    assert due(ONE_DAY, facts(holds=a_day)) == f"{TUESDAY} 10:00"
    closing = Target(Fixed(span(3, count=DayCount.END_OF_DAY)))
    assert due(closing, facts(holds=a_day)) == "2026-11-26 17:00"
    assert due(closing, facts(holds=(hold("documents", f"{FRIDAY} 11:00", f"{FRIDAY} 15:00"),))) == "2026-11-25 17:00"
    three_days = Target(Fixed(span(3, Unit.DAY)))
    assert due(three_days, facts(holds=a_day)) == "2026-11-26 10:00"  # Friday 10:00 + 3 days + 3 days


def test_case_24_overlapping_holds_count_once_and_two_in_one_minute_both():
    both = (
        hold("documents", f"{FRIDAY} 10:10", f"{FRIDAY} 10:40"),
        hold("requester", f"{FRIDAY} 10:30", f"{FRIDAY} 11:00"),
    )
    assert due(FOUR_HOURS, facts(holds=both)) == f"{FRIDAY} 15:50"
    short = (
        hold("documents", f"{FRIDAY} 10:10:05", f"{FRIDAY} 10:10:10"),
        hold("documents", f"{FRIDAY} 10:10:20", f"{FRIDAY} 10:10:50"),
    )
    assert due(FOUR_HOURS, facts(holds=short)) == f"{FRIDAY} 15:00:35"


def test_case_27_while_on_hold_the_remaining_time_stands_still_and_nothing_is_late():
    known = facts(holds=(hold("documents", f"{FRIDAY} 11:00"),))
    for now in (f"{FRIDAY} 11:30", f"{FRIDAY} 16:00", "2026-12-10 10:00"):
        clock = run(FOUR_HOURS, known, now=at(now)).resolution
        assert (clock.on_hold, clock.remaining_seconds, clock.elapsed_seconds) == (True, 3 * 3600, 3600)
        assert clock.due_at > at(now)


def test_case_25_fulfilled_straight_from_a_hold_counts_only_what_was_worked():
    known = facts("2026-02-02 09:00", holds=(hold("requester", "2026-02-02 09:30"),))
    clock = run(FOUR_HOURS, replace(known, fulfilled_at=at("2026-02-06 10:00"))).resolution
    assert (clock.elapsed_seconds, clock.on_hold) == (1800, False)
    assert clock.done_at <= clock.due_at


def test_case_29_only_the_reasons_that_the_item_allows_stop_the_clock():
    for reason in ("vendor", "internal"):
        assert due(FOUR_HOURS, facts(holds=(hold(reason, f"{FRIDAY} 10:30", f"{FRIDAY} 11:30"),))) == f"{FRIDAY} 15:00"
    vendor = (hold("vendor", f"{FRIDAY} 10:30", f"{FRIDAY} 11:30"),)
    in_house = run(REPAIR, facts(attributes={"performed_by": "in-house"}, holds=vendor))
    third_party = run(REPAIR, facts(attributes={"performed_by": "third-party"}, holds=vendor))
    assert (len(in_house.pauses), len(third_party.pauses)) == (0, 1)


def test_case_28_another_item_keeps_the_holds():
    known = facts(holds=(hold("documents", f"{FRIDAY} 10:30", f"{FRIDAY} 11:30"),))
    assert due(FOUR_HOURS, known) == f"{FRIDAY} 16:00"
    assert due(ONE_DAY, known) == f"{MONDAY} 11:00"


# --- cycles, extension, lapse, promises ----------------------------------------------------------------------------


def test_case_38_a_reopened_cycle_has_the_same_norm_counted_from_the_reopen():
    known = facts(first_action_at=at(f"{FRIDAY} 10:05"), cycle_started_at=at("2026-11-26 16:30"))
    line = run(FOUR_HOURS, known)
    assert (wall(line.resolution.due_at), wall(line.response.done_at)) == ("2026-11-27 11:30", f"{FRIDAY} 10:05")
    assert due(COMPLETE, replace(known, starts_at=None)) == "2026-12-28 16:30"
    assert due(SPECIAL_EVENT, replace(known, event_at=day(MONDAY))) == "2026-11-27 17:00"
    assert due(DAY_BEFORE, replace(known, event_at=day(MONDAY))) is None


def test_case_38_holds_of_the_cycle_before_do_not_move_the_new_one():
    known = facts(
        holds=(hold("documents", f"{FRIDAY} 10:30", f"{MONDAY} 11:30"),), cycle_started_at=at("2026-11-26 16:30")
    )
    assert due(FOUR_HOURS, known) == "2026-11-27 11:30"


def test_case_48_an_extension_replaces_the_due_and_later_holds_move_it():
    known = facts(extended_due_at=at("2026-12-11 17:00"), extended_at=at("2026-12-01 09:00"))
    line = run(INFORMATION, known)
    assert (wall(line.resolution.due_at), line.extended) == ("2026-12-11 17:00", True)
    held = (
        hold("documents", "2026-11-25 08:00", "2026-11-26 08:00"),
        hold("documents", "2026-12-02 08:00", "2026-12-03 08:00"),
    )
    assert due(INFORMATION, replace(known, holds=held)) == "2026-12-14 17:00"
    assert due(INFORMATION, replace(known, extended_due_at=at("2026-12-12 10:00"))) == "2026-12-11 17:00"


def test_case_30_an_incomplete_request_is_reminded_and_lapses():
    untold = hold("documents", f"{FRIDAY} 14:00")
    told = replace(untold, told_at=at(f"{FRIDAY} 14:05"))
    line = run(INFORMATION, facts(holds=(told,)), now=at(f"{FRIDAY} 15:00"))
    assert (wall(line.remind_at), wall(line.lapse_at)) == (f"{TUESDAY} 17:00", "2026-11-25 17:00")
    late = run(INFORMATION, facts(holds=(replace(untold, told_at=at(f"{MONDAY} 08:00")),)), now=at(f"{MONDAY} 09:00"))
    assert wall(late.lapse_at) == "2026-11-26 17:00", "counted from the delivery of the list"
    assert run(INFORMATION, facts(holds=(untold,)), now=at(f"{MONDAY} 09:00")).lapse_at is None, "nobody was told"
    ended = run(INFORMATION, facts(holds=(hold("documents", f"{FRIDAY} 14:00", f"{FRIDAY} 15:00"),)))
    assert ended.lapse_at is None


def test_case_30_a_request_whose_clock_waits_for_documents_lapses_too():
    target = replace(INFORMATION, start=COMPLETE.start)
    told = replace(hold("documents", f"{FRIDAY} 14:00"), told_at=at(f"{FRIDAY} 14:00"))
    line = run(target, facts(holds=(told,)), now=at(f"{FRIDAY} 15:00"))
    assert line.resolution.due_at is None
    assert wall(line.lapse_at) == "2026-11-25 17:00"


@pytest.mark.parametrize(
    ("unit", "amount", "before"),
    [
        (Unit.HOUR, 2, f"{MONDAY} 15:00"),
        (Unit.WORKING_DAY, 1, f"{FRIDAY} 17:00"),
        (Unit.DAY, 1, f"{FRIDAY} 17:00"),
        (Unit.WEEK, 1, "2026-11-16 17:00"),
        (Unit.MONTH, 1, "2026-10-23 17:00"),
    ],
)
def test_a_span_before_the_close_of_monday_ends_in_working_time(unit, amount, before):
    assert wall(span_before(span(amount, unit), at(f"{MONDAY} 17:00"), CALENDAR)) == before


def test_the_new_time_after_a_breach_is_the_same_norm_counted_from_the_breach():
    def renewed(target, known, breach):
        moment = renewed_due(known, target, CALENDAR, at(breach))
        return moment and wall(moment)

    assert renewed(FOUR_HOURS, facts(), f"{FRIDAY} 15:00") == f"{MONDAY} 10:00"
    assert renewed(ONE_DAY, facts(), f"{FRIDAY} 17:00") == f"{MONDAY} 17:00"
    assert renewed(INFORMATION, facts(), f"{FRIDAY} 17:00") == "2026-12-04 17:00"
    assert renewed(SPECIAL_EVENT, facts(event_at=day("2026-11-19")), f"{FRIDAY} 17:00") == f"{MONDAY} 17:00"
    assert renewed(DAY_BEFORE, facts(event_at=day(MONDAY)), f"{FRIDAY} 17:00") is None
    entered = facts(agreed_due_at=at("2026-11-26 15:00"))
    assert renewed(FOUR_HOURS, entered, f"{FRIDAY} 15:00") == "2026-11-26 15:00"


@pytest.mark.parametrize(
    ("received", "event", "place", "kept"),
    [
        (f"{FRIDAY} 10:00", "2026-11-27", "near", True),  # Fri, Mon, Tue, Wed, Thu
        (f"{FRIDAY} 16:59", "2026-11-27", "near", True),
        (f"{FRIDAY} 17:00", "2026-11-27", "near", False),  # after closing counts as the next day
        (f"{FRIDAY} 10:00", "2026-11-26", "near", False),
        (f"{FRIDAY} 10:00", "2026-12-04", "outside", True),
        (f"{FRIDAY} 10:00", "2026-12-03", "outside", False),
        (f"{FRIDAY} 10:00", "2026-12-04", None, True),
        (f"{FRIDAY} 10:00", "2026-11-27", None, None),
        (f"{FRIDAY} 10:00", None, "near", None),
    ],
)
def test_a_lead_time_is_kept_by_working_days_from_receipt_up_to_the_event(received, event, place, kept):
    attributes = {"place": place} if place else {}
    event_date = day(event) if event else None
    assert lead_time_kept(SPECIAL_EVENT, attributes, at(received), event_date, CALENDAR) is kept


def test_a_lead_time_for_events_outside_hours_is_not_asked_of_others():
    target = Target(AsAgreed(), lead_time=LeadTime(span(2, Unit.DAY), outside_hours=True))
    received = at(f"{FRIDAY} 10:00")
    assert lead_time_kept(target, {}, received, at(f"{FRIDAY} 14:00"), CALENDAR) is None
    assert lead_time_kept(target, {}, received, at(f"{SATURDAY} 14:00"), CALENDAR) is False
    assert lead_time_kept(target, {}, received, at("2026-11-22 14:00"), CALENDAR) is True
