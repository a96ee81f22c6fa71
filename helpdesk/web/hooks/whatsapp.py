"""The webhook of WhatsApp's Cloud API: Meta's question whether the address is ours, and what it brings."""

import hashlib
import hmac
import logging

from flask import Response, request
from werkzeug.exceptions import NotFound

from helpdesk.channels.whatsapp.signature import HEADER, is_genuine
from helpdesk.config import WhatsApp
from helpdesk.tickets.words import Channel
from helpdesk.web.access import OPEN, require
from helpdesk.web.hooks.storing import keep, plain
from helpdesk.web.work import own_units, surroundings

log = logging.getLogger(__name__)


def _account() -> WhatsApp:
    account = surroundings().settings.chat.whatsapp
    if account is None:
        raise NotFound
    return account


@require(OPEN)
@own_units
def challenge() -> Response:
    """Give the challenge back to who knows the word that was agreed upon; 403 for everybody else."""
    given, agreed = request.args.get("hub.verify_token", ""), _account().verify_token
    same = hmac.compare_digest(given.encode("utf-8", "replace"), agreed.encode())
    if not same or request.args.get("hub.mode") != "subscribe":
        return plain("forbidden", 403)
    return plain(request.args.get("hub.challenge", ""))


@require(OPEN)
@own_units
def take() -> Response:
    """Store a body that Meta signed; 401 for any other, of which nothing is kept. Nothing is parsed here."""
    account = _account()
    body = request.get_data(cache=False)
    if not is_genuine(body, request.headers.get(HEADER), account.app_secrets):
        log.warning("a call of the WhatsApp webhook without a right signature was refused")
        return plain("wrong signature", 401)
    return keep(Channel.WHATSAPP, hashlib.sha256(body).hexdigest(), body)
