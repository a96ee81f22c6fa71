"""S05: knowing a thread from another address does not make that address its requester."""

from tests.security.conftest import Yard
from tests.usecases.post import letter


def test_an_answer_from_another_address_changes_neither_requester_nor_recipients(yard: Yard) -> None:
    number = yard.arrives(letter())
    stolen = yard.post.our_id(number)
    raw = letter("ini saya dari surel baru", From="Sari <sari.baru@lain.example>", In_Reply_To=f"<{stolen}>",
                 Reply_To="sari.baru@lain.example", Message_ID="<n@x>")  # fmt: skip
    other = yard.arrives(raw)
    assert other != number
    assert yard.office.requester(number).address == "sari@kantor.example"
    yard.office.does("rina", "reply", number, text="Sandi sementara: abc")
    assert "Sandi sementara" not in yard.told("sari.baru@lain.example")
    assert "Sandi sementara" in yard.told("sari@kantor.example")


def test_a_reply_to_of_a_participant_does_not_redirect_the_answers(yard: Yard) -> None:
    number = yard.arrives(letter(Reply_To="eve@lain.example"))
    yard.office.does("rina", "reply", number, text="Sandi sementara: abc")
    assert {to for to, _mail, _raw in yard.mails()} == {"sari@kantor.example"}
