"""The chat platforms: one block a platform, one line a desk."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from helpdesk.config.environment import LOOPBACK_HOSTS, ConfigError, desk_key, variable

WHATSAPP_API = "https://graph.facebook.com/v23.0"
TELEGRAM_API = "https://api.telegram.org"
_SECRET_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,256}")
_BOT_TOKEN = re.compile(r"(\d{3,20}):[A-Za-z0-9_-]{10,100}")


@dataclass(frozen=True, slots=True)
class WhatsApp:
    """One app at the Cloud API. `numbers`: phone number id to desk. `app_secrets`: those that may have signed what
    arrives; two while one is being replaced. `account_id`: the business account, whose templates may be used.
    """

    token: str = field(repr=False)
    app_secrets: tuple[str, ...] = field(repr=False)
    verify_token: str = field(repr=False)
    numbers: Mapping[str, str]
    account_id: str = ""
    api_url: str = WHATSAPP_API


@dataclass(frozen=True, slots=True)
class TelegramBot:
    """A bot of a desk. `webhook_secret` "": the worker asks for updates; else Telegram brings them, with this word."""

    desk: str
    token: str = field(repr=False)
    webhook_secret: str = field(default="", repr=False)

    @property
    def id(self) -> str:
        """The bot's own id, the part of the token that is no secret."""
        return self.token.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Chats:
    """Every line of every desk. `web`: visitors of the portal may chat with every desk."""

    whatsapp: WhatsApp | None = None
    telegram: tuple[TelegramBot, ...] = ()
    telegram_api: str = TELEGRAM_API
    web: bool = True


def _api(name: str, default: str, env: Mapping[str, str], *, testing: bool) -> str:
    text = variable(name, env).rstrip("/") or default
    url = urlsplit(text)
    if url.scheme != "https" and not (testing and url.scheme == "http" and url.hostname in LOOPBACK_HOSTS):
        raise ConfigError(f"{name}: a URL with https:// is needed")
    return text


def _whatsapp(desk_ids: Collection[str], env: Mapping[str, str], *, testing: bool) -> WhatsApp | None:
    numbers: dict[str, str] = {}
    for desk in desk_ids:
        prefix = f"HELPDESK_{desk_key(desk)}"
        name = f"{prefix}_WHATSAPP_NUMBER_ID"
        if number := variable(name, env):
            if not number.isascii() or not number.isdigit() or number in numbers:
                raise ConfigError(f"{name}: the id of a number, all digits, one for each desk")
            numbers[number] = desk
    needed = ("HELPDESK_WHATSAPP_TOKEN", "HELPDESK_WHATSAPP_APP_SECRET", "HELPDESK_WHATSAPP_VERIFY_TOKEN")
    found = {name: variable(name, env) for name in needed}
    if not numbers and not any(found.values()):
        return None
    for name, value in found.items():
        if not value:
            raise ConfigError(f"{name}: needed where WhatsApp is set up")
    if not numbers:
        raise ConfigError("HELPDESK_<DESK>_WHATSAPP_NUMBER_ID: at least one desk needs a number")
    token, app_secret, verify_token = found.values()
    secrets = (app_secret, variable("HELPDESK_WHATSAPP_APP_SECRET_2", env))
    return WhatsApp(
        token=token,
        app_secrets=tuple(filter(None, secrets)),
        verify_token=verify_token,
        numbers=numbers,
        account_id=variable("HELPDESK_WHATSAPP_ACCOUNT_ID", env),
        api_url=_api("HELPDESK_WHATSAPP_API_URL", WHATSAPP_API, env, testing=testing),
    )


def _telegram(desk_ids: Collection[str], env: Mapping[str, str]) -> tuple[TelegramBot, ...]:
    bots: dict[str, TelegramBot] = {}
    for desk in desk_ids:
        prefix = f"HELPDESK_{desk_key(desk)}"
        token, secret = (variable(f"{prefix}_TELEGRAM_{name}", env) for name in ("TOKEN", "WEBHOOK_SECRET"))
        if not token and not secret:
            continue
        if not _BOT_TOKEN.fullmatch(token):
            raise ConfigError(f"{prefix}_TELEGRAM_TOKEN: a bot's token looks like 123456:ABC…")
        if secret and not _SECRET_TOKEN.fullmatch(secret):
            raise ConfigError(f"{prefix}_TELEGRAM_WEBHOOK_SECRET: 1 to 256 of A-Z a-z 0-9 _ -")
        bot = TelegramBot(desk, token, secret)
        if bot.id in bots:
            raise ConfigError(f"{prefix}_TELEGRAM_TOKEN: the same bot is set up for another desk")
        bots[bot.id] = bot
    return tuple(bots.values())


def chats(desk_ids: Collection[str], env: Mapping[str, str], *, testing: bool = False) -> Chats:
    """The chat settings of these desks; `testing` allows interfaces on loopback, and so does a demo. ConfigError."""
    testing = testing or variable("HELPDESK_CHAT_STAND_INS", env) == "1"
    return Chats(
        whatsapp=_whatsapp(desk_ids, env, testing=testing),
        telegram=_telegram(desk_ids, env),
        telegram_api=_api("HELPDESK_TELEGRAM_API_URL", TELEGRAM_API, env, testing=testing),
        web=variable("HELPDESK_WEB_CHAT", env) != "0",
    )
