"""Sessions that live on the server: the cookie is a random token, the row holds only its hash and can end at any time.

Only somebody who proved who they are has a row. A visitor's form token and the notices of one page to the next travel
in a small signed cookie, so that no GET of a visitor ever writes.
"""

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Request, Response, request
from flask import session as flask_session
from flask.sessions import SessionInterface, SessionMixin
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import delete, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, joinedload

from helpdesk.store.db import db, unit_of_work
from helpdesk.store.people_models import StaffUser, WebSession
from helpdesk.tickets.permission import Staff
from helpdesk.usecases.people import hash_token, staff_of
from helpdesk.web.work import READING_METHODS, context

log = logging.getLogger(__name__)

STAFF_IDLE, STAFF_ABSOLUTE = timedelta(hours=8), timedelta(hours=12)
REQUESTER_IDLE, REQUESTER_ABSOLUTE = timedelta(days=30), timedelta(days=180)
TOUCH_EVERY = timedelta(minutes=5)
VISIT_SECONDS = 30 * 24 * 3600
CARRIED = "_flashes"
FORM_TOKEN = "csrf_token"  # noqa: S105 - the name of a field


@dataclass(frozen=True, slots=True)
class Known:
    """What the row of a session says. `staff` is None for a requester; times are aware UTC."""

    token_hash: str
    data: dict[str, Any]
    created_at: datetime
    seen_at: datetime
    staff: Staff | None
    language: str


class BrowserSession(dict[str, Any], SessionMixin):
    """The session of this request: a visitor's until `load` finds the row of somebody known."""

    def __init__(self, token: str, visit: dict[str, Any]) -> None:
        super().__init__(visit)
        self.new = not token
        self.token = token
        self.known: Known | None = None
        self.visit = dict(visit)
        self.loaded = False
        self.sent_token: str | None = None
        self.sent_max_age: int | None = None

    def load(self) -> None:
        """Find the row that the cookie's token opens; a wrong, ended or revoked one leaves a visitor."""
        found = _row(self.token) if self.token else None
        self.loaded = True
        if found is None:
            return
        row, user = found
        carried = {k: v for k, v in self.items() if k == CARRIED}
        self.clear()
        self.update({**row.data, **carried})
        self.known = Known(
            token_hash=row.token_hash,
            data=dict(row.data),
            created_at=row.created_at,
            seen_at=row.seen_at,
            staff=staff_of(user) if user else None,
            language=user.language if user else "",
        )

    def kept(self) -> dict[str, Any]:
        """What belongs into the row."""
        return {k: v for k, v in self.items() if k != CARRIED}


def _limits(*, staff: bool) -> tuple[timedelta, timedelta]:
    return (STAFF_IDLE, STAFF_ABSOLUTE) if staff else (REQUESTER_IDLE, REQUESTER_ABSOLUTE)


def _expiry(created_at: datetime, now: datetime, *, staff: bool) -> datetime:
    idle, absolute = _limits(staff=staff)
    return min(now + idle, created_at + absolute)


def _row(token: str) -> tuple[WebSession, StaffUser | None] | None:
    """The living row of a token and its user, in one query."""
    found = db.session.execute(
        select(WebSession, StaffUser)
        .outerjoin(StaffUser, StaffUser.id == WebSession.user_id)
        .options(joinedload(StaffUser.memberships))
        .where(WebSession.token_hash == hash_token(token))
    )
    pair = found.unique().first()
    if pair is None:
        return None
    row: WebSession = pair[0]
    user: StaffUser | None = pair[1]
    gone = row.user_id is not None and (user is None or not user.active)
    return None if gone or row.expires_at <= context().now else (row, user)


def current() -> BrowserSession:
    """The session of this request."""
    found = flask_session._get_current_object()  # type: ignore[attr-defined]
    assert isinstance(found, BrowserSession)
    return found


