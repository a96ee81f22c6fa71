"""Settings from the environment, read once at start, loud when wrong."""

import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit


class ConfigError(Exception):
    """A setting is missing or wrong; the message names it and never its secret value."""


@dataclass(frozen=True, slots=True)
class OAuth:
    """How access tokens for a mail account are got (RFC 6749): by a refresh token, else by the client's own secret.

    `refresh_token_file` is where `refresh_token` was read from and may be read again, since whoever authorises anew
    writes there; None where the token stood in the environment.
    """

    token_url: SplitResult
    client_id: str
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    refresh_token_file: Path | None = None
    scope: str = ""


def bearer(url: SplitResult | None, oauth: OAuth | None) -> OAuth | None:
    """`oauth` where the URL names a user without a password, else None: a password that is given is used."""
    return oauth if url is not None and url.username and url.password is None else None


@dataclass(frozen=True, slots=True)
class Inbox:
    """One mailbox of a desk. `handled_folder`: where handled mails are moved to; empty: they stay and are flagged."""

    url: SplitResult
    handled_folder: str = ""
    oauth: OAuth | None = None

    @property
    def bearer(self) -> OAuth | None:
        """How to sign in where the URL names a user without a password."""
        return bearer(self.url, self.oauth)

    @property
    def account(self) -> str:
        """The mailbox, however it is reached: `user@host/folder` without password, scheme and port."""
        user, host = unquote(self.url.username or "").lower(), (self.url.hostname or "").lower()
        return f"{user}@{host}/{unquote(self.url.path.lstrip('/')) or 'INBOX'}"


@dataclass(frozen=True, slots=True)
class MailAccount:
    """How one desk's mail is fetched and sent.

    `imap` and `smtp` are URLs such as `imaps://user:password@host:993/INBOX`, `imap://…` (`imap+starttls://`),
    `smtp://…`, `smtps://…`, `smtp+starttls://…`; None where not configured. A URL with a user and no password signs in
    by `oauth`. `more` are further mailboxes. `authserv_id` is the only host whose Authentication-Results count; empty:
    none does. `address` is the desk's own address where it is not the one of the catalogue. `plus_address`: mail to
    `desk+anything@domain` reaches the desk's mailbox, so that what comes back can name the message by its address.
    `staff_mail`: staff may answer notices by mail; needs an `authserv_id`.
    """

    imap: SplitResult | None = None
    smtp: SplitResult | None = None
    authserv_id: str = ""
    address: str = ""
    plus_address: bool = False
    staff_mail: bool = False
    handled_folder: str = ""
    oauth: OAuth | None = None
    more: tuple[Inbox, ...] = ()

    @property
    def inboxes(self) -> tuple[Inbox, ...]:
        """All mailboxes of the desk."""
        return (() if self.imap is None else (Inbox(self.imap, self.handled_folder, self.oauth),)) + self.more


