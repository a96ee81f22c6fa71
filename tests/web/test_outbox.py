"""The outbox as a page: each message as it leaves, what staff do about it, the switch that holds all mail, previews."""

import email.policy
import re
from email import message_from_bytes
from typing import Any

import pytest

from helpdesk.store.db import db, unit_of_work
from helpdesk.store.mail_models import OutboxMessage
from helpdesk.store.models import Person, Ticket
from helpdesk.usecases.destinations import is_in_trouble
from helpdesk.usecases.dispatch import take_next
from helpdesk.usecases.portal_codes import enqueue_code
from helpdesk.usecases.samples import kinds
from tests.web.conftest import MEDAN, SEMARANG, World
from tests.web.test_trouble import outgoing, post, quarantine, sent


def taken(world: World) -> list[int]:
    """What a worker would send now, with a submission server at Medan."""
    found = []
    with world.app.app_context():
        while True:
            with unit_of_work() as session:
                claimed = take_next(session, world.context, [MEDAN])
            if claimed is None:
                return found
            found.append(claimed.id)


def test_a_message_is_shown_whole_but_for_what_only_its_recipient_may_see(both: World) -> None:
    message = outgoing(both, "failed", "recipient: 550 5.1.1 gone")
    browser = both.entered("rina")
    page = browser.get(f"/outbox/{message}").text
    assert "wati@example.id" in page
    assert "server menolak penerima: 550 5.1.1 gone" in page
    frame = browser.get(f"/outbox/{message}/html")
    assert "sandbox" in frame.headers["Content-Security-Policy"]
    assert "script-src" not in frame.headers["Content-Security-Policy"]
    raw = browser.get(f"/outbox/{message}/raw")
    assert raw.headers["Content-Disposition"].startswith("attachment;")
    mail = message_from_bytes(raw.data, policy=email.policy.default)
    assert mail["To"] == "wati@example.id"
    assert mail["Message-ID"] == f"<{sent(both, message).message_id}>"
    for shown in (page, frame.text, *(part.get_content() for part in mail.iter_parts())):
        assert "Thank you. We have received your request." in shown
        assert "/t/••••••" in shown
        assert "Senin–Jumat" in shown
    for name, status in (("joko", 404), ("tono", 403)):
        for part in ("", "/html", "/raw"):
            assert both.entered(name).get(f"/outbox/{message}{part}").status_code == status


def test_what_goes_to_a_telephone_is_shown_and_has_no_bytes_as_mail(world: World) -> None:
    message = outgoing(world, "unsendable")
    with world.app.app_context(), unit_of_work() as session:
        session.get_one(OutboxMessage, message).recipient = "+62 812 3456"
    browser = world.entered("rina")
    assert [browser.get(f"/outbox/{message}{part}").status_code for part in ("", "/raw")] == [200, 404]


def test_a_code_is_shown_to_nobody_but_its_owner(world: World) -> None:
    with world.app.app_context(), unit_of_work() as session:
        row = enqueue_code(session, world.context, MEDAN, "wati@example.id", "493817")
        session.flush()
        message = row.id
    browser = world.entered("sari")
    for part in ("", "/html", "/raw"):
        assert b"493817" not in browser.get(f"/outbox/{message}{part}").data


@pytest.mark.parametrize("state", ["held", "failed", "unknown", "unsendable", "pending"])
def test_discarding_needs_a_reason_and_takes_the_message_from_the_list(world: World, state: str) -> None:
    message = outgoing(world, state)
    assert post(world, f"/outbox/{message}/discard", reason="  ").status_code == 422
    assert sent(world, message).state == state
    assert post(world, f"/outbox/{message}/discard", "joko", reason="iklan").status_code == 404
    assert post(world, f"/outbox/{message}/discard", reason="iklan").status_code == 303
    assert (sent(world, message).state, sent(world, message).error) == ("discarded", "rina: iklan")
    assert f"/outbox/{message}" not in world.entered("rina").get("/outbox").text
    assert "rina: iklan" in world.entered("rina").get(f"/outbox/{message}").text
    assert post(world, f"/outbox/{message}/discard", reason="lagi").status_code == 303
    assert sent(world, message).error == "rina: iklan", "a message is discarded once"


