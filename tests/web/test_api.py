"""The JSON interface: what it takes, what it gives, and in which order it refuses."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from tests.web.conftest import MEDAN, RESET, SEMARANG, World

KEYS = {
    "number", "status", "type", "item", "desk", "channel", "tier", "group", "assignee", "requester", "subject",
    "priority", "label", "received_at", "response", "resolution", "fulfilled_at", "reopen_until", "closed_at", "rating",
    "entries", "events",
}  # fmt: skip
NEW = {
    "desk": MEDAN,
    "channel": "phone",
    "subject": "Lupa kata sandi",
    "text": "Mohon diatur ulang",
    "requester": {"name": "Wati", "email": "wati@example.id", "phone": "+62 812 3456"},
    "item": RESET,
}


def test_a_ticket_shows_exactly_what_is_promised(world: World) -> None:
    shown = world.api("rina").post("/tickets", NEW).json
    assert set(shown) == KEYS
    assert set(shown["response"]) == {"due_at", "done_at", "verdict"}
    assert set(shown["resolution"]) == {"due_at", "done_at", "verdict", "on_hold"}
    assert shown["requester"] == {"name": "Wati", "email": "wati@example.id", "phone": "+62 812 3456"}
    assert set(shown["entries"][0]) == {"id", "kind", "channel", "author", "at", "text", "attachments"}
    assert set(shown["events"][0]) == {"action", "by", "at", "from", "to", "why"}


def test_case_13_times_have_the_offset_of_the_desk(world: World) -> None:
    medan = world.api("rina").get(f"/tickets/{world.ticket()}").json
    assert medan["received_at"] == "2026-11-23T08:00:00+07:00"
    makassar = world.api("admin").post("/tickets", {**NEW, "desk": "kptik-makassar"}).json
    assert makassar["received_at"] == "2026-11-23T09:00:00+08:00"


def test_the_whole_flow_goes_through(both: World) -> None:
    api = both.api("rina")
    number = api.post("/tickets", NEW).json["number"]
    assert number == "MDN-2026-000001"
    assert api.ok(number, "take")["assignee"] == "rina"
    escalated = api.ok(number, "escalate", {"group": "rft-tik", "reason": "Perlu RFT"})
    assert (escalated["group"], escalated["tier"], escalated["assignee"]) == ("rft-tik", "layer-2", None)
    technician = both.api("tono")
    technician.ok(number, "note", {"text": "Sedang dikerjakan"})
    fulfilled = technician.ok(number, "fulfil", {"note": "Kata sandi diatur ulang", "label": "reset"})
    assert (fulfilled["label"], fulfilled["fulfilled_at"]) == ("reset", "2026-11-23T08:00:00+07:00")
    assert fulfilled["reopen_until"] == "2026-12-01T00:00:00+07:00"
    resolved = api.ok(number, "confirm-fulfilment")
    assert resolved["resolution"]["verdict"] == "met"
    closed = api.ok(number, "confirm", {"rating": 5, "comment": "Cepat"})
    assert (closed["status"], closed["rating"]) == ("closed", 5)
    done = [(e["action"], e["by"], e["from"], e["to"]) for e in closed["events"]]
    assert done[0] == ("open", "rina", None, "new")
    assert done[-1] == ("confirm", "rina", "resolved", "closed")
    assert "work-note" in {e["kind"] for e in closed["entries"]}


# The order of refusals


def test_without_a_token_nothing_is_told(world: World) -> None:
    number, browser = world.ticket(), world.signed_in("rina")
    paths = ["/tickets", f"/tickets/{number}", "/tickets/NONE", "/catalog", "/desks", "/nope", "/tickets/x/actions/y"]
    for path in paths:
        answer = browser.get(f"/api/v1{path}")  # a cookie is no token
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer"), path
        assert answer.content_type == "application/problem+json"
    for header in ("Bearer", "Bearer wrong", "Basic cmluYTp4", "Bearer \x00", "Bearer é"):
        assert browser.get("/api/v1/tickets", headers={"Authorization": header}).status_code == 401


def test_a_token_opens_no_page(world: World) -> None:
    headers = {"Authorization": f"Bearer {world.tokens['rina']}", "Sec-Fetch-Dest": "empty"}
    assert world.browser().get("/board", headers=headers).status_code == 401


def test_absent_and_invisible_look_the_same(world: World) -> None:
    number = world.ticket()
    stranger = world.api("joko")
    hidden, absent = (stranger.get(f"/tickets/{n}") for n in (number, "MDN-2026-999999"))
    assert hidden.status_code == absent.status_code == 404
    assert hidden.json == absent.json


def test_absent_comes_before_everything_else(world: World) -> None:
    for body in ({"wrong": 1}, [], "text"):
        assert world.api("rina").act("MDN-2026-999999", "fulfil", body).status_code == 404


def test_the_role_comes_before_the_fields(world: World) -> None:
    number = world.ticket()
    assert world.api("budi").act(number, "fulfil", {"wrong": 1}).status_code == 403
    assert world.api("budi").post("/tickets", {"desk": MEDAN, "wrong": 1}).status_code == 403


def test_the_fields_come_before_the_state(world: World) -> None:
    number = world.ticket()
    assert world.api("rina").act(number, "fulfil", {"note": "x"}).status_code == 422
    assert world.api("rina").act(number, "fulfil", {"note": "x", "label": "y"}).status_code == 409


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        ("escalate", {"group": "rft-nope"}, "group"),
        ("escalate", {"group": "rft-tik", "why": "x"}, "why"),
        ("classify", {"item": "itsm.8/nope"}, "item"),
        ("classify", {"type": "wish"}, "type"),
        ("hold", {"reason": "holiday"}, "reason"),
        ("hold", {"reason": "documents"}, "missing"),
        ("cancel", {"reason": "bored"}, "reason"),
        ("cancel", {}, "reason"),
        ("assign", {"assignee": "joko"}, "assignee"),
        ("merge", {"number": "MDN-2026-999999"}, "number"),
        ("set", {"attributes": {"nope": 1}}, "attributes"),
        ("note", {"text": "x", "public": True}, "public"),
    ],
)
def test_what_a_body_names_wrongly_is_named_in_the_answer(world: World, action: str, body: dict, field: str) -> None:
    number = world.ticket(item=RESET)
    answer = world.api("rina").act(number, action, body)
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


@pytest.mark.parametrize(
    "raw",
    [b"{", b"[]", b"null", b'"x"', b'{"text": NaN}', b'{"text": "a", "text": "b"}', b"\xff", b"[" * 100_000,
     b'{"text": ' + b"9" * 5000 + b"}"],
)  # fmt: skip
def test_a_body_that_is_no_object_is_refused(world: World, raw: bytes) -> None:
    number, headers = world.ticket(), {"Authorization": f"Bearer {world.tokens['rina']}"}
    answer = world.browser().post(f"/api/v1/tickets/{number}/actions/note", data=raw, headers=headers)
    assert answer.status_code == 422


def test_an_empty_body_is_an_empty_object(world: World) -> None:
    number, headers = world.ticket(), {"Authorization": f"Bearer {world.tokens['rina']}"}
    assert world.browser().post(f"/api/v1/tickets/{number}/actions/take", headers=headers).status_code == 200


def test_a_body_over_a_megabyte_is_refused(world: World) -> None:
    number = world.ticket()
    assert world.api("rina").act(number, "note", {"text": "x" * 1_100_000}).status_code == 413


@pytest.mark.parametrize("action", ["open", "explode", "TAKE", "take "])
def test_an_unknown_action_is_not_found(world: World, action: str) -> None:
    assert world.api("rina").act(world.ticket(), action).status_code == 404


def test_only_the_worker_closes(world: World) -> None:
    assert world.api("admin").act(world.ticket(), "close").status_code == 403


def test_every_other_action_goes_through_too(world: World) -> None:
    api, boss = world.api("rina"), world.api("sari")
    first, second = world.ticket(item=RESET), world.ticket()
    assert api.ok(first, "classify", {"item": RESET, "type": "incident", "priority": 2})["priority"] == 2
    assert api.ok(first, "assign", {"assignee": "tono"})["assignee"] == "tono"
    assert api.ok(first, "reply", {"text": "Sedang kami cek"})["entries"][-1]["kind"] == "public-reply"
    held = api.ok(first, "hold", {"reason": "documents", "missing": ["Nota dinas"]})
    assert held["resolution"]["on_hold"] is True
    assert (
        api.ok(first, "set", {"agreed_due_at": "2026-11-30T10:00:00+07:00", "reason": "Janji"})["status"] == "on_hold"
    )
    assert api.ok(first, "resume")["resolution"]["on_hold"] is False
    assert api.ok(first, "hand-back", {"group": "layer-1", "reason": "Salah alamat"})["group"] == "layer-1"
    assert boss.act(first, "extend", {"reason": "x", "due_at": "2026-12-30T10:00:00+07:00"}).status_code == 409
    message = next(e["id"] for e in api.get(f"/tickets/{first}").json["entries"] if e["kind"] == "requester-message")
    assert api.ok(first, "split", {"entries": [message]})["events"][-1]["action"] == "split"
    assert api.ok(first, "link", {"number": second})["events"][-1]["why"] == second
    api.ok(first, "fulfil", {"note": "x", "label": "y"})
    assert api.ok(first, "send-back", {"reason": "Belum"})["status"] == "in_progress"
    api.ok(first, "fulfil", {"note": "x", "label": "y"})
    api.ok(first, "confirm-fulfilment")
    assert api.ok(first, "reopen", {"reason": "Masih lupa"})["status"] == "in_progress"
    assert api.ok(second, "merge", {"number": first})["status"] == "cancelled"


# ETag and If-Match


def test_a_tag_changes_with_every_action_and_saves_sending_it_again(world: World) -> None:
    api, number = world.api("rina"), world.ticket()
    first = api.get(f"/tickets/{number}")
    assert api.get(f"/tickets/{number}", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    noted = api.act(number, "note", {"text": "x"})
    assert noted.headers["ETag"] != first.headers["ETag"]
    assert api.get(f"/tickets/{number}").headers["ETag"] == noted.headers["ETag"]


def test_who_saw_an_older_state_is_refused_and_nothing_changes(world: World) -> None:
    api, number = world.api("rina"), world.ticket()
    old = api.get(f"/tickets/{number}").headers["ETag"]
    api.ok(number, "note", {"text": "x"})
    before = world.dump()
    stale = api.act(number, "take", headers={"If-Match": old})
    assert (stale.status_code, stale.content_type) == (412, "application/problem+json")
    assert world.dump() == before
    fresh = api.get(f"/tickets/{number}").headers["ETag"]
    assert api.act(number, "take", headers={"If-Match": fresh}).status_code == 200
    assert api.act(number, "take", headers={"If-Match": "*"}).status_code == 200


# Catalogue and desks


def test_the_desks_and_the_catalogue_are_shown(world: World) -> None:
    desks = world.api("tono").get("/desks").json["desks"]
    assert [d["id"] for d in desks] == list(world.context.catalog.desks)
    catalog = world.api("tono").get("/catalog").json
    assert {i["id"] for i in catalog["items"]} == set(world.context.catalog.items)
    assert all(i["name"]["id"] and i["name"]["en"] for i in catalog["items"])


def test_nothing_secret_is_shown(world: World) -> None:
    world.ticket()
    for path in ("/tickets", "/catalog", "/desks", "/openapi.json"):
        names = set(keys(world.api("admin").get(path).json))
        assert not {n for n in names for secret in ("password", "secret", "hash", "version_id") if secret in n}, path


def keys(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from keys(inner)


def test_times_of_answers_are_iso_8601(world: World) -> None:
    shown = world.api("rina").get(f"/tickets/{world.ticket()}").json
    assert all(datetime.fromisoformat(e["at"]).tzinfo for e in shown["entries"] + shown["events"])


def test_a_page_of_tickets_costs_a_fixed_number_of_queries(world: World) -> None:
    from sqlalchemy import event

    from helpdesk.store.db import db

    def queries() -> int:
        statements: list[str] = []
        with world.app.app_context():
            engine = db.engine

        def note(_connection, _cursor, statement, *_rest) -> None:
            statements.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        assert world.api("sari").get("/tickets").status_code == 200
        event.remove(engine, "before_cursor_execute", note)
        return len(statements)

    world.ticket()
    few = queries()
    for number in [world.ticket() for _ in range(4)]:
        world.api("rina").ok(number, "take")
    assert queries() <= few + 1  # the names of the assignees


def test_other_desks_stay_out_of_the_list(world: World) -> None:
    mine, theirs = world.ticket(), world.ticket(desk=SEMARANG)

    def seen(name: str) -> set[str]:
        return {t["number"] for t in world.api(name).get("/tickets").json["tickets"]}

    assert seen("rina") == {mine}
    assert seen("joko") == {theirs}
    assert seen("pusat") == seen("admin") == {mine, theirs}
