"""Clocks as a function of facts: response by channel, norms of every kind, holds, reopening, extension."""

from dataclasses import replace
from decimal import Decimal

import pytest

from helpdesk.sla.clock import Facts, HoldPeriod, timeline
from helpdesk.sla.norms import (
    AT_START,
    Anchor,
    AsAgreed,
    ByAttribute,
    ByChannel,
    ByQuantity,
    CalendarAnchored,
    Case,
    DayCount,
    EventRelative,
    Extension,
    Fixed,
    LeadTime,
    RequesterDeadline,
    Span,
    Stage,
    Stages,
    Start,
    StartKind,
    Step,
    Target,
    Unit,
)
from helpdesk.sla.promises import lead_time_kept, renewed_due
from helpdesk.sla.rules import Basis, NotAQuantity, span_for
from tests.rules.sla_samples import at, day, office, wall

FRIDAY, SATURDAY, MONDAY, TUESDAY = "2026-11-20", "2026-11-21", "2026-11-23", "2026-11-24"
LATER = at("2027-06-01 09:00")
CALENDAR = office()


def span(amount, unit=Unit.WORKING_DAY, count=DayCount.ELAPSED):
    return Span(Decimal(str(amount)), unit, count)


FOUR_HOURS = Target(Fixed(span(4, Unit.HOUR)))
ONE_DAY = Target(Fixed(span(1)))
DEVICES = Target(ByQuantity("devices", tuple(Step(n * 4, span(n)) for n in range(1, 6))))
REPAIR = Target(
    ByAttribute(
        (
            Case({"performed_by": frozenset({"in-house"})}, Fixed(span(2))),
            Case({"performed_by": frozenset({"third-party"})}, AsAgreed()),
        )
    ),
    stops=frozenset({"documents", "requester", "vendor"}),
    stops_when={"vendor": {"performed_by": frozenset({"third-party"})}},
)
FACILITIES = Target(
    ByAttribute(
        (
            Case({"doable": frozenset({"no"})}, AsAgreed()),
            Case({"severity": frozenset({"light"}), "materials": frozenset({"yes"})}, Fixed(span(1, Unit.DAY))),
            Case({"severity": frozenset({"light"}), "materials": frozenset({"no"})}, Fixed(span(3, Unit.DAY))),
            Case({"materials": frozenset({"yes"})}, Fixed(span(7, Unit.DAY))),
            Case({"materials": frozenset({"no"})}, Fixed(span(14, Unit.DAY))),
        )
    ),
    first_handling=span(10, Unit.MINUTE),
)
SPECIAL_EVENT = Target(
    EventRelative(Anchor.AFTER, span(1), event_stage=True),
    lead_time=LeadTime(span(5), "place", {"near": span(5), "outside": span(10)}),
)
DAY_BEFORE = Target(EventRelative(Anchor.BEFORE, span(1, Unit.DAY)))
COMPLETE = Target(Fixed(span(20)), start=Start(StartKind.DOCUMENTS))
INFORMATION = Target(
    Fixed(span(10, count=DayCount.END_OF_DAY)),
    extension=Extension(span(7, count=DayCount.END_OF_DAY)),
    requester_deadline=RequesterDeadline(span(3, count=DayCount.END_OF_DAY), span(2, count=DayCount.END_OF_DAY)),
)


def facts(received=f"{FRIDAY} 10:00", channel="email", **others):
    return Facts(at(received), channel, **others)


def hold(reason, begin, end=None):
    return HoldPeriod(reason, at(begin), at(end) if end else None)


def run(target, known, now=LATER, minutes=30, **others):
    return timeline(known, minutes, target, CALENDAR, now, **others)


def due(target, known, **others):
    moment = run(target, known, **others).resolution.due_at
    return moment and wall(moment)


# --- response ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channel", ["portal", "whatsapp", "telegram", "web-chat", "api"])
def test_portal_chat_and_api_are_answered_at_receipt_whatever_the_hour(channel):
    clock = run(ONE_DAY, facts(f"{SATURDAY} 23:10", channel)).response
    assert clock.starts_at == clock.due_at == clock.done_at == at(f"{SATURDAY} 23:10")


@pytest.mark.parametrize("channel", ["phone", "walk-in"])
def test_a_call_or_visit_is_answered_by_being_recorded(channel):
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


def test_the_mail_clock_stops_at_the_first_action_of_a_person():
    clock = run(ONE_DAY, facts(first_action_at=at(f"{FRIDAY} 10:11"))).response
    assert (wall(clock.done_at), clock.elapsed_seconds, clock.remaining_seconds) == (f"{FRIDAY} 10:11", 660, 1140)


