"""IMAP servers that break off, lie or fall silent: one kind of error, and never a wait without end."""

import socket
import threading
import time
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from helpdesk.channels.base import ChannelError
from helpdesk.channels.email.imap import Mailbox
from helpdesk.channels.email.imap_batches import Fetched

DESK = "kptik-medan"


class Misbehaving:
    """An IMAP server for one connection that follows a script of (expected command, what to send).

    PAUSE in what is sent makes two packets of it; TAG is the tag of the command, IDLE-TAG that of the last IDLE.
    """

    def __init__(self, greeting: bytes, *script: tuple[str, bytes | None], idle: bool = False) -> None:
        self._greeting, self._script = greeting, list(script)
        self._capabilities = b"* CAPABILITY IMAP4rev1" + (b" IDLE" if idle else b"") + b"\r\nTAG OK x\r\n"
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection, connection.makefile("rwb") as stream:
            try:
                stream.write(self._greeting)
                stream.flush()
                idle_tag = ""
                for line in stream:
                    tag, _, command = line.decode().strip().partition(" ")
                    idle_tag = tag if command == "IDLE" else idle_tag
                    word = (command or tag).split()[-2 if command.startswith("UID") and len(command.split()) < 2 else 0]
                    answer = self._answer(command or tag, word)
                    if answer is None:
                        return
                    answer = answer.replace(b"IDLE-TAG", idle_tag.encode()).replace(b"TAG", tag.encode())
                    for number, packet in enumerate(answer.split(b"PAUSE")):
                        time.sleep(0.3 if number else 0)
                        stream.write(packet)
                        stream.flush()
            except (OSError, ValueError):
                return

    def _answer(self, command: str, word: str) -> bytes | None:
        if self._script and command.upper().startswith(self._script[0][0]):
            return self._script.pop(0)[1]
        usual = {
            "CAPABILITY": self._capabilities,
            "SELECT": b"* 3 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\nTAG OK [READ-WRITE] x\r\n",
            "LOGOUT": b"* BYE x\r\nTAG OK x\r\n",
        }
        return usual.get(word.upper(), b"TAG OK x\r\n")

    def close(self) -> None:
        self._listener.close()
        self._thread.join(5)

    def mailbox(self) -> Mailbox:
        return Mailbox(urlsplit(f"imap://a:b@127.0.0.1:{self.port}/INBOX"), connect_timeout=1, read_timeout=1)


HELLO = b"* OK siap\r\n"


FOUND = b"* SEARCH 1 2 3\r\nTAG OK x\r\n"


LISTED = b'* 1 FETCH (UID 1 RFC822.SIZE 5 INTERNALDATE "23-Nov-2026 08:15:00 +0700")\r\nTAG OK x\r\n'


@pytest.mark.parametrize(
    ("greeting", "script", "permanent"),
    [
        (b"* BYE penuh\r\n", [], False),
        (b"", [], False),
        (b"220 ini SMTP\r\n", [], False),
        (HELLO, [("LOGIN", b"TAG NO [UNAVAILABLE] nanti\r\n")], False),
        (HELLO, [("LOGIN", b"TAG NO User is authenticated but not connected.\r\n")], False),
        (HELLO, [("LOGIN", b"TAG NO [AUTHENTICATIONFAILED] salah\r\n")], True),
        (HELLO, [("LOGIN", None)], False),
        (HELLO, [("SELECT", b"TAG NO [NONEXISTENT] tidak ada\r\n")], True),
        (HELLO, [("SELECT", b"TAG OK x\r\n")], False),
        (HELLO, [("UID SEARCH", b"* BYE tutup\r\n")], False),
        (HELLO, [("UID SEARCH", b"TAG NO [THROTTLED] pelan\r\n")], False),
        (HELLO, [("UID SEARCH", b"* SEARCH x y\r\nTAG OK x\r\n")], False),
        (HELLO, [("UID SEARCH", FOUND), ("UID FETCH", b"* 1 FETCH (UID 1 RFC822.SIZE\r\nTAG OK x\r\n")], False),
        (HELLO, [("UID SEARCH", FOUND), ("UID FETCH", LISTED), ("UID FETCH", b"* 1 FETCH (BODY[] {99}\r\nabc")], False),
        (HELLO, [("UID SEARCH", FOUND), ("UID FETCH", LISTED), ("UID FETCH", None)], False),
        (
            HELLO,
            [("UID SEARCH", FOUND), ("UID FETCH", LISTED), ("UID FETCH", b"TAG NO [UNAVAILABLE] nanti\r\n")],
            False,
        ),
        (
            HELLO,
            [
                ("UID SEARCH", FOUND),
                ("UID FETCH", LISTED),
                ("UID FETCH", b"* 1 FETCH (UID 1 BODY[] {2}\r\nhalo)\r\nTAG OK x\r\n"),
            ],
            False,
        ),
    ],
)
def test_a_misbehaving_server_ends_in_one_kind_of_error(
    greeting: bytes, script: list[tuple[str, bytes | None]], permanent: bool
) -> None:
    server = Misbehaving(greeting, *script)
    began = time.monotonic()
    try:
        with pytest.raises(ChannelError) as raised, server.mailbox() as box:
            list(box.fetch_new())
        assert raised.value.permanent is permanent
        assert time.monotonic() - began < 8
    finally:
        server.close()


