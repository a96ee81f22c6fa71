"""The editions of the catalogue: what an item demanded when a ticket was received (behaviour section 4).

Norms, requirements and wording are those of the ticket's edition; calendars, desks and groups are always today's.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache

from flask import Flask
from sqlalchemy import bindparam, exists, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from helpdesk.catalog.load import CatalogErrors, load_text
from helpdesk.catalog.model import Catalog, Desk, Item
from helpdesk.catalog.validity import begins_at, has_to_wait
from helpdesk.store.behind import APART
from helpdesk.store.catalog_models import CatalogEdition
from helpdesk.store.db import db, reading

log = logging.getLogger(__name__)

_LAST_IN_FORCE = select(CatalogEdition.id).order_by(CatalogEdition.in_force_at.desc()).limit(1)
_IS_KEPT = select(exists().where(CatalogEdition.id == bindparam("edition"))).execution_options(**APART)
_SEEN = "kept edition"
"""In a session's info: the edition that the database was seen to hold."""
_MARK = "#"
"""In the name of every edition; tickets from before editions were kept have a bare version."""


def keep_edition(session: Session, catalog: Catalog, now: datetime) -> None:
    """Keep the text of the catalogue unless it is kept already, in the transaction of the ticket that needs it."""
    if session.info.get(_SEEN) == catalog.edition:
        return
    if session.connection().execute(_IS_KEPT, {"edition": catalog.edition}).scalar():
        session.info[_SEEN] = catalog.edition
        return
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {
        "id": catalog.edition,
        "version": catalog.version,
        "valid_from": catalog.valid_from,
        "text": catalog.source,
        "first_used_at": now,
        "in_force_at": now,
    }
    # Another process may open its first ticket at the same moment.
    session.execute(insert(CatalogEdition).values(values).on_conflict_do_nothing().execution_options(**APART))


def note_in_force(session: Session, catalog: Catalog, now: datetime) -> None:
    """Remember that the catalogue has come into force, for processes that start while its file already holds the next.

    `now` is aware; called once for each edition that a worker sees come into force.
    """
    keep_edition(session, catalog, now)
    if session.scalar(_LAST_IN_FORCE) != catalog.edition:
        session.execute(update(CatalogEdition).where(CatalogEdition.id == catalog.edition).values(in_force_at=now))


def recalled(app: Flask) -> Callable[[], Catalog | None]:
    """A function that gives the catalogue that was last in force, None where none was; for `CatalogSource.recall`."""

    def recall() -> Catalog | None:
        with app.app_context(), reading() as session:
            return last_in_force(session)

    return recall


def last_in_force(session: Session) -> Catalog | None:
    """The catalogue that was last in force; None where none was or its text can no longer be read."""
    edition = session.scalar(_LAST_IN_FORCE)
    return _kept(edition) if edition else None


def in_force_now(session: Session, catalog: Catalog, now: datetime) -> Catalog:
    """The catalogue in force while the file holds `catalog`: that one, unless it still waits for its day."""
    before = last_in_force(session) if now < begins_at(catalog) else None
    return before if before is not None and has_to_wait(catalog, before, now) else catalog


def edition_at(session: Session, catalog: Catalog, desk: Desk, received_at: datetime) -> str:
    """The edition that holds for a receipt: by the desk's calendar day, the one in force unless that one begins later.

    A mail of the last second before midnight is read after it, and staff record what came days ago.
    """
    day = received_at.astimezone(desk.zone).date()
    if day >= catalog.valid_from:
        return catalog.edition
    kept = select(CatalogEdition.id).where(CatalogEdition.valid_from <= day)
    newest_first = kept.order_by(CatalogEdition.valid_from.desc(), CatalogEdition.in_force_at.desc())
    return session.scalar(newest_first.limit(1)) or catalog.edition


def item_of(catalog: Catalog, item_id: str | None, edition: str | None) -> Item | None:
    """The item as it was in `edition`, else as it is in `catalog`, the one in force; None for none, and for one that
    neither has. Needs an application context for an edition that is not the one in force.
    """
    if not item_id:
        return None
    if edition and edition != catalog.edition and _MARK in edition:
        older = _kept(edition)
        if older is not None and item_id in older.items:
            return older.items[item_id]
    return catalog.items.get(item_id)


class _Unkept(LookupError):
    """No text of that edition is kept (the exception keeps it out of the cache)."""


def _kept(edition: str) -> Catalog | None:
    try:
        return _loaded(edition)
    except _Unkept:
        return None


@lru_cache(maxsize=64)
def _loaded(edition: str) -> Catalog | None:
    """The catalogue of an edition; its name carries the hash of its text, so one cache serves every database."""
    text = db.session.scalar(select(CatalogEdition.text).where(CatalogEdition.id == edition))
    if text is None:
        raise _Unkept(edition)
    try:
        return load_text(text, f"catalogue {edition}")
    except CatalogErrors as errors:
        log.error("the kept catalogue %s can no longer be read: %s", edition, errors.errors[0])
        return None
