"""Reading mailboxes for real: what people, kills, restored backups and new accounts do to them, nothing is lost."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

import pytest
from imapclient import IMAPClient
from sqlalchemy import select

from helpdesk.catalog.source import CatalogSource
from helpdesk.channels.base import ChannelError
from helpdesk.channels.email.imap import Mailbox
from helpdesk.config import Inbox, MailAccount, mail_account
from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import Mailbox as Known
from helpdesk.store.mail_models import RawMessage
from helpdesk.store.room import is_low
from helpdesk.usecases.mailboxes import mailbox_for, note_configured, note_read, note_searched
from helpdesk.usecases.polling import compare, opened, poll
from helpdesk.worker import Worker, fetching
from helpdesk.worker.fetching import _has_room
from tests.servers import dovecot as dovecot_server
from tests.servers import ground, identity
from tests.servers.dovecot import Dovecot
from tests.servers.mail import MailServer
from tests.usecases.conftest import MEDAN, Office
from tests.usecases.outgoing import ONE_DATABASE
from tests.usecases.post import Post, letter

pytestmark = ONE_DATABASE


@pytest.fixture
def post(office: Office) -> Post:
    office.settings = replace(office.settings, take_all_mail=True)
    return Post(office)


@contextmanager
def connected(post: Post, server: MailServer | Dovecot, folder: str = "") -> Iterator[tuple[str, Mailbox]]:
    """The desk's mailbox, opened as the worker opens it."""
    with Mailbox(urlsplit(server.imap_url(MEDAN)), handled_folder=folder or None) as box:
        yield opened(post.desk, MEDAN, box, f"{MEDAN}@127.0.0.1/INBOX"), box


def polled(post: Post, name: str, box: Mailbox) -> int:
    """How many new mails there were, once the server has told of them."""
    box.wait(0.01, Event())
    return poll(post.desk, name, box)


def append(client: IMAPClient, *texts: str, flags: tuple[bytes, ...] = ()) -> None:
    for text in texts:
        client.append("INBOX", letter(text, Message_ID=f"<{text}@kantor.example>"), flags)


def texts(post: Post) -> list[str]:
    """The mails that were stored, by their text."""
    with unit_of_work() as session:
        bodies = session.scalars(select(RawMessage.body).order_by(RawMessage.id))
        return [body.rpartition(b"\r\n")[2].decode() for body in bodies]


def seen(client: IMAPClient) -> int:
    return len(client.search("SEEN"))


def test_e13_what_a_person_has_read_before_is_fetched_all_the_same(post: Post, mail_server: MailServer) -> None:
    with mail_server.imap(MEDAN) as client, connected(post, mail_server) as (name, box):
        append(client, "satu", "dua", flags=(b"\\Seen",))
        append(client, "tiga")
        assert polled(post, name, box) == 3
        assert (polled(post, name, box), compare(post.desk, name, box)) == (0, 0)
        client.noop()
        assert seen(client) == 3
    assert {state for state, _ in post.raws()} == {"ticketed"}


def test_e02_what_was_stored_and_not_marked_is_marked_later_and_not_stored_again(
    post: Post, mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_self: Mailbox, _uids: object) -> None:
        raise ChannelError("IMAP flag: [NOPERM]")

    with mail_server.imap(MEDAN) as client:
        append(client, "satu", "dua")
        with connected(post, mail_server) as (name, box), monkeypatch.context() as patched:
            patched.setattr(Mailbox, "mark_handled", refused)
            assert polled(post, name, box) == 2, "a mailbox that refuses marks is read all the same"
            assert post.mailbox(MEDAN).trouble == "marks"
            append(client, "tiga")
            assert polled(post, name, box) == 1
        assert seen(client) == 0
        with connected(post, mail_server, folder="Selesai") as (name, box):
            assert (polled(post, name, box), compare(post.desk, name, box)) == (0, 0)
        client.noop()
        assert client.search() == []
        client.select_folder("Selesai")
        assert seen(client) == 3
    known = post.mailbox(MEDAN)
    assert (known.trouble, known.failed_at, known.flagged_uid) == ("", None, known.last_uid)


def test_a_mail_that_became_visible_late_is_found_by_the_comparison(post: Post, mail_server: MailServer) -> None:
    with mail_server.imap(MEDAN) as client, connected(post, mail_server) as (name, box):
        append(client, "satu", "dua")
        with unit_of_work() as session:
            note_read(session, name, 2, post.office.now())
        append(client, "tiga")
        assert polled(post, name, box) == 1
        assert compare(post.desk, name, box) == 2
        assert compare(post.desk, name, box) == 0
    assert sorted(texts(post)) == ["dua", "satu", "tiga"]


@pytest.mark.dovecot
def test_e12_a_mailbox_put_back_from_a_backup_loses_and_doubles_nothing(post: Post, dovecot: Dovecot) -> None:
    """Its UIDs come again, for other mails; its UIDVALIDITY stays."""
    folder, kept = dovecot.folder / "mail" / MEDAN, dovecot.folder / "kept"
    with dovecot.imap(MEDAN) as client:
        append(client, "satu")
    with connected(post, dovecot) as (name, box):
        polled(post, name, box)
        shutil.copytree(folder, kept)
        shutil.copystat(folder, kept)
        with dovecot.imap(MEDAN) as client:
            append(client, "dua", "tiga")
        assert polled(post, name, box) == 2
    _put_back(kept, folder)
    with dovecot.imap(MEDAN) as client:
        client.append("INBOX", letter("empat", Message_ID="<4@k>"), msg_time=datetime(2025, 1, 2, tzinfo=UTC))
        assert client.search() == [1, 2]
    with connected(post, dovecot) as (name, box):
        assert polled(post, name, box) + compare(post.desk, name, box) == 1
        with dovecot.imap(MEDAN) as client:
            append(client, "lima", "enam")
        assert polled(post, name, box) == 2
        assert compare(post.desk, name, box) == 0
    assert texts(post) == ["satu", "dua", "tiga", "empat", "lima", "enam"]


