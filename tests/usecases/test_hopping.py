"""The operational clocks of a ticket: shown to staff, and without any say in the public clock (case 44)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from helpdesk.sla.norms import Span, Unit
from helpdesk.usecases.clocks import events_of, standing
from helpdesk.usecases.hopping import hops_of
from tests.usecases.conftest import Office
from tests.usecases.test_sweep import classified


def with_target(office: Office, group: str, hours: int) -> None:
    groups = {
        **office.catalog.groups,
        group: replace(office.catalog.groups[group], ola=Span(Decimal(hours), Unit.HOUR)),
    }
    office.catalog = replace(office.catalog, groups=groups)


def hops(office: Office, number: str):
    def look(session, ticket):
        now = standing(session, office.context(), ticket)
        return hops_of(office.context(), ticket, events_of(session, ticket), ticket.holds, now.calendar), now

    return office.see(number, look)


def test_case_44_no_hop_moves_the_public_clock(office: Office) -> None:
    with_target(office, "rft-tik", 2)
    number = classified(office)
    due = office.value(number, "resolution_due_at")
    for action, group in (("escalate", "rft-tik"), ("hand-back", "layer-1"), ("escalate", "rft-tik")):
        office.now.move(minutes=20)
        office.does("agen", action, number, group=group, reason="pindah")
    office.now.move(minutes=20)
    found, now = hops(office, number)
    assert office.value(number, "resolution_due_at") == due
    assert [hop.stay.group for hop in found] == ["layer-1", "rft-tik", "layer-1", "rft-tik"]
    assert [hop.dwell_seconds // 60 for hop in found] == [20, 20, 20, 20]
    assert sum(hop.dwell_seconds for hop in found) == now.timeline.resolution.elapsed_seconds
    assert found[-1].due_at == office.now() + timedelta(minutes=100)


def test_a_group_without_a_target_has_a_dwell_and_no_due(office: Office) -> None:
    number = classified(office)
    office.does("agen", "escalate", number, group="rft-tik")
    found, _now = hops(office, number)
    assert [hop.due_at for hop in found] == [None, None]


def test_a_hold_stops_the_clock_of_the_group(office: Office) -> None:
    with_target(office, "rft-tik", 2)
    number = classified(office)
    office.does("agen", "escalate", number, group="rft-tik")
    office.does("agen", "hold", number, reason="vendor")
    office.now.move(hours=1)
    office.does("agen", "resume", number)
    found, _now = hops(office, number)
    assert (found[-1].held_seconds, found[-1].used_seconds) == (3600, 0)
    assert found[-1].due_at == office.now() + timedelta(hours=2)
