"""The portal: what requesters see. Its pages work without JavaScript and on a slow line."""

from flask import Blueprint

from helpdesk.web.portal.places import DeskConverter

blueprint = Blueprint("portal", __name__)
blueprint.record(lambda state: state.app.url_map.converters.update(desk=DeskConverter))

from helpdesk.web.portal import browse, mine, receipts, sending, tickets  # noqa: E402, F401  # their routes
