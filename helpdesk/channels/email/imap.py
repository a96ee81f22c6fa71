r"""One mailbox over IMAP: what is new, what is done with, and waiting for more (RFC 9051, RFC 2177, RFC 6851).

The caller keeps the order that loses nothing: fetch, store and commit, and only then `mark_handled`. Nothing here
changes a flag on its own, and `\Seen` is never asked for: a person who opens the mailbox must not hide mail.
"""

import contextlib
import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from imaplib import IMAP4
from threading import Event
from types import TracebackType
from typing import Any, Self
from urllib.parse import SplitResult, unquote

from imapclient import IMAPClient, SocketTimeout

from helpdesk.channels.base import ChannelError
from helpdesk.channels.email.imap_batches import Fetched, Listed, portions
from helpdesk.channels.email.imap_idle import idle
from helpdesk.channels.email.oauth import Presented, TokenSource
from helpdesk.channels.email.wire import MAX_BYTES
from helpdesk.channels.text import error_line

CONNECT_TIMEOUT = 15.0  # seconds
READ_TIMEOUT = 60.0
PORTS = {"imap": 143, "imap+starttls": 143, "imaps": 993}
LISTED = 500  # how many mails are asked for size and date at once
HEAD_BYTES = 65_536
FIRST_LOOK = 0.2  # seconds; see `Mailbox.wait`
# Servers that refuse for the moment say so; every other refused sign-in is for the administrator.
FOR_THE_MOMENT = ("unavailable", "throttl", "not connected", "try again", "too many", "inuse", "temporar", "internal")