def test_an_unclassified_mail_is_warned_about_at_30_minutes_without_a_norm():
    line = run(None, facts(), minutes=None)
    assert (wall(line.response.due_at), line.response.provisional) == (f"{FRIDAY} 10:30", True)
    assert line.resolution.due_at is None


def test_an_item_without_a_response_norm_has_no_response_clock():
    assert run(ONE_DAY, facts(), minutes=None).response.due_at is None
    assert run(ONE_DAY, facts(channel="portal"), minutes=None).response.due_at is None


# --- norms ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("devices", "expected"),
    [
        ("1", f"{MONDAY} 10:00"), ("4", f"{MONDAY} 10:00"), ("5", f"{TUESDAY} 10:00"), ("12", "2026-11-25 10:00"),
        ("16", "2026-11-26 10:00"), ("20", "2026-11-27 10:00"), ("21", None), ("1000", None),
    ],
)  # fmt: skip
def test_case_21_quantity_steps_and_as_agreed_beyond_the_last(devices, expected):
    line = run(DEVICES, facts(attributes={"devices": devices}))
    assert (line.resolution.due_at and wall(line.resolution.due_at)) == expected
    assert line.basis is (Basis.SPAN if expected else Basis.AGREED)


@pytest.mark.parametrize("devices", ["0", "-1", "1.5", "six", "", "٣"])
def test_case_21_a_quantity_that_is_no_whole_number_is_refused(devices):
    with pytest.raises(NotAQuantity):
        run(DEVICES, facts(attributes={"devices": devices}))


def test_case_21_an_open_ended_formula_goes_on_in_steps():
    norm = ByQuantity("objects", (Step(5, span(17)), Step(10, span(19)), Step(15, span(21))), each=5, add=span(2))
    days = [int(span_for(norm, n).amount) for n in (1, 5, 6, 10, 11, 15, 16, 20, 21, 1000)]
    assert days == [17, 17, 19, 19, 21, 21, 23, 23, 25, 21 + 2 * 197]


def test_a_missing_quantity_means_the_earliest_deadline_and_is_named():
    line = run(DEVICES, facts())
    assert (wall(line.resolution.due_at), line.missing) == (f"{MONDAY} 10:00", ("devices",))


@pytest.mark.parametrize(
    ("attributes", "expected", "missing"),
    [
        ({}, f"{MONDAY} 08:00", ("doable", "severity", "materials")),
        ({"severity": "light", "doable": "yes"}, f"{MONDAY} 08:00", ("materials",)),
        ({"severity": "heavy", "doable": "yes"}, "2026-11-27 10:00", ("materials",)),
        ({"severity": "heavy", "doable": "yes", "materials": "no"}, "2026-12-04 10:00", ()),
        ({"severity": "light", "doable": "yes", "materials": "no"}, f"{MONDAY} 10:00", ()),
        ({"doable": "no"}, None, ()),
    ],
)
def test_while_attributes_are_missing_the_earliest_deadline_still_possible_counts(attributes, expected, missing):
    line = run(FACILITIES, facts(attributes=attributes))
    assert (line.resolution.due_at and wall(line.resolution.due_at)) == expected
    assert line.missing == missing


def test_no_case_for_the_attributes_given_is_no_deadline():
    assert run(REPAIR, facts(attributes={"performed_by": "nobody"})).basis is Basis.NO_RULE


def test_a_norm_by_channel():
    target = Target(ByChannel({"nota-dinas": Fixed(span(3))}, Fixed(span(120, Unit.MINUTE))))
    assert due(target, facts()) == f"{FRIDAY} 12:00"
    assert due(target, facts(channel="nota-dinas")) == "2026-11-25 10:00"


def test_an_agreed_date_is_a_calendar_date_and_moves_back():
    target = Target(AsAgreed())
    assert due(target, facts()) is None
    assert due(target, facts(agreed_due_at=day("2026-11-28"))) == "2026-11-27 17:00"
    assert due(target, facts(agreed_due_at=at("2026-11-27 10:30"))) == "2026-11-27 10:30"


def test_a_range_has_its_deadline_at_the_upper_end_and_shows_the_lower():
    line = run(Target(Fixed(span(5, count=DayCount.END_OF_DAY), lower=span(1, count=DayCount.END_OF_DAY))), facts())
    assert (wall(line.resolution.due_at), wall(line.expected_at)) == ("2026-11-27 17:00", f"{MONDAY} 17:00")


def test_a_special_event_is_due_at_the_close_of_the_first_working_day_after_it_met_by_resolved():
    known = facts(event_at=day("2026-11-28"), fulfilled_at=at("2026-11-28 20:00"))
    line = run(SPECIAL_EVENT, known)
    assert wall(line.resolution.due_at) == "2026-11-30 17:00"
    assert line.resolution.done_at is None
    assert run(SPECIAL_EVENT, replace(known, resolved_at=at("2026-11-30 09:00"))).resolution.done_at is not None
    (stage,) = line.stages
    assert (stage.name, wall(stage.due_at), wall(stage.done_at)) == (
        "event", "2026-11-28 23:59:59", "2026-11-28 20:00",
    )  # fmt: skip


