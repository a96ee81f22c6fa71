"""How far a procedure has come: recorded ends, and what comes next."""

from decimal import Decimal

from helpdesk.sla.clock import Facts, timeline
from helpdesk.sla.explain import explain
from helpdesk.sla.norms import Fixed, Span, Stage, Stages, Target, Unit
from helpdesk.sla.progress import next_stages, with_ends
from helpdesk.tickets.events import EventFact
from helpdesk.tickets.stages import stage_ends
from helpdesk.tickets.words import Action
from tests.rules.sla_samples import at, office

HOUR = Fixed(Span(Decimal(1), Unit.HOUR))
PROCEDURE = Target(
    Stages(
        (
            Stage("Arahan", HOUR, english="Direction"),
            Stage("Panitia", HOUR),
            Stage("Narasumber", HOUR, after=("Arahan",)),
            Stage("Undangan", None, after=("Panitia", "Narasumber")),
            Stage("Daftar hadir", HOUR, after=("start",)),
        )
    )
)
FACTS = Facts(at("2026-11-23 08:00"), "api")


def line(*ended: str):
    plan = timeline(FACTS, 30, PROCEDURE, office(), at("2026-11-23 09:00"))
    return with_ends(plan, {name: at("2026-11-23 08:40") for name in ended})


def test_what_waits_for_nothing_more_comes_next_side_by_side_where_the_standard_says_so():
    assert next_stages(line().stages) == {"Arahan", "Daftar hadir"}
    assert next_stages(line("Arahan").stages) == {"Panitia", "Narasumber", "Daftar hadir"}
    assert next_stages(line("Arahan", "Panitia", "Daftar hadir").stages) == {"Narasumber"}
    assert next_stages(line("Arahan", "Panitia", "Daftar hadir", "Narasumber").stages) == {"Undangan"}
    assert next_stages(line(*(s.name for s in line().stages)).stages) == frozenset()


def test_a_recorded_end_is_told_and_moves_no_deadline():
    assert line("Arahan").resolution == line().resolution
    assert [s.due_at for s in line("Arahan").stages] == [s.due_at for s in line().stages]
    story = explain(line("Arahan"), FACTS, PROCEDURE, office(), language="en")
    assert "Direction: done Monday, 23 November 2026 at 08:40 WIB." in story


def said(action: str, **ends: str | None) -> EventFact:
    data = {"stages": {name: {"ended_at": end} for name, end in ends.items()}} if ends else {}
    return EventFact(Action(action), "staff", at("2026-11-23 12:00"), data, "rina")


def test_an_end_taken_back_is_none_and_a_reopened_ticket_begins_anew():
    ten, eleven = (at(f"2026-11-23 {hour}:00").isoformat() for hour in (10, 11))
    events = [said("open"), said("set", a=ten, b=ten), said("set", a=None), said("set", b=eleven)]
    assert stage_ends(events) == {"b": at("2026-11-23 11:00")}
    assert stage_ends([*events, said("reopen"), said("set", a=eleven)]) == {"a": at("2026-11-23 11:00")}
