"""Handing messages to an SMTP server, and saying exactly what became of each (RFC 5321, RFC 6409)."""

import smtplib
import socket
import ssl
import time
from types import TracebackType
from typing import Self
from urllib.parse import SplitResult, unquote

from helpdesk.channels.base import ChannelError, Outbound
from helpdesk.channels.email.addresses import addr_spec
from helpdesk.channels.email.charsets import decode
from helpdesk.channels.email.composing import compose, envelope_sender
from helpdesk.channels.email.oauth import Presented, TokenSource
from helpdesk.channels.email.smtp_limit import Dialogue, Limit, seconds_for
from helpdesk.channels.text import error_line, one_line
from helpdesk.failpoints import failpoint

TIMEOUT = 45.0  # seconds for connecting and for each answer
SECONDS = 120.0  # for a small message in all
GOODBYE_SECONDS = 5.0
IDLE = 20.0  # seconds an unused connection is kept
MAX_PER_CONNECTION = 100
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
SIGN_IN = (530, 534, 535, 538)  # trouble with our password, not with the message (RFC 4954 section 6)


class _Gone(Exception):
    """The server closed the connection before it was told the sender: nothing has been handed over."""


def _reason(code: int, reply: bytes | str) -> str:
    text = decode(reply) if isinstance(reply, bytes) else reply
    return f"{code} {one_line(text)[:200]}"


def _refused(step: str, code: int, reply: bytes | str) -> ChannelError:
    permanent = 500 <= code < 600 and code not in SIGN_IN
    ours = step == "sender" or code == 421 or code in SIGN_IN  # it says nothing about this recipient
    return ChannelError(f"{step}: {_reason(code, reply)}", permanent=permanent, destination=not ours)


def _host_name() -> str:
    # Not the fully qualified name: looking it up asks the name server, which may hang.
    name = socket.gethostname()
    return name if name.isascii() and name.replace("-", "").replace(".", "").isalnum() else "localhost"


