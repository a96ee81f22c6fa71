"""How long one message may take in all: a server that answers byte by byte would pass every limit of a single step."""

import contextlib
import smtplib
import socket
import ssl
import threading
import time
from types import TracebackType
from typing import Self

LONGEST_SECONDS = 240.0
"""Whatever its size; less than the lease of a claimed message (`usecases.dispatch.LEASE`)."""
BYTES_PER_SECOND = 250_000
"""Beyond the limit that is set a message gets a second for so many bytes."""

LONGEST_LINE, MOST_LINES = 8192, 200
"""Of an answer of the server; RFC 5321 section 4.5.3.1.5 asks for 512."""


def seconds_for(size: int, limit: float) -> float:
    """How long a message of so many bytes may take where small ones may take `limit` seconds."""
    return min(limit + size / BYTES_PER_SECOND, LONGEST_SECONDS)


class Limit:
    """Cuts the connection when the time of a message is over; `over` is True from then on. For one message."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.over = False
        self._end = time.monotonic() + seconds
        self._line: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()

    @property
    def left(self) -> float:
        """Seconds that are left, never less than a moment."""
        return max(self._end - time.monotonic(), 0.01)

    def watch(self, line: socket.socket | None) -> None:
        """From now on this is the connection to cut."""
        with self._lock:
            self._line = line
            if self.over:
                self._shut()

    def close(self, line: socket.socket) -> None:
        """Close a connection that was watched, so that its number, given to another one, is never cut."""
        with self._lock:
            self._line = None
            line.close()

    def _cut(self) -> None:
        with self._lock:
            self.over = True
            self._shut()

    def _shut(self) -> None:
        if self._line is not None:
            with contextlib.suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)


class Dialogue(smtplib.SMTP):
    """An SMTP connection, encrypted from the start where `tls` is given, that a `Limit` can cut at any moment.

    It holds a second handle of the same connection, by which it is cut below the encryption, so that nothing that was
    to be sent encrypted leaves any other way, and from the first byte of the greeting and the handshake on.
    """

    def __init__(
        self, host: str, port: int, *, name: str, timeout: float, limit: Limit, tls: ssl.SSLContext | None = None
    ) -> None:
        self._line: socket.socket | None = None
        self._limit, self._tls = limit, tls
        try:
            super().__init__(host, port, local_hostname=name, timeout=timeout)
        except BaseException:
            self.close()
            raise

    def heed(self, limit: Limit) -> None:
        """From now on this limit counts: each message has its own."""
        self._limit = limit
        limit.watch(self._line)

    def send_within(self, data: bytes) -> None:
        """Send a message: as long as the limit allows, since the time for an answer would be short for a large one."""
        assert self.sock is not None
        self.sock.settimeout(self._limit.left)
        self.send(data)
        self.sock.settimeout(self.timeout)

    def getreply(self) -> tuple[int, bytes]:
        """An answer of the server, whole. Raises SMTPServerDisconnected where none came.

        smtplib takes the `25` of a connection that broke there for an answer: after a message that would be a refusal.
        """
        lines: list[bytes] = []
        while len(lines) < MOST_LINES:
            line = self._line_of_answer()
            lines.append(line[4:].strip())
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(lines)
        self.close()
        raise smtplib.SMTPServerDisconnected("an answer without end")

    def _line_of_answer(self) -> bytes:
        try:
            self.file = self.file or self.sock.makefile("rb")  # type: ignore[union-attr]
            line = self.file.readline(LONGEST_LINE)
        except OSError as error:
            self.close()
            raise smtplib.SMTPServerDisconnected(f"no answer: {type(error).__name__}") from error
        if not line.endswith(b"\n") or not line[:3].isdigit():
            self.close()
            raise smtplib.SMTPServerDisconnected("no whole answer")
        return line

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        # What smtplib asks for its connection, as its own SMTP_SSL does it.
        plain = socket.create_connection((host, port), min(timeout, self._limit.left))
        plain.settimeout(timeout)
        self._line = plain.dup()
        self._limit.watch(self._line)
        return plain if self._tls is None else self._tls.wrap_socket(plain, server_hostname=host)

    def close(self) -> None:
        """Close the connection and the second handle."""
        super().close()
        line, self._line = self._line, None
        if line is not None:
            self._limit.close(line)
