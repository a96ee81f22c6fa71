"""S15: who stood in a blind copy is told to nobody."""

from tests.security.conftest import Yard
from tests.usecases.post import letter

HIDDEN = "rahasia-bcc@kantor.example"


def test_a_blind_copy_appears_nowhere_and_gets_nothing(yard: Yard) -> None:
    number = yard.arrives(letter(Bcc=HIDDEN, Cc="bos@kantor.example"))
    yard.office.does("rina", "reply", number, text="Baik.")
    yard.office.does("rina", "take", number)
    yard.office.does("rina", "fulfil", number, note="x", label="y")
    yard.office.does("rina", "confirm-fulfilment", number)
    assert HIDDEN not in {address for address, _kind in yard.post.participants(number)}
    assert HIDDEN not in yard.told()
    assert HIDDEN not in yard.portal(number)
    assert HIDDEN not in yard.world.api("rina").get(f"/tickets/{number}").text
    assert HIDDEN not in yard.world.entered("rina").get(f"/tickets/{number}").text


def test_none_of_our_mails_names_another_recipient(yard: Yard) -> None:
    number = yard.arrives(letter(Cc="bos@kantor.example, rekan@kantor.example"))
    yard.office.does("rina", "reply", number, text="Baik.")
    for to, mail, raw in yard.mails():
        others = {"sari@kantor.example", "bos@kantor.example", "rekan@kantor.example"} - {to}
        assert mail["Bcc"] is None
        assert mail["Cc"] is None
        assert not any(other.encode() in raw for other in others)
