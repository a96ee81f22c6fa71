"""The ticket page of staff says that a request came too late for its lead time, and takes it on with a reason."""

from tests.web.conftest import MEDAN, World

EVENT = "itsm.11/special-event"


def late(world: World) -> str:
    number = world.ticket(item=EVENT, attributes={"place": "near"})
    world.api("rina").ok(number, "set", {"event_at": "2026-11-27T09:00:00+07:00"})
    return number


def test_the_page_says_it_until_it_is_taken_on(world: World) -> None:
    number = late(world)
    rina = world.entered("rina")
    page = rina.get(f"/tickets/{number}").text
    assert "Datang kurang dari 5 hari kerja sebelum kegiatan." in page
    assert 'href="#set-short"' in page
    assert 'name="short_notice"' in page
    form = {"csrf_token": world.form_token(rina), "short_notice": "Rapat Menteri"}
    assert rina.post(f"/tickets/{number}/actions/set", data=form).status_code == 303
    page = rina.get(f"/tickets/{number}").text
    assert "dan tetap dikerjakan." in page
    assert 'name="short_notice"' not in page
    assert "Rapat Menteri" in page


def test_a_request_in_time_asks_nothing(world: World) -> None:
    number = world.ticket(item=EVENT, attributes={"place": "near"})
    world.api("rina").ok(number, "set", {"event_at": "2026-12-14T09:00:00+07:00"})
    page = world.entered("rina").get(f"/tickets/{number}").text
    assert "sebelum kegiatan." not in page.partition("<main")[2].partition('class="t-grid"')[0]
    assert 'name="short_notice"' not in page


def test_programs_give_the_reason_too(world: World) -> None:
    number = late(world)
    world.api("rina").ok(number, "set", {"short_notice": "Rapat Menteri"})
    refused = world.api("rina").act(number, "set", {"short_notice": ""})
    assert refused.status_code == 422


def test_a_late_request_that_is_recorded_with_its_date_is_answered_at_once_and_only_once(world: World) -> None:
    new = {
        "desk": MEDAN, "channel": "phone", "item": EVENT, "attributes": {"place": "near"}, "event_at": "2026-11-27",
        "subject": "Rapat", "text": "Jumat ini", "requester": {"name": "Wati", "email": "wati@example.id"},
    }  # fmt: skip
    api = world.api("rina")
    number = api.post("/tickets", new).json["number"]
    api.ok(number, "classify", {"priority": 2})
    late = [event for event in api.get(f"/tickets/{number}").json["events"] if event["action"] == "late-request"]
    assert len(late) == 1
    assert "5 hari kerja sebelum kegiatan" in api.get(f"/tickets/{number}").json["entries"][-1]["text"]