def begin(database: Session, now: datetime, *, user_id: int | None = None, **data: Any) -> None:
    """Begin a session under a new token, in the caller's unit of work: after a sign-in, or a proved address.

    The old token, whoever made it, opens nothing any more; sessions that have ended are removed on this occasion.
    """
    mine = current()
    end(database)
    token = secrets.token_urlsafe(32)
    data[FORM_TOKEN] = secrets.token_hex(20)
    database.execute(delete(WebSession).where(WebSession.expires_at <= now))
    database.add(
        WebSession(
            token_hash=hash_token(token),
            user_id=user_id,
            data=data,
            created_at=now,
            seen_at=now,
            expires_at=_expiry(now, now, staff=user_id is not None),
        )
    )
    mine.sent_token = token
    mine.sent_max_age = None if user_id is not None else int(REQUESTER_IDLE.total_seconds())


def end(database: Session) -> None:
    """End the session of this request at once, in the caller's unit of work."""
    mine = current()
    if mine.token:
        database.execute(delete(WebSession).where(WebSession.token_hash == hash_token(mine.token)))
    mine.clear()
    mine.known, mine.sent_token = None, ""


class RowSessions(SessionInterface):
    """Flask's door to these sessions."""

    def __init__(self, secret: str, *, secure: bool) -> None:
        prefix = "__Host-" if secure else ""
        self._secure = secure
        self.cookie, self.visit_cookie = f"{prefix}helpdesk", f"{prefix}helpdesk-visit"
        self._signer = URLSafeTimedSerializer(secret, salt="visit")

    def open_session(self, _app: Flask, request: Request) -> BrowserSession:
        """Read the cookies; the row is looked up by the one check that every route passes."""
        return BrowserSession(request.cookies.get(self.cookie, "")[:200], self._visit(request))

    def _visit(self, request: Request) -> dict[str, Any]:
        sent = request.cookies.get(self.visit_cookie, "")
        try:
            visit = self._signer.loads(sent, max_age=VISIT_SECONDS) if sent else {}
        except BadData:
            return {}
        return visit if isinstance(visit, dict) else {}

    def save_session(self, _app: Flask, session: SessionMixin, response: Response) -> None:
        """Send the cookies that have changed and write the row that has."""
        if not isinstance(session, BrowserSession) or not session.loaded:
            return
        if session.sent_token is not None:
            self._send(response, self.cookie, session.sent_token, session.sent_max_age)
        elif session.known:
            _store(session, session.known)
        signed_in = bool(session.known or session.sent_token)
        visit = {k: v for k, v in session.items() if k == CARRIED or not signed_in}
        if visit != session.visit:
            self._send(response, self.visit_cookie, self._sealed(visit), VISIT_SECONDS)
        response.vary.add("Cookie")

    def _sealed(self, visit: dict[str, Any]) -> str:
        return str(self._signer.dumps(visit)) if visit else ""

    def _send(self, response: Response, name: str, value: str, max_age: int | None) -> None:
        if value:
            response.set_cookie(
                name, value, max_age=max_age, path="/", httponly=True, secure=self._secure, samesite="Lax"
            )
        else:
            response.delete_cookie(name, path="/", httponly=True, secure=self._secure, samesite="Lax")


def _wants_touch(known: Known) -> bool:
    """True every few minutes of use; what a page fetches on its own (polling) is no use."""
    by_itself = request.headers.get("Sec-Fetch-Dest") == "empty" and request.method in READING_METHODS
    return not by_itself and context().now - known.seen_at >= TOUCH_EVERY


def _store(session: BrowserSession, known: Known) -> None:
    """Write the row of a known session where it has changed, or where it was last seen some minutes ago."""
    changed = session.kept() != known.data
    if changed and request.method in READING_METHODS:
        raise RuntimeError("a request that only reads may not change the session")
    if not changed and not _wants_touch(known):
        return
    now = context().now
    expires_at = _expiry(known.created_at, now, staff=known.staff is not None)
    row = update(WebSession).where(WebSession.token_hash == known.token_hash)
    try:
        with unit_of_work() as database:
            database.execute(row.values(data=session.kept(), seen_at=now, expires_at=expires_at))
    except SQLAlchemyError:
        log.warning("a session could not be written")
