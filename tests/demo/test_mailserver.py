"""The embedded mail server: real IMAP and SMTP whose mail, UIDs and dates survive whatever ends the process."""

import smtplib
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from tests.servers.mail import HOST, MailServer, running

ACCOUNTS = {"meja": "meja@helpdesk.test,bantuan@helpdesk.test", "pemohon": "pemohon@helpdesk.test"}


@pytest.fixture
def server(tmp_path: Path):
    with running(tmp_path / "mail", ACCOUNTS) as started:
        yield started


def mail(subject: str) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "pemohon@helpdesk.test", "meja@helpdesk.test", subject
    message["Message-ID"] = f"<{subject.replace(' ', '-')}@pemohon.test>"
    message.set_content("Isi surat\n")
    return message


def send(server: MailServer, count: int, *to: str) -> None:
    with smtplib.SMTP(HOST, server.smtp_port, timeout=10) as smtp:
        for number in range(count):
            smtp.send_message(mail(f"surat {number}"), "pemohon@helpdesk.test", to or ("meja@helpdesk.test",))


def sight(client: IMAPClient, folder: str) -> tuple[object, object, dict[int, object]]:
    """What a client remembers of a mailbox: a second start must show exactly the same."""
    status = client.folder_status(folder, ["UIDVALIDITY", "UIDNEXT"])
    client.select_folder(folder)
    fetched = client.fetch(client.search(), ["FLAGS", "INTERNALDATE", "BODY.PEEK[]"]) if client.search() else {}
    messages = {
        uid: (frozenset(m[b"FLAGS"]) - {b"\\Recent"}, m[b"INTERNALDATE"], m[b"BODY[]"]) for uid, m in fetched.items()
    }
    return status[b"UIDVALIDITY"], status[b"UIDNEXT"], messages


def test_idle_tells_of_a_new_mail_at_once(server: MailServer) -> None:
    with server.imap("meja") as client:
        client.idle()
        started = time.monotonic()
        send(server, 1)
        notices = client.idle_check(timeout=5)
        client.idle_done()
        assert (1, b"EXISTS") in notices
        assert time.monotonic() - started < 1
        assert len(client.search()) == 1


@pytest.mark.parametrize("end", [MailServer.stop, MailServer.kill], ids=["sigterm", "kill -9"])
def test_a_restart_shows_the_same_uidvalidity_uids_dates_flags_and_bytes(
    server: MailServer, end: Callable[[MailServer], None]
) -> None:
    send(server, 5)
    with server.imap("meja") as client:
        client.create_folder("Selesai")
        client.add_flags([2], [b"\\Seen", b"\\Answered"])
        client.move([1], "Selesai")
        client.append("Selesai", b"Subject: lama\r\n\r\n", [b"\\Seen"], datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC))
        before = [sight(client, folder) for folder in ("INBOX", "Selesai")]
        assert [sorted(messages) for _, _, messages in before] == [[2, 3, 4, 5], [1, 2]]
        end(server)
    server.start()
    with server.imap("meja") as client:
        assert [sight(client, folder) for folder in ("INBOX", "Selesai")] == before


def test_a_uid_is_never_given_again_even_after_expunge_and_restart(server: MailServer) -> None:
    send(server, 3)
    with server.imap("meja") as client:
        client.delete_messages([3])
        client.expunge()
    server.kill()
    server.start()
    send(server, 1)
    with server.imap("meja") as client:
        assert client.search() == [1, 2, 4]


def test_a_mailbox_made_again_gets_a_higher_uidvalidity(server: MailServer) -> None:
    with server.imap("meja") as client:
        client.create_folder("Arsip")
        first = client.folder_status("Arsip", ["UIDVALIDITY"])[b"UIDVALIDITY"]
        client.delete_folder("Arsip")
        client.create_folder("Arsip")
        assert client.folder_status("Arsip", ["UIDVALIDITY"])[b"UIDVALIDITY"] > first


