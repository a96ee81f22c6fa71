"""The counter in a real browser: a number is taken and called, the matter recorded by keyboard, a slip handed out."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import MONDAY
from tests.journeys.test_accessibility import Visitor
from tests.servers.ground import wait_until
from tests.servers.installation import Installation

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture
def site(tmp_path: Path, staffed: bytes) -> Iterator[Installation]:
    """The web server alone: nothing at a counter waits for the worker."""
    place = Installation(tmp_path / "var", {}, MONDAY)
    (place.data / "helpdesk.sqlite3").write_bytes(staffed)
    place.start("serve")
    wait_until(place.is_ready, "the web server did not start", 30)
    yield place
    place.stop()


def sets_up(staff: Visitor) -> tuple[str, str]:
    """A counter and both devices; their addresses."""
    page = staff.opens("/counter")
    page.fill("#counter-name", "Loket 1")
    staff.presses("form[action='/counter/counters'] button")
    found = []
    for kind in ("numbers", "screen"):
        staff.presses(f"button[name=kind][value={kind}]")
        found.append(str(page.locator(".made a").get_attribute("href")))
    staff.opens("/counter")
    return found[0], found[1]


def chooses(staff: Visitor, field: str, typed: str) -> None:
    """Type into a field, go down to the first of what is found, and take it."""
    staff.page.focus(field)
    staff.page.keyboard.type(typed)
    expect(staff.page.locator(f"{field}-list [role=option]:not([aria-disabled])").first).to_be_visible()
    staff.page.keyboard.press("ArrowDown")
    staff.page.keyboard.press("Enter")


def records(staff: Visitor) -> str:
    """Record the matter of whom was called, by keyboard; the number of the ticket."""
    page = staff.page
    staff.presses("#record")
    expect(page.locator("[name=channel][value=walk-in]")).to_be_checked()
    page.keyboard.type("Wati Sari")
    page.fill("#requester-phone", "0812 3456 7890")
    page.select_option("#verified", "card")
    chooses(staff, "#item-typed", "instal off")
    page.fill("[name='attributes.devices']", "6")
    page.fill("#subject", "Instalasi Office")
    page.fill("#text", "Enam laptop.")
    staff.presses("form#intake button.primary")
    found = re.search(r"MDN-2026-\d{6}", page.url)
    assert found
    return found.group()


def test_from_a_number_to_the_slip(chromium: Browser, site: Installation) -> None:
    staff, hall, guest = (Visitor(chromium, site.base) for _ in range(3))
    staff.signs_in("rina")
    kiosk, screen = sets_up(staff)
    guest.opens(kiosk)
    guest.looks("number kiosk")
    guest.opens(kiosk)
    guest.presses("form button >> nth=0")
    expect(guest.page.locator(".huge")).to_have_text("1")
    guest.looks("number", answers_a_form=True)  # its address names the language
    hall.opens(screen)
    expect(hall.page.locator("#nobody")).to_be_visible()
    staff.page.keyboard.press("n")
    expect(staff.page.locator(".turn strong")).to_have_text("1")
    staff.looks("counter")
    staff.opens("/counter")
    expect(hall.page.locator("#called li")).to_contain_text("Loket 1", timeout=8000)
    hall.looks("call screen")
    number = records(staff)
    expect(staff.page.locator("[aria-labelledby=s-who]")).to_contain_text("kartu identitas dilihat")
    staff.presses("form[action$='/slip'] button")
    expect(staff.page.locator(".slip h1")).to_contain_text(number)
    expect(staff.page.locator(".slip svg.qr path").first).to_be_visible()
    staff.looks("slip", answers_a_form=True)
    staff.opens("/tickets/new")
    chooses(staff, "#requester-name", "wat")
    expect(staff.page.locator("#requester-phone")).to_have_value("0812 3456 7890")
    expect(staff.page.locator("#theirs")).to_contain_text(number)
    staff.looks("intake", answers_a_form=True)
    assert guest.found + hall.found + staff.found == []
