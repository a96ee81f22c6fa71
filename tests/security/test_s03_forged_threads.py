"""S03: every way to name a thread x how right it is x who writes: only participants join."""

from itertools import product

import pytest

from helpdesk.store.models import Ticket
from tests.security.conftest import Yard
from tests.usecases.post import DENPASAR_ADDRESS, letter

SENDERS = {"participant": "sari@kantor.example", "stranger": "eva@lain.example", "agent": "rina@kemenkeu.go.id"}
WAYS = ("In-Reply-To", "References", "subject", "body", "plus-address")
RIGHTNESS = ("valid", "altered", "of another ticket", "truncated", "none")


def named(yard: Yard, way: str, rightness: str, number: str, other: str) -> dict[str, str]:
    of = other if rightness == "of another ticket" else number
    handle = yard.post.our_id(of) if way in WAYS[:2] else of
    if rightness == "altered":
        handle = "0" * 32 + handle[32:] if "@" in handle else handle[:-1] + "9"
    if rightness == "truncated":
        handle = handle[:-3]
    if rightness == "none":
        return {}
    return {
        "In-Reply-To": {"In_Reply_To": f"<{handle}>"},
        "References": {"References": f"<{handle}>"},
        "subject": {"Subject": f"Re: [{handle}] halo"},
        "body": {"body": f"[{handle}] ## balas di atas garis ini ##"},
        "plus-address": {"To": f"helpdeskmedan+{handle}@kemenkeu.go.id"},
    }[way]


@pytest.mark.parametrize("who", SENDERS)
def test_only_a_participant_with_a_true_id_or_number_joins(yard: Yard, who: str) -> None:
    number = yard.arrives(letter("isi rahasia"))
    other = yard.arrives(letter(From="lain@kantor.example", Message_ID="<lain@k>"))
    for count, (way, rightness) in enumerate(product(WAYS, RIGHTNESS)):
        fields = {"Subject": "halo", **named(yard, way, rightness, number, other)}
        body = fields.pop("body", "halo")
        got = yard.arrives(letter(body, **{"From": SENDERS[who], "Message_ID": f"<{who}-{count}@k>", **fields}))
        joins = who == "participant" and rightness == "valid" and way in WAYS[:3]
        assert (got == number) is joins, (way, rightness)
        assert got not in {"", other}, "nothing is dropped, nothing strays"
    assert yard.post.participants(number) == {("sari@kantor.example", "requester")}
    assert yard.office.value(number, "requester_id") == yard.post.rows(Ticket)[0].requester_id
    assert "isi rahasia" not in yard.told()
    assert [a for a in yard.post.actions(number) if a != "open"] == []


def test_a_forged_thread_does_not_reopen(yard: Yard) -> None:
    number = yard.arrives(letter())
    yard.office.does("rina", "take", number)
    yard.office.does("rina", "fulfil", number, note="x", label="y")
    yard.office.does("rina", "confirm-fulfilment", number)
    for count, guess in enumerate(({"Subject": f"[{number}]"}, {"In_Reply_To": f"<{yard.post.our_id(number)}>"})):
        assert yard.arrives(letter("buka", From="eva@lain.example", Message_ID=f"<{count}@e>", **guess)) != number
    assert yard.office.value(number, "status") == "resolved"


def test_an_id_that_a_stranger_made_known_first_does_not_catch_the_answers_of_others(yard: Yard) -> None:
    number = yard.arrives(letter())
    theirs = yard.arrives(letter("umpan", From="eva@lain.example"))
    assert theirs != number
    answer = letter("rahasia saya", Message_ID="<m2@k>", In_Reply_To="<m1@kantor.example>", Subject="Re: x")
    assert yard.arrives(answer) == number


def test_a_ticket_that_names_one_of_another_desk_says_no_more_than_that(yard: Yard) -> None:
    theirs = yard.arrives(letter("rahasia", Subject="Gaji", To=DENPASAR_ADDRESS), desk="kptik-denpasar")
    known = yard.post.our_id(theirs)
    number = yard.arrives(letter("halo", From="eva@lain.example", Message_ID="<e@k>", In_Reply_To=f"<{known}>"))
    assert yard.post.links(number) == [("claimed-number", theirs)]
    page = yard.world.entered("rina").get(f"/tickets/{number}?lang=en").text
    assert "names a ticket of another desk, without part in it" in page
    assert not [word for word in (theirs, "Gaji", "Denpasar</a>") if word in page.partition('id="s-more"')[2]]
    assert theirs in yard.world.entered("admin").get(f"/tickets/{number}").text
