"""Private links: bound to address and ticket, revoked by staff, dead 30 days after the end."""

from helpdesk.store.db import unit_of_work
from helpdesk.store.models import Entry
from helpdesk.usecases.access import link_for, link_token, open_link
from helpdesk.usecases.withdrawing import withdraw_links
from tests.usecases.test_the_flow import ticket_of

SECRET = "only-for-the-tests-0123456789"
SARI = "sari@kantor.example"


def token(office, number, address=SARI):
    with unit_of_work() as session:
        return link_token(SECRET, link_for(session, ticket_of(session, number).id, address, "ticket", office.now()))


def opens(office, text):
    with unit_of_work() as session:
        link = open_link(session, SECRET, text, office.now())
        return (link.address, link.ticket_id) if link else None


def test_a_link_opens_its_ticket_for_its_address_and_any_other_text_nothing(office):
    number = office.opened()
    text = token(office, number)
    assert opens(office, text) == (SARI, office.value(number, "id"))
    assert token(office, number) == text, "the same link in every mail"
    assert token(office, number, "lain@kantor.example") != text
    for wrong in (
        text[:-1],
        text + "0",
        text.replace("-", "_"),
        "1-",
        "",
        "9" * 40,
        f"{text.partition('-')[0]}-{'0' * 40}",
    ):
        assert opens(office, wrong) is None


def test_revoked_links_are_dead_and_the_next_mail_carries_a_new_one(office):
    number = office.opened()
    old = token(office, number)
    with unit_of_work() as session:
        assert withdraw_links(session, office.context(), office.people["agen"], ticket_of(session, number))
    assert opens(office, old) is None
    new = token(office, number)
    assert new != old
    assert (opens(office, old), opens(office, new)) == (None, (SARI, office.value(number, "id")))
    kinds = office.see(number, lambda s, t: [e.kind for e in s.query(Entry).filter_by(ticket_id=t.id)])
    assert kinds[-1] == "work-note"
    with unit_of_work() as session:
        assert revoked_twice(session, office, number) is False


def revoked_twice(session, office, number):
    ticket, person = ticket_of(session, number), office.people["agen"]
    withdraw_links(session, office.context(), person, ticket)
    return withdraw_links(session, office.context(), person, ticket)


def test_a_link_ends_30_days_after_the_ticket_ended(office):
    number = office.opened()
    text = token(office, number)
    office.now.move(days=90)
    assert opens(office, text), "an open ticket keeps its link"
    office.does("agen", "cancel", number, reason="withdrawn")
    office.now.move(days=30)
    assert opens(office, text)
    office.now.move(seconds=1)
    assert opens(office, text) is None
