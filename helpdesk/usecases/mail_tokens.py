"""Access tokens for mail accounts: kept sealed, refreshed early and by one process at a time, rotated without a loss.

The refreshing itself happens outside any transaction, under a lease in the grant's row. What the provider rotated is
committed before the new access token is used anywhere.
"""

import base64
import hashlib
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import or_, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from helpdesk.channels.base import ChannelError
from helpdesk.channels.email.oauth import Granted, request_token
from helpdesk.config import OAuth
from helpdesk.failpoints import failpoint
from helpdesk.store.db import reading, unit_of_work
from helpdesk.store.grant_models import OAuthGrant
from helpdesk.timepiece import Now

log = logging.getLogger(__name__)

REFRESH_AFTER = 0.8
"""The part of a token's life after which a new one is asked for."""
LEASE = timedelta(seconds=60)
"""Longer than any answer of a provider is waited for."""
ASK_AGAIN_AFTER = timedelta(hours=1)
"""A provider that refused is asked again so late, in case an administrator there has mended it."""
FRESH = timedelta(minutes=5)
"""A token that a mail server refuses though it is so young is not replaced: the fault lies elsewhere."""
HARDLY_VALID = timedelta(seconds=60)
KEEP_AGAIN_AFTER = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between the tries to keep what was granted: a rotated refresh token cannot be had again."""
NOBODY_YET = "nobody has authorised this mailbox yet: helpdesk mail authorise"
WAIT_SECONDS, LOOK_SECONDS = 45.0, 0.2


@dataclass(frozen=True, slots=True)
class _Held:
    """What the grant's row says, opened."""

    access_token: str
    refresh_token: str
    issued_at: datetime | None
    refresh_at: datetime | None
    expires_at: datetime | None
    refused_at: datetime | None
    error: str


