"""S24: what is written is for its owner alone, whatever the umask says."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from helpdesk.channels.email.lmtp import _socket
from helpdesk.store.blobs import BlobStore


@pytest.fixture
def open_to_all() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> set[tuple[bool, int]]:
    """(is a folder, its mode) of a folder and of all below it."""
    return {(path.is_dir(), path.stat().st_mode & 0o777) for path in (folder, *folder.rglob("*"))}


def test_files_and_folders_of_attachments_are_private(tmp_path: Path, open_to_all: None) -> None:
    BlobStore(tmp_path).put(b"rahasia", Session())
    assert modes(tmp_path / "blobs") == {(True, 0o700), (False, 0o600)}


def test_the_socket_of_the_transfer_agent_is_for_user_and_group(tmp_path: Path, open_to_all: None) -> None:
    with _socket(tmp_path / "lmtp"):
        assert (tmp_path / "lmtp").stat().st_mode & 0o777 == 0o660


def test_a_new_installation_is_private(tmp_path: Path, open_to_all: None) -> None:
    env = {**os.environ, "HELPDESK_DATA": str(tmp_path / "var"), "HELPDESK_SECRET_KEY": "only-for-the-tests-0123456789"}
    env.pop("HELPDESK_DATABASE_URL", None)
    subprocess.run([sys.executable, "-m", "helpdesk", "init"], env=env, check=True, capture_output=True, timeout=60)
    assert modes(tmp_path / "var") == {(True, 0o700), (False, 0o600)}
