"""Settings from the environment, read once at start, loud when wrong."""

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from helpdesk.config.chat import Chats, TelegramBot, WhatsApp, chats
from helpdesk.config.environment import ConfigError, count_in, desk_key, variable
from helpdesk.config.mail import OAUTH_SETTINGS, Inbox, MailAccount, OAuth, bearer, mail_account

__all__ = [
    "Chats",
    "ConfigError",
    "Inbox",
    "MailAccount",
    "OAuth",
    "Settings",
    "TelegramBot",
    "WhatsApp",
    "bearer",
    "desk_key",
    "desks_unknown_to",
    "load",
    "mail_account",
    "variable",
]

_OF_A_DESK = re.compile(
    r"HELPDESK_(.+?)_(?:(?:IMAP_URL|HANDLED_FOLDER|OAUTH_(?:" + "|".join(OAUTH_SETTINGS) + r"))(?:_[2-9])?"
    r"|SMTP_URL|AUTHSERV_ID|PLUS_ADDRESS|ADDRESS|STAFF_MAIL|WHATSAPP_NUMBER_ID|TELEGRAM_TOKEN|TELEGRAM_WEBHOOK_SECRET)(?:_FILE)?"
)


def desks_unknown_to(desk_ids: Collection[str], env: Mapping[str, str] | None = None) -> list[str]:
    """The variables of `env` (default: the process environment) that set something of a desk that does not exist."""
    known = {desk_key(desk_id) for desk_id in desk_ids}
    named = ((name, _OF_A_DESK.fullmatch(name)) for name in sorted(os.environ if env is None else env))
    return [name for name, found in named if found and found[1] not in known]


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of the product; times of `test_now` are ISO 8601 with an offset.

    `bound` is host:port that `serve` listens at, empty elsewhere; a Host header of that address is always accepted.
    `trusted_proxies`: so many proxies stand before `serve`, each of which appends its caller to X-Forwarded-For.
    `automatic_per_hour`, `automatic_in_all`: automatic messages to one address, and by all desks together;
    `automatic_per_caller`: automatic replies to forms from one network, to addresses that it did not prove.
    `mail_held`: no mail leaves the house. `flood_mails`: more mails than that of one sender within `flood_minutes` are
    a flood; 0: nothing is. `min_free_mb`: with less room on the disk no mail is fetched; 0: nobody asks.
    `send_seconds`: so long a small outgoing message may take in all.
    """

    data: Path
    database_url: str
    catalog: Path | None
    secret_key: str
    base_url: str
    mail: Mapping[str, MailAccount] = field(default_factory=dict)
    chat: Chats = field(default_factory=Chats)
    testing: bool = False
    test_now: str = ""
    test_now_file: Path | None = None
    take_all_mail: bool = False
    automatic_per_hour: int = 10
    automatic_in_all: int = 3000
    automatic_per_caller: int = 20
    flood_mails: int = 30
    flood_minutes: int = 10
    mail_held: bool = False
    bound: str = ""
    trusted_proxies: int = 0
    min_free_mb: int = 1024
    send_seconds: int = 120


def _send_seconds(env: Mapping[str, str]) -> int:
    """Not so few that an honest server cannot do it, and fewer than the lease of a claimed message lasts."""
    seconds = count_in("HELPDESK_SEND_SECONDS", 120, env)
    if not 10 <= seconds <= 240:
        raise ConfigError("HELPDESK_SEND_SECONDS: from 10 to 240")
    return seconds


def load(desk_ids: tuple[str, ...] = (), env: Mapping[str, str] | None = None, *, need_secret: bool = True) -> Settings:
    """The settings for these desks from `env` (default: the process environment). Raises ConfigError.

    Without desks, to find the catalogue first: no mailbox and no line of a chat.
    """
    env = os.environ if env is None else env
    data = Path(variable("HELPDESK_DATA", env) or "./var").absolute()
    secret = variable("HELPDESK_SECRET_KEY", env)
    if need_secret and len(secret) < 16:
        raise ConfigError("HELPDESK_SECRET_KEY: at least 16 characters are needed; `openssl rand -hex 32` makes one")
    testing = env.get("HELPDESK_TESTING") == "1"
    catalog, now_file = variable("HELPDESK_CATALOG", env), env.get("HELPDESK_TEST_NOW_FILE", "")
    return Settings(
        data=data,
        database_url=variable("HELPDESK_DATABASE_URL", env) or f"sqlite:///{data / 'helpdesk.sqlite3'}",
        catalog=Path(catalog) if catalog else None,
        secret_key=secret,
        base_url=variable("HELPDESK_BASE_URL", env).rstrip("/"),
        mail={d: mail_account(d, env, testing=testing) for d in desk_ids},
        chat=chats(desk_ids, env, testing=testing) if desk_ids else Chats(),
        testing=testing,
        test_now=env.get("HELPDESK_TEST_NOW", "") if testing else "",
        test_now_file=Path(now_file) if testing and now_file else None,
        take_all_mail=testing or variable("HELPDESK_MAIL_FROM_START", env) == "1",
        automatic_per_hour=count_in("HELPDESK_AUTOMATIC_PER_HOUR", 10, env),
        automatic_in_all=count_in("HELPDESK_AUTOMATIC_IN_ALL", 3000, env),
        automatic_per_caller=count_in("HELPDESK_AUTOMATIC_PER_CALLER", 20, env),
        flood_mails=count_in("HELPDESK_FLOOD_MAILS", 30, env),
        flood_minutes=count_in("HELPDESK_FLOOD_MINUTES", 10, env),
        mail_held=variable("HELPDESK_MAIL_HELD", env) == "1",
        trusted_proxies=count_in("HELPDESK_TRUSTED_PROXIES", 0, env),
        min_free_mb=count_in("HELPDESK_MIN_FREE_MB", 1024, env),
        send_seconds=_send_seconds(env),
    )
