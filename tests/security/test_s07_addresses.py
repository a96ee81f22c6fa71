"""S07: one strict address or none; what was recognised is what is looked up, joined, counted and written to."""

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