def test_what_was_not_delivered_stands_over_its_ticket_and_in_the_list_until_it_is_settled(both: World) -> None:
    message = outgoing(both, "failed", "recipient: 550 penuh")
    both.ticket()
    browser = both.entered("rina")
    number = _number(both, message)
    board = browser.get("/board").text
    assert board.count('<span class="mark">tidak tersampaikan</span>') == 1
    page = browser.get(f"/tickets/{number}").text
    assert f'<a href="/outbox/{message}">' in page
    assert "Pesan kepada wati@example.id tidak dapat disampaikan: server menolak penerima: 550 penuh" in page
    assert "/outbox/" not in both.entered("tono").get(f"/tickets/{number}").text
    for settle in ("send", "discard"):
        with both.app.app_context(), unit_of_work() as session:
            session.get_one(OutboxMessage, message).state = "failed"
        assert post(both, f"/outbox/{message}/{settle}", reason="sudah ditelepon").status_code == 303
        assert "tidak tersampaikan" not in browser.get("/board").text
        assert f'<a href="/outbox/{message}">' not in browser.get(f"/tickets/{number}").text


def _number(world: World, message: int) -> str:
    with world.app.app_context():
        return str(db.session.get_one(Ticket, db.session.get_one(OutboxMessage, message).ticket_id).number)


def test_the_switch_holds_every_message_until_somebody_lets_it_go(both: World) -> None:
    first = outgoing(both, "pending", attempts=0)
    assert post(both, "/outbox/hold", "sari", on="1").status_code == 403
    assert post(both, "/outbox/hold", "admin", on="1").status_code == 303
    for name, path in (("rina", "/board"), ("tono", "/queue"), ("sari", "/catalogue")):
        assert "Surel ditahan: tidak ada pesan yang keluar." in both.entered(name).get(path).text
    second = outgoing(both, "pending", attempts=0)
    assert taken(both) == []
    assert [(sent(both, m).state, sent(both, m).error) for m in (first, second)] == [("held", "switch")] * 2
    assert "semua surel sedang ditahan saat pesan ini ditulis" in both.entered("rina").get("/outbox").text
    assert post(both, f"/outbox/{first}/send").status_code == 303
    assert taken(both) == [first], "one is let go by hand while all others stay"
    assert post(both, "/outbox/hold", "admin", on="0").status_code == 303
    assert "Surel ditahan" not in both.entered("rina").get("/board").text
    assert taken(both) == [], "what was held stays so"
    third = outgoing(both, "pending", attempts=0)
    assert taken(both) == [third]
    assert post(both, "/outbox/held", "sari", do="release").status_code == 403
    assert post(both, "/outbox/held", "admin", do="discard", reason=" ").status_code == 303
    assert sent(both, second).state == "held"
    assert post(both, "/outbox/held", "admin", do="release").status_code == 303
    assert taken(both) == [second]


def test_what_the_switch_held_is_discarded_all_together_and_nothing_else(world: World) -> None:
    mine, capped = outgoing(world, "held", "switch"), outgoing(world, "held", "")
    assert post(world, "/outbox/held", "admin", do="discard", reason="uji coba").status_code == 303
    assert (sent(world, mine).state, sent(world, mine).error) == ("discarded", "admin: uji coba")
    assert sent(world, capped).state == "held"


