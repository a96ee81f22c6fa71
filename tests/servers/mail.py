"""The embedded mail server as the tests use it: any accounts, real IMAP and SMTP on loopback, restart and kill."""

import contextlib
import email
import email.policy
import json
import os
import signal
import smtplib
import subprocess
import sys
from collections.abc import Iterator, Mapping
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import quote

from imapclient import IMAPClient

from tests.servers import ground

HOST = "127.0.0.1"
DOMAIN = "helpdesk.test"


class MailServer:
    """A mail server in its own process. Accounts are name -> address; every password is `password`."""

    password = "sandi-uji"

    def __init__(self, data: Path, accounts: Mapping[str, str], env: Mapping[str, str] | None = None) -> None:
        self._data, self.accounts, self._env = data, dict(accounts), dict(env or {})
        self._process: subprocess.Popen[str] | None = None
        self.imap_port = self.smtp_port = 0

    def start(self) -> None:
        """Start (again); the ports stay the same."""
        users = [p for name, address in self.accounts.items() for p in ("--user", f"{name}:{self.password}:{address}")]
        ports = ["--imap-port", str(self.imap_port), "--smtp-port", str(self.smtp_port)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "helpdesk.demo.mailserver", "--data", str(self._data), *ports, *users],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **self._env},
            preexec_fn=ground.die_with_parent,  # noqa: PLW1509 - one system call, nothing that could wait for a lock
        )
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the mail server did not start")
        ready = json.loads(line)
        self.imap_port, self.smtp_port = ready["imap"], ready["smtp"]

    def stop(self, with_signal: int = signal.SIGTERM) -> int:
        """Stop; gives the exit code."""
        assert self._process and self._process.stdout
        self._process.send_signal(with_signal)
        try:
            return self._process.wait(5)
        finally:
            self._process.kill()
            self._process.wait()
            self._process.stdout.close()

    def kill(self) -> None:
        """kill -9."""
        self.stop(signal.SIGKILL)

    def imap_url(self, name: str) -> str:
        """The URL for HELPDESK_<DESK>_IMAP_URL."""
        return f"imap://{quote(name)}:{self.password}@{HOST}:{self.imap_port}/INBOX"

    @property
    def smtp_url(self) -> str:
        """The URL for HELPDESK_<DESK>_SMTP_URL."""
        return f"smtp://{HOST}:{self.smtp_port}"

    def send(self, message: EmailMessage | bytes, sender: str, *recipients: str) -> None:
        """Send a mail by SMTP, as it stands."""
        raw = message if isinstance(message, bytes) else message.as_bytes(policy=email.policy.SMTP)
        with smtplib.SMTP(HOST, self.smtp_port, timeout=10) as smtp:
            smtp.sendmail(sender, list(recipients), raw)

    @contextlib.contextmanager
    def imap(self, name: str, folder: str = "INBOX") -> Iterator[IMAPClient]:
        """An IMAP session with `folder` selected."""
        with IMAPClient(HOST, self.imap_port, ssl=False, timeout=10) as client:
            client.login(name, self.password)
            client.select_folder(folder)
            yield client

    def mails(self, name: str, folder: str = "INBOX") -> list[EmailMessage]:
        """The mails of an account, oldest first."""
        with self.imap(name, folder) as client:
            fetched = client.fetch(client.search(), ["BODY.PEEK[]"])
        return [email.message_from_bytes(m[b"BODY[]"], policy=email.policy.default) for _, m in sorted(fetched.items())]


@contextlib.contextmanager
def running(data: Path, accounts: Mapping[str, str], env: Mapping[str, str] | None = None) -> Iterator[MailServer]:
    """Start a mail server, stop it at the end."""
    server = MailServer(data, accounts, env)
    server.start()
    try:
        yield server
    finally:
        server.stop()
