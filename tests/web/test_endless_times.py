"""Times beyond every calendar are refused in words; nothing is recorded and nothing changes."""

from typing import Any

import pytest

from tests.web.conftest import World

SOP = {"desk": "setneg-ortala", "item": "setneg.6/standards-and-sop"}
LAN = {"desk": "kptik-medan", "item": "itsm.5/lan-assistance"}
MANY = {"drafts": 999, "units": 999, "organisations": 999, "town": "out-of-town", "meetings": 999}


def fields(**given: Any) -> dict[str, Any]:
    caller = {"name": "Wati", "email": "wati@example.id"}
    return {"channel": "phone", "subject": "SOP", "text": "Mohon", "requester": caller, "reason": "lama", **given}


@pytest.mark.parametrize(
    "given",
    [{**LAN, "received_at": "1901-01-03T08:00:00+07:00"}, {**LAN, "event_at": "9999-12-30T08:00:00+07:00"}],
    ids=["received before every calendar", "an event at the end of time"],
)
def test_a_request_whose_times_leave_the_calendar_is_not_recorded(world: World, given: dict[str, Any]) -> None:
    api = world.api("admin")
    answer = api.post("/tickets", fields(**given))
    assert answer.status_code == 422, answer.text
    assert api.get("/tickets").json["tickets"] == []


@pytest.mark.parametrize("received", ["2000-01-03T08:00:00+07:00", "2026-11-23T08:00:00+07:00"])
def test_a_procedure_that_would_end_after_every_calendar_does_not_start(world: World, received: str) -> None:
    api = world.api("admin")
    many = MANY if received < "2026" else {**MANY, "organisations": 1_000_000}
    number = api.post("/tickets", fields(**SOP, attributes=many, received_at=received)).json["number"]
    answer = api.act(number, "set", {"starts_at": received})
    assert answer.status_code == 422, answer.text
    assert len(api.get(f"/tickets/{number}").json["events"]) == 1
    few = dict.fromkeys(MANY, 1) | {"town": "in-town"}
    assert api.act(number, "set", {"starts_at": received, "attributes": few}).status_code == 200
