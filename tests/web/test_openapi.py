"""openapi.json says what the interface does, all of it and nothing else."""

import re

from helpdesk.store.db import unit_of_work
from helpdesk.store.models import Ticket
from helpdesk.tickets.words import Action
from helpdesk.usecases.handling import ACTIONS
from helpdesk.usecases.sweep import check
from helpdesk.web.api.openapi import description
from tests.web.conftest import World
from tests.web.test_api import KEYS, NEW


def served(world: World) -> set[tuple[str, str]]:
    """Every (path, method) that Flask serves below /api, with the actions written out."""
    found = set()
    for rule in world.app.url_map.iter_rules():
        if not str(rule).startswith("/api/"):
            continue
        paths = [str(rule)]
        if "<action>" in paths[0]:
            paths = [paths[0].replace("<action>", action) for action in ACTIONS]
        for path in paths:
            for method in rule.methods - {"HEAD", "OPTIONS"}:
                found.add((re.sub(r"<(\w+)>", r"{\1}", path), method.lower()))
    return found


def test_what_is_described_is_what_is_served(world: World) -> None:
    described = {(path, method) for path, methods in description()["paths"].items() for method in methods}
    assert described == served(world)


def test_every_action_but_open_has_its_own_path() -> None:
    paths = {p.rpartition("/")[2] for p in description()["paths"] if "/actions/" in p}
    assert paths == {a.value for a in Action} - {"open"}


def test_a_ticket_has_the_described_fields(world: World) -> None:
    schemas = description()["components"]["schemas"]
    assert set(schemas["TicketShown"]["properties"]) == KEYS == set(schemas["TicketShown"]["required"])
    shown = world.api("rina").post("/tickets", NEW).json
    agrees(shown, {"$ref": "#/components/schemas/TicketShown"}, schemas)
    page = world.api("rina").get("/tickets").json
    agrees(page, {"$ref": "#/components/schemas/TicketPage"}, schemas)
    agrees(world.api("rina").get("/tickets/x").json, {"$ref": "#/components/schemas/Problem"}, schemas)
    agrees(world.api("rina").get("/catalog").json, {"$ref": "#/components/schemas/CatalogShown"}, schemas)
    agrees(world.api("rina").get("/desks").json, {"$ref": "#/components/schemas/DeskList"}, schemas)


def test_the_history_of_a_late_ticket_is_as_described(world: World) -> None:
    number = world.api("rina").post("/tickets", NEW).json["number"]
    world.move(days=2)
    with world.app.app_context(), unit_of_work() as session:
        check(session, world.context, session.query(Ticket).filter_by(number=number).one())
    shown = world.api("rina").get(f"/tickets/{number}").json
    assert shown["events"][-1]["action"] == "apology"
    agrees(shown, {"$ref": "#/components/schemas/TicketShown"}, description()["components"]["schemas"])


KINDS = {"string": str, "integer": int, "object": dict, "array": list, "boolean": bool, "null": type(None)}


def agrees(value: object, schema: dict, schemas: dict, at: str = "") -> None:
    """The value is as the schema says, as far as this description uses schemas."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    kinds = schema.get("type", list(KINDS))
    kinds = [kinds] if isinstance(kinds, str) else kinds
    assert isinstance(value, tuple(KINDS[k] for k in kinds)), (at, value, kinds)
    assert "enum" not in schema or value in schema["enum"], (at, value)
    if isinstance(value, dict) and "properties" in schema:
        assert set(schema.get("required", ())) <= set(value) <= set(schema["properties"]), at
        for name, inner in value.items():
            agrees(inner, schema["properties"][name], schemas, f"{at}.{name}")
    if isinstance(value, list):
        for inner in value:
            agrees(inner, schema["items"], schemas, f"{at}[]")


def test_it_is_public_and_names_no_outside_address(world: World) -> None:
    answer = world.browser().get("/api/v1/openapi.json")
    assert (answer.status_code, answer.json["openapi"]) == (200, "3.1.0")
    assert "http://" not in answer.text and "https://" not in answer.text


def test_unknown_fields_are_described_as_refused() -> None:
    schemas = description()["components"]["schemas"]
    for name in ("Fulfil", "Classify", "NewTicket", "RequesterGiven", "Take"):
        assert schemas[name]["additionalProperties"] is False, name
