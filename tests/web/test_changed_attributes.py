"""Answers to the form's questions are changed on the ticket's pages: by its requester, and seen by staff."""

import re

import pytest

from helpdesk.tickets.words import Status
from tests.web.conftest import World
from tests.web.visitor import link, press

INSTALL = "itsm.9/software-supply-install"
DETAILS = '<details class="group" id="details"'


def installed(world: World, devices: int | None = 6, **given: object) -> str:
    attributes = {"devices": devices} if devices else {}
    return world.ticket(item=INSTALL, attributes=attributes, **given)


def test_the_page_of_the_requester_shows_the_answers_and_takes_others(world: World) -> None:
    number = installed(world)
    here, browser = link(world, number), world.browser()
    page = browser.get(here).text
    assert f"{DETAILS}><summary>Ubah rincian permintaan Anda" in page
    assert 'name="attr-devices"' in page
    assert 'value="6"' in page
    due = world.row(number).resolution_due_at
    assert press(browser, here, "change", **{"attr-devices": "16"}).status_code == 303
    assert world.row(number).attributes == {"devices": 16}
    assert world.row(number).resolution_due_at > due
    after = browser.get(here).text
    assert "Rincian sudah diubah, dan batas waktunya ikut berubah." in after
    assert 'value="16"' in after


def test_staff_see_who_changed_what_and_the_deadline_before_and_after(world: World) -> None:
    number = installed(world)
    press(world.browser(), link(world, number), "change", **{"attr-devices": "16"})
    world.move(days=(world.row(number).resolution_due_at - world.now).days)
    page = world.entered("rina").get(f"/tickets/{number}").text
    assert "Jumlah perangkat: 6 → 16" in page
    assert re.search(r"batas waktu \d+ Nov \d\d\.\d\d WIB → \d+ \w+ \d\d\.\d\d WIB", page), "today has a date too"
    assert world.row(number).unread is True
    english = world.entered("rina").get(f"/tickets/{number}", query_string={"lang": "en"}).text
    assert "Number of devices: 6 → 16" in english


def test_what_the_form_would_refuse_is_refused_beside_its_field_and_nothing_changes(world: World) -> None:
    number = installed(world)
    here, browser = link(world, number), world.browser()
    for wrong in ("0", "-2", "1.5", "banyak", ""):
        answer = press(browser, here, "change", **{"attr-devices": wrong})
        assert answer.status_code == 422, wrong
        assert 'href="#f-attr-devices"' in answer.text
        assert f"{DETAILS} open" in answer.text
    assert world.row(number).attributes == {"devices": 6}


def test_the_same_answers_again_change_nothing_and_say_so(world: World) -> None:
    number = installed(world)
    here, browser = link(world, number), world.browser()
    assert press(browser, here, "change", **{"attr-devices": "6"}).status_code == 303
    assert "Tidak ada yang berubah." in browser.get(here).text
    assert [e.action for e in world.row(number).events] == ["open"]


def test_fields_that_the_form_does_not_have_are_not_read(world: World) -> None:
    number = installed(world)
    press(
        world.browser(), link(world, number), "change",
        **{"attr-devices": "6", "attr-software": "x", "agreed_due_at": "2027-01-01T08:00", "priority": "1"},
    )  # fmt: skip
    row = world.row(number)
    assert (row.agreed_due_at, row.priority) == (None, 3)


@pytest.mark.parametrize("status", [Status.FULFILLED, Status.RESOLVED, Status.CLOSED, Status.CANCELLED])
def test_after_the_work_there_is_nothing_to_change(world: World, status: Status) -> None:
    number = world.ticket(status, item=INSTALL, attributes={"devices": 6})
    here, browser = link(world, number), world.browser()
    assert DETAILS not in browser.get(here).text
    assert press(browser, here, "change", **{"attr-devices": "16"}).status_code in (403, 409)
    assert world.row(number).attributes == {"devices": 6}


def test_both_pages_say_what_is_missing_and_lead_to_its_field(world: World) -> None:
    number = installed(world, None)
    here, browser = link(world, number), world.browser()
    page = browser.get(here).text
    assert f"{DETAILS} open" in page
    assert "Kami masih perlu mengetahui: Jumlah perangkat." in page
    assert 'href="#details">Isi sekarang' in page
    staff = world.entered("rina").get(f"/tickets/{number}").text
    assert "Belum diketahui: Jumlah perangkat. Batas waktu yang paling awal yang berlaku." in staff
    assert 'href="#set-devices"' in staff
    assert 'id="set-devices"' in staff
    press(browser, here, "change", **{"attr-devices": "9"})
    assert "Kami masih perlu mengetahui" not in browser.get(here).text
    assert "Batas waktu yang paling awal yang berlaku" not in world.entered("rina").get(f"/tickets/{number}").text


def test_an_item_that_asks_nothing_has_nothing_to_change(world: World) -> None:
    assert DETAILS not in world.browser().get(link(world, world.ticket())).text
