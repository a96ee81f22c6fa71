"""By when, for every kind of norm; numbers are sla-cases."""

from dataclasses import replace

import pytest

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
    Fixed,
    Stage,
    Stages,
    StartKind,
    Step,
    Target,
    Unit,
)
from helpdesk.sla.quantities import NotAQuantity, span_for
from helpdesk.sla.rules import Basis
from tests.rules.oracle_norms import OnDate, Request
from tests.rules.oracle_office import office_walk
from tests.rules.sla_requests import (
    COMPLETE,
    DAY_BEFORE,
    DEVICES,
    FACILITIES,
    FRIDAY,
    MONDAY,
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


def test_case_21_a_missing_quantity_means_the_earliest_deadline_and_is_named():
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


def test_case_46_no_case_for_the_attributes_given_is_no_deadline():
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


def test_a_date_that_is_over_when_the_clock_starts_is_that_of_the_next_year_as_the_oracle_says():
    """On Saturday 31 January no working time is left before the date: the clock starts on Monday 2 February."""
    target, walk = Target(CalendarAnchored(31, 1)), office_walk("Asia/Jakarta")
    for received, expected in (
        ("2026-01-30 16:59", "2026-01-30 17:00"), ("2026-01-30 17:01", "2027-01-29 17:00"),
        ("2026-01-31 10:00", "2027-01-29 17:00"), ("2026-02-02 08:00", "2027-01-29 17:00"),
    ):  # fmt: skip
        start = int(at(received).timestamp())
        assert OnDate(31, 1).due(Request(walk, start), start) == int(at(expected).timestamp())
        assert due(target, facts(received)) == expected


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
