"""A time beyond every calendar is refused in words; nothing is recorded."""

from tests.web.conftest import World


def test_a_request_whose_times_leave_the_calendar_is_not_recorded(world: World) -> None:
    api = world.api("rina")
    given = {"desk": "kptik-medan", "item": "itsm.8/reset-password", "channel": "phone", "subject": "x", "text": "y",
             "requester": {"name": "Wati"}, "received_at": "1985-01-03T08:00:00+07:00", "reason": "lama"}  # fmt: skip
    answer = api.post("/tickets", given)
    assert (answer.status_code, "di luar semua kalender" in answer.json["detail"]) == (422, True)
    assert api.get("/tickets").json["tickets"] == []
