"""Verdicts, risk, the sweep's next instant and the reopen window; numbers are sla-cases 4.3."""

from dataclasses import replace
from decimal import Decimal

import pytest

from helpdesk.sla.clock import Facts, HoldPeriod, timeline
from helpdesk.sla.norms import AsAgreed, Fixed, Span, Stage, Stages, Target, Unit
from helpdesk.sla.verdict import (
    at_risk,
    is_breached,
    is_late,
    next_check,
    resolution_verdict,
    response_verdict,
    verdict,
)
from helpdesk.sla.window import reopen_until
from helpdesk.tickets.words import CancelReason, Verdict
from tests.rules.sla_samples import MAKASSAR, at, day, office, wall

FRIDAY, MONDAY = "2026-11-20", "2026-11-23"
CALENDAR = office()
FOUR_HOURS = Target(Fixed(Span(Decimal(4), Unit.HOUR)))
MAIL = Facts(at(f"{FRIDAY} 10:00"), "email")  # response due 10:30, resolution due 15:00


def run(known, now, target=FOUR_HOURS, **others):
    return timeline(known, 30, target, CALENDAR, at(now), **others)


@pytest.mark.parametrize(
    ("done", "expected"),
    [(f"{FRIDAY} 14:59:59", Verdict.MET), (f"{FRIDAY} 15:00", Verdict.MET), (f"{FRIDAY} 15:00:01", Verdict.BREACHED)],
)
def test_case_02_met_if_and_only_if_done_at_or_before_due(done, expected):
    line = run(replace(MAIL, fulfilled_at=at(done)), f"{MONDAY} 09:00")
    assert resolution_verdict(line, at(f"{MONDAY} 09:00")) is expected


@pytest.mark.parametrize(
    ("done", "expected"),
    [(f"{MONDAY} 17:00", Verdict.MET_AFTER_EXTENSION), (f"{MONDAY} 17:01", Verdict.BREACHED_AFTER_EXTENSION)],
)
def test_case_48_a_verdict_after_extension_says_so(done, expected):
    known = replace(
        MAIL, extended_due_at=at(f"{MONDAY} 17:00"), extended_at=at(f"{FRIDAY} 14:00"), fulfilled_at=at(done)
    )
    assert resolution_verdict(run(known, "2026-11-24 09:00"), at("2026-11-24 09:00")) is expected


@pytest.mark.parametrize("reason", [r for r in CancelReason if r is not CancelReason.LAPSED])
def test_case_40_a_cancelled_ticket_is_excluded_even_when_late(reason):
    known = replace(MAIL, cancelled_at=at(f"{MONDAY} 09:00"))
    line = run(known, f"{MONDAY} 09:00")
    assert resolution_verdict(line, at(f"{MONDAY} 09:00"), cancelled=reason) is Verdict.EXCLUDED
    assert response_verdict(line, ended_at=at(f"{MONDAY} 09:00"), cancelled=reason) is Verdict.EXCLUDED


def test_a_lapsed_ticket_is_lapsed():
    assert resolution_verdict(run(MAIL, f"{MONDAY} 09:00"), at(f"{MONDAY} 09:00"), cancelled=CancelReason.LAPSED) is (
        Verdict.LAPSED
    )


def test_nothing_due_gives_no_verdict():
    line = run(replace(MAIL, fulfilled_at=at(f"{MONDAY} 09:00")), f"{MONDAY} 09:00", Target(AsAgreed()))
    assert resolution_verdict(line, at(f"{MONDAY} 09:00")) is None


def test_the_verdict_on_a_mail_answer_is_taken_once_the_item_is_known():
    answered = replace(MAIL, first_action_at=at(f"{FRIDAY} 10:40"))
    assert response_verdict(run(answered, f"{FRIDAY} 11:00", None)) is None
    assert response_verdict(run(answered, f"{FRIDAY} 11:00")) is Verdict.BREACHED
    assert response_verdict(timeline(answered, 60, FOUR_HOURS, CALENDAR, at(f"{FRIDAY} 11:00"))) is Verdict.MET
    assert response_verdict(run(MAIL, f"{FRIDAY} 11:00")) is None


