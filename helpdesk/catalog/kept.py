"""A loaded catalogue kept between the starts of short commands: reading it back takes a tenth of loading the file.

The copy lies in the user's own cache folder and is only believed there: a folder and a file that nobody else may
write. It is named after everything that it was made from, so a changed file or program never finds an old one.
"""

import os
import pickle
import stat
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from helpdesk.catalog.load import load_file
from helpdesk.catalog.model import Catalog

KEPT_AT_MOST = 8
"""Copies; the oldest go first."""


def load_kept(path: Path) -> Catalog:
    """The catalogue in the file at `path`, from the kept copy where there is a good one.

    Raises CatalogErrors like `load_file`. A faulty file is never kept, and so is always read.
    """
    copy = _copy_of(path)
    kept = _read(copy) if copy else None
    if kept is not None:
        return kept
    catalog = load_file(path)
    if copy is not None:
        with suppress(OSError):
            _write(copy, catalog)
    return catalog


def _copy_of(path: Path) -> Path | None:
    """Where the copy of this file, read by this program, belongs; None where none can be kept."""
    folder = os.environ.get("XDG_CACHE_HOME") or os.environ.get("HOME")
    if not folder or not Path(folder).is_absolute():
        return None
    made_of = sha256()
    try:
        made_of.update(path.read_bytes())
        for module in sorted((*Path(__file__).parent.glob("*.py"), *_norms())):
            at = module.stat()
            made_of.update(f"{module}:{at.st_size}:{at.st_mtime_ns}\n".encode())
    except OSError:
        return None
    place = Path(folder) if os.environ.get("XDG_CACHE_HOME") else Path(folder) / ".cache"
    return place / "helpdesk" / f"catalog-{made_of.hexdigest()}.pickle"


def _norms() -> tuple[Path, Path]:
    """The modules outside this room whose classes a catalogue is made of."""
    package = Path(__file__).parent.parent
    return package / "sla" / "norms.py", package / "tickets" / "words.py"


def _read(copy: Path) -> Catalog | None:
    if not (_ours_alone(copy.parent) and _ours_alone(copy)):
        return None
    try:
        kept = pickle.loads(copy.read_bytes())  # noqa: S301 - our own file in a folder that only we can write
    except Exception:  # noqa: BLE001 - a broken copy is no copy, however it is broken
        return None
    return kept if isinstance(kept, Catalog) else None


def _ours_alone(path: Path) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    writable = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return found.st_uid == os.geteuid() and not writable and not stat.S_ISLNK(found.st_mode)


def _write(copy: Path, catalog: Catalog) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not _ours_alone(copy.parent):
        return
    draft = copy.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        pickle.dump(catalog, file, pickle.HIGHEST_PROTOCOL)
    draft.replace(copy)
    old = sorted(copy.parent.glob("catalog-*.pickle"), key=lambda p: p.stat().st_mtime, reverse=True)
    for forgotten in old[KEPT_AT_MOST:]:
        forgotten.unlink(missing_ok=True)