def test_a_renamed_mailbox_keeps_its_name_and_mail_over_a_restart(server: MailServer) -> None:
    send(server, 1)
    with server.imap("meja") as client:
        client.create_folder("Lama")
        client.move([1], "Lama")
        client.rename_folder("Lama", "Baru")
        before = sight(client, "Baru")
    server.stop()
    server.start()
    with server.imap("meja") as client:
        assert sight(client, "Baru") == before
        assert not client.folder_exists("Lama")


def test_two_hundred_mails_arrive_once_and_in_order(server: MailServer) -> None:
    send(server, 200)
    assert [m["Subject"] for m in server.mails("meja")] == [f"surat {n}" for n in range(200)]


def test_every_recipient_gets_one_copy_with_their_own_trace(server: MailServer) -> None:
    send(server, 1, "meja@helpdesk.test", "BANTUAN@helpdesk.test", "pemohon+rincian@helpdesk.test")
    (desk,), (requester,) = server.mails("meja"), server.mails("pemohon")
    assert desk["Delivered-To"] == "meja@helpdesk.test"
    assert requester["Delivered-To"] == "pemohon+rincian@helpdesk.test"
    assert desk["Return-Path"] == "<pemohon@helpdesk.test>"


def test_the_bytes_that_were_sent_are_kept_below_the_trace(server: MailServer) -> None:
    raw = b"Subject: =?utf-8?q?uji?=\r\nX-Panjang: " + b"a" * 5000 + b"\r\n\r\n.titik\r\n\xff\xfe tak sah\r\n"
    server.send(raw, "", "meja@helpdesk.test")
    with server.imap("meja") as client:
        kept = client.fetch([1], ["BODY.PEEK[]"])[1][b"BODY[]"]
    assert kept.endswith(raw)
    assert kept.startswith(b"Return-Path: <>\r\n")


def test_nothing_is_relayed(server: MailServer) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        server.send(mail("keluar"), "pemohon@helpdesk.test", "orang@example.org")
    assert refused.value.recipients["orang@example.org"][0] == 550


def test_a_known_recipient_gets_the_mail_although_another_is_refused(server: MailServer) -> None:
    with smtplib.SMTP(HOST, server.smtp_port, timeout=10) as smtp:
        refused = smtp.send_message(mail("dua"), "pemohon@helpdesk.test", ["x@example.org", "meja@helpdesk.test"])
    assert list(refused) == ["x@example.org"]
    assert len(server.mails("meja")) == 1


def test_smtp_login_is_possible_and_checked(server: MailServer) -> None:
    with smtplib.SMTP(HOST, server.smtp_port, timeout=10) as smtp:
        assert smtp.login("meja", server.password)[0] == 235
    with smtplib.SMTP(HOST, server.smtp_port, timeout=10) as smtp, pytest.raises(smtplib.SMTPAuthenticationError):
        smtp.login("meja", "salah")


def test_imap_refuses_a_wrong_password(server: MailServer) -> None:
    with (
        IMAPClient(HOST, server.imap_port, ssl=False, timeout=10) as client,
        pytest.raises(LoginError),
    ):
        client.login("meja", "salah")


def test_it_stops_within_two_seconds_with_open_sessions(server: MailServer) -> None:
    with server.imap("meja") as client:
        client.idle()
        started = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - started < 2
    server.start()


def test_the_internaldate_follows_the_standing_clock_of_a_test(tmp_path: Path) -> None:
    env = {"HELPDESK_TESTING": "1", "HELPDESK_TEST_NOW": "2026-11-23T08:00:00+07:00"}
    with running(tmp_path, ACCOUNTS, env) as server:
        send(server, 1)
        with server.imap("meja") as client:
            client.normalise_times = False
            assert client.fetch([1], ["INTERNALDATE"])[1][b"INTERNALDATE"] == datetime(2026, 11, 23, 1, tzinfo=UTC)


def test_a_taken_port_is_reported_and_the_exit_code_says_so(server: MailServer, tmp_path: Path) -> None:
    other = MailServer(tmp_path / "other", ACCOUNTS)
    other.imap_port = server.imap_port
    with pytest.raises(RuntimeError):
        other.start()
    assert other.stop() == 1
