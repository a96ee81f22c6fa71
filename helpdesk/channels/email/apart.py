"""Reading mails apart: in child processes that may die, within bounds of time and memory.

A mail that kills its reader, hangs it or bloats it is Unreadable; the next one gets a new reader. The children are
fresh interpreters, not forks: the worker has threads, and none of its memory or secrets belongs near hostile input.
"""

import contextlib
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from helpdesk.channels.base import Inbound, Unreadable
from helpdesk.channels.email import handover
from helpdesk.channels.email.child import OUT_OF_MEMORY

log = logging.getLogger(__name__)

STARTS_WITHIN = 30.0
"""Seconds in which a new child must be ready."""
ENDS_WITHIN = 1.0
"""Seconds that a child which no longer answers has to leave its exit status."""
LARGE = 4 * 2**20
"""Bytes; after a mail above this its reader is replaced, so that its memory is given back."""
OURS = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
"""Signals that may come from outside, as when the machine runs out of memory: not at once the mail's doing."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one mail may cost: seconds of processor time, seconds by the clock on the wall, bytes of address space."""

    cpu: int = 5
    wall: float = 20.0
    memory: int = 384 * 2**20


class ReadingFailed(Exception):
    """The reader met a fault of ours; the words say which."""


class _Died(Exception):
    """The child is gone; `certainly`: by the mail's own doing."""

    def __init__(self, why: str, *, certainly: bool) -> None:
        super().__init__(why)
        self.certainly = certainly


def _environment() -> dict[str, str]:
    """Where the child finds the same modules, and nothing else: no setting, no secret."""
    return {
        "PYTHONPATH": os.pathsep.join(path or "." for path in sys.path),
        "LANG": "C.UTF-8",
        "MALLOC_MMAP_THRESHOLD_": str(2**20),  # the C library gives large pieces back at once (mallopt(3))
    }


class _Child:
    """One child process and the socket to it. Raises OSError where it does not start."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._process = self._started(theirs)
        try:
            kind, _text, _content = self._receive(time.monotonic() + STARTS_WITHIN)
        except (OSError, _Died):
            kind = b""
        if kind != handover.READY:
            self.end()
            raise OSError("the reader of mails does not start")

    def _started(self, theirs: socket.socket) -> subprocess.Popen[bytes]:
        bounds = (str(self._bounds.memory), str(self._bounds.cpu))
        command = [sys.executable, "-m", "helpdesk.channels.email.child", *bounds]
        try:
            # In a session of its own: Ctrl-C at the terminal must not look like a mail that kills its reader.
            return subprocess.Popen(  # noqa: S603 - our own module, no outside text
                command, stdin=theirs.fileno(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env=_environment(), start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            self._socket.close()
            raise OSError("the reader of mails does not start") from error

    @property
    def pid(self) -> int:
        """The id of the process."""
        return self._process.pid

    def ask(self, parts: list[bytes]) -> tuple[bytes, bytearray, memoryview]:
        """The kind, the JSON and the bytes of the answer. Raises _Died; the child is of no use then."""
        deadline = time.monotonic() + self._bounds.wall
        try:
            for part in parts:
                self._send(part, deadline)
            return self._receive(deadline)
        except TimeoutError as error:
            raise _Died(f"no answer within {self._bounds.wall:g} s", certainly=True) from error
        except OSError as error:
            raise self._death() from error

    def _left(self, deadline: float) -> float:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _send(self, part: bytes, deadline: float) -> None:
        view = memoryview(part)
        while view:
            self._socket.settimeout(self._left(deadline))
            view = view[self._socket.send(view) :]

    def _exactly(self, size: int, deadline: float) -> bytearray:
        data = bytearray(size)
        view = memoryview(data)
        while view:
            self._socket.settimeout(self._left(deadline))
            count = self._socket.recv_into(view)
            if not count:
                raise self._death()
            view = view[count:]
        return data

    def _receive(self, deadline: float) -> tuple[bytes, bytearray, memoryview]:
        kind, length, size = handover.HEAD.unpack(self._exactly(handover.HEAD.size, deadline))
        if length + size > self._bounds.memory:
            raise _Died("an answer larger than its memory", certainly=True)
        return kind, self._exactly(length, deadline), memoryview(self._exactly(size, deadline))

    def _death(self) -> _Died:
        """Why the child is gone, by its exit status."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(ENDS_WITHIN)
        self.end()
        status = self._process.returncode
        if status == -signal.SIGXCPU:
            return _Died(f"more than {self._bounds.cpu} s of processor time", certainly=True)
        if status == OUT_OF_MEMORY:
            return _Died(f"more than {self._bounds.memory // 2**20} MiB of memory", certainly=True)
        if status < 0:
            return _Died(f"signal {-status}", certainly=-status not in OURS)
        return _Died(f"exit {status}", certainly=True)

    def alive(self) -> bool:
        """True while the process runs and has said nothing unasked."""
        return self._process.poll() is None and not select.select([self._socket], [], [], 0)[0]

    def end(self) -> None:
        """Close the connection and end the process; there is nothing in it to lose."""
        self._socket.close()
        self._process.kill()
        self._process.wait()


class ReadingApart:
    """`reading.read` in child processes, made when they are needed; may be called from several threads.

    At most `at_once` mails are read at the same time; others wait. `close` ends all children; it may be used again
    afterwards.
    """

    def __init__(self, *, at_once: int = 2, bounds: Bounds | None = None) -> None:
        self._bounds = bounds or Bounds()
        self._slots = threading.BoundedSemaphore(at_once)
        self._idle: list[_Child] = []
        self._lock = threading.Lock()

    def __call__(
        self,
        raw: bytes,
        *,
        received_at: datetime,
        authserv_id: str = "",
        own_addresses: Collection[str] = frozenset(),
    ) -> Inbound:
        """The message as one `Inbound`. Arguments as for `reading.read`.

        Raises Unreadable, also where the mail was its reader's death; ReadingFailed after a fault of ours; OSError
        where no child can be started.
        """
        question = handover.asked(authserv_id, own_addresses, raw)
        with self._slots:
            try:
                return self._read(question, received_at)
            except _Died as death:
                log.warning("a reader of mails died: %s", death)
                if death.certainly:
                    raise Unreadable(f"its reader died: {death}") from death
            try:
                return self._read(question, received_at)
            except _Died as death:
                log.warning("a reader of mails died on the same mail: %s", death)
                raise Unreadable(f"its reader died twice: {death}") from death

    def _read(self, parts: list[bytes], received_at: datetime) -> Inbound:
        child = self._taken()
        useful = False
        try:
            kind, text, content = child.ask(parts)
            useful = sum(map(len, parts)) <= LARGE
            if kind == handover.READ:
                return handover.understood(text, content, received_at)
            why = handover.reason(text)
        except handover.Garbled as error:
            useful = False
            raise _Died(f"no answer but something else: {error}", certainly=True) from error
        finally:
            self._put_back(child, useful=useful)
        if kind == handover.UNREADABLE:
            raise Unreadable(why)
        raise ReadingFailed(why)

    def _taken(self) -> _Child:
        with self._lock:
            child = self._idle.pop() if self._idle else None
        if child is not None and not child.alive():
            child.end()
            child = None
        return child or _Child(self._bounds)

    def _put_back(self, child: _Child, *, useful: bool) -> None:
        if not useful:
            child.end()
            return
        with self._lock:
            self._idle.append(child)

    def children(self) -> list[int]:
        """The ids of the processes that wait for a mail."""
        with self._lock:
            return [child.pid for child in self._idle]

    def close(self) -> None:
        """End the children that wait."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.end()
