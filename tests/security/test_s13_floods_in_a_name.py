"""S13: a flood under somebody else's address does not silence him, and no reason for quarantine escapes the bundles."""

from dataclasses import replace

import pytest

from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.people_models import StaffUser
from helpdesk.usecases.caps import over_cap
from tests.security.conftest import Yard
from tests.usecases.post import letter

MX, VICTIM = "mx.kemenkeu.go.id", "korban@kantor.example"
LIMIT = 4


@pytest.fixture(autouse=True)
def few(yard: Yard) -> None:
    yard.post.trusts(MX)
    yard.office.settings = replace(yard.office.settings, flood_mails=LIMIT)


def test_mails_forged_under_an_address_are_a_bundle_of_their_own_and_its_owner_is_served(yard: Yard) -> None:
    forged = {"From": VICTIM, "Authentication_Results": f"{MX}; dmarc=fail"}
    for n in range(2 * LIMIT):
        yard.arrives(letter(f"palsu {n}", Message_ID=f"<{n}@palsu>", **forged))
    genuine = letter("tolong", From=VICTIM, Message_ID="<v@kantor>", Authentication_Results=f"{MX}; dmarc=pass")
    number = yard.arrives(genuine)
    assert [to for kind, to, state in yard.post.outbox(number) if state == "pending"] == [VICTIM]
    page = yard.world.entered("rina").get("/quarantine").text
    assert f"{VICTIM} (pengirim belum terbukti)" in page
    assert 'value="unproved:korban@kantor.example"' in page


@pytest.mark.parametrize(
    "trick",
    [
        {"From": "eva@luar.example", "In_Reply_To": f"<s1-1-{'0' * 32}@kemenkeu.go.id>"},
        {"From": "helpdeskmedan@kemenkeu.go.id"},
    ],
)
def test_what_always_goes_to_quarantine_becomes_a_bundle_too(yard: Yard, trick: dict[str, str]) -> None:
    for n in range(2 * LIMIT):
        yard.arrives(letter(f"banyak {n}", Message_ID=f"<{n}@luar>", **trick))
    assert [state for state, _reason in yard.post.raws()] == ["quarantined"] * LIMIT + ["flood"] * LIMIT


def test_a_requester_who_answers_without_end_leaves_staff_their_warnings(yard: Yard) -> None:
    yard.office.settings = replace(yard.office.settings, flood_mails=0)
    with unit_of_work() as session:
        session.query(StaffUser).filter_by(name="rina").one().email = "rina@kemenkeu.go.id"
    number = yard.arrives(letter())
    yard.office.does("rina", "take", number)
    for n in range(8):
        yard.arrives(letter(f"lagi {n}", Message_ID=f"<l{n}@k>", In_Reply_To="<m1@kantor.example>"))
    told = [m for m in yard.post.rows(OutboxMessage) if m.recipient == "rina@kemenkeu.go.id"]
    assert [m.kind for m in told] == ["answered"] * 5
    with unit_of_work() as session:
        assert not over_cap(session, yard.office.context(), "rina@kemenkeu.go.id")
