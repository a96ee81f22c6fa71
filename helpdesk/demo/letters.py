"""Mail of the demo's people: a real message by SMTP, and a look into a mailbox by IMAP."""

import email
import email.policy
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from email.utils import formataddr, localtime, make_msgid

from imapclient import IMAPClient

from helpdesk.demo.installation import DOMAIN, HOST, REQUESTERS, Demo, DemoError

NOT_RUNNING = "Demo tidak berjalan. / The demo is not running: helpdesk demo"


def send(demo: Demo, sender: str, recipient: str, subject: str, body: str) -> str:
    """Send a mail between two accounts of the demo; gives its Message-ID. Raises DemoError."""
    origin, target = demo.mailbox(sender).addresses[0], demo.mailbox(recipient).addresses[0]
    message = EmailMessage()
    message["From"] = formataddr((REQUESTERS.get(sender, ""), origin))
    message["To"] = target
    message["Subject"] = " ".join(subject.split())
    message["Date"] = localtime()
    message["Message-ID"] = make_msgid(domain=DOMAIN)
    message.set_content(f"{body}\n")
    try:
        with smtplib.SMTP(HOST, demo.smtp_port, timeout=10) as smtp:
            smtp.send_message(message, origin, [target])
    except ConnectionError as error:
        raise DemoError(NOT_RUNNING) from error
    except (OSError, smtplib.SMTPException) as error:
        raise DemoError(f"Tidak terkirim / not sent: {error}") from error
    return str(message["Message-ID"]).strip("<>")


def _line(received_at: datetime, head: bytes) -> str:
    message = email.message_from_bytes(head, policy=email.policy.default)
    sender, subject = (" ".join(str(message[name] or "").split()) for name in ("From", "Subject"))
    return f"{received_at.astimezone():%Y-%m-%d %H:%M %Z}  {sender}  {subject}"


@contextmanager
def _opened(demo: Demo, name: str) -> Iterator[tuple[IMAPClient, list[int]]]:
    """A mailbox, read-only, with the UIDs of its messages, newest first. Raises DemoError."""
    mailbox = demo.mailbox(name)
    try:
        with IMAPClient(HOST, demo.imap_port, ssl=False, timeout=10) as client:
            client.login(mailbox.name, mailbox.password)
            client.select_folder("INBOX", readonly=True)
            yield client, sorted(client.search(), reverse=True)
    except ConnectionError as error:
        raise DemoError(NOT_RUNNING) from error


def inbox(demo: Demo, name: str) -> list[str]:
    """One line a message, newest first: arrival in this machine's zone, sender, whole subject. Raises DemoError."""
    key = b"BODY[HEADER.FIELDS (FROM SUBJECT)]"
    with _opened(demo, name) as (client, uids):
        wanted = ["INTERNALDATE", "BODY.PEEK[HEADER.FIELDS (FROM SUBJECT)]"]
        fetched = client.fetch(uids, wanted) if uids else {}
    return [_line(fetched[uid][b"INTERNALDATE"], fetched[uid][key]) for uid in uids]


def newest(demo: Demo, name: str) -> str:
    """The text of the newest message; empty when there is none. Raises DemoError."""
    with _opened(demo, name) as (client, uids):
        raw = client.fetch(uids[:1], ["BODY.PEEK[]"])[uids[0]][b"BODY[]"] if uids else b""
    body = email.message_from_bytes(raw, policy=email.policy.default).get_body(("plain",))
    return str(body.get_content()).strip() if body is not None else ""
