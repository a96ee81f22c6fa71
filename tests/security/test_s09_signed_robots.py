"""S09: an automatic answer that echoes a stranger's words, however well signed, commands nothing."""

import pytest

from tests.security.conftest import Yard
from tests.usecases.post import letter

MX = "mx.kemenkeu.go.id"
WORDS = "approve setuju confirm tutup close resolve reopen rating 5 CSAT: good terima kasih, sudah selesai"
STEPS = {
    "new": (),
    "on_hold": (("take", {}), ("hold", {"reason": "requester"})),
    "fulfilled": (("take", {}), ("fulfil", {"note": "x", "label": "y"})),
    "resolved": (("take", {}), ("fulfil", {"note": "x", "label": "y"}), ("confirm-fulfilment", {})),
}


@pytest.mark.parametrize("status", STEPS)
def test_a_signed_automatic_answer_changes_no_state_whatever_it_says(yard: Yard, status: str) -> None:
    yard.post.trusts(MX)
    number = yard.arrives(letter())
    for action, given in STEPS[status]:
        yard.office.does("rina", action, number, **given)
    before = (yard.post.actions(number), yard.office.value(number, "rating"), len(yard.mails()))
    for count, mark in enumerate(("auto-replied", "auto-generated", "auto-notified (vacation)")):
        raw = letter(
            f"{WORDS}\n\nSaya cuti.", Subject=f"Out of office: [{number}] {WORDS}", Auto_Submitted=mark,
            In_Reply_To=f"<{yard.post.our_id(number)}>", Message_ID=f"<{count}@ooo>",
            DKIM_Signature="v=1; a=rsa-sha256; d=kantor.example", Authentication_Results=f"{MX}; dmarc=pass",
        )  # fmt: skip
        assert yard.arrives(raw) == number
    assert yard.office.value(number, "status") == status
    assert (yard.post.actions(number), yard.office.value(number, "rating"), len(yard.mails())) == before
