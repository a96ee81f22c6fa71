"""Numbers at the counter: from the device without sign-in to the called number, its slip and its ticket."""

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient

from helpdesk.store.db import unit_of_work
from helpdesk.usecases.turns import Matter, call_next, locked_counter, open_counter, take_number
from tests.web.conftest import MEDAN, SEMARANG, World
from tests.web.rows import row_of


def post(world: World, browser: FlaskClient, path: str, **fields: Any) -> Any:
    return browser.post(path, data={"desk": MEDAN, **fields, "csrf_token": world.form_token(browser)})


def device(world: World, kind: str) -> str:
    """The address of a new device."""
    page = post(world, world.entered("rina"), "/counter/kiosks", kind=kind).text
    found = re.search(r'href="(/(?:kiosk|screen)/[^"]+)"', page)
    assert found
    return found.group(1)


def taken(world: World, kiosk: str, matter: str = "new") -> int:
    browser = world.browser()
    answer = browser.post(kiosk, data={"matter": matter})
    assert answer.status_code == 303, answer.text
    found = re.search(r'class="huge">(\d+)<', browser.get(answer.location).text)
    assert found
    return int(found.group(1))


def counter(world: World, name: str = "Loket 1") -> str:
    return str(post(world, world.entered("rina"), "/counter/counters", name=name).location)


def at(world: World, href: str, deed: str, shown: int | None = None) -> str:
    """Press a button of the counter's page, as the page shows it unless `shown` says otherwise; the page then."""
    browser = world.entered("rina")
    browser.set_cookie("lang", "en")
    page = browser.get(href).text
    number, seen = re.search(r"/counter/counters/(\d+)/", page), re.search(r'name="shown" value="(\d+)"', page)
    assert number and seen
    sent = int(seen.group(1)) if shown is None else shown
    return str(
        browser.get(post(world, browser, f"/counter/counters/{number.group(1)}/{deed}", shown=sent).location).text
    )


def here(page: str) -> int | None:
    found = re.search(r'class="turn"><strong>(\d+)<', page)
    return int(found.group(1)) if found else None


def test_numbers_are_called_in_order_and_a_button_pressed_twice_calls_one(world: World) -> None:
    kiosk, mine = device(world, "numbers"), counter(world)
    assert [taken(world, kiosk, matter) for matter in Matter] == [1, 2, 3]
    assert here(at(world, mine, "next")) == 1
    twice = at(world, mine, "next", shown=0)
    assert here(twice) == 1
    assert "called another number meanwhile" in twice
    assert "called 2 times" in at(world, mine, "again")
    assert here(at(world, mine, "absent")) is None
    assert here(at(world, mine, "next")) == 2
    assert here(at(world, mine, "next")) == 3
    assert "Nobody waits" in at(world, mine, "next")
    with world.sqlite() as database:
        assert database.execute("select state from turn order by number").fetchall() == [
            ("absent",),
            ("done",),
            ("done",),
        ]


def test_numbers_begin_anew_at_midnight_in_the_zone_of_the_desk(world: World) -> None:
    kiosk = device(world, "numbers")
    assert taken(world, kiosk) == 1
    world.move(hours=15)  # 23:00 in Medan
    assert taken(world, kiosk) == 2
    world.move(hours=1)
    assert taken(world, kiosk) == 1


def test_the_number_leads_to_the_form_and_its_wait_to_the_ticket(world: World) -> None:
    kiosk, mine = device(world, "numbers"), counter(world)
    taken(world, kiosk)
    world.move(minutes=14)
    href = re.search(r'href="(/tickets/new[^"]+)"', at(world, mine, "next").replace("&amp;", "&").partition("turn")[2])
    assert href
    browser = world.entered("rina")
    form = browser.get(href.group(1)).text
    assert '<p class="waited"><b>' in form
    assert re.search(r'value="walk-in" required checked', form)
    given = {"channel": "walk-in", "subject": "Kursi", "text": "Patah.", "requester.name": "Wati", "turn": "1"}
    number = post(world, browser, "/tickets", **given).location.rpartition("/")[2].partition("?")[0]
    assert row_of(world, number).events[0].data["turn"] == {"number": 1, "waited_minutes": 14}
    with world.sqlite() as database:
        assert database.execute("select state, ticket_id from turn").fetchall() == [("done", row_of(world, number).id)]


def test_a_device_works_until_it_is_revoked_and_opens_nothing_else(world: World) -> None:
    kiosk, screen = device(world, "numbers"), device(world, "screen")
    visitor, staff = world.browser(), world.entered("rina")
    other = kiosk.replace("/kiosk/", "/screen/")
    assert [visitor.get(path).status_code for path in (kiosk, screen, other, kiosk[:-1] + "x")] == [200, 200, 404, 404]
    assert visitor.post(kiosk, data={"matter": "nothing"}).status_code == 422
    assert kiosk not in staff.get(f"/counter?desk={MEDAN}").text
    assert post(world, world.entered("joko"), "/counter/kiosks/1/revoke").status_code == 404
    assert post(world, staff, "/counter/kiosks/1/revoke").status_code == 303
    assert [visitor.get(path).status_code for path in (kiosk, screen)] == [404, 200]
    assert staff.get(f"/counter?desk={SEMARANG}").status_code == 404


def test_the_screen_says_who_is_called_where_and_that_nothing_changed(world: World) -> None:
    kiosk, screen, mine = device(world, "numbers"), device(world, "screen"), counter(world)
    taken(world, kiosk), taken(world, kiosk)
    at(world, mine, "next")
    visitor = world.browser()
    state = visitor.get(f"{screen}/state")
    assert state.json == {"called": [{"id": 1, "number": 1, "counter": "Loket 1", "calls": 1}], "waiting": 1}
    asked = {"If-None-Match": state.headers["ETag"]}
    assert visitor.get(f"{screen}/state", headers=asked).status_code == 304
    at(world, mine, "again")
    assert visitor.get(f"{screen}/state", headers=asked).status_code == 200


def test_two_agents_at_once_call_two_numbers_and_no_number_is_given_twice(both: World) -> None:
    def in_a_transaction(deed: Any) -> Any:
        with both.app.app_context(), unit_of_work() as session:
            return deed(session)

    def take(_n: int) -> int:
        return int(in_a_transaction(lambda session: take_number(session, both.context, MEDAN, "new").number))

    def call(counter_id: int) -> int:
        def next_one(session: Any) -> int:
            turn = call_next(session, both.context, locked_counter(session, counter_id), 0)
            assert turn is not None
            return turn.number

        return int(in_a_transaction(next_one))

    ids = [
        in_a_transaction(lambda session, n=n: open_counter(session, both.context, MEDAN, f"Loket {n}").id)
        for n in range(4)
    ]
    with ThreadPoolExecutor(4) as several:
        assert sorted(several.map(take, range(8))) == list(range(1, 9))
        assert sorted(several.map(call, ids)) == [1, 2, 3, 4]


@pytest.mark.parametrize("name", ["", "loket 1"])
def test_a_counter_has_a_name_of_its_own(world: World, name: str) -> None:
    counter(world)
    assert post(world, world.entered("rina"), "/counter/counters", name=name).status_code == 422
