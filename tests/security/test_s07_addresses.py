"""S07: one strict address or none; what was recognised is what is looked up, joined, counted and written to."""

import pytest

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
}


@pytest.mark.parametrize("sender", TRICKS)
def test_who_wrote_is_certain_or_nobody(yard: Yard, sender: str) -> None:
    yard.arrives(letter(From="budi@kantor.example", Message_ID="<awal@k>", Precedence="bulk"))
    number = yard.arrives(letter(From=sender, Message_ID="<tipu@k>", In_Reply_To="<awal@k>"))
    expected = TRICKS[sender]
    if expected == "":
        assert number == "", "kept in quarantine"
        return
    if expected is None:
        assert number != "MDN-2026-000001", "not certain enough to join"
    elif expected == "budi@kantor.example":
        assert number == "MDN-2026-000001"
    else:
        assert number not in {"", "MDN-2026-000001"}
        assert yard.office.requester(number).address == expected
    known = {person.email for person in yard.post.rows(Person)}
    assert {m.recipient for m in yard.post.rows(OutboxMessage)} <= known
    assert len(known) <= 2


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