@dataclass(frozen=True, slots=True)
class Settings:
    """Every setting of the product; times of `test_now` are ISO 8601 with an offset.

    `bound` is host:port that `serve` listens at, empty elsewhere; a Host header of that address is always accepted.
    `trusted_proxies`: so many proxies stand before `serve`, each of which appends its caller to X-Forwarded-For.
    `automatic_per_hour`, `automatic_in_all`: automatic messages to one address, and by all desks together. `mail_held`:
    no mail leaves the house. `flood_mails`: more mails than that of one sender within `flood_minutes` are a flood; 0:
    nothing is. `min_free_mb`: with less room on the disk no mail is fetched; 0: nobody asks.
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
    flood_mails: int = 30
    flood_minutes: int = 10
    mail_held: bool = False
    bound: str = ""
    trusted_proxies: int = 0
    min_free_mb: int = 1024


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
LOOPBACK_HOSTS = ("127.0.0.1", "::1", "localhost")
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


OAUTH_SETTINGS = ("TOKEN_URL", "CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN", "SCOPE")
MOST_MAILBOXES = 9
_OF_A_DESK = re.compile(
    r"HELPDESK_(.+?)_(?:(?:IMAP_URL|HANDLED_FOLDER|OAUTH_(?:" + "|".join(OAUTH_SETTINGS) + r"))(?:_[2-9])?"
    r"|SMTP_URL|AUTHSERV_ID|PLUS_ADDRESS|ADDRESS|STAFF_MAIL)(?:_FILE)?"
)


def desks_unknown_to(desk_ids: Collection[str], env: Mapping[str, str] | None = None) -> list[str]:
    """The variables of `env` (default: the process environment) that set something of a desk that does not exist."""
    known = {desk_key(desk_id) for desk_id in desk_ids}
    named = ((name, _OF_A_DESK.fullmatch(name)) for name in sorted(os.environ if env is None else env))
    return [name for name, found in named if found and found[1] not in known]


def _oauth(prefix: str, number: str, env: Mapping[str, str], *, testing: bool) -> OAuth | None:
    """The OAuth settings of one mailbox; what is not set for the further one is that of the first."""
    found, files = {}, {}
    for setting in OAUTH_SETTINGS:
        names = [f"{prefix}_OAUTH_{setting}{number}", f"{prefix}_OAUTH_{setting}"]
        name = next((n for n in names if env.get(n) or env.get(f"{n}_FILE")), names[-1])
        found[setting], files[setting] = variable(name, env), env.get(f"{name}_FILE", "")
    if not any(found.values()):
        return None
    name = f"{prefix}_OAUTH_TOKEN_URL"
    url = _url(name, ("https", "http"), {name: found["TOKEN_URL"]})
    if url is None or not found["CLIENT_ID"]:
        raise ConfigError(f"{prefix}_OAUTH: TOKEN_URL and CLIENT_ID are needed")
    if url.username is not None or (url.scheme != "https" and not (testing and url.hostname in LOOPBACK_HOSTS)):
        raise ConfigError(f"{name}: a URL with https:// and without a user is needed")
    if not found["REFRESH_TOKEN"] and not found["CLIENT_SECRET"]:
        raise ConfigError(
            f"{prefix}_OAUTH: REFRESH_TOKEN is needed, or CLIENT_SECRET for a client that needs no person"
        )
    file = files["REFRESH_TOKEN"]
    return OAuth(
        url, found["CLIENT_ID"], found["CLIENT_SECRET"], found["REFRESH_TOKEN"], Path(file) if file else None,
        found["SCOPE"],
    )  # fmt: skip


def _inbox(prefix: str, number: str, env: Mapping[str, str], *, testing: bool) -> Inbox | None:
    url = _url(f"{prefix}_IMAP_URL{number}", IMAP_SCHEMES, env)
    if url is None:
        return None
    folder = variable(f"{prefix}_HANDLED_FOLDER{number}", env)
    return Inbox(url, folder, _oauth(prefix, number, env, testing=testing))


def mail_account(desk_id: str, env: Mapping[str, str], *, testing: bool = False) -> MailAccount:
    """The mail settings of one desk; `testing` allows token URLs on loopback. Raises ConfigError naming the setting."""
    prefix = f"HELPDESK_{desk_key(desk_id)}"
    authserv_id, staff_mail = (variable(f"{prefix}_{name}", env) for name in ("AUTHSERV_ID", "STAFF_MAIL"))
    if staff_mail not in ("", "0", "1") or (staff_mail == "1" and not authserv_id):
        raise ConfigError(f"{prefix}_STAFF_MAIL: 0, or 1 together with {prefix}_AUTHSERV_ID")
    first = _inbox(prefix, "", env, testing=testing)
    further = (_inbox(prefix, f"_{number}", env, testing=testing) for number in range(2, MOST_MAILBOXES + 1))
    more = tuple(inbox for inbox in further if inbox is not None)
    accounts = [inbox.account for inbox in ((first,) if first else ()) + more]
    if len(set(accounts)) < len(accounts):
        raise ConfigError(f"{prefix}_IMAP_URL: the same mailbox stands there twice")
    return MailAccount(
        imap=first.url if first else None,
        smtp=_url(f"{prefix}_SMTP_URL", SMTP_SCHEMES, env),
        authserv_id=authserv_id,
        address=variable(f"{prefix}_ADDRESS", env).lower(),
        plus_address=variable(f"{prefix}_PLUS_ADDRESS", env) == "1",
        staff_mail=bool(authserv_id) and staff_mail != "0",
        handled_folder=first.handled_folder if first else "",
        oauth=_oauth(prefix, "", env, testing=testing),
        more=more,
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
        mail={d: mail_account(d, env, testing=testing) for d in desk_ids},
        testing=testing,
        test_now=env.get("HELPDESK_TEST_NOW", "") if testing else "",
        test_now_file=Path(now_file) if testing and now_file else None,
        take_all_mail=testing or variable("HELPDESK_MAIL_FROM_START", env) == "1",
        automatic_per_hour=_count("HELPDESK_AUTOMATIC_PER_HOUR", 10, env),
        automatic_in_all=_count("HELPDESK_AUTOMATIC_IN_ALL", 3000, env),
        flood_mails=_count("HELPDESK_FLOOD_MAILS", 30, env),
        flood_minutes=_count("HELPDESK_FLOOD_MINUTES", 10, env),
        mail_held=variable("HELPDESK_MAIL_HELD", env) == "1",
        trusted_proxies=_count("HELPDESK_TRUSTED_PROXIES", 0, env),
        min_free_mb=_count("HELPDESK_MIN_FREE_MB", 1024, env),
    )
