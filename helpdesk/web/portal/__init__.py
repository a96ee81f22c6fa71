"""The portal: what requesters see. Its pages work without JavaScript and on a slow line."""

from flask import Blueprint
from flask.blueprints import BlueprintSetupState

from helpdesk.web.portal.places import desk_converter

blueprint = Blueprint("portal", __name__)


@blueprint.record
def _know_the_desks(state: BlueprintSetupState) -> None:
    desks = state.app.extensions["helpdesk"].catalog.desks
    state.app.url_map.converters["desk"] = desk_converter(desks)


from helpdesk.web.portal import browse, mine, receipts, sending, tickets  # noqa: E402, F401  # their routes
