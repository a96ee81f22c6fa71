"""Files outlive a loss of power: their bytes, then the folders that name them, then the rows; each folder once."""

import os
from pathlib import Path

import pytest
from sqlalchemy import event

from helpdesk.store.db import db
from helpdesk.usecases.batches import Delivery, store_and_process_all
from helpdesk.usecases.processing import Stored
from tests.usecases.conftest import MEDAN, Office
from tests.usecases.outgoing import ONE_DATABASE
from tests.usecases.post import Post, letter, with_file


@ONE_DATABASE
def test_folders_are_synced_once_for_a_batch_before_its_commit_and_never_without_files(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    fsync = os.fsync

    def seen(handle: int) -> None:
        path = Path(f"/proc/self/fd/{handle}").readlink()
        done.append("file" if path.is_file() else path.name)
        fsync(handle)

    monkeypatch.setattr(os, "fsync", seen)
    event.listen(db.engine, "commit", lambda _connection: done.append("commit"))
    mails = [with_file("Terlampir.", f"{n}.pdf", Message_ID=f"<{n}@k>") for n in range(3)]
    desk = Post(office).desk
    store_and_process_all(
        desk, [Delivery(Stored(raw, office.now(), MEDAN), "email", f"x:{n}", "imap") for n, raw in enumerate(mails)]
    )
    groups = [words.split() for words in " ".join(done).split("commit")]
    assert done[-1] == "commit", "nothing is left to sync behind it"
    assert sum(group.count("file") for group in groups) == 1, "the three files are one"
    with_files = [group for group in groups if group]
    assert with_files[0][0] == "file", "the bytes first"
    for group in with_files:
        folders = [name for name in group if name != "file"]
        assert len(folders) == len(set(folders)) == 3, "once a group"
        assert {"blobs", office.settings.data.name} < set(folders)
    done.clear()
    Post(office).arrives(letter("tanpa berkas"))
    assert set(done) == {"commit"}