@contextlib.contextmanager
def _as_channel_error(step: str) -> Iterator[None]:
    """Every failure of the library, the socket or a confused server becomes one ChannelError."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise ChannelError(f"{step}: {error_line(error)}", permanent=True) from error
    except (IMAP4.error, OSError, EOFError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise ChannelError(f"{step}: {error_line(error)}") from error


class Mailbox:
    """A connection to one folder of one account. For one thread at a time; after a ChannelError make a new one.

    `url` is as in `config.MailAccount.imap`; its path names the folder, INBOX by default. `handled_folder`: where
    handled mails are moved to; None leaves them and only flags them. `context`: the TLS settings; by default
    certificates and names are verified. `max_bytes`: of larger mails only the beginning is fetched. `token`: signs in
    by XOAUTH2 with the token that it gives, instead of the password of the URL.
    """

    def __init__(
        self,
        url: SplitResult,
        *,
        handled_folder: str | None = None,
        context: ssl.SSLContext | None = None,
        connect_timeout: float = CONNECT_TIMEOUT,
        read_timeout: float = READ_TIMEOUT,
        max_bytes: int = MAX_BYTES,
        token: TokenSource | None = None,
    ) -> None:
        self._url = url
        self._handled_folder = handled_folder
        self._context = context
        self._timeout = SocketTimeout(connect=connect_timeout, read=read_timeout)
        self.max_bytes = max_bytes
        self._token = token
        self._client: IMAPClient | None = None
        self.folder = unquote(url.path.lstrip("/")) or "INBOX"
        self.uidvalidity = self.uidnext = 0

    def __enter__(self) -> Self:
        self.connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def connect(self) -> None:
        """Connects, signs in and selects the folder; `uidvalidity` and `uidnext` (0: not stated) are known then.

        Raises ChannelError; `permanent` where the password, the folder or the certificate is refused.
        """
        host, scheme = self._url.hostname or "", self._url.scheme
        port = self._url.port or PORTS[scheme]
        context = self._context or ssl.create_default_context()
        with _as_channel_error(f"no IMAP connection to {host}:{port}"):
            encrypted = scheme == "imaps"
            client = IMAPClient(
                host, port, ssl=encrypted, ssl_context=context if encrypted else None, timeout=self._timeout
            )
        self._client = client
        try:
            client.normalise_times = False  # aware times, as the server states them
            if scheme == "imap+starttls":
                with _as_channel_error("IMAP STARTTLS"):
                    client.starttls(context)
            self._sign_in(client)
            self._select(client)
        except ChannelError:
            self._drop()
            raise

    def fetch_new(self, after_uid: int = 0, since: datetime | None = None) -> Iterator[Fetched]:
        """The mails with a UID above `after_uid` and, if given, an INTERNALDATE not before `since` (aware), by UID.

        Flags stay as they are (BODY.PEEK). At most about 4 MB or one mail are held at a time. Mails that somebody
        else removes meanwhile are left out. Raises ChannelError, also between two mails.
        """
        for listed in self.list_mails(after_uid, since):
            yield from self.fetch(listed)

    def list_mails(self, after_uid: int = 0, since: datetime | None = None) -> Iterator[list[Listed]]:
        """The same mails, only listed, in portions of 500."""
        client = self._connected()
        uids = self._search(client, after_uid, since)
        for start in range(0, len(uids), LISTED):
            yield self._listed(client, uids[start : start + LISTED], since)

    def fetch(self, listed: Sequence[Listed]) -> Iterator[Fetched]:
        """These mails; what is gone is left out. Raises ChannelError, also between two mails."""
        client = self._connected()
        for portion in portions(listed, self.max_bytes):
            yield from self._bodies(client, portion)

    def mark_handled(self, uids: Iterable[int]) -> None:
        """Flags the mails as seen and moves them where a folder is configured. Missing ones are passed over.

        Call it only after what was fetched has been committed. Raises ChannelError.
        """
        client, wanted = self._connected(), sorted(set(uids))
        for start in range(0, len(wanted), LISTED):
            part = wanted[start : start + LISTED]
            with _as_channel_error("IMAP flag"):
                client.add_flags(part, [b"\\Seen"], silent=True)
            if self._handled_folder:
                self._move(client, part, self._handled_folder)

    def wait(self, seconds: float, stop: Event) -> bool:
        """Waits until something may have come, `stop` is set or `seconds` are over; search again in any case.

        True when the server announced something. Raises ChannelError where the link turns out to be dead.

        Mail that comes between the last search and IDLE may be announced in the same packet as the answer to IDLE
        and is then not seen until IDLE ends. So the first IDLE is short and its end is read; only then a long one
        begins.
        """
        client = self._connected()
        with _as_channel_error("IMAP wait"):
            if not client.has_capability("IDLE"):
                stop.wait(seconds)
                client.noop()  # shows a dead link, and keeps a living one open
                return False
            end = time.monotonic() + seconds
            news = idle(client, min(FIRST_LOOK, seconds), stop)
            while not news and not stop.is_set() and (left := end - time.monotonic()) > 0:
                news = idle(client, left, stop)
            return news

    def close(self) -> None:
        """Signs out and disconnects; never raises."""
        client, self._client = self._client, None
        if client is not None:
            try:
                client.logout()
            except (IMAP4.error, OSError, EOFError, ValueError, AttributeError):
                with contextlib.suppress(OSError):
                    client.shutdown()

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(OSError, IMAP4.error):
                client.shutdown()

    def _connected(self) -> IMAPClient:
        if self._client is None:
            raise ChannelError("the mailbox is not connected")
        return self._client

    def _sign_in(self, client: IMAPClient) -> None:
        user = unquote(self._url.username or "")
        if self._token is None:
            self._accepted(lambda: client.login(user, unquote(self._url.password or "")))
            return
        token = self._token("")
        try:
            self._accepted(lambda: client.sasl_login("XOAUTH2", Presented(user, token)))
        except ChannelError as error:
            if not error.permanent:
                raise
            # Revoked, or the clocks differ: one more try with a token that is surely fresh.
            fresh = self._token(token)
            self._accepted(lambda: client.sasl_login("XOAUTH2", Presented(user, fresh)))

    def _accepted(self, sign_in: Callable[[], object]) -> None:
        try:
            with _as_channel_error("IMAP sign-in"):
                sign_in()
        except ChannelError as error:
            cause = error.__cause__
            # The library words a lost connection as a refused sign-in, too; what really happened is its context.
            lost = isinstance(cause, IMAP4.abort) or isinstance(getattr(cause, "__context__", None), IMAP4.abort)
            refused = isinstance(cause, IMAP4.error) and not lost
            passing = any(word in str(error).lower() for word in FOR_THE_MOMENT)
            raise ChannelError(str(error), permanent=error.permanent or (refused and not passing)) from cause

    def _select(self, client: IMAPClient) -> None:
        try:
            with _as_channel_error(f"IMAP folder {self.folder}"):
                said = client.select_folder(self.folder)
                self.uidvalidity, self.uidnext = int(said[b"UIDVALIDITY"]), int(said.get(b"UIDNEXT", 0))
        except ChannelError as error:
            cause = error.__cause__
            gone = isinstance(cause, IMAP4.error) and not isinstance(cause, IMAP4.abort)
            raise ChannelError(str(error), permanent=gone) from cause

    def _search(self, client: IMAPClient, after_uid: int, since: datetime | None) -> list[int]:
        criteria: list[Any] = ["UID", f"{after_uid + 1}:*"]
        if since is not None:
            # SINCE knows days only, in the zone of the server: one day more is asked for and the rest left out below.
            criteria += ["SINCE", (since.astimezone(UTC) - timedelta(days=1)).date()]
        with _as_channel_error("IMAP search"):
            # `n:*` always names the last mail, even one below n (RFC 9051 section 6.4.4).
            return sorted({uid for uid in client.search(criteria) if uid > after_uid})

    def _listed(self, client: IMAPClient, uids: Sequence[int], since: datetime | None) -> list[Listed]:
        with _as_channel_error("IMAP list"):
            found = client.fetch(uids, ["RFC822.SIZE", "INTERNALDATE"])
            listed = []
            for uid in uids:
                facts = found.get(uid, {})
                if b"INTERNALDATE" in facts:
                    date = facts[b"INTERNALDATE"].astimezone(UTC)
                    listed.append(Listed(uid, int(facts.get(b"RFC822.SIZE", 0)), date))
            return [entry for entry in listed if since is None or entry.internal_date >= since]

    def _bodies(self, client: IMAPClient, portion: Sequence[Listed]) -> list[Fetched]:
        too_large = portion[0].size > self.max_bytes
        item = f"BODY.PEEK[]<0.{HEAD_BYTES}>" if too_large else "BODY.PEEK[]"
        with _as_channel_error("IMAP fetch"):
            found = client.fetch([entry.uid for entry in portion], [item])
        bodies = []
        for entry in portion:
            raw = next((v for k, v in found.get(entry.uid, {}).items() if k.startswith(b"BODY[]")), None)
            if raw is not None:
                facts = (entry.uid, self.uidvalidity, entry.internal_date, bytes(raw), entry.size)
                bodies.append(Fetched(*facts, complete=not too_large))
        return bodies

    def _move(self, client: IMAPClient, uids: Sequence[int], folder: str) -> None:
        with _as_channel_error(f"IMAP move to {folder}"):
            if not client.folder_exists(folder):
                client.create_folder(folder)
            if client.has_capability("MOVE"):
                client.move(uids, folder)
                return
            client.copy(uids, folder)
            client.delete_messages(uids, silent=True)
            if client.has_capability("UIDPLUS"):
                client.uid_expunge(uids)
