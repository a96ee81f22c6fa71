"""Whole timelines, of norms of every kind with holds, against the independent walk."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.sla.clock import Facts, HoldPeriod, timeline
from helpdesk.sla.norms import Fixed, Span, Target, Unit
from tests.rules import oracle_norms as walked
from tests.rules.oracle_norms import Request, earliest, response
from tests.rules.oracle_walk import OutOfSight
from tests.rules.random_calendars import Drawn, calendars
from tests.rules.random_norms import CHANNELS, any_norm, attributes, holds, near, spans, stages

LONG = 22
quickly = settings(max_examples=60, deadline=None, database=None)


@dataclass(frozen=True)
class Ticket:
    """A request with its holds, in both shapes, seen at `now`."""

    drawn: Drawn
    start: int
    now: int
    facts: Facts
    request: Request

    def moment(self, second: int | None) -> datetime | None:
        return None if second is None else self.drawn.moment(second)

    def line(self, norm, now=None, minutes=30):
        return timeline(self.facts, minutes, Target(norm), self.drawn.calendar, self.drawn.moment(now or self.now))


@st.composite
def tickets(draw, days=LONG):
    drawn = draw(calendars(days=days))
    start = drawn.midnight + draw(st.integers(0, 4 * 86_400))
    now = start + draw(st.integers(0, 6 * 86_400))
    moment, channel, given_ = drawn.moment, draw(st.sampled_from(CHANNELS)), draw(attributes)
    event, agreed = draw(near(drawn.beginning)), draw(near(drawn.beginning))
    begun = [(reason, start + a, start + b) for reason, a, b in draw(holds()) if start + a < now]
    facts = Facts(
        moment(start),
        channel,
        given_,
        event_at=event,
        agreed_due_at=agreed,
        holds=tuple(HoldPeriod(r, moment(a), moment(b) if b <= now else None) for r, a, b in begun),
    )
    stopping = tuple((max(a, start), min(b, now)) for r, a, b in begun if r != "internal" and min(b, now) > start)
    return Ticket(drawn, start, now, facts, Request(drawn.walk, start, channel, given_, event, agreed, stopping))


@quickly
@given(tickets(), any_norm)
def test_case_22_23_24_the_due_of_any_norm_with_holds_is_that_of_the_walk(ticket, pair):
    norm, oracle = pair
    try:
        due = earliest(oracle, ticket.request, ticket.start)
        begins = ticket.request.walk.opening(ticket.start)
    except OutOfSight:
        return
    clock = ticket.line(norm).resolution
    assert clock.due_at == ticket.moment(due)
    assert clock.starts_at == ticket.moment(begins)


@quickly
@given(tickets(), stages())
def test_stages_side_by_side_and_repeated_with_holds_are_those_of_the_walk(ticket, pair):
    norm, oracle = pair
    try:
        rows, end = oracle.plan(ticket.request, ticket.start)
    except OutOfSight:
        return
    line, moment = ticket.line(norm), ticket.moment
    assert [(s.name, s.starts_at, s.due_at) for s in line.stages] == [
        (name, moment(begin), moment(due)) for name, begin, due in rows
    ]
    assert line.resolution.due_at == moment(end)


@quickly
@given(tickets(), st.integers(1, 1500))
def test_case_23_55_elapsed_remaining_and_holds_add_up_at_any_instant(ticket, minutes):
    """What was used and what remains make the norm, as long as nothing is overdue; a hold uses nothing up."""
    walk, held = ticket.request.walk, ticket.request.holds
    try:
        due = walked.Working(minutes).due(ticket.request, ticket.start)
        used = walk.elapsed(ticket.start, ticket.now, held)
        remaining = walk.elapsed(ticket.now, due) if due > ticket.now else 0
    except OutOfSight:
        return
    clock = ticket.line(Fixed(Span(Decimal(minutes), Unit.MINUTE))).resolution
    assert (clock.elapsed_seconds, clock.remaining_seconds) == (used, remaining)
    if used <= minutes * 60:
        assert used + remaining == minutes * 60


@quickly
@given(tickets(), spans)
def test_case_24_a_hold_never_shortens_a_deadline_nor_stops_one_that_is_past(ticket, pair):
    norm, oracle = pair
    free = Request(ticket.drawn.walk, ticket.start)
    try:
        without = oracle.due(free, ticket.start)
        due = oracle.due(ticket.request, ticket.start)
    except OutOfSight:
        return
    found = ticket.line(norm).resolution.due_at
    assert found >= ticket.drawn.moment(without)
    late = tuple(h for h in ticket.request.holds if h[0] >= due)
    assert not late or found == ticket.drawn.moment(due)


@quickly
@given(tickets(days=10), st.sampled_from([30, 60, None]))
def test_case_20_the_first_answer_is_due_when_the_walk_says(ticket, minutes):
    try:
        starts, due = response(ticket.request, minutes)
    except OutOfSight:
        return
    clock = ticket.line(Fixed(Span(Decimal(1), Unit.HOUR)), minutes=minutes).response
    assert (clock.starts_at, clock.due_at) == (ticket.moment(starts), ticket.moment(due))
