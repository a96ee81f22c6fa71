"""The editions of the catalogue: what an item demanded when a ticket was received (behaviour section 4).

Norms, requirements and wording are those of the ticket's edition; calendars, desks and groups are always today's.
"""

import logging
from datetime import datetime
from functools import lru_cache

from sqlalchemy import exists, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from helpdesk.catalog.load import CatalogErrors, load_text
from helpdesk.catalog.model import Catalog, Item
from helpdesk.store.catalog_models import CatalogEdition
from helpdesk.store.db import db

log = logging.getLogger(__name__)

_MARK = "#"
"""In the name of every edition; tickets from before editions were kept have a bare version."""


def keep_edition(session: Session, catalog: Catalog, now: datetime) -> None:
    """Keep the text of the catalogue unless it is kept already, in the transaction of the ticket that needs it."""
    if session.scalar(select(exists().where(CatalogEdition.id == catalog.edition))):
        return
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {
        "id": catalog.edition,
        "version": catalog.version,
        "valid_from": catalog.valid_from,
        "text": catalog.source,
        "first_used_at": now,
    }
    # Another process may open its first ticket at the same moment.
    session.execute(insert(CatalogEdition).values(values).on_conflict_do_nothing())


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
