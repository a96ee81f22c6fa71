"""How the mail of a desk is fetched and sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import SplitResult, unquote

from helpdesk.config.environment import LOOPBACK_HOSTS, ConfigError, desk_key, url_in, variable

IMAP_SCHEMES = ("imap", "imaps", "imap+starttls")
SMTP_SCHEMES = ("smtp", "smtps", "smtp+starttls")
OAUTH_SETTINGS = ("TOKEN_URL", "CLIENT_ID", "CLIENT_SECRET", "REFRESH_TOKEN", "SCOPE", "DEVICE_URL", "AUTHORIZE_URL")
MOST_MAILBOXES = 9


@dataclass(frozen=True, slots=True)
class OAuth:
    """How access tokens for a mail account are got (RFC 6749): by a refresh token, else by the client's own secret.

    The refresh token stands in the settings, or a person gave it by `helpdesk mail authorise`: then it is kept in the
    database for `user`. `device_url` and `authorize_url`: where a person is asked, for providers that are not known.

    `refresh_token_file` is where `refresh_token` was read from and may be read again, since whoever authorises anew
    writes there; None where the token stood in the environment.
    """

    token_url: SplitResult
    client_id: str
    client_secret: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    refresh_token_file: Path | None = None
    scope: str = ""
    device_url: SplitResult | None = None
    authorize_url: SplitResult | None = None
    user: str = ""


def bearer(url: SplitResult | None, oauth: OAuth | None) -> OAuth | None:
    """`oauth` for its user where the URL names one without a password, else None: a password that is given is used."""
    if oauth is None or url is None or not url.username or url.password is not None:
        return None
    return replace(oauth, user=unquote(url.username).lower())


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


def _oauth(prefix: str, number: str, env: Mapping[str, str], *, testing: bool) -> OAuth | None:
    """The OAuth settings of one mailbox; what is not set for the further one is that of the first."""
    found, files = {}, {}
    for setting in OAUTH_SETTINGS:
        names = [f"{prefix}_OAUTH_{setting}{number}", f"{prefix}_OAUTH_{setting}"]
        name = next((n for n in names if env.get(n) or env.get(f"{n}_FILE")), names[-1])
        found[setting], files[setting] = variable(name, env), env.get(f"{name}_FILE", "")
    if not any(found.values()):
        return None
    url, device, consent = (
        _provider_url(f"{prefix}_OAUTH_{name}", found[name], testing=testing)
        for name in ("TOKEN_URL", "DEVICE_URL", "AUTHORIZE_URL")
    )
    if url is None or not found["CLIENT_ID"]:
        raise ConfigError(f"{prefix}_OAUTH: TOKEN_URL and CLIENT_ID are needed")
    file = files["REFRESH_TOKEN"]
    return OAuth(
        url, found["CLIENT_ID"], found["CLIENT_SECRET"], found["REFRESH_TOKEN"], Path(file) if file else None,
        found["SCOPE"], device, consent,
    )  # fmt: skip


def _provider_url(name: str, text: str, *, testing: bool) -> SplitResult | None:
    url = url_in(name, ("https", "http"), {name: text})
    if url is None:
        return None
    if url.username is not None or (url.scheme != "https" and not (testing and url.hostname in LOOPBACK_HOSTS)):
        raise ConfigError(f"{name}: a URL with https:// and without a user is needed")
    return url


def _inbox(prefix: str, number: str, env: Mapping[str, str], *, testing: bool) -> Inbox | None:
    url = url_in(f"{prefix}_IMAP_URL{number}", IMAP_SCHEMES, env)
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
        smtp=url_in(f"{prefix}_SMTP_URL", SMTP_SCHEMES, env),
        authserv_id=authserv_id,
        address=variable(f"{prefix}_ADDRESS", env).lower(),
        plus_address=variable(f"{prefix}_PLUS_ADDRESS", env) == "1",
        staff_mail=bool(authserv_id) and staff_mail != "0",
        handled_folder=first.handled_folder if first else "",
        oauth=_oauth(prefix, "", env, testing=testing),
        more=more,
    )
