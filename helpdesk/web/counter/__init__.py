"""The counter: finding who calls or comes, slips, numbers to wait with, and the screen that calls them."""

from flask import Blueprint

blueprint = Blueprint("counter", __name__)

from helpdesk.web.counter import kiosk, lookup, queue, slip  # noqa: E402, F401  # their routes
