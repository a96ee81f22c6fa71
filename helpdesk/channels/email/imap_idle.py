"""One IDLE command, with its traps (RFC 2177): a dead link that reports nothing for ever, news behind the end."""

import select
import socket
import ssl
import time
from imaplib import IMAP4
from threading import Event
from typing import Any

from imapclient import IMAPClient

STOP_LOOK = 1.0  # seconds between two looks at `stop`
NEWS = (b"EXISTS", b"RECENT")


def idle(client: IMAPClient, seconds: float, stop: Event) -> bool:
    """One IDLE of at most `seconds`; True when the server announced mail. Raises what IMAPClient raises."""
    client.idle()
    news: list[Any] = []
    end = time.monotonic() + seconds
    while not news and not stop.is_set() and (left := end - time.monotonic()) > 0:
        step = min(left, STOP_LOOK)
        began = time.monotonic()
        news = [r for r in client.idle_check(timeout=step) if _is_news(r)]
        if not news and time.monotonic() - began < step / 10:
            # Something other than mail, or the end of a dead link, which comes at once and for ever.
            stop.wait(min(0.05, step))
            if _closed(client):
                break
    _, rest = client.idle_done()
    return bool(news) or any(_is_news(r) for r in rest)


def _is_news(response: Any) -> bool:
    if isinstance(response, tuple) and response and response[0] == b"BYE":
        raise IMAP4.abort("the server said good-bye")
    return isinstance(response, tuple) and len(response) > 1 and response[1] in NEWS


def _closed(client: IMAPClient) -> bool:
    """True when the other side has closed: an end of file is there to be read."""
    sock = client.socket()
    if not select.select([sock], [], [], 0)[0]:
        return False
    try:
        return isinstance(sock, ssl.SSLSocket) or not sock.recv(1, socket.MSG_PEEK)
    except OSError:
        return True