def _put_back(kept: Path, folder: Path) -> None:
    owner = folder.stat()
    shutil.rmtree(folder)
    shutil.copytree(kept, folder)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)


def test_mailboxes_of_a_desk_are_known_by_their_accounts_and_the_first_keeps_its_name(post: Post) -> None:
    now = post.office.now
    with unit_of_work() as session:
        session.add(Known(desk=MEDAN, since=now(), last_uid=7))
    with unit_of_work() as session:
        note_configured(session, [(MEDAN, "a@h/INBOX"), (MEDAN, "b@h/INBOX")])
        second = mailbox_for(session, MEDAN, now(), take_all=False, account="b@h/INBOX")
        first = mailbox_for(session, MEDAN, now(), take_all=False, account="a@h/INBOX")
        assert (first.name, first.last_uid) == (MEDAN, 7), "the ids of its mails stay valid"
        assert second.name.startswith(f"{MEDAN}#")
        assert (second.since, second.last_uid) == (now(), 0)
        note_searched(session, first.name, now() + timedelta(hours=1))
        first.failed_at = now()
        note_configured(session, [(MEDAN, "c@h/INBOX"), (MEDAN, "b@h/INBOX")])
        assert (first.active, first.failed_at) == (False, None), "nobody is told of what is configured no more"
        third = mailbox_for(session, MEDAN, now() + timedelta(hours=3), take_all=False, account="c@h/INBOX")
        assert third.since == now() + timedelta(minutes=55), "it takes the first one's place: nothing between is lost"


def test_p11_with_little_room_on_the_disk_mail_stays_where_it_is(post: Post) -> None:
    office = post.office
    settings = office.settings
    data = settings.data
    assert is_low(data, 10**12)
    assert not is_low(data, 0)
    assert not is_low(data / "nicht da", 10**12)
    worker = Worker(replace(settings, min_free_mb=10**12), CatalogSource(office.catalog))
    with worker.app.app_context(), unit_of_work() as session:
        mailbox_for(session, MEDAN, office.now(), take_all=True)
    with worker.app.app_context():
        assert not _has_room(worker, MEDAN)
    assert post.mailbox(MEDAN).trouble == "disk"
    with unit_of_work() as session:
        note_searched(session, MEDAN, office.now())
    assert post.mailbox(MEDAN).trouble == ""


def test_all_mailboxes_of_a_desk_are_the_workers_to_read(post: Post) -> None:
    first, second = urlsplit("imap://a:x@127.0.0.1/"), urlsplit("imap://b:x@127.0.0.1/")
    account = MailAccount(imap=first, more=(Inbox(second),))
    worker = Worker(replace(post.office.settings, mail={MEDAN: account}), CatalogSource(post.office.catalog))
    assert worker.accounts() == [(MEDAN, "a@127.0.0.1/INBOX"), (MEDAN, "b@127.0.0.1/INBOX")]


@pytest.mark.dovecot
def test_e26_a_refused_grant_stops_one_mailbox_visibly_and_a_new_one_starts_it_again(
    post: Post, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if reason := dovecot_server.missing():
        pytest.skip(reason)
    monkeypatch.setattr(fetching, "PAUSES", (0.05,))
    grant = tmp_path / "grant"
    grant.write_text("segar-mati")
    with (
        identity.running() as provider,
        dovecot_server.running([MEDAN], provider.url.replace("/token", "/introspect")) as dovecot,
    ):
        with dovecot.imap(MEDAN) as client:
            append(client, "satu")
        url = f"imap://{MEDAN}@127.0.0.1:{dovecot.port}/INBOX"
        env = provider.settings(REFRESH_TOKEN="", REFRESH_TOKEN_FILE=str(grant), IMAP_URL="")
        account = mail_account(MEDAN, {**env, "HELPDESK_KPTIK_MEDAN_IMAP_URL": url}, testing=True)
        worker = Worker(replace(post.office.settings, mail={MEDAN: account}), CatalogSource(post.office.catalog))
        thread = Thread(target=fetching.fetch_forever, args=(worker, MEDAN, account.inboxes[0]), daemon=True)
        thread.start()
        try:
            ground.wait_until(lambda: trouble(post) == "refused", "the board is told")
            assert "invalid_grant" in post.mailbox(MEDAN).error
            grant.write_text("segar-0")
            ground.wait_until(lambda: texts(post) == ["satu"], "it is read again")
            assert trouble(post) == ""
            assert post.mailbox(MEDAN).account == f"{MEDAN}@127.0.0.1/INBOX"
            assert len(provider.asked) == 2
        finally:
            worker.stop.set()
            thread.join(10)
            worker._read.close()


def trouble(post: Post) -> str:
    with unit_of_work() as session:
        return session.scalar(select(Known.trouble).where(Known.name == MEDAN)) or ""
