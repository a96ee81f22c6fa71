"""The mails that the demo's requesters have written: real messages, which the product reads like any other."""

import html
import random
import struct
import zlib
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from zoneinfo import ZoneInfo

from helpdesk.demo.people import Someone

DOMAIN = "surel.kantor.example"
TABLE = (
    "no;nama barang;kode BMN;nomor seri\n1;Laptop 14 inci;3100102002;CTH-0001\n2;Laptop 14 inci;3100102002;CTH-0002\n"
)


def picture(width: int = 320, height: int = 180) -> bytes:
    """A small PNG with a slanting edge between two colours (ISO/IEC 15948)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    light, dark = b"\xe8\xee\xf5", b"\x2f\x5d\x8c"
    rows = (b"\0" + dark * (80 + y // 2) + light * (width - 80 - y // 2) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(b"".join(rows))), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def file_content(name: str) -> tuple[bytes, str]:
    """The bytes of an attachment of that name, and its media type."""
    return (picture(), "image/png") if name.endswith(".png") else (TABLE.encode(), "text/csv")


def _quoted(text: str, said_at: datetime, by: str) -> str:
    lines = "\n".join(f"> {line}".rstrip() for line in text.splitlines())
    return f"\n\nPada {said_at:%d/%m/%Y} pukul {said_at:%H.%M}, {by} menulis:\n{lines}\n"


class Pen:
    """Writes the mails of one seeding; the same seed gives the same ids."""

    def __init__(self, draw: random.Random) -> None:
        self._draw, self._count = draw, 0

    def _new(self, who: Someone, to: str, subject: str, at: datetime) -> EmailMessage:
        self._count += 1
        message = EmailMessage(policy=policy.SMTP)
        if who.email:
            message["From"] = formataddr((who.name, who.email))
        message["To"], message["Subject"] = to, subject
        message["Date"] = format_datetime(at)
        message["Message-ID"] = f"<{self._count:04d}.{self._draw.getrandbits(48):012x}@{DOMAIN}>"
        return message

    def first(
        self, who: Someone, to: str, subject: str, text: str, at: datetime, *, copy: str = "", file: str = "",
        designed: bool = False,
    ) -> bytes:  # fmt: skip
        """A new mail to a desk; `at` is in the desk's zone, `designed` gives it an HTML alternative."""
        message = self._new(who, to, subject, at)
        if copy:
            message["Cc"] = copy
        message.set_content(text + "\n", cte="quoted-printable")
        if designed:
            body = "".join(f"<p>{html.escape(part)}</p>" for part in text.split("\n\n"))
            shown = f'<html><body lang="id" style="font-family:Calibri">{body}</body></html>'
            message.add_alternative(shown, subtype="html", cte="quoted-printable")
        _attach(message, file)
        return message.as_bytes()

    def answer(
        self, who: Someone, to: str, at: datetime, text: str, *, subject: str, answers: str, quotes: str,
        said_at: datetime, zone: ZoneInfo, file: str = "", machine: bool = False,
    ) -> bytes:  # fmt: skip
        """An answer to our message of that id, quoting it; `machine`: an out-of-office reply."""
        message = self._new(who, to, f"Re: {subject}", at)
        message["In-Reply-To"] = message["References"] = f"<{answers}>"
        if machine:
            message["Auto-Submitted"] = "auto-replied"
        quotation = "" if machine else _quoted(quotes, said_at.astimezone(zone), to)
        message.set_content(text + quotation, cte="quoted-printable")
        _attach(message, file)
        return message.as_bytes()

    def returned(self, who: Someone, to: str, at: datetime, original: str) -> bytes:
        """A report that our message of that id did not arrive (RFC 3464)."""
        message = self._new(Someone("Mail Delivery System", f"mailer-daemon@{DOMAIN}"), to, "Undelivered Mail", at)
        message["Auto-Submitted"] = "auto-replied"
        words = f"Surel untuk {who.email} tidak dapat disampaikan: kotak surel penuh.\n"
        failed = f"Final-Recipient: rfc822; {who.email}\nAction: failed\nStatus: 5.2.2\n"
        parts = (
            ("text/plain; charset=utf-8", words),
            ("message/delivery-status", f"Reporting-MTA: dns; {DOMAIN}\n\n{failed}"),
            ("text/rfc822-headers", f"Message-ID: <{original}>\nTo: {who.email}\n"),
        )
        edge = f"report-{self._count}"
        body = (
            "".join(f"--{edge}\r\nContent-Type: {kind}\r\n\r\n{text}\r\n" for kind, text in parts) + f"--{edge}--\r\n"
        )
        head = message.as_bytes().split(b"\r\n\r\n", 1)[0]
        of_type = f'Content-Type: multipart/report; report-type=delivery-status; boundary="{edge}"'
        return head + f"\r\nMIME-Version: 1.0\r\n{of_type}\r\n\r\n{body}--{edge}--\r\n".encode()

    def without_sender(self, to: str, at: datetime) -> bytes:
        """A mail that nobody can be asked about: it has no From field."""
        message = self._new(Someone(""), to, "Berkas hasil pindai", at)
        message.set_content("Dikirim oleh mesin pemindai lantai 2.\n")
        _attach(message, "pindai-0417.png")
        return message.as_bytes()


def _attach(message: EmailMessage, name: str) -> None:
    if name:
        content, kind = file_content(name)
        main, sub = kind.split("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)
