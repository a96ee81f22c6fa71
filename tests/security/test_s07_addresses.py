"""S07: one strict address or none; what was recognised is what is looked up, joined, counted and written to."""

from datetime import UTC, datetime

import pytest

from helpdesk.channels.base import Inbound
from helpdesk.channels.email.reading import read
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Person
from tests.security.conftest import Yard
from tests.usecases.post import letter

TRICKS = {
    '"budi@kantor.example" <eva@lain.example>': "eva@lain.example",
    "budi@kantor.example <eva@lain.example>": "eva@lain.example",
    '"budi@kantor.example"@lain.example': "",
    "<budi@kantor.example>eva@lain.example": "",
    "budi@kantor.example)eva@lain.example": "",
    "attacker(&email=budi@kantor.example)@lain.example": None,
    "g: budi@kantor.example, eva@lain.example;": None,
    "budi@kantor.example, eva@lain.example": None,
    "=?utf-8?q?budi=40kantor.example?= <eva@lain.example>": "eva@lain.example",
    "=?utf-8?q?budi=40kantor.example=3e?=@lain.example": "",
    "budi@kantor.example\x00@lain.example": "",
    "Budi <BUDI@Kantor.Example>": "budi@kantor.example",
    "b" * 65 + "@kantor.example": "",
    "budi@[127.0.0.1]": "",
    "@": "",
    "budi@": "",
    "budi@kantor.example.": "budi@kantor.example",
    "\u202emoc.rotnak@idub <eva@lain.example>": "eva@lain.example",
    "budi@kаntor.example": "",  # a Cyrillic letter
    "eva+budi@kantor.example@lain.example": "",
    "<<budi@kantor.example>>": "",
    "budi@kantor.example <>": "",
    "Eva <eva@lain.example> (budi@kantor.example)": "eva@lain.example",
    "(budi@kantor.example) eva@lain.example": None,
    "eva@lain.example (budi@kantor.example)": "eva@lain.example",
    "Budi <budi@kantor.example>, <eva@lain.example>": None,
    '"Budi" <budi@kantor.example"@lain.example>': "",
    "budi@kantor.example%lain.example": "",
    "budi@kantor.example!eva@lain.example": "",
    "=?utf-8?b?YnVkaUBrYW50b3IuZXhhbXBsZQ==?=": "",
    "<@lain.example:budi@kantor.example>": "",
    "budi @kantor.example": "",
}


def test_who_wrote_is_certain_or_nobody(yard: Yard) -> None:
    assert len(TRICKS) >= 30
    budis = yard.arrives(letter(From="budi@kantor.example", Message_ID="<awal@k>", Precedence="bulk"))
    for count, (sender, expected) in enumerate(TRICKS.items()):
        number = yard.arrives(letter(From=sender, Message_ID=f"<tipu{count}@k>", In_Reply_To="<awal@k>"))
        if expected == "":
            assert number == "", f"{sender}: kept in quarantine"
        elif expected is None:
            assert number != budis, f"{sender}: not certain enough to join"
        elif expected == "budi@kantor.example":
            assert number == budis, sender
        else:
            assert number not in {"", budis}, sender
            assert yard.office.requester(number).address == expected
    known = {person.email for person in yard.post.rows(Person)}
    assert known <= {"budi@kantor.example", "eva@lain.example"}
    assert {m.recipient for m in yard.post.rows(OutboxMessage)} <= known


def test_two_from_fields_prove_nobody_even_with_a_sender_field(yard: Yard) -> None:
    number = yard.arrives(letter(From="budi@kantor.example", Message_ID="<awal@k>"))
    raw = letter(From=["budi@kantor.example", "eva@lain.example"], Sender="budi@kantor.example", Message_ID="<2@k>",
                 In_Reply_To="<awal@k>", Subject=f"[{number}]")  # fmt: skip
    other = yard.arrives(raw)
    assert other not in ("", number)
    assert yard.post.outbox(other) == []


def test_all_spellings_of_an_address_share_one_person_and_one_cap(yard: Yard) -> None:
    for n in range(12):
        spelled = ("Budi@Kantor.Example", "budi@kantor.example", "<BUDI@KANTOR.EXAMPLE>")[n % 3]
        yard.arrives(letter(From=spelled, Message_ID=f"<{n}@k>"))
    assert [p.email for p in yard.post.rows(Person)] == ["budi@kantor.example"]
    assert [m.state for m in yard.post.rows(OutboxMessage)].count("held") == 2


PASSED = b"Authentication-Results: mx.ours; dmarc=pass header.from=lain.example\r\n"
IN_ANOTHER_CHARSET = {
    "utf-7": b"+ADw-budi+AEA-kantor.example+AD4AKA-@lain.example (a+ACk-)",
    "shift_jis": b'"\x81\x5c" <budi@kantor.example> (" <eva@lain.example> (\x81\x5c))',
    "gb18030": b'"\x81\x5c" <budi@kantor.example> (" <eva@lain.example> (\x81\x5c))',
    "big5": b'"\xa5\x5c" <budi@kantor.example> (" <eva@lain.example> (\xa5\x5c))',
    "iso-2022-jp": b'\x1b$B"!\x1b(J<budi@kantor.example>\x1b$B!"\x1b(J <eva@lain.example>',
    "cp037": "budi@kantor.example".encode("cp037") + b"@lain.example",
}


def inbound(raw: bytes) -> Inbound:
    return read(raw, received_at=datetime.now(UTC), authserv_id="mx.ours")


@pytest.mark.parametrize("charset", IN_ANOTHER_CHARSET)
def test_who_wrote_does_not_depend_on_the_charset_that_the_mail_states(charset: str) -> None:
    head = PASSED + b"From: " + IN_ANOTHER_CHARSET[charset] + b"\r\nContent-Type: text/plain; charset="
    got = inbound(head + charset.encode() + b"\r\n\r\nhalo")
    assert got.sender.email != "budi@kantor.example" or not got.authenticated_sender


def test_names_in_other_charsets_do_not_make_an_honest_sender_uncertain() -> None:
    for name, charset in (("Büdi – “x”", "utf-8"), ("Büdi", "latin-1"), ("山田", "iso-2022-jp"), ("王", "gb18030")):
        head = f"From: {name} <budi@kantor.example>\r\nContent-Type: text/plain; charset={charset}\r\n\r\n"
        got = inbound(PASSED + head.encode(charset))
        assert (got.sender.email, got.sender.name, got.authenticated_sender) == ("budi@kantor.example", name, True)


def test_a_header_does_not_end_within_a_line_that_the_server_read_on() -> None:
    inner = b"X: a\rFrom: budi@kantor.example\r\rhalo\r\nFrom: eva@lain.example\r\n\r\nisi"
    got = inbound(PASSED + inner)
    assert (got.authenticated_sender, got.text) == (False, "isi")
    assert inbound(b"From: budi@kantor.example\rSubject: x\r\risi").text == "isi", "a file with old line ends"
