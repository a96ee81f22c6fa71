"""The slip of the counter: whom its code lets in, and that nothing else shows where it leads."""

import re
from typing import Any

import pytest

from tests.web.conftest import World, form_token
from tests.web.rows import row_of

MAIL, PHONE, NOBODY = (
    {"name": "Wati", "email": "wati@example.id"},
    {"name": "Wati", "phone": "0812 3456"},
    {"name": "Wati"},
)


def printed(world: World, number: str, verified: str = "none", who: str = "rina") -> Any:
    browser = world.entered(who)
    data = {"verified": verified, "csrf_token": world.form_token(browser)}
    return browser.post(f"/tickets/{number}/slip", data=data)


def link_of(world: World, monkeypatch: pytest.MonkeyPatch, number: str, verified: str = "none") -> str:
    """The address in the code of the slip; empty for a slip without one."""
    seen: list[str] = []

    def drawn(text: str) -> str:
        seen.append(text)
        return ""

    monkeypatch.setattr("helpdesk.web.counter.slip.qr_code", drawn)
    assert printed(world, number, verified).status_code == 200
    return seen[0].removeprefix("http://127.0.0.1:8000") if seen else ""


@pytest.mark.parametrize(
    ("channel", "requester", "verified", "opens"),
    [
        ("walk-in", MAIL, "card", True),
        ("walk-in", MAIL, "none", False),
        ("phone", PHONE, "none", False),
        ("phone", PHONE, "called-back", True),
        ("walk-in", PHONE, "none", True),
        ("walk-in", NOBODY, "none", True),
    ],
)
def test_the_code_is_only_for_the_requester_in_person(
    world: World, monkeypatch: pytest.MonkeyPatch, channel: str, requester: dict[str, str], verified: str, opens: bool
) -> None:
    number = world.ticket(channel=channel, requester=requester)
    link = link_of(world, monkeypatch, number, verified)
    assert bool(link) is opens
    assert row_of(world, number).events[-1].data == {"verified": verified, "link": opens}
    if not opens:
        return
    visitor = world.browser()
    assert number in visitor.get(link).text
    data = {"text": "Masih menunggu.", "csrf_token": form_token(visitor, link)}
    assert visitor.post(f"{link}/reply", data=data).status_code == 303
    assert row_of(world, number).entries[-1].text == "Masih menunggu."


def test_a_slip_says_what_its_reader_needs_and_draws_the_code(world: World) -> None:
    number = world.ticket(channel="walk-in", requester=NOBODY, item="itsm.8/reset-password")
    answer = printed(world, number)
    assert answer.headers["Cache-Control"] == "no-store"
    for words in (number, "Lupa kata sandi", "Senin–Jumat", "paling lambat", "<svg", 'class="qr"'):
        assert words in answer.text, words
    assert "/t/" not in answer.text
    assert "hari ini" not in answer.text


def test_the_link_is_nowhere_else_and_dies_when_it_is_revoked_or_the_telephone_changes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = world.ticket(channel="walk-in", requester=PHONE)
    link = link_of(world, monkeypatch, number)
    assert link == link_of(world, monkeypatch, number)
    staff = world.entered("rina")
    assert link not in staff.get(f"/tickets/{number}").text
    with world.sqlite() as database:
        assert link.removeprefix("/t/") not in "".join(database.iterdump())
        database.execute("update person set phone = '0899 1' where phone = '0812 3456'")
    assert world.browser().get(link).status_code == 404
    with world.sqlite() as database:
        database.execute("update person set phone = '+62 812-3456' where phone = '0899 1'")
    assert world.browser().get(link).status_code == 200
    staff.post(f"/tickets/{number}/links/revoke", data={"csrf_token": world.form_token(staff)})
    assert world.browser().get(link).status_code == 404
    assert re.match(r"/t/\d+-", link_of(world, monkeypatch, number))


def test_only_layer_1_of_the_desk_hands_out_slips(world: World) -> None:
    number = world.ticket()
    assert [printed(world, number, who=who).status_code for who in ("tono", "joko", "sari")] == [403, 404, 200]
    assert "/slip" not in world.entered("tono").get(f"/tickets/{number}").text