def test_the_event_stage_of_a_working_day_ends_when_it_closes():
    (stage,) = run(SPECIAL_EVENT, facts(event_at=at("2026-11-26 09:00"))).stages
    assert wall(stage.due_at) == "2026-11-26 17:00"


def test_one_day_before_an_event_is_the_calendar_day_before_moved_back():
    assert due(DAY_BEFORE, facts(event_at=day("2026-11-27"))) == "2026-11-26 17:00"
    assert due(DAY_BEFORE, facts(event_at=day("2026-11-30"))) == "2026-11-27 17:00"
    assert due(DAY_BEFORE, facts(event_at=day("2026-12-26"))) == "2026-12-23 17:00"
    assert due(DAY_BEFORE, facts()) is None


def test_on_the_event_and_working_days_weeks_and_months_before_it():
    def before(amount, unit):
        return due(Target(EventRelative(Anchor.BEFORE, span(amount, unit))), facts(event_at=at("2026-12-28 10:00")))

    assert due(Target(EventRelative(Anchor.ON)), facts(event_at=day("2026-11-28"))) == "2026-11-27 17:00"
    assert before(2, Unit.WORKING_DAY) == "2026-12-22 17:00"
    assert before(1, Unit.WEEK) == "2026-12-21 17:00"
    assert before(1, Unit.MONTH) == "2026-11-27 17:00"
    assert before(3, Unit.HOUR) == "2026-12-23 16:00"


def test_a_date_of_the_calendar_moves_back_and_comes_again_next_year():
    target = Target(CalendarAnchored(31, 1))
    assert due(target, facts("2026-10-05 10:00")) == "2027-01-29 17:00"
    assert due(target, facts("2027-01-30 10:00")) == "2028-01-31 17:00"
    assert due(Target(CalendarAnchored(31)), facts("2026-11-03 10:00")) == "2026-11-30 17:00"


def test_a_clock_that_starts_with_complete_documents_waits_for_them():
    line = run(COMPLETE, facts())
    assert (line.resolution.starts_at, line.resolution.due_at, line.awaiting) == (None, None, StartKind.DOCUMENTS)
    line = run(COMPLETE, facts(starts_at=at("2026-11-27 16:30")))
    # 20 working days over Christmas and its joint leave
    assert (wall(line.resolution.starts_at), wall(line.resolution.due_at)) == ("2026-11-27 16:30", "2026-12-29 16:30")


def test_first_handling_runs_from_receipt_and_stops_at_the_first_action():
    (stage,) = run(FACILITIES, facts(f"{FRIDAY} 11:55", first_action_at=at(f"{FRIDAY} 13:04"))).stages
    assert (stage.name, wall(stage.due_at), wall(stage.done_at)) == (
        "first handling", f"{FRIDAY} 13:05", f"{FRIDAY} 13:04",
    )  # fmt: skip


def test_stages_follow_one_another_and_the_planned_end_is_the_last_due():
    eod = DayCount.END_OF_DAY
    target = Target(Stages((Stage("consult", Fixed(span(3, count=eod))), Stage("draft", Fixed(span(2, count=eod))))))
    line = run(target, facts())
    assert [wall(s.due_at) for s in line.stages] == ["2026-11-25 17:00", "2026-11-27 17:00"]
    assert wall(line.resolution.due_at) == "2026-11-27 17:00"


def test_stages_side_by_side_repeated_and_without_a_stated_time():
    target = Target(
        Stages(
            (
                Stage("brief", Fixed(span(1, Unit.HOUR))),
                Stage("committee", Fixed(span(2)), after=("brief",)),
                Stage("speakers", Fixed(span(2, Unit.HOUR)), after=("brief",), repeat="meetings"),
                Stage("signature", None, after=("committee", "speakers")),
                Stage("printing", Fixed(span(1)), after=("signature",)),
            )
        )
    )
    line = run(target, facts(f"{MONDAY} 08:00", attributes={"meetings": "3"}))
    assert [s.due_at and wall(s.due_at) for s in line.stages] == [
        f"{MONDAY} 09:00", "2026-11-25 09:00", f"{MONDAY} 16:00", None, "2026-11-26 09:00",
    ]  # fmt: skip
    assert wall(line.resolution.due_at) == "2026-11-26 09:00"
    assert run(target, facts(f"{MONDAY} 08:00")).missing == ("meetings",)