class Sender:
    """One SMTP connection to the server of `url`, kept between messages. For one thread at a time.

    `url` is as in `config.MailAccount.smtp`. `idle_seconds`: an older unused connection is replaced. `timeout`: seconds
    for each answer; `seconds`: for a small message in all, larger ones get more (`smtp_limit`). `context`: the TLS
    settings; by default certificates and names are verified. `token`: signs in by XOAUTH2 with the token that it
    gives, instead of the password of the URL.
    """

    def __init__(
        self,
        url: SplitResult,
        *,
        idle_seconds: float = IDLE,
        timeout: float = TIMEOUT,
        seconds: float = SECONDS,
        context: ssl.SSLContext | None = None,
        token: TokenSource | None = None,
    ) -> None:
        self._url = url
        self._token = token
        self._idle_seconds = idle_seconds
        self._timeout, self._seconds = timeout, seconds
        self._limit = Limit(0)
        self._context = context
        self._connection: Dialogue | None = None
        self._used_at = 0.0
        self._sent = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def send(self, outbound: Outbound) -> None:
        """Hands one message over. Returns once the server has taken responsibility for it.

        Raises ChannelError: `permanent` where the server refused it for good (5xx) or it cannot be written; `doubt`
        where the connection broke after the message had been sent whole and before the answer came; `destination`
        where the server listened until it was told the recipient.
        """
        data = compose(outbound)
        sender, recipient = envelope_sender(outbound), addr_spec(outbound.recipient)
        with Limit(seconds_for(len(data), self._seconds)) as limit:
            self._limit = limit
            try:
                self._deliver(sender, recipient, data)
            except ChannelError as error:
                if not limit.over or error.permanent:
                    raise
                text = f"SMTP took too long: more than {limit.seconds:.0f} s"
                raise ChannelError(text, doubt=error.doubt, destination=error.destination) from error

    def _deliver(self, sender: str, recipient: str, data: bytes) -> None:
        if self._connection is not None and not self._fresh():
            self.close()
        reused = self._connection is not None
        try:
            self._transfer(sender, recipient, data)
        except _Gone as error:
            if not reused or self._limit.over:
                raise ChannelError("the SMTP server closed the connection") from error
            self._transfer_again(sender, recipient, data)

    def close(self) -> None:
        """Says good-bye and forgets the connection; never raises."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with Limit(GOODBYE_SECONDS) as limit:
                connection.heed(limit)
                try:
                    connection.quit()
                except (OSError, smtplib.SMTPException):
                    connection.close()

    @property
    def connected(self) -> bool:
        """True while the server listens: after a refusal it does, after a lost connection it does not."""
        return self._connection is not None

    def _fresh(self) -> bool:
        return time.monotonic() - self._used_at < self._idle_seconds and self._sent < MAX_PER_CONNECTION

    def _transfer_again(self, sender: str, recipient: str, data: bytes) -> None:
        try:
            self._transfer(sender, recipient, data)
        except _Gone as error:
            raise ChannelError("the SMTP server closed the connection") from error

    def _transfer(self, sender: str, recipient: str, data: bytes) -> None:
        connection = self._connected()
        failpoint("outbox.after_connect")
        listened = False
        try:
            self._announce(connection, sender, len(data))
            listened = True
            self._name(connection, recipient)
            self._content(connection, data)
        except smtplib.SMTPServerDisconnected as error:
            self._drop()
            raise ChannelError(f"SMTP connection lost: {type(error).__name__}", destination=listened) from error
        except (_Gone, OSError, smtplib.SMTPException) as error:
            self._drop()
            if isinstance(error, _Gone):
                raise
            raise ChannelError(f"SMTP: {type(error).__name__}", destination=listened) from error
        except ChannelError:
            raise  # a refusal: the dialogue stands where both know it
        except BaseException:
            self._drop()  # else the next message would read the answers to this one
            raise
        self._used_at = time.monotonic()
        self._sent += 1

    def _announce(self, connection: smtplib.SMTP, sender: str, size: int) -> None:
        options = [f"SIZE={size}"] if connection.has_extn("size") else []
        try:
            code, reply = connection.mail(sender, options)
        except smtplib.SMTPServerDisconnected as error:
            raise _Gone from error
        if code == 421:
            raise _Gone
        if code != 250:
            self._refuse(connection, "sender", code, reply)

    def _name(self, connection: smtplib.SMTP, recipient: str) -> None:
        code, reply = connection.rcpt(recipient)
        if code not in (250, 251):
            self._refuse(connection, "recipient", code, reply)

    def _content(self, connection: Dialogue, data: bytes) -> None:
        code, reply = connection.docmd("DATA")
        if code != 354:
            self._refuse(connection, "data", code, reply)
        # Every line that begins with a dot gets a second one (RFC 5321 section 4.5.2).
        stuffed = data.replace(b"\r\n.", b"\r\n..")
        stuffed = b"." + stuffed if stuffed.startswith(b".") else stuffed
        connection.send_within(stuffed + (b".\r\n" if stuffed.endswith(b"\r\n") else b"\r\n.\r\n"))
        try:
            failpoint("outbox.after_data_before_250")
            code, reply = connection.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            gone = "the connection broke before the SMTP server answered"
            raise ChannelError(gone, doubt=True, destination=True) from error
        if code != 250:
            self._refuse(connection, "content", code, reply)

    def _refuse(self, connection: smtplib.SMTP, step: str, code: int, reply: bytes | str) -> None:
        """Raises the refusal; the connection is kept for the next message where the server still listens."""
        error = _refused(step, code, reply)
        try:
            if code == 421 or connection.rset()[0] != 250:
                self._drop()
        except (OSError, smtplib.SMTPException):
            self._drop()
        raise error

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> Dialogue:
        if self._connection is None:
            self._connection = self._open()
            self._sent = 0
        else:
            self._connection.heed(self._limit)
        return self._connection

    def _open(self) -> Dialogue:
        host, scheme = self._url.hostname or "", self._url.scheme
        port = self._url.port or PORTS[scheme]
        context = self._context or ssl.create_default_context()
        tls = context if scheme == "smtps" else None
        try:
            connection = Dialogue(host, port, name=_host_name(), timeout=self._timeout, limit=self._limit, tls=tls)
        except smtplib.SMTPResponseException as error:
            raise ChannelError(f"greeting: {_reason(error.smtp_code, error.smtp_error)}") from error
        except (OSError, smtplib.SMTPException) as error:
            raise ChannelError(f"no SMTP connection to {host}:{port}: {error_line(error)}") from error
        try:
            self._introduce(connection, scheme, context)
        except BaseException:
            connection.close()
            raise
        return connection

    def _introduce(self, connection: smtplib.SMTP, scheme: str, context: ssl.SSLContext) -> None:
        try:
            if scheme == "smtp+starttls":
                connection.starttls(context=context)
            connection.ehlo_or_helo_if_needed()
            if self._url.username:
                self._sign_in(connection, unquote(self._url.username))
        except smtplib.SMTPResponseException as error:
            # Whatever the code: this is about our account or the server, not about the message.
            raise ChannelError(f"SMTP sign-in: {_reason(error.smtp_code, error.smtp_error)}") from error
        except (OSError, smtplib.SMTPException) as error:
            raise ChannelError(f"SMTP sign-in: {error_line(error)}") from error
        except ChannelError as error:  # no token: never the fault of the message
            raise ChannelError(f"SMTP sign-in: {error}") from error

    def _sign_in(self, connection: smtplib.SMTP, user: str) -> None:
        if self._token is None:
            connection.login(user, unquote(self._url.password or ""))
            return
        token = self._token("")
        try:
            connection.auth("XOAUTH2", Presented(user, token))
        except smtplib.SMTPAuthenticationError as error:
            if error.smtp_code != 535:
                raise
            connection.auth("XOAUTH2", Presented(user, self._token(token)))  # that one may have been revoked


def send(url: SplitResult, outbound: Outbound) -> None:
    """Hands one message over on a connection of its own. Raises ChannelError as `Sender.send` does."""
    with Sender(url) as sender:
        sender.send(outbound)
