"""The catalogue in force: a file that is read again when it changes, and kept as it was while the new one is faulty."""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Self

from helpdesk.catalog.errors import CatalogError, CatalogErrors
from helpdesk.catalog.load import load_file
from helpdesk.catalog.model import Catalog

log = logging.getLogger(__name__)

LOOK_EVERY = 2.0
"""Seconds between two looks at the file."""

_Stamp = tuple[int, int, int]


class CatalogSource:
    """Gives the catalogue in force. Safe for several threads; a call costs nothing while the file is unchanged.

    `faults` are those of the file as it now stands, empty while it is the one in force.
    """

    def __init__(
        self, catalog: Catalog, path: Path | None = None, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """A source that never changes where `path` is None; `monotonic` gives seconds."""
        self.faults: tuple[CatalogError, ...] = ()
        self._catalog, self._path, self._monotonic = catalog, path, monotonic
        self._lock = Lock()
        self._seen = _stamp(path)
        self._look_at = monotonic() + LOOK_EVERY

    @classmethod
    def open(cls, path: Path) -> Self:
        """The source of the file at `path`. Raises CatalogErrors when it cannot be loaded: nothing is in force yet."""
        return cls(load_file(path), path)

    def current(self) -> Catalog:
        """The catalogue in force; looks at the file at most every two seconds."""
        if self._path is not None and self._monotonic() >= self._look_at and self._lock.acquire(blocking=False):
            try:
                self._look(self._path)
            finally:
                self._lock.release()
        return self._catalog

    def _look(self, path: Path) -> None:
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
        if fresh.edition != self._catalog.edition:
            log.info("the catalogue %s is in force", fresh.edition)
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