def planned(*stages, received=f"{FRIDAY} 10:00", **others):
    """The start and the due of each stage, and the planned end."""
    line = run(Target(Stages(stages)), facts(received, **others))
    times = [(s.starts_at and wall(s.starts_at), s.due_at and wall(s.due_at)) for s in line.stages]
    return times, line.resolution.due_at and wall(line.resolution.due_at)


def test_a_stage_after_the_start_waits_for_no_other():
    times, end = planned(
        Stage("committee", Fixed(span(3, Unit.HOUR))),
        Stage("speakers", Fixed(span(1, Unit.HOUR)), after=(AT_START,)),
        Stage("letters", Fixed(span(1, Unit.HOUR))),
        received=f"{SATURDAY} 09:00",
    )
    assert times == [
        (f"{MONDAY} 08:00", f"{MONDAY} 11:00"), (f"{MONDAY} 08:00", f"{MONDAY} 09:00"),
        (f"{MONDAY} 09:00", f"{MONDAY} 10:00"),
    ]  # fmt: skip
    assert end == f"{MONDAY} 11:00"


@pytest.mark.parametrize(
    "norm", [span(2, Unit.DAY), span(1, Unit.WEEK), span(3, Unit.HOUR), span(1), span(1, Unit.MONTH)]
)
def test_a_repeated_stage_ends_as_if_written_down_so_many_times(norm):
    _, repeated = planned(Stage("meeting", Fixed(norm), repeat=3))
    _, written = planned(*(Stage(f"meeting {n}", Fixed(norm)) for n in range(3)))
    assert repeated == written


def test_repetitions_in_days_are_each_moved_out_of_the_weekend():
    # Friday + 2 days = Sunday -> Monday 08:00; + 2 = Wednesday 08:00; 4 days at once would end on Tuesday
    assert planned(Stage("meeting", Fixed(span(2, Unit.DAY)), repeat=2))[1] == "2026-11-25 08:00"


def test_so_many_times_for_each_one_of_an_attribute():
    discussion = Stage("discussion", Fixed(span(2, Unit.HOUR)), repeat="units", times=2)
    assert planned(discussion, attributes={"units": "2"})[1] == f"{MONDAY} 10:00"
    line = run(Target(Stages((discussion,))), facts())
    assert (wall(line.resolution.due_at), line.missing) == (f"{FRIDAY} 15:00", ("units",))


def test_more_repetitions_than_anybody_plans_have_no_due_time():
    stages = Stage("discussion", Fixed(span(2, Unit.HOUR)), repeat="units", times=2), Stage("report", Fixed(span(1)))
    assert planned(*stages, attributes={"units": "1000000"}) == ([(f"{FRIDAY} 10:00", None), (None, None)], None)


def test_a_stage_without_a_norm_takes_no_time_in_the_plan():
    times, end = planned(
        Stage("review", None), Stage("report", Fixed(span(1))), Stage("signature", None), received=f"{FRIDAY} 17:30"
    )
    assert times == [(f"{MONDAY} 08:00", None), (f"{MONDAY} 08:00", f"{MONDAY} 17:00"), (f"{TUESDAY} 08:00", None)]
    assert end == f"{MONDAY} 17:00"


def test_a_stage_by_attribute_counts_the_earliest_while_the_value_is_missing():
    town = ByAttribute(
        tuple(
            Case({"town": frozenset({value})}, Fixed(span(days, Unit.DAY))) for value, days in (("in", 3), ("out", 4))
        )
    )
    stages = Stage("brief", Fixed(span(1, Unit.HOUR))), Stage("invitations", town)
    assert planned(*stages, attributes={"town": "out"})[1] == f"{TUESDAY} 11:00"
    line = run(Target(Stages(stages)), facts())
    assert (wall(line.resolution.due_at), line.missing) == (f"{MONDAY} 11:00", ("town",))


def test_a_hold_moves_the_stage_that_it_lies_in_and_those_after_it():
    stages = [Stage(name, Fixed(span(2, Unit.HOUR))) for name in ("draft", "check", "sign")]
    times, end = planned(*stages, holds=(hold("documents", f"{FRIDAY} 13:30", f"{FRIDAY} 14:30"),))
    assert [due for _, due in times] == [f"{FRIDAY} 12:00", f"{FRIDAY} 16:00", f"{MONDAY} 09:00"]
    assert end == f"{MONDAY} 09:00"


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
    line = run(INFORMATION, facts(holds=(hold("documents", f"{FRIDAY} 14:00"),)), now=at(f"{FRIDAY} 15:00"))
    assert (wall(line.remind_at), wall(line.lapse_at)) == (f"{TUESDAY} 17:00", "2026-11-25 17:00")
    ended = run(INFORMATION, facts(holds=(hold("documents", f"{FRIDAY} 14:00", f"{FRIDAY} 15:00"),)))
    assert ended.lapse_at is None


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
