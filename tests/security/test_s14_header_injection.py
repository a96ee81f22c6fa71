"""S14: whatever a stranger puts into subject, name or ids, our mail has exactly our header fields."""

import pytest

from helpdesk.store.mail_models import RawMessage
from tests.security.conftest import Yard
from tests.usecases.post import letter

OURS = {
    "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "MIME-Version", "Content-Type",
    "Content-Transfer-Encoding", "Auto-Submitted", "Precedence", "X-Auto-Response-Suppress", "X-Loop",
    "X-Helpdesk-Return",
}  # fmt: skip
INJECTIONS = {
    "encoded word": "=?utf-8?q?halo=0d=0aBcc:=20eve=40lain.example=0d=0a=0d=0aisi?=",
    "base64 word": "=?utf-8?b?aGFsbw0KQmNjOiBldmVAbGFpbi5leGFtcGxl?=",
    "folded": "halo\r\n Bcc: eve@lain.example",
    "bare CR": "halo\rBcc: eve@lain.example",
    "NEL": "halo\u0085Bcc: eve@lain.example",
    "line separator": "halo\u2028Bcc: eve@lain.example",
    "vertical tab": "halo\x0bBcc: eve@lain.example",
    "NUL": "halo\x00Bcc: eve@lain.example",
    "very long": "Bcc: eve@lain.example " * 100,
    "percent": "%0d%0aBcc: eve@lain.example",
}


@pytest.mark.parametrize("kind", INJECTIONS)
@pytest.mark.parametrize("where", ["subject", "name", "id"])
def test_no_text_of_a_stranger_becomes_a_header_field(yard: Yard, kind: str, where: str) -> None:
    text = INJECTIONS[kind]
    fields = {
        "subject": {"Subject": text},
        "name": {"From": f'"{text[:150]}" <sari@kantor.example>'},
        "id": {"Message_ID": f"<{text[:150]}@kantor.example>"},
    }[where]
    number = yard.arrives(letter(**fields))
    if number == "":
        assert yard.post.rows(RawMessage)[-1].state == "quarantined"
        return
    yard.office.does("rina", "reply", number, text=f"Halo {text}\r\nBcc: eve@lain.example")
    mails = yard.mails()
    assert len(mails) == 2
    for to, mail, raw in mails:
        assert to == "sari@kantor.example"
        assert set(mail.keys()) <= OURS
        head = raw.partition(b"\r\n\r\n")[0]
        assert not any(line.lower().startswith(b"bcc") for line in head.split(b"\r\n"))
        assert b"\n" not in raw.replace(b"\r\n", b""), "no bare line feed"
        assert b"\r" not in raw.replace(b"\r\n", b""), "no bare carriage return"
        assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
