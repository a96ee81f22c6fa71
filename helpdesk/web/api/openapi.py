"""openapi.json (OpenAPI 3.1), made of the table of routes and the schemas that check the requests."""

import re
from functools import cache
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_cls
from marshmallow import Schema

from helpdesk.tickets.words import Action
from helpdesk.web.api.routes import ROUTES, Route
from helpdesk.web.api.shapes import Problem
from helpdesk.web.api.views import ROOT
from helpdesk.web.schemas import ACTION_SCHEMAS

VERSION = "1"
REFUSALS = {
    401: "No token, or a wrong one",
    403: "The role or the group does not allow it",
    404: "Absent, or not visible to the caller",
    409: "The status of the ticket does not allow it",
    412: "The ticket is not in the state that If-Match names",
    413: "The body is too large",
    422: "A field is missing, unknown or wrong",
}
NUMBER = {"name": "number", "in": "path", "required": True, "schema": {"type": "string"}, "example": "MDN-2026-000123"}
IF_MATCH = {"name": "If-Match", "in": "header", "required": False, "schema": {"type": "string"}}
LANGUAGE = {
    "name": "Accept-Language",
    "in": "header",
    "required": False,
    "description": "The language of what a refusal says: `id` (also without this header) or `en`.",
    "schema": {"type": "string"},
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "1 to 255 visible characters; a repetition with the same key and body gives the same ticket.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}


def _name(schema: Any) -> str:
    found = resolve_schema_cls(schema)
    assert isinstance(found, type)
    return found.__name__


def _json(schema: type[Schema] | Schema, media_type: str = "application/json") -> dict[str, Any]:
    return {media_type: {"schema": schema}}


def _answers(route: Route) -> dict[str, Any]:
    found: dict[str, Any] = {str(route.status): {"description": route.summary, "content": _json(route.answer)}}
    refusals = {401, *route.refusals, *({413} if route.method == "POST" else ())}
    for status in sorted(refusals):
        content = _json(Problem, "application/problem+json")
        found[str(status)] = {"description": REFUSALS[status], "content": content}
    return found


def _parameters(route: Route) -> list[Any]:
    found: list[Any] = [NUMBER, LANGUAGE] if "<number>" in route.path else [LANGUAGE]
    if route.query is not None:
        found.append({"in": "query", "schema": route.query})
    if route.body is not None:
        found.append(KEY)
    return found + ([IF_MATCH] if "<action>" in route.path else [])


def _operation(route: Route, body: type[Schema] | Schema | None, *, needed: bool, summary: str) -> dict[str, Any]:
    operation = {"summary": summary, "parameters": _parameters(route), "responses": _answers(route)}
    if body is not None:
        operation["requestBody"] = {"required": needed, "content": _json(body)}
    return {route.method.lower(): operation}


def _shown_path(path: str) -> str:
    return ROOT + re.sub(r"<(\w+)>", r"{\1}", path)


def _add(spec: APISpec, route: Route) -> None:
    if "<action>" not in route.path:
        operation = _operation(route, route.body, needed=True, summary=route.summary)
        spec.path(_shown_path(route.path), operations=operation)
        return
    head = route.path[: route.path.index("<action>")]
    for action, schema in ACTION_SCHEMAS.items():
        needed = any(field.required for field in schema.fields.values())
        operation = _operation(route, schema, needed=needed, summary=_sentence(action))
        spec.path(_shown_path(head) + action.value, operations=operation)


def _sentence(action: Action) -> str:
    return action.value.replace("-", " ").capitalize()


@cache
def description() -> dict[str, Any]:
    """The whole description."""
    spec = APISpec(
        title="Helpdesk",
        version=VERSION,
        openapi_version="3.1.0",
        info={"description": "Tickets of the service desks. Pages follow each other by `next_cursor`."},
        security=[{"token": []}],
        plugins=[MarshmallowPlugin(schema_name_resolver=_name)],
    )
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    for route in ROUTES:
        _add(spec, route)
    found: dict[str, Any] = spec.to_dict()
    found["paths"][f"{ROOT}/openapi.json"] = {
        "get": {"summary": "This description", "security": [], "responses": {"200": {"description": "OpenAPI 3.1"}}}
    }
    return found
