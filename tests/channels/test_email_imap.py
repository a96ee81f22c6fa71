"""One mailbox over IMAP: the embedded server, Dovecot, and servers that misbehave."""

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from imapclient import IMAPClient

from helpdesk.channels.base import ChannelError
from helpdesk.channels.email import imap, imap_batches
from helpdesk.channels.email.imap import Mailbox
from tests.channels.email_samples import mail
from tests.servers import dovecot as dovecot_server
from tests.servers import mail as mail_servers
from tests.servers.dovecot import Dovecot
from tests.servers.mail import MailServer

DESK = "kptik-medan"


class Account:
    """A fresh mailbox on one of the servers."""

    def __init__(self, server: MailServer | Dovecot, name: str) -> None:
        self.server, self.name = server, name

    @property
    def url(self) -> str:
        return self.server.imap_url(self.name)

    def session(self, folder: str = "INBOX") -> AbstractContextManager[IMAPClient]:
        return self.server.imap(self.name, folder)

    def append(self, *raws: bytes, at: datetime | None = None) -> None:
        with self.session() as client:
            for raw in raws:
                client.append("INBOX", raw, msg_time=at)

    def flags(self, folder: str = "INBOX") -> dict[int, set[bytes]]:
        with self.session(folder) as client:
            return {uid: set(found) - {b"\\Recent"} for uid, found in client.get_flags(client.search()).items()}

    def opened(self, **options: Any) -> Mailbox:
        return Mailbox(urlsplit(self.url), **options)


NAMES = [f"kotak{number}" for number in range(20)]


@pytest.fixture(scope="module", params=["embedded", pytest.param("dovecot", marks=pytest.mark.dovecot)])
def accounts(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Iterator[Account]]:
    """Fresh mailboxes on the embedded server and on Dovecot."""
    if request.param == "embedded":
        addresses = {name: f"{name}@helpdesk.test" for name in NAMES}
        with mail_servers.running(tmp_path_factory.mktemp("mail"), addresses) as server:
            yield (Account(server, name) for name in NAMES)
        return
    if reason := dovecot_server.missing():
        pytest.skip(reason)
    with dovecot_server.running(NAMES) as dovecot:
        yield (Account(dovecot, name) for name in NAMES)


@pytest.fixture
def account(accounts: Iterator[Account]) -> Account:
    return next(accounts)


def test_new_mail_comes_with_its_bytes_and_date_and_without_a_flag(account: Account) -> None:
    raws = [mail("é" * 10), b"From: a@b\r\n\r\n\xff\xfe bukan utf-8\r\n", b"rusak"]
    at = datetime(2025, 11, 24, 8, 15, tzinfo=UTC)  # a server may not believe a date to come
    account.append(*raws, at=at)
    with account.opened() as box:
        got = list(box.fetch_new())
        assert [mail.raw for mail in got] == raws
        assert {(mail.internal_date, mail.uidvalidity, mail.complete) for mail in got} == {(at, box.uidvalidity, True)}
        assert box.uidvalidity > 0
        assert list(box.fetch_new(after_uid=got[-1].uid)) == []
        assert [mail.uid for mail in box.fetch_new(after_uid=got[0].uid)] == [mail.uid for mail in got[1:]]
    assert all(not found for found in account.flags().values())


def test_since_is_kept_to_the_second(account: Account) -> None:
    start = datetime(2025, 11, 24, 0, 30, tzinfo=UTC)
    for seconds in (-86_400, -1, 0, 1):
        account.append(mail(str(seconds)), at=start + timedelta(seconds=seconds))
    with account.opened() as box:
        got = [mail.raw.rpartition(b"\r\n")[2] for mail in box.fetch_new(since=start)]
    assert got == [b"0", b"1"]


def test_handled_mail_is_flagged_and_stays(account: Account) -> None:
    account.append(mail("satu"), mail("dua"))
    with account.opened() as box:
        first, second = box.fetch_new()
        box.mark_handled([first.uid, 9_999])
        box.mark_handled([])
        assert [m.uid for m in box.fetch_new()] == [first.uid, second.uid]
    assert account.flags() == {first.uid: {b"\\Seen"}, second.uid: set()}


