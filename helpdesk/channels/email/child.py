"""The child process that reads mails, one after the other, within bounds; `apart.py` starts it and asks it.

It has no database, no settings and no secrets, may write no file, and ends when whoever asks is gone.
"""

import contextlib
import math
import os
import resource
import socket
import sys
from datetime import UTC, datetime
from typing import IO

from helpdesk.channels.base import Unreadable
from helpdesk.channels.email import handover
from helpdesk.channels.email.reading import read_parsed
from helpdesk.channels.email.wire import Message, parse
from helpdesk.channels.text import error_line

OUT_OF_MEMORY = 83
"""The exit status of a child whose memory did not suffice."""
OPEN_FILES = 64
NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)  # the time of receipt is the desk's business


def _bound(memory: int) -> None:
    """The bounds of a whole life: memory in bytes of address space, no written file, no core dump."""
    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
    ):
        with contextlib.suppress(ValueError, OSError):  # a stricter bound is there already, or the system knows none
            resource.setrlimit(limit, (value, value))


def _bound_time(seconds: int) -> None:
    """Let the kernel end the process once it has used so much more processor time; measured anew for each mail."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used.ru_utime + used.ru_stime) + seconds, hard))


def _answer(asked: bytes, message: Message) -> list[bytes]:
    question = handover.question(asked)
    own = frozenset(question.own_addresses)
    try:
        mail = read_parsed(message, received_at=NO_TIME, authserv_id=question.authserv_id, own_addresses=own)
    except Unreadable as error:
        return handover.frame(handover.UNREADABLE, str(error))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a mail provokes in here, the desk is told and goes on
        return handover.frame(handover.FAILED, error_line(error))
    return handover.answered(mail)


def _serve(source: IO[bytes], connection: socket.socket, seconds: int) -> None:
    while len(head := source.read(handover.HEAD.size)) == handover.HEAD.size:
        _kind, length, size = handover.HEAD.unpack(head)
        _bound_time(seconds)
        asked = source.read(length)
        for part in _answer(asked, parse(source.read(size))):  # whose bytes nobody holds from here on
            connection.sendall(part)


def main() -> None:
    """Answer questions until there are no more. Arguments: bytes of memory, seconds of processor time for each mail."""
    memory, seconds = int(sys.argv[1]), int(sys.argv[2])
    _bound(memory)
    connection = socket.socket(fileno=0)
    try:
        for part in handover.frame(handover.READY, None):
            connection.sendall(part)
        with connection.makefile("rb") as source:
            _serve(source, connection, seconds)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    except OSError:
        os._exit(0)  # nobody listens any more


if __name__ == "__main__":
    main()
