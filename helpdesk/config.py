"""Settings from the environment, read once at start, loud when wrong."""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit


class ConfigError(Exception):
    """A setting is missing or wrong; the message names it and never its secret value."""


@dataclass(frozen=True, slots=True)
class MailAccount:
    """How one desk's mail is fetched and sent.

    `imap` and `smtp` are URLs such as `imaps://user:password@host:993/INBOX`, `imap://…` (`imap+starttls://`),
    `smtp://…`, `smtps://…`, `smtp+starttls://…`; None where not configured. `authserv_id` is the only host whose
    Authentication-Results count; empty: none does. `address` is the desk's own address where it is not the one of
    the catalogue. `plus_address`: mail to `desk+anything@domain` reaches the desk's mailbox, so that what comes back
    can name the message by its address. `staff_mail`: staff may answer notices by mail; needs an `authserv_id`.
    """

    imap: SplitResult | None = None
    smtp: SplitResult | None = None
    authserv_id: str = ""
    address: str = ""
    plus_address: bool = False
    staff_mail: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of the product; times of `test_now` are ISO 8601 with an offset.

    `bound` is host:port that `serve` listens at, empty elsewhere; a Host header of that address is always accepted.
    `trusted_proxies`: so many proxies stand before `serve`, each of which appends its caller to X-Forwarded-For.
    `automatic_per_hour`, `automatic_in_all`: automatic messages to one address, and by all desks together. `mail_held`:
    no mail leaves the house.
    """

    data: Path
    database_url: str
    catalog: Path | None
    secret_key: str
    base_url: str
    mail: Mapping[str, MailAccount] = field(default_factory=dict)
    testing: bool = False
    test_now: str = ""
    test_now_file: Path | None = None
    take_all_mail: bool = False
    automatic_per_hour: int = 10
    automatic_in_all: int = 3000
    mail_held: bool = False
    bound: str = ""
    trusted_proxies: int = 0


def variable(name: str, env: Mapping[str, str]) -> str:
    """The value of `name`, or the content of the file that `name`_FILE names; empty when neither is set.

    Raises ConfigError when the file cannot be read or both are set.
    """
    value, path = env.get(name, ""), env.get(f"{name}_FILE", "")
    if value and path:
        raise ConfigError(f"{name}: set either {name} or {name}_FILE, not both")
    if not path:
        return value
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{name}_FILE: cannot be read ({type(error).__name__})") from error


def desk_key(desk_id: str) -> str:
    """`kptik-medan` as it stands in a variable's name: `KPTIK_MEDAN`."""
    return desk_id.replace("-", "_").replace(".", "_").upper()


IMAP_SCHEMES = ("imap", "imaps", "imap+starttls")
SMTP_SCHEMES = ("smtp", "smtps", "smtp+starttls")


def _url(name: str, schemes: tuple[str, ...], env: Mapping[str, str]) -> SplitResult | None:
    text = variable(name, env)
    if not text:
        return None
    try:
        url = urlsplit(text)
        _ = url.port
    except ValueError as error:
        raise ConfigError(f"{name}: not a URL") from error
    if url.scheme not in schemes or not url.hostname:
        raise ConfigError(f"{name}: expected a URL with one of {', '.join(s + '://' for s in schemes)}")
    return url


def _count(name: str, default: int, env: Mapping[str, str]) -> int:
    text = variable(name, env) or str(default)
    if not text.isascii() or not text.isdigit():
        raise ConfigError(f"{name}: a whole number is needed")
    return int(text)


DESK_SETTINGS = ("IMAP_URL", "SMTP_URL", "AUTHSERV_ID", "PLUS_ADDRESS", "ADDRESS", "STAFF_MAIL")


def desks_unknown_to(desk_ids: Collection[str], env: Mapping[str, str] | None = None) -> list[str]:
    """The variables of `env` (default: the process environment) that set something of a desk that does not exist."""
    known = {desk_key(desk_id) for desk_id in desk_ids}
    found = []
    for name in sorted(os.environ if env is None else env):
        of_a_desk = name.removesuffix("_FILE").removeprefix("HELPDESK_")
        key = next((of_a_desk.removesuffix(f"_{s}") for s in DESK_SETTINGS if of_a_desk.endswith(f"_{s}")), "")
        if name.startswith("HELPDESK_") and key and key not in known:
            found.append(name)
    return found


def mail_account(desk_id: str, env: Mapping[str, str]) -> MailAccount:
    """The mail settings of one desk. Raises ConfigError naming the faulty variable."""
    prefix = f"HELPDESK_{desk_key(desk_id)}"
    authserv_id, staff_mail = (variable(f"{prefix}_{name}", env) for name in ("AUTHSERV_ID", "STAFF_MAIL"))
    if staff_mail not in ("", "0", "1") or (staff_mail == "1" and not authserv_id):
        raise ConfigError(f"{prefix}_STAFF_MAIL: 0, or 1 together with {prefix}_AUTHSERV_ID")
    return MailAccount(
        imap=_url(f"{prefix}_IMAP_URL", IMAP_SCHEMES, env),
        smtp=_url(f"{prefix}_SMTP_URL", SMTP_SCHEMES, env),
        authserv_id=authserv_id,
        address=variable(f"{prefix}_ADDRESS", env).lower(),
        plus_address=variable(f"{prefix}_PLUS_ADDRESS", env) == "1",
        staff_mail=bool(authserv_id) and staff_mail != "0",
    )


def load(desk_ids: tuple[str, ...] = (), env: Mapping[str, str] | None = None, *, need_secret: bool = True) -> Settings:
    """The settings for these desks from `env` (default: the process environment). Raises ConfigError."""
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
        mail={d: mail_account(d, env) for d in desk_ids},
        testing=testing,
        test_now=env.get("HELPDESK_TEST_NOW", "") if testing else "",
        test_now_file=Path(now_file) if testing and now_file else None,
        take_all_mail=testing or variable("HELPDESK_MAIL_FROM_START", env) == "1",
        automatic_per_hour=_count("HELPDESK_AUTOMATIC_PER_HOUR", 10, env),
        automatic_in_all=_count("HELPDESK_AUTOMATIC_IN_ALL", 3000, env),
        mail_held=variable("HELPDESK_MAIL_HELD", env) == "1",
        trusted_proxies=_count("HELPDESK_TRUSTED_PROXIES", 0, env),
    )