def test_what_the_cap_of_all_desks_held_is_released_together_once_confirmed(both: World) -> None:
    mine, other = outgoing(both, "held", "in-all"), outgoing(both, "held", "")
    browser = both.entered("rina")
    page = browser.get("/outbox").text
    assert "1 pesan menunggu di sini karena semua meja bersama-sama" in page
    newest = page.partition('name="newest" value="')[2].partition('"')[0]
    later = outgoing(both, "held", "in-all")
    for name, given in (("rina", {}), ("joko", {"confirmed": "1"}), ("rina", {"confirmed": "1", "newest": "x"})):
        assert post(both, "/outbox/in-all", name, **{"newest": newest, **given}).status_code == 303
        assert sent(both, mine).state == "held"
    assert post(both, "/outbox/in-all", "tono", newest=newest, confirmed="1").status_code == 403
    assert post(both, "/outbox/in-all", newest=newest, confirmed="1").status_code == 303
    assert [sent(both, m).state for m in (mine, other, later)] == ["pending", "held", "held"]
    assert (sent(both, mine).released_by, sent(both, mine).released_at) == ("rina", both.now)
    assert "rina" in browser.get(f"/outbox/{mine}").text.partition("Dilepas")[2].partition("</dd>")[0]


def test_destinations_that_rest_are_shown_to_those_whose_desk_it_is_with_the_zone(world: World) -> None:
    outgoing(world, "pending")
    for _try in range(3):
        with world.app.app_context(), unit_of_work() as session:
            is_in_trouble(session, MEDAN, "wati@Mati.example", world.now, 1.0)
    page = world.entered("rina").get("/outbox").text
    assert "mati.example" in page
    assert re.search(r"sampai \d\d\.\d\d WIB", page)
    assert "mati.example" not in world.entered("joko").get("/outbox").text


def test_times_name_the_zone_of_the_desk_whose_mail_it_is(world: World) -> None:
    message = outgoing(world, "failed", "x")
    raw = quarantine(world, "kptik-denpasar")
    with world.app.app_context(), unit_of_work() as session:
        session.get_one(OutboxMessage, message).desk = "kptik-denpasar"
    browser = world.entered("admin")
    outbox, aside = browser.get("/outbox").text, browser.get("/quarantine").text
    assert re.search(r'title="[^"]* WITA">\d\d\.\d\d WITA<', outbox)
    assert re.search(r'title="[^"]* WITA">\d\d\.\d\d WITA<', aside)
    assert "WITA" in browser.get(f"/quarantine/{raw}").text


def test_a_code_that_is_held_is_forgotten(world: World) -> None:
    assert post(world, "/outbox/hold", "admin", on="1").status_code == 303
    with world.app.app_context(), unit_of_work() as session:
        row = enqueue_code(session, world.context, MEDAN, "wati@example.id", "493817")
        row.state = "pending"
        session.flush()
        message = row.id
    assert taken(world) == []
    assert (sent(world, message).state, sent(world, message).context) == ("held", {})
    assert post(world, "/outbox/held", "admin", do="release").status_code == 303
    assert sent(world, message).state == "held"


def test_every_kind_of_message_can_be_looked_at_in_both_languages_at_the_desks_that_one_supervises(
    world: World,
) -> None:
    browser = world.entered("sari")
    for kind in kinds():
        page = browser.get("/messages", query_string={"kind": kind})
        frame = browser.get("/messages/html", query_string={"kind": kind, "desk": MEDAN})
        assert (page.status_code, frame.status_code) == (200, 200), kind
        assert "sandbox" in frame.headers["Content-Security-Policy"]
        if kind != "reply":
            assert 'lang="en"' in frame.text, kind
        assert "KPTIK BMN Medan" in frame.text, kind
    assert browser.get("/messages", query_string={"desk": SEMARANG}).status_code == 404
    assert browser.get("/messages", query_string={"kind": "../secret"}).status_code == 404
    assert "KPTIK BMN Semarang" in world.entered("admin").get("/messages", query_string={"desk": SEMARANG}).text


def test_staff_see_that_mail_to_a_requester_comes_back_before_they_write(world: World) -> None:
    number = world.ticket()
    with world.app.app_context(), unit_of_work() as session:
        session.query(Person).filter_by(email="wati@example.id").one().undeliverable = True
    page: Any = world.entered("rina").get(f"/tickets/{number}").text
    assert "hubungi pemohon juga dengan cara lain" in page
