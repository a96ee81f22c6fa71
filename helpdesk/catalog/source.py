"""The catalogue in force: a file that is read again when it changes, and kept as it was while the new one is faulty or
not valid yet.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Self

from helpdesk.catalog.errors import CatalogError, CatalogErrors
from helpdesk.catalog.load import load_file
from helpdesk.catalog.model import Catalog
from helpdesk.catalog.validity import begins_at, has_to_wait
from helpdesk.failpoints import failpoint

log = logging.getLogger(__name__)

LOOK_EVERY = 2.0
"""Seconds between two looks at the file."""

_Stamp = tuple[int, int, int]


class CatalogSource:
    """Gives the catalogue in force. Safe for several threads; a call costs nothing while the file is unchanged.

    `faults` are those of the file as it now stands, empty while it can be used. `waiting` is the catalogue of the file
    while it is not valid yet. `recall` gives the one that was in force before this process began, None for none; it is
    asked once, and only where the file is not valid yet.
    """

    def __init__(
        self, catalog: Catalog, path: Path | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """A source that never changes where `path` is None; `monotonic` gives seconds."""
        self.faults: tuple[CatalogError, ...] = ()
        self.waiting: Catalog | None = None
        self.recall: Callable[[], Catalog | None] = lambda: None
        self._catalog, self._path, self._monotonic = catalog, path, monotonic
        self._lock = Lock()
        self._waits_until = begins_at(catalog)
        self._begun = path is None
        self._seen = _stamp(path)
        self._look_at = monotonic() + LOOK_EVERY

    @classmethod
    def open(cls, path: Path) -> Self:
        """The source of the file at `path`. Raises CatalogErrors when it cannot be loaded: nothing is in force yet."""
        return cls(load_file(path), path)

    @property
    def newest(self) -> Catalog:
        """The catalogue of the file when it was last without fault: the one that waits, else the one in force."""
        waiting = self.waiting
        return self._catalog if waiting is None else waiting

    def current(self, now: datetime) -> Catalog:
        """The catalogue in force at `now` (aware); looks at the file at most every two seconds."""
        if not self._begun:
            with self._lock:
                self._begin(now)
        if self._path is not None and self._monotonic() >= self._look_at and self._lock.acquire(blocking=False):
            try:
                self._look(self._path, now)
            except Exception:  # whatever a changed file provokes, the one in force stays, and the next look tries again
                log.exception("the changed catalogue could not be taken into force")
                self._seen = None
            finally:
                self._lock.release()
        if self.waiting is not None and now >= self._waits_until:
            self._end_wait(now)
        return self._catalog

    def _end_wait(self, now: datetime) -> None:
        with self._lock:
            if self.waiting is not None:
                self._take(self.waiting, now)

    def _begin(self, now: datetime) -> None:
        """A file that is not valid yet does not come into force by a restart."""
        if self._begun:
            return
        before = self.recall() if now < begins_at(self._catalog) else None
        if before is not None:
            self._catalog, fresh = before, self._catalog
            self._take(fresh, now)
        elif now < begins_at(self._catalog):
            log.warning("the catalogue %s is in force before its date: there is none before it", self._catalog.edition)
        self._begun = True

    def _look(self, path: Path, now: datetime) -> None:
        self._look_at = self._monotonic() + LOOK_EVERY
        stamp = _stamp(path)
        if stamp == self._seen:
            return
        self._seen = stamp
        try:
            fresh = load_file(path)
            _refuse_losses(self._catalog, fresh, str(path.name))
        except CatalogErrors as found:
            self.faults = found.errors
            log.error(
                "the changed catalogue is not taken into force: %s (%d faults)", found.errors[0], len(self.faults)
            )
            return
        self.faults = ()
        self._take(fresh, now)

    def _take(self, fresh: Catalog, now: datetime) -> None:
        """Take the file's catalogue into force, or let it wait for its day."""
        if has_to_wait(fresh, self._catalog, now):
            self.waiting, self._waits_until = fresh, begins_at(fresh)
            log.info("the catalogue %s waits for %s", fresh.edition, fresh.valid_from)
            return
        self.waiting = None
        if fresh.edition != self._catalog.edition:
            log.info("the catalogue %s is in force", fresh.edition)
            failpoint("admin.catalog_loaded_before_swap")
            self._catalog = fresh


def _stamp(path: Path | None) -> _Stamp | None:
    try:
        found = path.stat() if path else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino) if found else None


def _refuse_losses(old: Catalog, new: Catalog, name: str) -> None:
    """Desks and groups may hold open tickets, so a running system does not lose them. Raises CatalogErrors."""
    lost = [f"the desk {desk} is missing" for desk in old.desks if desk not in new.desks]
    lost += [f"the group {group} is missing" for group in old.groups if group not in new.groups]
    lost += [
        f"the desk {desk.id} no longer has the group {group}"
        for desk in old.desks.values()
        if desk.id in new.desks
        for group in desk.groups
        if group in new.groups and group not in new.desks[desk.id].groups
    ]
    if lost:
        errors = (CatalogError(name, 1, 1, f"{loss}; it may hold tickets: take it away while stopped") for loss in lost)
        raise CatalogErrors(tuple(errors))
