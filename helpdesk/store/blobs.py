"""Attachments in a folder, under the SHA-256 of their bytes; written and synced before any row names them.

So are the folders that hold their names: after a loss of power a file without a name is lost as well. That is done once
for all that one transaction brings, right before it is committed.
"""

import contextlib
import hashlib
import os
import secrets
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.orm import Session

from helpdesk.failpoints import failpoint

_UNSYNCED = "folders of new files"


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@event.listens_for(Session, "before_commit")
def _sync_folders(session: Session) -> None:
    """An OSError ends the transaction: what names a file that may vanish must not be committed."""
    for folder in session.info.pop(_UNSYNCED, ()):
        _sync(folder)


class BlobStore:
    """Content-addressed files below `<data>/blobs`, mode 0600, folders 0700, whatever the umask."""

    def __init__(self, data: Path) -> None:
        self._root = data / "blobs"

    def _path(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256

    def put(self, content: bytes, session: Session) -> str:
        """Keep the bytes, for good once the session commits; the SHA-256 (hex). Safe with several processes.

        OSError when the disk refuses, then or at the commit.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        path = self._path(sha256)
        if not path.exists():
            self._write(path, content)
        # Also where it is there: whoever wrote it may not have come to this yet. A clean folder costs next to nothing.
        session.info.setdefault(_UNSYNCED, {}).update(dict.fromkeys((path.parent, self._root, self._root.parent)))
        failpoint("intake.blob_written_before_row")
        return sha256

    def _write(self, path: Path, content: bytes) -> None:
        for folder in (self._root, path.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content[: len(content) // 2])
                failpoint("intake.blob_half_written")
                file.write(content[len(content) // 2 :])
                file.flush()
                os.fsync(file.fileno())
            part.rename(path)
        except BaseException:
            with contextlib.suppress(OSError):
                part.unlink()
            raise

    def path(self, sha256: str) -> Path:
        """Where the bytes lie. FileNotFoundError when they do not."""
        path = self._path(sha256)
        if not path.is_file():
            raise FileNotFoundError(sha256)
        return path
