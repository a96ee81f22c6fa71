"""Mail of the demo's people: a real message by SMTP, and a look into a mailbox by IMAP."""

import email
import email.policy
import smtplib
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
    return f"{received_at:%Y-%m-%d %H:%M}  {sender}  {subject}"


def inbox(demo: Demo, name: str) -> list[str]:
    """One line a message, newest first: local time of arrival, sender, whole subject. Raises DemoError."""
    mailbox = demo.mailbox(name)
    try:
        with IMAPClient(HOST, demo.imap_port, ssl=False, timeout=10) as client:
            client.login(mailbox.name, mailbox.password)
            client.select_folder("INBOX", readonly=True)
            wanted = ["INTERNALDATE", "BODY.PEEK[HEADER.FIELDS (FROM SUBJECT)]"]
            uids = client.search()
            fetched = client.fetch(uids, wanted) if uids else {}
    except ConnectionError as error:
        raise DemoError(NOT_RUNNING) from error
    key = b"BODY[HEADER.FIELDS (FROM SUBJECT)]"
    return [_line(fetched[uid][b"INTERNALDATE"], fetched[uid][key]) for uid in sorted(fetched, reverse=True)]
