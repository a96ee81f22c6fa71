"""The counter: finding who calls or comes, slips, numbers to wait with, and the screen that calls them."""

from flask import Blueprint

blueprint = Blueprint("counter", __name__)

from helpdesk.web.counter import lookup, slip  # noqa: E402, F401  # their routes