def test_case_27_on_hold_at_the_former_due_is_not_breached_and_not_at_risk():
    known = replace(MAIL, holds=(HoldPeriod("documents", at(f"{FRIDAY} 14:00")),))
    clock = run(known, "2026-12-01 10:00").resolution
    assert not is_breached(clock, at("2026-12-01 10:00"))
    assert not at_risk(clock, at("2026-12-01 10:00"))


def test_case_26_a_hold_begun_after_the_breach_does_not_undo_it():
    known = replace(MAIL, holds=(HoldPeriod("documents", at(f"{FRIDAY} 15:30")),))
    assert is_breached(run(known, f"{FRIDAY} 16:00").resolution, at(f"{FRIDAY} 16:00"))


def test_case_26_a_hold_granted_in_retrospect_does_undo_it():
    known = replace(MAIL, holds=(HoldPeriod("documents", at(f"{FRIDAY} 14:00"), at(f"{FRIDAY} 15:30")),))
    assert not is_breached(run(known, f"{FRIDAY} 16:00").resolution, at(f"{FRIDAY} 16:00"))


def test_a_clock_is_at_risk_from_its_share_of_the_time_until_the_due():
    clock = run(MAIL, f"{FRIDAY} 10:00").resolution
    assert wall(clock.at_risk_at) == f"{FRIDAY} 14:00"
    moments = [f"{FRIDAY} 13:59:59", f"{FRIDAY} 14:00", f"{FRIDAY} 15:00", f"{FRIDAY} 15:00:01"]
    assert [at_risk(clock, at(moment)) for moment in moments] == [False, True, True, False]
    assert wall(run(MAIL, f"{FRIDAY} 10:00", warn_at=0.5).resolution.at_risk_at) == f"{FRIDAY} 12:00"


def test_the_risk_moves_with_the_holds():
    held = replace(MAIL, holds=(HoldPeriod("documents", at(f"{FRIDAY} 10:30"), at(f"{FRIDAY} 11:30")),))
    assert wall(run(held, f"{FRIDAY} 12:00").resolution.at_risk_at) == f"{FRIDAY} 15:00"
    late = replace(MAIL, holds=(HoldPeriod("documents", at(f"{FRIDAY} 14:30"), at(f"{FRIDAY} 15:30")),))
    assert wall(run(late, f"{FRIDAY} 15:40").resolution.at_risk_at) == f"{FRIDAY} 14:00"


def test_the_next_check_walks_through_the_life_of_both_clocks():
    now, seen = f"{FRIDAY} 10:00", []
    while (moment := next_check(run(MAIL, now), at(now))) is not None:
        now = wall(moment)
        seen.append(now.removeprefix(f"{FRIDAY} "))
    assert seen == ["10:22:30", "10:30:01", "14:00", "15:00:01"]


def test_nothing_is_checked_on_hold_or_when_all_is_done():
    answered = replace(MAIL, first_action_at=at(f"{FRIDAY} 10:05"))
    held = replace(answered, holds=(HoldPeriod("documents", at(f"{FRIDAY} 11:00")),))
    assert next_check(run(held, f"{FRIDAY} 11:30"), at(f"{FRIDAY} 11:30")) is None
    done = replace(answered, fulfilled_at=at(f"{FRIDAY} 11:00"))
    assert next_check(run(done, f"{FRIDAY} 11:30"), at(f"{FRIDAY} 11:30")) is None


def test_a_clock_used_up_in_the_second_of_the_hold_is_checked_once_more():
    known = replace(
        MAIL,
        first_action_at=at(f"{FRIDAY} 10:05"),
        holds=(HoldPeriod("documents", at(f"{FRIDAY} 15:00")),),
    )
    moment = next_check(run(known, f"{FRIDAY} 15:00"), at(f"{FRIDAY} 15:00"))
    assert wall(moment) == f"{FRIDAY} 15:00:01"
    assert is_breached(run(known, wall(moment)).resolution, moment), "the hold stops nothing that is left"
    assert next_check(run(known, wall(moment)), moment) is None


def test_an_agreed_date_is_checked_even_on_hold():
    known = replace(
        MAIL,
        first_action_at=at(f"{FRIDAY} 10:05"),
        agreed_due_at=day("2026-11-27"),
        holds=(HoldPeriod("documents", at(f"{FRIDAY} 11:00")),),
    )
    line = run(known, f"{FRIDAY} 11:30", Target(AsAgreed()))
    assert wall(next_check(line, at(f"{FRIDAY} 11:30"))) == "2026-11-27 17:00:01"


