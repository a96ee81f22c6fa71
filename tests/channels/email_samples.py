"""Mails made in code for the tests of the e-mail channel."""

from collections.abc import Iterable
from datetime import UTC, datetime

from helpdesk.channels.base import Inbound
from helpdesk.channels.email.reading import read

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def mail(body: str | bytes = "Halo", **fields: str | Iterable[str]) -> bytes:
    """A message; `Subject="x"`, `Reply_To="y"`, a list for a field that occurs more than once, "" for none."""
    given = {
        "From": "Budi <budi@kantor.example>",
        "To": "desk@kptik.example",
        "Subject": "Lupa kata sandi",
        "Message_ID": "<m1@kantor.example>",
        "Content_Type": "text/plain; charset=utf-8",
        **fields,
    }
    lines = []
    for name, values in given.items():
        each = [values] if isinstance(values, str) else values
        lines.extend(f"{name.replace('_', '-')}: {value}\r\n" for value in each if value)
    raw = body if isinstance(body, bytes) else body.replace("\n", "\r\n").encode("utf-8")
    return "".join(lines).encode("utf-8", "surrogateescape") + b"\r\n" + raw


def multipart(*parts: str, kind: str = "mixed", **fields: str) -> bytes:
    """A multipart message out of raw parts, each with its own header."""
    body = "".join(f"--batas\n{part}\n" for part in parts) + "--batas--\n"
    return mail(body, Content_Type=f'multipart/{kind}; boundary="batas"', **fields)


def inbound(raw: bytes, **arguments: object) -> Inbound:
    """The message as read at a fixed moment."""
    return read(raw, received_at=AT, **arguments)  # type: ignore[arg-type]
