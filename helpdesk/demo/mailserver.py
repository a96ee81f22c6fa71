"""The embedded mail server of the demo and the tests: IMAP (pymap) and SMTP (aiosmtpd) on loopback, in one process.

Mail that was accepted is on the disk, and a restart shows the same UIDVALIDITY, UIDs, INTERNALDATEs and flags.
It relays to nobody: every recipient must be one of its own accounts.
"""

import argparse
import asyncio
import json
import logging
import os
import secrets
import signal
import sqlite3
import sys
from argparse import Namespace
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, Identity, Login
from pymap.backend.dict import Session as MailSession
from pymap.backend.dict.filter import FilterSet
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

from helpdesk.config import ConfigError, load
from helpdesk.demo.mailboxes import DurableMailboxes, Now
from helpdesk.demo.mailfile import MailFile
from helpdesk.timepiece import clock

HOST = "127.0.0.1"
LARGEST_MESSAGE = 50 * 1024 * 1024
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody with a mailbox; `addresses` are lower-case, without any `+detail`."""

    name: str
    password: str
    addresses: tuple[str, ...]


class MailConfig(Config):
    """pymap's settings for loopback: no TLS, no name look-ups, passwords kept in memory only."""

    def __init__(self) -> None:
        super().__init__(
            Namespace(passlib_cfg=None, proxy_protocol=None),
            host=HOST,
            port=0,
            tls_enabled=False,
            hash_context=Cleartext(),
            cpu_subsystem=Subsystem.for_asyncio(),
            demo_data=False,
            demo_user="",
            demo_password="",
        )

    @property
    def greeting(self) -> bytes:
        """The greeting without the host's name, which would have to be looked up."""
        return b"Helpdesk demo mail ready"


class Receiver:
    """The SMTP side: accepts mail for the accounts, refuses all other recipients with 550."""

    def __init__(self, accounts: Sequence[Account], config: MailConfig, now: Now) -> None:
        self._config, self._now = config, now
        self._owners = {address: account.name for account in accounts for address in account.addresses}
        self._passwords = {account.name: account.password for account in accounts}

    def owner(self, address: str) -> str | None:
        """The account behind an address; `name+detail@domain` reaches `name@domain`."""
        local, _, domain = address.lower().rpartition("@")
        return self._owners.get(f"{local.partition('+')[0]}@{domain}")

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Answer RCPT TO."""
        if self.owner(address) is None:
            return "550 5.1.1 No such mailbox here; this server relays nothing"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep the message for every recipient, then answer DATA; 452 when the disk refuses."""
        content = envelope.content
        assert isinstance(content, bytes)
        mail_id = secrets.token_hex(6)
        recipients = {self.owner(address): address for address in reversed(envelope.rcpt_tos)}
        try:
            for owner, address in reversed(recipients.items()):
                assert owner is not None
                await self._deliver(
                    owner, self._trace((envelope.mail_from or "").strip("<>"), address, mail_id) + content
                )
        except sqlite3.Error as error:
            log.error("mail was not kept: %s", type(error).__name__)
            return "452 4.3.1 Not enough storage; try again later"
        return f"250 2.0.0 Accepted as {mail_id}"

    def _trace(self, sender: str, recipient: str, mail_id: str) -> bytes:
        lines = (
            f"Return-Path: <{sender}>",
            f"Delivered-To: {recipient}",
            f"Received: from localhost by localhost with ESMTP id {mail_id} for <{recipient}>;",
            f" {format_datetime(self._now())}",
            "",
        )
        return "\r\n".join(lines).encode("utf-8")

    async def _deliver(self, owner: str, raw: bytes) -> None:
        mailboxes, filters = self._config.set_cache[owner]
        session = MailSession(owner, self._config, mailboxes, filters)
        await session.append_messages("INBOX", [AppendMessage(raw)])

    def authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        """Check AUTH, which nobody on loopback needs."""
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        known = self._passwords.get(data.login.decode("utf-8", "replace"), "")
        return AuthResult(success=bool(known) and secrets.compare_digest(known.encode(), data.password), handled=False)


class Submission(SMTP):
    """SMTP as real servers speak it: lines longer than RFC 5321's 1,000 bytes are taken."""

    line_length_limit = 1024 * 1024

    def __init__(self, receiver: Receiver) -> None:
        super().__init__(
            receiver,
            hostname="localhost",
            ident="Helpdesk demo mail",
            data_size_limit=LARGEST_MESSAGE,
            enable_SMTPUTF8=True,
            auth_require_tls=False,
            authenticator=receiver.authenticate,
            loop=asyncio.get_running_loop(),
        )


async def _login(accounts: Sequence[Account], config: MailConfig, file: MailFile, now: Now) -> Login:
    login = Login(config)
    for account in accounts:
        identity = Identity(account.name, login, None, frozenset())
        await identity.set(UserMetadata(config, account.name, password=account.password))
        config.set_cache[account.name] = (DurableMailboxes(account.name, file, now), FilterSet())
    return login


async def serve(accounts: Sequence[Account], data: Path, imap_port: int, smtp_port: int, now: Now) -> None:
    """Serve until SIGINT or SIGTERM; prints the two ports as one JSON line when both are open.

    Raises OSError when a port is taken, sqlite3.Error when the mail file cannot be opened.
    """
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    file, config = MailFile(data / "mail.sqlite3"), MailConfig()
    config.apply_context()
    login = await _login(accounts, config, file, now)
    receiver = Receiver(accounts, config, now)
    imap_session = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(login, config))
    async with AsyncExitStack() as stack:
        stack.callback(file.close)
        imap = await asyncio.start_server(imap_session, HOST, imap_port)
        stack.callback(imap.close)
        smtp = await asyncio.get_running_loop().create_server(lambda: Submission(receiver), HOST, smtp_port)
        stack.callback(smtp.close)
        ports = {"imap": imap.sockets[0].getsockname()[1], "smtp": smtp.sockets[0].getsockname()[1]}
        print(json.dumps(ports), flush=True)  # noqa: T201 - the result, for whoever started the process
        await stop.wait()


def read_accounts(path: Path) -> list[Account]:
    """Accounts from a JSON file: a list of {"name", "password", "addresses"}."""
    return [
        Account(entry["name"], entry["password"], tuple(a.lower() for a in entry["addresses"]))
        for entry in json.loads(path.read_text(encoding="utf-8"))
    ]


def _account(text: str) -> Account:
    name, password, addresses = text.split(":", 2)
    return Account(name, password, tuple(addresses.lower().split(",")))


def main() -> int:
    """The process: `python -m helpdesk.demo.mailserver --data DIR --user name:password:address[,address]`."""
    parser = argparse.ArgumentParser(description="IMAP and SMTP on loopback for the demo and the tests")
    parser.add_argument("--data", type=Path, required=True, help="folder of the mail file")
    parser.add_argument("--imap-port", type=int, default=0, help="0: any free port")
    parser.add_argument("--smtp-port", type=int, default=0, help="0: any free port")
    parser.add_argument("--user", type=_account, action="append", default=[], help="name:password:address[,address]")
    parser.add_argument("--users-file", type=Path, help="accounts as JSON, out of sight of the process list")
    options = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    accounts = options.user + (read_accounts(options.users_file) if options.users_file else [])
    try:
        options.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        now = clock(load(need_secret=False))
        asyncio.run(serve(accounts, options.data, options.imap_port, options.smtp_port, now))
    except (OSError, sqlite3.Error, ConfigError) as error:
        print(f"mail server: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    # Handlers of open connections are not waited for: everything accepted is on the disk already.
    code = main()
    sys.stdout.flush()
    os._exit(code)