def test_handled_mail_is_moved_where_a_folder_is_named(account: Account) -> None:
    account.append(mail("satu"), mail("dua"))
    with account.opened(handled_folder="Selesai") as box:
        first, second = box.fetch_new()
        box.mark_handled([first.uid])
        assert [m.uid for m in box.fetch_new()] == [second.uid]
    assert list(account.flags("Selesai").values()) == [{b"\\Seen"}]


def test_large_mail_comes_alone_and_too_large_mail_in_part(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_batches, "BATCH_BYTES", 3_000)
    sizes = [100, 2_000, 2_000, 200_000, 100]
    account.append(*(mail("x" * size) for size in sizes))
    with account.opened(max_bytes=150_000) as box:
        got = list(box.fetch_new())
    assert [mail.complete for mail in got] == [True, True, True, False, True]
    assert (len(got[3].raw), got[3].size > 200_000) == (imap.HEAD_BYTES, True)


def test_mail_that_another_client_removes_meanwhile_is_left_out(account: Account) -> None:
    account.append(mail("satu"), mail("dua"), mail("tiga"))
    with account.opened() as box:
        uids = [m.uid for m in box.fetch_new()]
        with account.session() as other:
            other.delete_messages([uids[1]])
            other.expunge()
        assert [m.uid for m in box.fetch_new()] == [uids[0], uids[2]]


def test_waiting_ends_soon_after_mail_came(account: Account) -> None:
    with account.opened() as box:
        later = threading.Timer(0.3, account.append, [mail("baru")])
        later.start()
        began = time.monotonic()
        news = box.wait(20, threading.Event())
        took = time.monotonic() - began
        later.join()
        assert news
        assert took < 4
        assert [m.raw for m in box.fetch_new()] == [mail("baru")]


def test_mail_between_the_search_and_the_wait_is_noticed_at_once(account: Account) -> None:
    """The announcement may stand behind the answer to IDLE, where nobody looks until IDLE ends."""
    with account.opened() as box:
        for number in range(3):
            assert list(box.fetch_new(after_uid=number)) == []
            account.append(mail(str(number)))
            began = time.monotonic()
            box.wait(20, threading.Event())
            assert time.monotonic() - began < 4
            assert [m.uid for m in box.fetch_new(after_uid=number)] == [number + 1]


def test_waiting_ends_when_told_to_or_when_time_is_up(account: Account) -> None:
    stop = threading.Event()
    with account.opened() as box:
        began = time.monotonic()
        assert box.wait(0.3, stop) is False
        assert time.monotonic() - began < 3
        threading.Timer(0.2, stop.set).start()
        began = time.monotonic()
        box.wait(30, stop)
        assert time.monotonic() - began < 4
        assert list(box.fetch_new()) == []


def test_a_killed_server_is_noticed_while_waiting(mail_server: MailServer) -> None:
    box = Account(mail_server, DESK).opened()
    box.connect()
    threading.Timer(0.3, mail_server.kill).start()
    began = time.monotonic()
    with pytest.raises(ChannelError) as raised:
        box.wait(30, threading.Event())
    assert not raised.value.permanent
    assert time.monotonic() - began < 10
    box.close()
    with pytest.raises(ChannelError) as raised:
        box.connect()
    assert not raised.value.permanent
    mail_server.start()
    with box:
        assert list(box.fetch_new()) == []


def test_wrong_passwords_and_folders_are_for_the_administrator(account: Account) -> None:
    good = account.url
    for wrong in (good.replace("sandi-uji", "salah"), good.replace("INBOX", "Tidak%20Ada")):
        with pytest.raises(ChannelError) as raised:
            Mailbox(urlsplit(wrong)).connect()
        assert raised.value.permanent
        assert "sandi-uji" not in str(raised.value)


def test_a_mailbox_that_is_not_connected_says_so() -> None:
    with pytest.raises(ChannelError):
        list(Mailbox(urlsplit("imap://a:b@127.0.0.1:1/INBOX")).fetch_new())
