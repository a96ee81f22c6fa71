"""The list of the JSON interface: filters and pages."""

import base64
import json

import pytest

from tests.web.conftest import RESET, SEMARANG, World


def numbers(answer) -> list[str]:
    assert answer.status_code == 200, answer.json
    return [t["number"] for t in answer.json["tickets"]]


def test_pages_follow_each_other_without_gap_or_double(both: World) -> None:
    made = []
    for _ in range(7):
        made.append(both.ticket())
        both.move(seconds=1 if len(made) % 2 else 0)
    api, seen, cursor = both.api("rina"), [], ""
    while cursor is not None:
        answer = api.get(f"/tickets?limit=3{'&cursor=' + cursor if cursor else ''}")
        seen.append(numbers(answer))
        cursor = answer.json["next_cursor"]
    assert [len(page) for page in seen] == [3, 3, 1]
    assert [n for page in seen for n in page] == made


def test_pages_go_over_all_desks_in_the_order_of_receipt(world: World) -> None:
    made = []
    for desk in ("kptik-medan", SEMARANG, "kptik-medan", SEMARANG):
        made.append(world.ticket(desk=desk))
        world.move(minutes=1)
    first = world.api("admin").get("/tickets?limit=2")
    second = world.api("admin").get(f"/tickets?limit=2&cursor={first.json['next_cursor']}")
    assert numbers(first) + numbers(second) == made
    assert second.json["next_cursor"] is None


def test_a_ticket_that_comes_in_between_does_not_shift_the_pages(world: World) -> None:
    made = [world.ticket() for _ in range(4)]
    world.move(minutes=1)
    first = world.api("rina").get("/tickets?limit=2")
    later = world.ticket()
    second = world.api("rina").get(f"/tickets?limit=50&cursor={first.json['next_cursor']}")
    assert numbers(first) + numbers(second) == [*made, later]


def test_filters_narrow_the_list(both: World) -> None:
    plain, reset = both.ticket(subject="Printer rusak"), both.ticket(item=RESET)
    taken = both.ticket(requester={"name": "Siti 100%", "email": "siti@example.id"})
    both.api("rina").ok(taken, "take")
    escalated = both.ticket(group="rft-tik")
    api = both.api("rina")
    assert numbers(api.get("/tickets?desk=kptik-medan")) == [plain, reset, taken, escalated]
    assert numbers(api.get("/tickets?status=new")) == [plain, reset]
    assert numbers(api.get(f"/tickets?item={RESET}")) == [reset]
    assert numbers(api.get("/tickets?group=rft-tik")) == [escalated]
    assert numbers(api.get("/tickets?assignee=rina")) == [taken]
    assert numbers(api.get("/tickets?assignee=nobody")) == []
    assert numbers(api.get("/tickets?q=printer")) == [plain]
    assert numbers(api.get("/tickets?q=SITI@EXAMPLE")) == [taken]
    assert numbers(api.get(f"/tickets?q={plain}")) == [plain]
    assert numbers(api.get("/tickets?q=100%25")) == [taken]
    assert numbers(api.get("/tickets?q=%25")) == [taken]
    assert numbers(api.get("/tickets?q=_rinter")) == []
    assert numbers(api.get("/tickets?status=in_progress&assignee=rina&q=siti")) == [taken]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("desk=kptik-nowhere", "desk"), (f"desk={SEMARANG}", "desk"), ("desk=", "desk"), ("status=open", "status"),
        ("item=nope", "item"), ("group=nope", "group"), ("limit=0", "limit"), ("limit=101", "limit"),
        ("limit=ten", "limit"), ("limit=-1", "limit"), ("limit=", "limit"), ("sort=subject", "sort"),
        ("status=new&status=closed", "status"), ("cursor=abc", "cursor"), ("cursor=%F0%9F%98%80", "cursor"),
        ("q=" + "x" * 201, "q"),
    ],
)  # fmt: skip
def test_an_unknown_filter_or_value_is_refused_by_name(world: World, query: str, field: str) -> None:
    answer = world.api("rina").get(f"/tickets?{query}")
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


@pytest.mark.parametrize(
    "place",
    [[], {}, 1, None, ["x", 1], ["2026-11-23T08:00:00", 1], ["2026-11-23T08:00:00+07:00", "1"],
     ["2026-11-23T08:00:00+07:00", True], ["2026-11-23T08:00:00+07:00", 10**30],
     ["0001-01-01T00:00:00+14:00", 1], ["2026-11-23T08:00:00+07:00", 1, 2]],
)  # fmt: skip
def test_a_made_up_cursor_is_refused(world: World, place: object) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")
    assert world.api("rina").get(f"/tickets?cursor={cursor}").status_code == 422


@pytest.mark.parametrize("name", ["q", "item", "assignee", "cursor"])
def test_a_filter_with_nul_is_refused_by_its_name(world: World, name: str) -> None:
    answer = world.api("rina").get(f"/tickets?{name}=%00")
    assert (answer.status_code, list(answer.json["errors"])) == (422, [name])
