"""The webhook of Telegram: an agreed word proves who calls; what it brings is stored, one update a call."""

import hashlib
import hmac
import logging

from flask import Response, request
from werkzeug.exceptions import NotFound

from helpdesk.channels.telegram.updates import external_id, update_id
from helpdesk.config import TelegramBot
from helpdesk.tickets.words import Channel
from helpdesk.web.access import OPEN, require
from helpdesk.web.hooks.storing import keep, plain
from helpdesk.web.work import own_units, surroundings

HEADER = "X-Telegram-Bot-Api-Secret-Token"
log = logging.getLogger(__name__)


def _bot(bot_id: str) -> TelegramBot:
    """The bot, where updates of it are to be brought here."""
    bots = surroundings().settings.chat.telegram
    found = next((bot for bot in bots if bot.id == bot_id and bot.webhook_secret), None)
    if found is None:
        raise NotFound
    return found


@require(OPEN)
@own_units
def take(bot_id: str) -> Response:
    """Store an update; 401 without the agreed word, and then nothing is kept or even read.

    Whatever else than an update comes with it is kept, too, under its own digest: Telegram would bring it for ever.
    """
    bot = _bot(bot_id)
    given = request.headers.get(HEADER, "").encode("utf-8", "replace")
    if not hmac.compare_digest(given, bot.webhook_secret.encode()):
        log.warning("a call of the webhook of bot %s without the agreed word was refused", bot.id)
        return plain("wrong secret", 401)
    body = request.get_data(cache=False)
    number = update_id(body)
    known_by = f"{bot.id}:sha256:{hashlib.sha256(body).hexdigest()}" if number is None else external_id(bot.id, number)
    return keep(Channel.TELEGRAM, known_by, body, source=bot.id, desk=bot.desk)
