"""From an `Outbound` to the bytes that leave: exactly our header fields, whatever text they are made of."""

import binascii
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256

from helpdesk.channels.base import Attachment, ChannelError, Outbound
from helpdesk.channels.email import headers_out
from helpdesk.channels.email.addresses import addr_spec
from helpdesk.channels.email.bounces import RETURN_FIELD
from helpdesk.channels.email.thread_index import decoded
from helpdesk.channels.filenames import made_name, safe_name
from helpdesk.channels.text import storable

MAX_SUBJECT = 250
MAX_NAME = 100
MAX_REFERENCES = 20
ID = re.compile(r"[!-;=?-~]{3,250}")
MEDIA_TYPE = re.compile(r"(?:application|audio|font|image|model|text|video)/[a-z0-9.+-]{1,80}")
LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
LOOP_MARK = "helpdesk"


def _now() -> datetime:
    return datetime.now(UTC)


def _address(email: str, what: str) -> str:
    found = addr_spec(email)
    if not found:
        raise ChannelError(f"{what}: not an address that can be written to", permanent=True)
    return found


def _cased(email: str, what: str) -> str:
    """An address of ours in the case it is stored in, which its token may depend on."""
    if _address(email, what) != email.lower():
        raise ChannelError(f"{what}: not an address that can be written to", permanent=True)
    return email


def _id(identifier: str) -> str:
    if not ID.fullmatch(identifier):
        raise ChannelError("a message id is not printable ASCII without blanks and brackets", permanent=True)
    return f"<{identifier}>"


def _threading(outbound: Outbound) -> Iterator[tuple[str, str]]:
    """Ids that came from outside and cannot be written are left out; our own must be right."""
    if outbound.message_id:
        yield "Message-ID", _id(outbound.message_id)
    if ID.fullmatch(outbound.in_reply_to):
        yield "In-Reply-To", _id(outbound.in_reply_to)
    known = [identifier for identifier in outbound.references if ID.fullmatch(identifier)]
    if known:
        # The first one names the conversation, the last ones are its present end (RFC 5322 section 3.6.4).
        kept = known if len(known) <= MAX_REFERENCES else [known[0], *known[-MAX_REFERENCES + 1 :]]
        yield "References", headers_out.FOLD.join(_id(identifier) for identifier in kept)
    if decoded(outbound.thread_index):
        index = outbound.thread_index
        yield "Thread-Index", headers_out.FOLD.join(index[at : at + 60] for at in range(0, len(index), 60))


def _fields(outbound: Outbound, date: datetime) -> Iterator[tuple[str, str]]:
    sender = _address(outbound.sender.email, "sender")
    yield "From", headers_out.mailbox(outbound.sender.name[:MAX_NAME], sender)
    yield "To", _address(outbound.recipient, "recipient")
    if outbound.reply_to:
        yield "Reply-To", _cased(outbound.reply_to, "reply-to")
    yield "Subject", headers_out.encoded(outbound.subject[:MAX_SUBJECT])
    yield "Date", format_datetime(date)
    yield from _threading(outbound)
    if outbound.return_mark:
        yield RETURN_FIELD, headers_out.encoded(outbound.return_mark)
    if outbound.automatic:
        # What keeps two robots from answering each other (RFC 3834 section 5; MS-OXCMAIL 2.2.3.2.14).
        yield "Auto-Submitted", "auto-replied"
        yield "Precedence", "bulk"
        yield "X-Auto-Response-Suppress", "All"
        yield "X-Loop", LOOP_MARK
    yield "MIME-Version", "1.0"


def _body(text: str, subtype: str) -> bytes:
    plain = LINE_ENDS.sub("\n", storable(text)).rstrip("\n") + "\n"
    encoded = binascii.b2a_qp(plain.encode("utf-8"), istext=True)
    header = headers_out.lines(
        [("Content-Type", f"text/{subtype}; charset=utf-8"), ("Content-Transfer-Encoding", "quoted-printable")]
    )
    return header + encoded.replace(b"\n", b"\r\n")


def _file(file: Attachment, number: int) -> bytes:
    media_type = file.media_type.lower()
    if not MEDIA_TYPE.fullmatch(media_type):
        media_type = "application/octet-stream"
    name = safe_name(file.name) or made_name(file.media_type, number)
    fields = [
        ("Content-Type", media_type),
        ("Content-Transfer-Encoding", "base64"),
        ("Content-Disposition", f"attachment;{headers_out.FOLD}{headers_out.parameter('filename', name)}"),
    ]
    data = [file.content[at : at + 57] for at in range(0, len(file.content), 57)]
    return headers_out.lines(fields) + b"".join(binascii.b2a_base64(line, newline=False) + b"\r\n" for line in data)


def _multipart(subtype: str, parts: list[bytes], seed: str) -> bytes:
    """The parts under a boundary that neither quoted-printable nor base64 can contain (RFC 2045 section 6.7)."""
    if len(parts) == 1:
        return parts[0]
    boundary = f"=_{sha256(f'{subtype} {seed}'.encode()).hexdigest()[:24]}"
    header = headers_out.lines([("Content-Type", f'multipart/{subtype};{headers_out.FOLD}boundary="{boundary}"')])
    mark = boundary.encode("ascii")
    return header + b"".join(b"--" + mark + b"\r\n" + part + b"\r\n" for part in parts) + b"--" + mark + b"--\r\n"


def compose(outbound: Outbound, *, now: Callable[[], datetime] = _now) -> bytes:
    """The message, ASCII with CRLF line ends. `now` gives the Date field (aware); all else follows from `outbound`.

    Subject and names lose line ends, NUL and control characters, so no text can add a field. Raises a permanent
    ChannelError where an address or our own id cannot be written; non-ASCII addresses are refused.
    """
    header = headers_out.lines(_fields(outbound, now())).removesuffix(b"\r\n")
    bodies = [_body(outbound.text, "plain")]
    if outbound.html:
        bodies.append(_body(outbound.html, "html"))
    files = [_file(file, number) for number, file in enumerate(outbound.attachments, 1)]
    seed = outbound.message_id or outbound.recipient
    return header + _multipart("mixed", [_multipart("alternative", bodies, seed), *files], seed)


def envelope_sender(outbound: Outbound) -> str:
    """The envelope sender: empty for automatic mail, else the address that ties bounces back, else From."""
    if outbound.automatic:
        return ""
    return _cased(outbound.envelope_from or outbound.sender.email, "envelope sender")
