"""Taking mail from the site's own mail transfer agent by LMTP (RFC 2033): kept safe before it is answered for.

For one machine: whoever can connect can hand in anything, so it listens on loopback or on a socket file only.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import Envelope, Session

from helpdesk.channels.email.addresses import addr_spec
from helpdesk.channels.email.wire import MAX_BYTES

log = logging.getLogger(__name__)

SECONDS = 300
"""How long a silent connection is kept."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")

TRY_AGAIN = "451 4.3.0 try again later"
NO_ROOM = "452 4.3.1 too little room on the disk"
UNKNOWN = "550 5.1.1 no desk has this address"
NO_ADDRESS = "553 5.1.7 an address with control characters"
TAKEN = "250 2.0.0 kept"


class _Connection(LMTP):
    """One connection of the transfer agent; each recipient that was accepted gets an answer of its own after the data.

    A line may be as long as a mail: whoever sends such lines is not to get the mail back for it.
    """

    line_length_limit = MAX_BYTES
    _recipients = 0

    async def push(self, status: Any) -> None:
        """Answer; after the data once for each recipient."""
        if isinstance(status, str) and status.startswith("354"):
            self._recipients = len(self.envelope.rcpt_tos) if self.envelope else 0
        elif self._recipients:
            status, self._recipients = "\r\n".join([status] * self._recipients), 0
        await super().push(status)


class Receiver:
    """What is answered to whom.

    `desk_of` gives the desk of an address, "" for none; `keep(raw, desks)` returns once the mail is safe, at all of
    them or at none; `is_full` says that nothing more is to be taken in. All may raise whatever storage raises: then
    the transfer agent keeps the mail.
    """

    def __init__(
        self,
        desk_of: Callable[[str], Awaitable[str]],
        keep: Callable[[bytes, Sequence[tuple[str, bytes]]], Awaitable[None]],
        is_full: Callable[[], bool],
    ) -> None:
        self._desk_of, self._keep, self._is_full = desk_of, keep, is_full

    async def handle_MAIL(  # noqa: N802 - the name that the library looks for
        self, _server: LMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Nothing is begun that there is no room for."""
        if not address.isprintable():  # it is written before the mail, and must not add a line there
            return NO_ADDRESS
        if self._is_full():
            return NO_ROOM
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 ok"

    async def handle_RCPT(  # noqa: N802
        self, _server: LMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Only the addresses of desks, with or without `+…`."""
        try:
            desk = await self._desk_of(plain_address(address))
        except Exception as error:  # noqa: BLE001 - whatever it is, the mail must not come back to its sender for it
            log.warning("an address could not be looked up: %s", type(error).__name__)
            return TRY_AGAIN
        if not desk or not address.isprintable():
            return UNKNOWN
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 ok"

    async def handle_DATA(self, _server: LMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Kept, or to be tried again: nothing between."""
        try:
            by_desk: dict[str, list[str]] = {}
            for address in envelope.rcpt_tos:
                by_desk.setdefault(await self._desk_of(plain_address(address)), []).append(address)
            heads = [(desk, _head(envelope.mail_from or "", addresses)) for desk, addresses in by_desk.items()]
            await self._keep(bytes(envelope.original_content or b""), heads)
        except Exception as error:  # noqa: BLE001 - as above
            log.warning("a mail could not be kept and stays where it was: %s", type(error).__name__)
            return TRY_AGAIN
        return TAKEN


def plain_address(address: str) -> str:
    """The address without what stands behind a `+`, in lower case; "" where it is none."""
    local, at, domain = addr_spec(address).lower().rpartition("@")
    return local.partition("+")[0] + at + domain


def _head(sender: str, recipients: Sequence[str]) -> bytes:
    """What a server that delivers for good writes before a mail (RFC 5321 section 4.4)."""
    lines = [f"Return-Path: <{sender}>", *(f"Delivered-To: {recipient}" for recipient in recipients)]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "surrogateescape")


async def listen(receiver: Receiver, where: str, stop: asyncio.Event) -> None:
    """Serve until `stop`. `where`: `127.0.0.1:2424` or `unix:/path`. Raises OSError; ValueError for any other host."""
    loop = asyncio.get_running_loop()

    def connection() -> _Connection:
        return _Connection(
            receiver, data_size_limit=MAX_BYTES, enable_SMTPUTF8=True, ident="helpdesk", timeout=SECONDS,
            hostname="localhost", loop=loop,
        )  # fmt: skip

    if where.startswith("unix:"):
        server = await loop.create_unix_server(connection, sock=_socket(Path(where.removeprefix("unix:"))))
    else:
        server = await loop.create_server(connection, *address_of(where))
    log.info("LMTP listens at %s", where)
    await stop.wait()
    server.close()  # what is cut off now was answered for, or is tried again


def address_of(where: str) -> tuple[str, int]:
    """Host and port of `host:port`. Raises ValueError unless it is loopback."""
    host, _, port = where.rpartition(":")
    host = host.strip("[]")
    if host not in LOOPBACK or not port.isascii() or not port.isdigit() or int(port) > 65_535:
        raise ValueError(f"127.0.0.1:PORT or unix:/path is needed, not {where}")
    return host, int(port)


def _socket(path: Path) -> socket.socket:
    """A socket file for its user and group, in the place of one that a killed process left. OSError for other files."""
    if path.is_socket():
        path.unlink()
    made = socket.socket(socket.AF_UNIX)
    before = os.umask(0o117)  # from the first moment on: what is opened up before a chmod can be connected to
    try:
        made.bind(str(path))
    except OSError:
        made.close()
        raise
    finally:
        os.umask(before)
    return made
