"""No automatic message of any kind goes to a robot, a list, an address that nobody reads, or an unproved sender."""

from datetime import timedelta

import pytest

from helpdesk.store.db import unit_of_work
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.usecases.portal_codes import ask_code
from helpdesk.usecases.sweep import check, due_tickets
from tests.usecases.post import Post, letter

ITEM = "itsm.8/reset-password"


@pytest.fixture
def post(office):
    return Post(office)


def lives_its_life(post, number):
    """Late enough for an apology, then fulfilled and confirmed; what went out about it."""
    office = post.office
    office.does("agen", "classify", number, item=ITEM)
    office.now.at = office.value(number, "resolution_due_at") + timedelta(seconds=1)
    with unit_of_work() as session:
        for ticket in due_tickets(session, office.context()):
            check(session, office.context(), ticket)
    assert "apology" in post.actions(number)
    office.does("agen", "fulfil", number, note="Sudah.", label="reset")
    office.does("agen", "confirm-fulfilment", number)
    return [kind for kind, _recipient, _state in post.outbox(number)]


@pytest.mark.parametrize(
    "fields",
    [
        {"From": "noreply@sistem.example"},
        {"From": "Mailer <MAILER-DAEMON@sistem.example>", "Subject": "Laporan harian"},
        {"From": "robot@sistem.example", "Auto_Submitted": "auto-generated"},
        {"From": "anggota@milis.example", "List_Id": "<milis.example>"},
        {"From": "buletin@sistem.example", "Precedence": "bulk"},
    ],
    ids=["no-reply", "mailer-daemon", "robot", "list", "bulk"],
)
def test_nothing_automatic_is_sent_to_what_is_no_person(post, fields):
    number = post.arrives(letter(**fields)).ticket
    assert lives_its_life(post, number) == []
    post.office.does("agen", "reply", number, text="Sudah kami kerjakan.")
    assert [kind for kind, _r, _s in post.outbox(number)] == ["reply"], "what a person writes goes out"


def test_an_unproved_sender_hears_nothing_automatic(post):
    post.trusts("mx.kantor.example")
    verdict = "mx.kantor.example; dmarc=fail header.from=kantor.example"
    number = post.arrives(letter(Authentication_Results=verdict)).ticket
    assert lives_its_life(post, number) == []


def test_a_person_whose_program_asks_for_no_automatic_answer_still_learns_of_the_resolution(post):
    number = post.arrives(letter(X_Auto_Response_Suppress="All")).ticket
    assert lives_its_life(post, number) == ["classification", "apology", "resolution"]


def test_a_ticket_recorded_for_an_address_that_nobody_reads_sends_nothing_automatic(post):
    number = post.office.opened(email="noreply@sistem.example", channel="phone")
    assert lives_its_life(post, number) == []
    with unit_of_work() as session:
        ask_code(session, post.office.context(), "noreply@sistem.example")
        assert session.query(OutboxMessage).count() == 0


def test_a_ticket_split_from_a_robots_stays_silent(post):
    number = post.arrives(letter(From="robot@sistem.example", Auto_Submitted="auto-generated")).ticket
    entry = post.office.see(number, lambda _s, t: t.entries[0].id)
    post.office.does("agen", "split", number, entries=[entry])
    (_first, second) = sorted(t.number for t in post.rows(type(post.office.see(number, lambda _s, t: t))))
    assert lives_its_life(post, second) == []