def test_case_50_a_ticket_recorded_late_has_its_past_instants_behind_it():
    assert next_check(run(MAIL, f"{MONDAY} 09:00"), at(f"{MONDAY} 09:00")) is None
    assert is_breached(run(MAIL, f"{MONDAY} 09:00").resolution, at(f"{MONDAY} 09:00"))


def test_a_warning_time_is_never_a_breach():
    line = run(MAIL, f"{MONDAY} 09:00", None)
    assert not is_breached(line.response, at(f"{MONDAY} 09:00"))
    assert verdict(line.response, at(f"{MONDAY} 09:00")) is None


# --- the reopen window ---------------------------------------------------------------------------------------------


def test_case_37_the_window_ends_at_24_of_the_seventh_calendar_day():
    until = reopen_until(at("2026-11-02 09:15"), CALENDAR)
    assert wall(until) == "2026-11-10 00:00"
    assert at("2026-11-09 23:59:59") < until <= at("2026-11-10 00:00")


def test_case_37_the_zone_of_the_desk_decides():
    late_in_jakarta = at("2026-11-02 23:30")  # 3 November in Makassar
    assert wall(reopen_until(late_in_jakarta, CALENDAR)) == "2026-11-10 00:00"
    assert wall(reopen_until(late_in_jakarta, office(MAKASSAR)), MAKASSAR) == "2026-11-11 00:00"


def test_case_37_the_window_is_never_shorter_than_two_working_days_after_resolved():
    fulfilled = at("2026-11-02 09:15")
    assert wall(reopen_until(fulfilled, CALENDAR, 7, at("2026-11-03 10:00"))) == "2026-11-10 00:00"
    assert wall(reopen_until(fulfilled, CALENDAR, 7, at("2026-11-06 10:00"))) == "2026-11-11 00:00"  # Monday, Tuesday
    assert wall(reopen_until(at("2026-03-10 09:00"), CALENDAR, 7, at("2026-03-17 10:00"))) == "2026-03-27 00:00"


def test_the_number_of_days_is_the_items():
    assert wall(reopen_until(at("2026-11-02 09:15"), CALENDAR, 3)) == "2026-11-06 00:00"


STAGED = Target(Stages((Stage("draft", FOUR_HOURS.norm), Stage("signature", FOUR_HOURS.norm))))


def test_a_stage_past_its_due_is_no_breach_before_the_planned_end():
    # the draft is due at 15:00, the plan ends on Monday 10:00
    known = replace(MAIL, first_action_at=at(f"{FRIDAY} 10:05"))
    line = run(known, f"{MONDAY} 10:00", STAGED)
    assert wall(line.stages[0].due_at) == f"{FRIDAY} 15:00"
    assert not is_late(line, at(f"{MONDAY} 10:00"))
    assert is_late(run(known, f"{MONDAY} 10:00:01", STAGED), at(f"{MONDAY} 10:00:01"))
    assert not is_late(
        run(replace(known, fulfilled_at=at(f"{MONDAY} 09:00")), "2026-12-01 09:00", STAGED), at("2026-12-01 09:00")
    )


def test_the_sweep_is_not_called_for_the_ends_of_stages():
    line = run(replace(MAIL, first_action_at=at(f"{FRIDAY} 10:05")), f"{FRIDAY} 10:10", STAGED)
    assert next_check(line, at(f"{FRIDAY} 10:10")) == line.resolution.at_risk_at


def test_late_first_handling_is_a_breach():
    target = replace(FOUR_HOURS, first_handling=Span(Decimal(10), Unit.MINUTE))
    assert not is_late(run(MAIL, f"{FRIDAY} 10:10", target), at(f"{FRIDAY} 10:10"))
    assert is_late(run(MAIL, f"{FRIDAY} 10:10:01", target), at(f"{FRIDAY} 10:10:01"))
    begun = replace(MAIL, first_action_at=at(f"{FRIDAY} 10:10"))
    assert not is_late(run(begun, f"{FRIDAY} 14:00", target), at(f"{FRIDAY} 14:00"))
