"""Operational clocks: each stay at a group has one of its own, and all of them add up to the public working time."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from helpdesk.sla.hops import hops
from helpdesk.sla.hours import compile_calendar
from helpdesk.sla.norms import Unit
from helpdesk.tickets.events import STAFF, EventFact
from helpdesk.tickets.stays import Stay, stays
from helpdesk.tickets.words import Action
from tests.rules.sla_requests import CALENDAR, FRIDAY, MONDAY, span
from tests.rules.sla_samples import at, wall

NIGHT = compile_calendar(zone=ZoneInfo("Asia/Jakarta"), week={n: ((time(0), time(0)),) for n in range(7)})
TWO_HOURS = {"rft-tik": span(2, Unit.HOUR), "pusintek": span(3, Unit.HOUR)}


def event(action: Action, moment: str, **data: object) -> EventFact:
    return EventFact(action, STAFF, at(moment), data)


BOUNCE = (
    event(Action.OPEN, f"{FRIDAY} 09:00"),
    event(Action.ESCALATE, f"{FRIDAY} 10:00", group="rft-tik"),
    event(Action.HAND_BACK, f"{FRIDAY} 11:30", group="layer-1"),
    event(Action.ESCALATE, f"{FRIDAY} 13:30", group="rft-tik"),
)


def clocks(events, now, holds=(), calendars=None):
    calendars = calendars or {}
    return hops(
        stays(events, "layer-1"), [(at(a), at(b)) for a, b in holds], CALENDAR, lambda g: calendars.get(g, CALENDAR),
        TWO_HOURS.get, at(now),
    )  # fmt: skip


def test_case_43_each_hop_begins_a_clock_of_its_own():
    found = clocks(BOUNCE, f"{FRIDAY} 16:00")
    assert [hop.stay.group for hop in found] == ["layer-1", "rft-tik", "layer-1", "rft-tik"]
    assert [hop.due_at and wall(hop.due_at) for hop in found] == [
        None, f"{FRIDAY} 12:00", None, f"{FRIDAY} 15:30",
    ]  # fmt: skip
    assert [hop.used_seconds // 60 for hop in found] == [60, 90, 60, 150]
    assert [hop.is_late(at(f"{FRIDAY} 16:00")) for hop in found] == [False, False, False, True]


def test_case_43_the_dwell_of_all_hops_adds_up_to_the_whole():
    for now, holds in ((f"{FRIDAY} 16:00", ()), (f"{MONDAY} 09:00", ((f"{FRIDAY} 10:30", f"{FRIDAY} 14:30"),))):
        found = clocks(BOUNCE, now, holds)
        total = CALENDAR.between(at(f"{FRIDAY} 09:00"), at(now))
        assert sum(hop.dwell_seconds + hop.held_seconds for hop in found) == total


def test_case_43_a_hop_while_on_hold_gives_each_side_its_part_of_the_hold():
    held = ((f"{FRIDAY} 11:00", f"{FRIDAY} 14:00"),)
    found = clocks(BOUNCE, f"{FRIDAY} 16:00", held)
    assert [hop.held_seconds // 60 for hop in found] == [0, 30, 60, 30]
    assert wall(found[3].due_at) == f"{FRIDAY} 16:00", "the half hour of the hold moved it"


def test_case_43_a_group_with_another_calendar_counts_by_its_own():
    events = (event(Action.OPEN, f"{FRIDAY} 16:30"), event(Action.ESCALATE, f"{FRIDAY} 16:45", group="pusintek"))
    (_first, hop) = clocks(events, f"{FRIDAY} 20:00", calendars={"pusintek": NIGHT})
    assert wall(hop.due_at) == f"{FRIDAY} 19:45"
    assert (hop.used_seconds // 60, hop.dwell_seconds // 60) == (195, 15)


def test_the_clock_of_a_group_stops_when_it_has_fulfilled():
    events = (*BOUNCE, event(Action.FULFIL, f"{FRIDAY} 15:00"))
    last = clocks(events, f"{MONDAY} 10:00")[-1]
    assert (last.used_seconds // 60, last.is_late(at(f"{MONDAY} 10:00"))) == (90, False)
    assert last.dwell_seconds > last.used_seconds, "until Layer 1 confirms it still lies there"


def test_a_sent_back_and_a_reopened_ticket_begins_anew_at_the_group_that_fulfilled():
    events = (
        *BOUNCE,
        event(Action.FULFIL, f"{FRIDAY} 14:00"),
        event(Action.SEND_BACK, f"{FRIDAY} 15:00"),
        event(Action.FULFIL, f"{FRIDAY} 15:30"),
        event(Action.CONFIRM_FULFILMENT, f"{FRIDAY} 16:00"),
        event(Action.REOPEN, f"{MONDAY} 09:00"),
    )
    found = clocks(events, f"{MONDAY} 09:30")
    assert [hop.stay.group for hop in found[-3:]] == ["rft-tik"] * 3
    assert (found[-2].stay.to_at, found[-1].stay.from_at) == (at(f"{FRIDAY} 16:00"), at(f"{MONDAY} 09:00"))
    assert wall(found[-1].due_at) == f"{MONDAY} 11:00"
    assert found[-1].dwell_seconds == 1800, "the time closed counts for nobody"


def test_handing_a_ticket_to_the_group_that_has_it_wins_no_time():
    again = (*BOUNCE, event(Action.ESCALATE, f"{FRIDAY} 15:00", group="rft-tik"))
    assert clocks(again, f"{FRIDAY} 16:00") == clocks(BOUNCE, f"{FRIDAY} 16:00")


def test_a_ticket_without_a_hand_over_stays_where_it_began():
    opened = event(Action.OPEN, f"{FRIDAY} 09:00")
    assert stays((opened,), "layer-1") == (Stay("layer-1", at(f"{FRIDAY} 09:00")),)
    assert isinstance(opened.at, datetime)
