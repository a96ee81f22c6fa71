"""What platforms call: a route each that proves who calls, stores what came and answers at once."""

from flask import Blueprint

from helpdesk.web.access import HOOKS_ROOT
from helpdesk.web.hooks import telegram, whatsapp

blueprint = Blueprint("hooks", __name__, url_prefix=HOOKS_ROOT.rstrip("/"))

blueprint.add_url_rule("/whatsapp", "whatsapp_challenge", whatsapp.challenge, methods=["GET"])
blueprint.add_url_rule("/whatsapp", "whatsapp", whatsapp.take, methods=["POST"])
blueprint.add_url_rule("/telegram/<bot_id>", "telegram", telegram.take, methods=["POST"])
