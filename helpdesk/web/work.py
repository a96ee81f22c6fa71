"""One request, one unit of work: GET only reads; every other method writes and commits exactly once, when it succeeded.

What a view needs of its surroundings (the catalogue, the settings, the present) stands here too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, Response, current_app, g, has_request_context, request
from sqlalchemy import event
from sqlalchemy.orm import Session

from helpdesk.catalog.model import Catalog
from helpdesk.catalog.source import CatalogSource
from helpdesk.config import Settings
from helpdesk.failpoints import failpoint
from helpdesk.store.db import db, writing
from helpdesk.timepiece import Now
from helpdesk.usecases.context import Context

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_View = TypeVar("_View", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an application holds for its whole life."""

    source: CatalogSource
    settings: Settings
    clock: Now

    @property
    def catalog(self) -> Catalog:
        """The catalogue in force."""
        return self.source.current(self.clock())


def surroundings() -> Surroundings:
    """The surroundings of the current application."""
    found: Surroundings = current_app.extensions["helpdesk"]
    return found


def context() -> Context:
    """The context of this request; its `now` stands still until the answer is made."""
    if "context" not in g:
        of = surroundings()
        now = of.clock()
        g.context = Context(of.source.current(now), of.settings, now)
    found: Context = g.context
    return found


def database() -> Session:
    """The session of this request's unit of work."""
    return db.session()


def keep() -> None:
    """Commit although the answer will be a refusal: what was counted (a wrong code) must stay."""
    g.keep = True


def undo() -> None:
    """Take back what this request has changed so far, for a page that shows a refusal itself."""
    db.session.rollback()


def own_units(view: _View) -> _View:
    """Mark a view that opens its units of work itself, for slow work that must not hold the database's write lock."""
    view.own_units = True  # type: ignore[attr-defined]
    return view


class Desk(Flask):
    """Flask, with a unit of work around every view."""

    def dispatch_request(self) -> Any:
        """Call the view; roll back when it fails or refuses, and always for methods that only read."""
        view = self.view_functions.get(request.endpoint or "")
        if getattr(view, "own_units", False):
            db.session.remove()
            return super().dispatch_request()
        if request.method in READING_METHODS:
            try:
                return super().dispatch_request()
            finally:
                db.session.remove()
        return self._write()

    def _write(self) -> Response:
        db.session.remove()  # what was read to know the caller is over: the writing transaction begins anew
        with writing():
            try:
                answer: Response = self.make_response(super().dispatch_request())
                if answer.status_code < 400 or g.get("keep"):
                    db.session.commit()
                    failpoint("web.after_commit_before_response")
                return answer
            finally:
                db.session.remove()


def _refuse_stray_writes(session: Session, _flush: object, _instances: object) -> None:
    """A write in a reading request fails loudly; without this it would only be rolled back."""
    if (
        has_request_context()
        and request.method in READING_METHODS
        and (session.new or session.dirty or session.deleted)
    ):
        raise RuntimeError("a request that only reads may not write")


event.listen(db.session, "before_flush", _refuse_stray_writes)
