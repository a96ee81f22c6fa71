"""One IDLE command, with its traps (RFC 2177): a dead link that reports nothing for ever, news behind the end.

What the server says is never read while IDLE runs: a line may arrive in two packets, and a half line read without
waiting ends the connection. So this looks only whether there is something to read, ends IDLE and reads with its end.
"""

import select
import socket
import time
from imaplib import IMAP4
from threading import Event
from typing import Any

from imapclient import IMAPClient

STOP_LOOK = 1.0  # seconds between two looks at `stop`
PAUSE = 0.05  # seconds after words that were no news, so that a talkative server does not keep a processor busy
NEWS = (b"EXISTS", b"RECENT")


def idle(client: IMAPClient, seconds: float, stop: Event) -> bool:
    """One IDLE of at most `seconds`, ended by the first word of the server; True when it announced mail.

    Raises what IMAPClient raises, also where the link turns out to be closed.
    """
    client.idle()
    end = time.monotonic() + seconds
    while not stop.is_set() and (left := end - time.monotonic()) > 0:
        if _has_words(client, min(left, STOP_LOOK)):
            break
    _, said = client.idle_done()
    if any(_is_news(response) for response in said):
        return True
    stop.wait(min(PAUSE, max(end - time.monotonic(), 0.0)))
    return False


def _has_words(client: IMAPClient, seconds: float) -> bool:
    """True as soon as there is something to read, an end of file included; False after `seconds`."""
    sock = client.socket()
    if _is_buffered(client, sock):
        return True
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(seconds * 1000))


def _is_buffered(client: IMAPClient, sock: socket.socket) -> bool:
    """True where words came in one packet with the answer to IDLE: they lie in the reader, and the socket is silent."""
    timeout = sock.gettimeout()
    sock.settimeout(0.0)
    try:
        return bool(client._imap.file.peek(1))
    except OSError:
        return False
    finally:
        sock.settimeout(timeout)


def _is_news(response: Any) -> bool:
    if isinstance(response, tuple) and response and response[0] == b"BYE":
        raise IMAP4.abort("the server said good-bye")
    return isinstance(response, tuple) and len(response) > 1 and response[1] in NEWS
