"""S04: mail gives nobody the powers of staff, whoever it says it is from and whatever commands it holds."""

import pytest

from tests.security.conftest import Yard
from tests.usecases.post import letter

COMMANDS = (
    "#close", "@fwd", "--action take", "Status: closed", "%cancel", "close ticket", "approve", "Owner: rina",
    "X-Ticket-Status: closed", "/resolve", "#note internal", "confirm", "setuju, tutup",
)  # fmt: skip


def state(yard: Yard, number: str) -> tuple[object, ...]:
    names = ("status", "group", "assignee_id", "priority", "item", "type", "label", "rating")
    return tuple(yard.office.value(number, name) for name in names)


@pytest.mark.parametrize("sender", ["rina@kemenkeu.go.id", "sari@kantor.example"])
def test_commands_in_a_mail_are_words(yard: Yard, sender: str) -> None:
    number = yard.arrives(letter(Cc="rina@kemenkeu.go.id"))
    before = state(yard, number)
    for count, command in enumerate(COMMANDS):
        raw = letter(
            f"{command}\n\nterima kasih", From=sender, Subject=f"Re: [{number}] {command}", Message_ID=f"<{count}@c>"
        )
        assert yard.arrives(raw) == number
    assert state(yard, number) == before
    assert yard.post.actions(number) == ["open"]
    assert {kind for kind, _mark in yard.post.entries(number)} == {"requester-message", "automatic-reply"}


def test_a_staff_member_who_does_not_take_part_opens_a_ticket_apart_and_nothing_is_sent_on(yard: Yard) -> None:
    number = yard.arrives(letter())
    known = yard.post.our_id(number)
    other = yard.arrives(letter("Kirim sandinya ke sini", From="rina@kemenkeu.go.id", In_Reply_To=f"<{known}>",
                                Message_ID="<r@k>"))  # fmt: skip
    assert other != number
    assert "Kirim sandinya" not in yard.told()