class Tokens:
    """The access tokens of all mail accounts. Needs an application context at each call; may be shared by threads."""

    def __init__(self, secret_key: str, now: Now, ask: Callable[[OAuth, str], Granted] = request_token) -> None:
        self._seal = Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"mail grants:" + secret_key.encode()).digest()))
        self._now, self._ask = now, ask

    def access_token(self, oauth: OAuth, refused: str = "") -> str:
        """An access token that holds, another one than `refused` by a mail server.

        Raises ChannelError: `permanent` where somebody must authorise anew; otherwise the provider does not answer.
        """
        oauth = _as_it_stands_now(oauth)
        key, end = _key(oauth), time.monotonic() + WAIT_SECONDS
        while True:
            with reading() as session:
                held = self._held(session, key)
            if held is not None and (token := self._usable(held, refused)):
                return token
            if lease := self._take_lease(key):
                return self._refreshed(oauth, key, lease, refused)
            if time.monotonic() > end:
                raise ChannelError("identity provider: another process waits for its answer")
            time.sleep(LOOK_SECONDS)

    def _usable(self, held: _Held, refused: str) -> str:
        """The token that is there, '' when a new one is needed. Raises ChannelError where none is to be had."""
        now = self._now()
        if held.refused_at is not None and now < held.refused_at + ASK_AGAIN_AFTER:
            raise ChannelError(held.error, permanent=True)
        if refused and held.access_token == refused:
            if held.issued_at is not None and now < held.issued_at + FRESH:
                raise ChannelError("the mail server refuses a token that was just granted", permanent=True)
            return ""
        return held.access_token if held.refresh_at is not None and now < held.refresh_at else ""

    def _refreshed(self, oauth: OAuth, key: str, lease: str, refused: str) -> str:
        began = self._now()
        with reading() as session:
            held = self._held(session, key)
        assert held is not None
        if held.access_token != refused and held.refresh_at is not None and began < held.refresh_at:
            self._release(key, lease)  # somebody else was just done with it
            return held.access_token
        try:
            granted = self._granted(oauth, held.refresh_token or oauth.refresh_token)
        except ChannelError as error:
            self._release(key, lease, error)
            if not error.permanent and _still_valid(held, began, refused):
                log.warning("the last access token is used on: %s", error)
                return held.access_token
            raise
        except BaseException:
            self._release(key, lease)
            raise
        for pause in (*KEEP_AGAIN_AFTER, None):
            try:
                self._keep(key, granted, began)
                break
            except SQLAlchemyError as error:
                if pause is None:
                    raise
                log.warning("a grant could not be kept yet: %s", type(error).__name__)
                time.sleep(pause)
        return granted.access_token

    def _granted(self, oauth: OAuth, refresh_token: str) -> Granted:
        if not refresh_token and not oauth.client_secret:
            raise ChannelError(NOBODY_YET, permanent=True)
        return self._ask(oauth, refresh_token)

    def authorise(self, oauth: OAuth, granted: Granted) -> None:
        """Keep what a person has just granted for this account; processes that wait for it go on by themselves."""
        oauth = _as_it_stands_now(oauth)
        key, began = _key(oauth), self._now()
        with unit_of_work() as session:
            if session.get(OAuthGrant, key) is None:
                session.add(OAuthGrant(key=key))
        self._keep(key, granted, began)

    def _held(self, session: Session, key: str) -> _Held | None:
        row = session.get(OAuthGrant, key)
        if row is None:
            return None
        times = (row.issued_at, row.refresh_at, row.expires_at, row.refused_at)
        return _Held(self._opened(row.access_token), self._opened(row.refresh_token), *times, row.error)

    def _take_lease(self, key: str) -> str:
        """A name for this refreshing, '' when somebody else is at it."""
        lease, now = secrets.token_hex(8), self._now()
        free = or_(OAuthGrant.lease_until.is_(None), OAuthGrant.lease_until < now)
        mine = update(OAuthGrant).where(OAuthGrant.key == key, free)
        try:
            with unit_of_work() as session:
                if session.get(OAuthGrant, key) is None:
                    session.add(OAuthGrant(key=key))
                    session.flush()
                taken = session.scalar(mine.values(lease=lease, lease_until=now + LEASE).returning(OAuthGrant.key))
        except IntegrityError:  # another process made the row at this very moment
            return ""
        return lease if taken else ""

    def _release(self, key: str, lease: str, error: ChannelError | None = None) -> None:
        values: dict[str, object] = {"lease": "", "lease_until": None}
        if error is not None and error.permanent:
            values |= {"refused_at": self._now(), "error": str(error)[:500]}
        with unit_of_work() as session:
            mine = update(OAuthGrant).where(OAuthGrant.key == key, OAuthGrant.lease == lease)
            session.execute(mine.values(values))

    def _keep(self, key: str, granted: Granted, began: datetime) -> None:
        """What was granted, whoever holds the lease by now: a rotated refresh token is the only one that is left."""
        failpoint("admin.oauth_after_refresh_before_store")
        life = timedelta(seconds=granted.seconds)
        values: dict[str, object] = {
            "access_token": self._sealed(granted.access_token),
            "issued_at": began,
            "refresh_at": began + REFRESH_AFTER * life,
            "expires_at": began + life,
            "refused_at": None,
            "error": "",
            "lease": "",
            "lease_until": None,
        }
        if granted.refresh_token:
            values["refresh_token"] = self._sealed(granted.refresh_token)
        with unit_of_work() as session:
            session.execute(update(OAuthGrant).where(OAuthGrant.key == key).values(values))

    def _sealed(self, text: str) -> str:
        return self._seal.encrypt(text.encode()).decode("ascii")

    def _opened(self, sealed: str) -> str:
        """What was sealed; '' after a change of the secret key, when the configured grant has to do again."""
        try:
            return self._seal.decrypt(sealed.encode()).decode() if sealed else ""
        except InvalidToken:
            return ""


def _still_valid(held: _Held, now: datetime, refused: str) -> bool:
    end = held.expires_at
    return bool(held.access_token) and held.access_token != refused and end is not None and now < end - HARDLY_VALID


def _key(oauth: OAuth) -> str:
    own = (oauth.refresh_token,) if oauth.refresh_token else (oauth.client_secret, oauth.user)
    parts = (oauth.token_url.geturl(), oauth.client_id, oauth.scope, *own)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _as_it_stands_now(oauth: OAuth) -> OAuth:
    """With the refresh token that its file holds now: whoever authorises anew need not restart anything."""
    if oauth.refresh_token_file is None:
        return oauth
    try:
        written = Path(oauth.refresh_token_file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return oauth
    return replace(oauth, refresh_token=written) if written else oauth
