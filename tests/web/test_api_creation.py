"""Recording a ticket through the JSON interface."""

import threading
from datetime import UTC, datetime

import pytest

from tests.web.conftest import MEDAN, RESET, SEMARANG, World
from tests.web.test_api import NEW


def without(field: str) -> dict:
    return {name: value for name, value in NEW.items() if name != field}


def test_a_recorded_ticket_has_a_number_an_address_and_its_clocks(both: World) -> None:
    answer = both.api("rina").post("/tickets", NEW)
    assert (answer.status_code, answer.headers["Location"]) == (201, "/api/v1/tickets/MDN-2026-000001")
    assert (answer.json["type"], answer.json["item"]) == ("service request", RESET)
    assert answer.json["response"]["verdict"] == "met"
    assert answer.json["resolution"]["due_at"] == "2026-11-23T12:00:00+07:00"
    assert both.api("rina").get(answer.headers["Location"].removeprefix("/api/v1")).json == answer.json


@pytest.mark.parametrize(
    "channel", ["email", "whatsapp", "telegram", "web-chat", "portal", "phone", "walk-in", "nota-dinas", "api"]
)
def test_every_channel_is_taken(world: World, channel: str) -> None:
    answer = world.api("rina").post("/tickets", {**NEW, "channel": channel})
    assert (answer.status_code, answer.json["channel"]) == (201, channel)


def test_without_an_item_there_is_no_resolution_time_yet(world: World) -> None:
    answer = world.api("rina").post("/tickets", without("item"))
    assert (answer.status_code, answer.json["type"]) == (201, None)
    assert answer.json["resolution"] == {"due_at": None, "done_at": None, "verdict": None, "on_hold": False}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"desk": "kptik-nowhere"}, "desk"),
        ({"desk": SEMARANG}, "desk"),
        ({"desk": 1}, "desk"),
        ({"channel": "pigeon"}, "channel"),
        ({"item": "itsm.8/nope"}, "item"),
        ({"subject": ""}, "subject"),
        ({"subject": "x" * 501}, "subject"),
        ({"text": " "}, "text"),
        ({"requester": "Wati"}, "requester"),
        ({"requester": {}}, "requester.name"),
        ({"requester": {"name": "W", "email": "no address"}}, "requester.email"),
        ({"requester": {"name": "W", "email": "a@b.id\r\nBcc: c@d.id"}}, "requester.email"),
        ({"requester": {"name": "W", "phone": "call me"}}, "requester.phone"),
        ({"requester": {"name": "W", "role": "admin"}}, "requester.role"),
        ({"attributes": {"nope": 1}}, "attributes"),
        ({"status": "closed"}, "status"),
        ({"number": "MDN-2026-000009"}, "number"),
        ({"received_at": "2026-11-23T07:00:00+07:00"}, "reason"),
        ({"received_at": "2026-11-23T09:00:00+07:00", "reason": "x"}, "received_at"),
        ({"received_at": "2026-11-23T07:00:00", "reason": "x"}, "received_at"),
        ({"event_at": "besok"}, "event_at"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_kept(world: World, change: dict, field: str) -> None:
    before = world.dump()
    answer = world.api("rina").post("/tickets", {**NEW, **change})
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])
    assert world.dump() == before


@pytest.mark.parametrize("field", ["desk", "channel", "subject", "text", "requester"])
def test_what_is_needed_is_demanded(world: World, field: str) -> None:
    answer = world.api("admin").post("/tickets", without(field))
    assert (answer.status_code, answer.json["errors"]) == (422, {field: ["Isian ini wajib."]})


@pytest.mark.parametrize(
    ("name", "status"), [("rina", 201), ("sari", 201), ("admin", 201), ("tono", 403), ("pusat", 403)]
)
def test_layer_1_records_tickets(world: World, name: str, status: int) -> None:
    assert world.api(name).post("/tickets", NEW).status_code == status


def test_a_desk_where_the_caller_does_not_work_looks_unknown(world: World) -> None:
    foreign = world.api("joko").post("/tickets", NEW)
    unknown = world.api("joko").post("/tickets", {**NEW, "desk": "kptik-nowhere"})
    assert foreign.status_code == unknown.status_code == 422
    assert foreign.text.replace(MEDAN, "X") == unknown.text.replace("kptik-nowhere", "X")


def test_case_52_an_earlier_receipt_counts_with_its_reason(world: World) -> None:
    given = {**NEW, "channel": "nota-dinas", "received_at": "2026-11-20T16:00:00+07:00", "reason": "Surat hari Jumat"}
    shown = world.api("rina").post("/tickets", given).json
    assert shown["received_at"] == "2026-11-20T16:00:00+07:00"
    assert shown["events"][0]["why"] == "Surat hari Jumat"
    assert shown["events"][0]["at"] == "2026-11-23T08:00:00+07:00"


