"""The JSON interface for programs: bearer tokens, never cookies."""

from flask import Blueprint, Response, jsonify

from helpdesk.web.access import OPEN, require
from helpdesk.web.api.routes import ROUTES
from helpdesk.web.api.views import ROOT

blueprint = Blueprint("api", __name__, url_prefix=ROOT)

for route in ROUTES:
    marked = require(route.audience)(route.view)
    blueprint.add_url_rule(route.path, route.view.__name__, marked, methods=[route.method])


@blueprint.get("/openapi.json")
@require(OPEN)
def openapi() -> Response:
    """What this interface takes and gives."""
    from helpdesk.web.api.openapi import description  # noqa: PLC0415 - only who asks for it pays for its libraries

    return jsonify(description())
