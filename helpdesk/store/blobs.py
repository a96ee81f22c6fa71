"""Attachments in a folder, under the SHA-256 of their bytes; written and synced before any row names them."""

import contextlib
import hashlib
import os
import secrets
from pathlib import Path

from helpdesk.failpoints import failpoint


class BlobStore:
    """Content-addressed files below `<data>/blobs`, mode 0600, folders 0700, whatever the umask."""

    def __init__(self, data: Path) -> None:
        self._root = data / "blobs"

    def _path(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256

    def put(self, content: bytes) -> str:
        """Keep the bytes; the SHA-256 (hex). Safe with several processes. OSError when the disk refuses."""
        sha256 = hashlib.sha256(content).hexdigest()
        path = self._path(sha256)
        if not path.exists():
            self._write(path, content)
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