@pytest.mark.parametrize("channel", ["email", "whatsapp", "telegram", "web-chat", "phone", "walk-in", "nota-dinas"])
def test_a_request_that_came_another_way_may_have_come_earlier(world: World, channel: str) -> None:
    given = {**NEW, "channel": channel, "received_at": "2026-11-23T07:58:30+07:00", "reason": "Disalin"}
    answer = world.api("rina").post("/tickets", given)
    assert (answer.status_code, answer.json["received_at"]) == (201, "2026-11-23T07:58:30+07:00")


@pytest.mark.parametrize("channel", ["portal", "api"])
def test_case_52_a_request_that_is_made_here_is_received_now(world: World, channel: str) -> None:
    given, api = {**NEW, "channel": channel, "reason": "Disalin"}, world.api("rina")
    early = api.post("/tickets", {**given, "received_at": "2026-11-23T07:58:59+07:00"})
    assert (early.status_code, list(early.json["errors"])) == (422, ["received_at"])
    slow = api.post("/tickets", {**given, "received_at": "2026-11-23T07:59:00+07:00", "reason": ""})
    assert (slow.status_code, slow.json["received_at"]) == (201, "2026-11-23T07:59:00+07:00")


def test_the_same_key_and_body_make_one_ticket(both: World) -> None:
    api, key = both.api("rina"), {"Idempotency-Key": "a-key-1"}
    first = api.post("/tickets", NEW, headers=dict(key))
    again = api.post("/tickets", NEW, headers=dict(key))
    assert first.status_code == again.status_code == 201
    assert first.json == again.json
    assert first.headers["Location"] == again.headers["Location"]
    assert len(api.get("/tickets").json["tickets"]) == 1


def test_the_same_key_with_another_body_is_refused(world: World) -> None:
    api, key = world.api("rina"), {"Idempotency-Key": "a-key-1"}
    api.post("/tickets", NEW, headers=dict(key))
    other = api.post("/tickets", {**NEW, "subject": "Lain"}, headers=dict(key))
    assert (other.status_code, list(other.json["errors"])) == (422, ["Idempotency-Key"])


def test_a_key_belongs_to_one_caller(world: World) -> None:
    key = {"Idempotency-Key": "a-key-1"}
    first = world.api("rina").post("/tickets", NEW, headers=dict(key)).json["number"]
    assert world.api("sari").post("/tickets", NEW, headers=dict(key)).json["number"] != first


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "é", "tab\there"])
def test_a_key_that_cannot_be_seen_is_refused(world: World, key: str) -> None:
    answer = world.api("rina").post("/tickets", NEW, headers={"Idempotency-Key": key})
    assert answer.status_code == 422


def test_the_longest_key_is_taken(world: World) -> None:
    assert world.api("rina").post("/tickets", NEW, headers={"Idempotency-Key": "!" + "~" * 254}).status_code == 201


def test_a_refused_creation_does_not_use_up_its_key(world: World) -> None:
    api, key = world.api("rina"), {"Idempotency-Key": "a-key-1"}
    assert api.post("/tickets", {**NEW, "item": "nope"}, headers=dict(key)).status_code == 422
    assert api.post("/tickets", NEW, headers=dict(key)).status_code == 201


def test_the_same_request_many_times_at_once_makes_one_ticket(both: World) -> None:
    answers: list = []

    def send() -> None:
        answers.append(both.api("rina").post("/tickets", NEW, headers={"Idempotency-Key": "race"}))

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {a.status_code for a in answers} == {201}
    assert {a.json["number"] for a in answers} == {"MDN-2026-000001"}
    assert both.api("rina").post("/tickets", NEW).json["number"] == "MDN-2026-000002"


def test_numbers_made_at_once_have_no_gap(both: World) -> None:
    numbers: list[str] = []

    def send() -> None:
        numbers.append(both.api("rina").post("/tickets", NEW).json["number"])

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == [f"MDN-2026-{n:06d}" for n in range(1, 7)]


def test_a_date_alone_is_the_morning_of_an_event_and_the_close_of_a_promised_day(world: World) -> None:
    api = world.api("rina")
    number = api.post("/tickets", {**NEW, "item": "itsm.11/special-event", "event_at": "2026-12-14"}).json["number"]
    assert world.row(number).event_at == datetime(2026, 12, 14, 1, tzinfo=UTC)  # 08:00 in Medan, as in the portal
    api.ok(number, "set", {"agreed_due_at": "2026-12-13"})
    assert world.row(number).agreed_due_at == datetime(2026, 12, 11, 10, tzinfo=UTC)  # a Sunday: Friday 17:00
    moment = api.post(f"/tickets/{number}/actions/set", {"starts_at": "2026-11-23"})  # a day decides no verdict
    assert (moment.status_code, list(moment.json["errors"])) == (422, ["starts_at"])