def test_without_idle_waiting_is_a_pause_that_can_be_stopped() -> None:
    server = Misbehaving(HELLO)
    stop = threading.Event()
    try:
        with server.mailbox() as box:
            began = time.monotonic()
            assert box.wait(0.3, stop) is False
            assert 0.25 < time.monotonic() - began < 3
            threading.Timer(0.2, stop.set).start()
            box.wait(30, stop)
            assert time.monotonic() - began < 5
    finally:
        server.close()


def test_a_silent_link_is_noticed_when_idle_ends() -> None:
    server = Misbehaving(HELLO, ("IDLE", b"+ idling\r\n"), ("DONE", b""), idle=True)
    try:
        box = server.mailbox()
        box.connect()
        with pytest.raises(ChannelError):
            box.wait(1, threading.Event())
        box.close()
    finally:
        server.close()


def test_news_in_two_packets_is_news_and_other_words_are_none() -> None:
    done = b"IDLE-TAG OK done\r\n"
    script = (
        ("IDLE", b"+ idling\r\n* OK Still here\r\n"),
        ("DONE", done),
        ("IDLE", b"+ idling\r\nPAUSE* 1 FETCH (PAUSEFLAGS (\\Recent))\r\n* 4 EXISTS\r\n"),
        ("DONE", done),
    )
    server = Misbehaving(HELLO, *script, idle=True)
    try:
        with server.mailbox() as box:
            began = time.monotonic()
            assert box.wait(20, threading.Event()) is True
            assert 0.5 < time.monotonic() - began < 5
    finally:
        server.close()


def test_news_in_one_packet_with_the_answer_to_a_long_idle_are_not_waited_for() -> None:
    done = b"IDLE-TAG OK done\r\n"
    script = (("IDLE", b"+ idling\r\n"), ("DONE", done), ("IDLE", b"+ idling\r\n* 4 EXISTS\r\n"), ("DONE", done))
    server = Misbehaving(HELLO, *script, idle=True)
    try:
        with server.mailbox() as box:
            began = time.monotonic()
            assert box.wait(20, threading.Event()) is True
            assert time.monotonic() - began < 3
    finally:
        server.close()


def test_dates_are_utc_whatever_zone_the_server_writes() -> None:
    body = b"* 1 FETCH (UID 1 BODY[] {5}\r\nhalo!)\r\nTAG OK x\r\n"
    server = Misbehaving(HELLO, ("UID SEARCH", FOUND), ("UID FETCH", LISTED), ("UID FETCH", body))
    try:
        with server.mailbox() as box:
            assert list(box.fetch_new()) == [Fetched(1, 7, datetime(2026, 11, 23, 1, 15, tzinfo=UTC), b"halo!", 5)]
    finally:
        server.close()


def test_a_uid_said_twice_and_mails_that_vanish_meanwhile_do_no_harm() -> None:
    item = b'FETCH (UID %d RFC822.SIZE 5 INTERNALDATE "23-Nov-2026 08:15:00 +0700")\r\n'
    listed = b"".join(b"* %d " % (uid + 1) + item % uid for uid in (1, 1, 2, 3)) + b"* 2 EXPUNGE\r\nTAG OK x\r\n"
    body = b"* 1 FETCH (UID %d BODY[] {5}\r\nhalo!)\r\n"
    bodies = b"* 1 EXPUNGE\r\n" + body % 3 + body % 1 + body % 3 + b"* 1 EXPUNGE\r\nTAG OK x\r\n"
    script = ("UID SEARCH", b"* SEARCH 3 1 2 1\r\nTAG OK x\r\n"), ("UID FETCH", listed), ("UID FETCH", bodies)
    server = Misbehaving(HELLO, *script)
    try:
        with server.mailbox() as box:
            assert [mail.uid for mail in box.fetch_new()] == [1, 3]
    finally:
        server.close()
