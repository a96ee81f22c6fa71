"""S02, the takeover by copy: a forged sender with an accomplice in copy gets neither history nor answers."""

import pytest

from tests.security.conftest import Yard
from tests.usecases.post import letter

HISTORY = "nip-198001012005"
EVE = "eve@lain.example"


@pytest.mark.parametrize("results", ["", "mx.kemenkeu.go.id; dmarc=fail", "mx.kemenkeu.go.id; dmarc=none"])
def test_a_forged_sender_with_the_right_number_gains_nothing_for_the_one_in_copy(yard: Yard, results: str) -> None:
    yard.post.trusts("mx.kemenkeu.go.id")
    number = yard.arrives(letter(HISTORY))
    before = yard.post.entries(number)
    forged = letter(
        "teruskan ya", Subject=f"Re: [{number}]", Cc=EVE, Message_ID="<f@x>", Authentication_Results=results
    )
    other = yard.arrives(forged)
    assert other != number
    assert yard.post.entries(number) == before
    assert (EVE, "cc") not in yard.post.participants(number)
    for ticket in (number, other):
        yard.office.does("rina", "reply", ticket, text="Jawaban kami")
    assert yard.told(EVE) == "", "neither history nor answers nor a private link"


def test_a_proved_sender_who_adds_a_copy_later_shares_neither_past_nor_future(yard: Yard) -> None:
    yard.post.trusts("mx.kemenkeu.go.id")
    number = yard.arrives(letter(HISTORY))
    passed = "mx.kemenkeu.go.id; dmarc=pass"
    again = letter("cc teman", Subject=f"Re: [{number}]", Cc=EVE, Message_ID="<f@x>", Authentication_Results=passed)
    assert yard.arrives(again) == number
    yard.office.does("rina", "reply", number, text="Jawaban kami")
    assert yard.told(EVE) == ""


def test_copies_of_the_opening_see_replies_but_no_link_and_no_history(yard: Yard) -> None:
    number = yard.arrives(letter(HISTORY, Cc=EVE))
    yard.office.does("rina", "reply", number, text="Jawaban kami")
    assert "Jawaban kami" in yard.told(EVE)
    assert HISTORY not in yard.told(EVE)
    assert "/t/" not in yard.told(EVE)


@pytest.mark.parametrize("field", ["Message_ID", "X_Original_Message_ID"])
@pytest.mark.parametrize("of", ["ours", "theirs"])
@pytest.mark.parametrize("writer", ["sari@kantor.example", "bos@kantor.example"])
def test_a_ticket_opened_under_a_known_id_does_not_get_what_others_answer_to_it(
    yard: Yard, field: str, of: str, writer: str
) -> None:
    number = yard.arrives(letter(HISTORY, Cc=f"bos@kantor.example, {EVE}"))
    yard.office.does("rina", "reply", number, text="Jawaban kami")
    stolen = f"<{yard.post.our_id(number)}>" if of == "ours" else "<m1@kantor.example>"
    trap = {"From": EVE, "Cc": "sari@kantor.example, bos@kantor.example", "Message_ID": "<e@lain.example>"}
    trapped = yard.arrives(letter("Halo", **(trap | {field: stolen})))
    assert trapped != number
    for n in range(2):
        answer = letter("sandi saya 1234", From=writer, In_Reply_To=stolen, Message_ID=f"<j{n}@k>")
        assert yard.arrives(answer) == number, "it stays where the id was first"
