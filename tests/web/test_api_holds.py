"""What the interface shows of a hold: it stops the clock only where the standard lets it."""

import re

import pytest

from helpdesk.store.db import db
from helpdesk.store.models import Event
from helpdesk.tickets.words import Status
from tests.web.conftest import RESET, World


def test_a_hold_that_stops_no_clock_is_not_shown_as_holding_it(world: World) -> None:
    number = world.ticket(item=RESET)
    world.api("rina").ok(number, "take")
    held = world.api("rina").ok(number, "hold", {"reason": "internal"})
    assert (held["status"], held["resolution"]["on_hold"]) == ("on_hold", False)


REPAIR = "bmn.3/asset-repair"


@pytest.mark.parametrize(
    ("chosen", "reason", "stops"),
    [
        ({"item": REPAIR, "attributes": {"performed_by": "third-party"}}, "vendor", True),
        ({"item": REPAIR, "attributes": {"performed_by": "in-house"}}, "vendor", False),
        ({"item": REPAIR}, "vendor", False),
        ({}, "internal", False),
        ({}, "requester", False),
    ],
    ids=["third party", "in house", "nobody chosen yet", "no item, internal", "no item, requester"],
)
def test_a_hold_stops_the_clock_only_where_the_standard_says_so(
    world: World, chosen: dict, reason: str, stops: bool
) -> None:
    number, api, browser = world.ticket(Status.IN_PROGRESS, **chosen), world.api("rina"), world.entered("rina")
    offered = browser.get(f"/tickets/{number}").text
    assert (re.search(rf'value="{reason}"[^>]*>[^<]*\(waktu berhenti\)', offered) is not None) is stops
    held = api.ok(number, "hold", {"reason": reason})
    assert (held["status"], held["resolution"]["on_hold"]) == ("on_hold", stops)
    row, clocks = rf'<tr id="{number}".*?</tr>', r'<div class="promise">.*?</section>'
    for path, part in (("/board?view=held", row), (f"/tickets/{number}", clocks)):
        (shown,) = re.findall(part, browser.get(path).text, re.DOTALL)
        assert ('class="clock hold' in shown) is stops, path


def test_only_a_hold_for_documents_keeps_a_list_of_what_is_missing(world: World) -> None:
    number, api = world.ticket(Status.IN_PROGRESS), world.api("rina")
    assert api.ok(number, "hold", {"reason": "requester", "missing": ["KTP"]})["status"] == "on_hold"
    with world.app.app_context():
        kept = db.session.query(Event).filter_by(action="hold").one()
        assert kept.data["missing"] == []
