"""The chat of the portal: a conversation with a desk, page by page or live, known to one browser alone."""

from flask import Blueprint

blueprint = Blueprint("chat", __name__, url_prefix="/chat")

from helpdesk.web.chat import routes  # noqa: E402, F401  # its routes
