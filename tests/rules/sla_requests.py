"""Requests, holds and norms, and short ways to ask the clocks about them, for the tests of the time rules."""

from decimal import Decimal

from helpdesk.sla.clock import Facts, HoldPeriod, timeline
from helpdesk.sla.norms import (
    Anchor,
    AsAgreed,
    ByAttribute,
    ByQuantity,
    Case,
    DayCount,
    EventRelative,
    Extension,
    Fixed,
    LeadTime,
    RequesterDeadline,
    Span,
    Start,
    StartKind,
    Step,
    Target,
    Unit,
)
from tests.rules.sla_samples import at, office, wall

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
    requester_deadline=RequesterDeadline(span(3, count=DayCount.END_OF_DAY), span(1, count=DayCount.END_OF_DAY)),
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
