"""At every desk, however long its name: no page is wider than the window, and nothing lies over the bar."""

import re

import pytest
from playwright.sync_api import Browser, Page

from helpdesk.catalog.load import load_file
from helpdesk.catalog.model import Desk
from helpdesk.resources import catalog_path
from tests.servers.installation import PASSWORD, Installation

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

DESKS = load_file(catalog_path()).desks
SIZES = [{"width": 1366, "height": 768}, {"width": 360, "height": 740}]
MEASURED = """bar => [
    document.documentElement.scrollWidth - document.documentElement.clientWidth,
    [...document.querySelectorAll(`${bar} a, ${bar} summary, ${bar} input`)]
        .filter(e => e.checkVisibility() && !e.closest('.pop, nav') && e.getBoundingClientRect().right > innerWidth)
        .map(e => e.textContent.trim()),
    document.querySelector(bar).scrollWidth > innerWidth,
]"""


def too_wide(page: Page, base: str, paths: list[str], bar: str) -> list[str]:
    """What is wrong with the pages, in an office and on a phone, each fault with the path of its page."""
    found = []
    for path in paths:
        page.goto(f"{base}{path}")
        for size in SIZES:
            page.set_viewport_size(size)
            at = f"{path} at {size['width']}"
            wide, outside, bar_is_wider = page.evaluate(MEASURED, bar)
            if wide > 0:
                found.append(f"{at}: {wide} px wider than the window")
            if outside:
                found.append(f"{at}: outside the window: {outside}")
            if bar_is_wider:
                found.append(f"{at}: the bar is wider than the window")
    return found


def pages_of(desk: Desk) -> list[str]:
    """The pages for requesters in which the desk's name stands: home, own tickets, a form, the open question, chat."""
    return [f"/{desk.id}", "/my", f"/{desk.id}/{desk.items[0]}", f"/{desk.id}/lainnya", f"/chat/{desk.id}"]


def test_no_page_of_any_desk_is_wider_than_its_window(chromium: Browser, installation: Installation) -> None:
    page = chromium.new_context(locale="id-ID").new_page()
    paths = [path for desk in DESKS.values() for path in pages_of(desk)]
    assert too_wide(page, installation.base, paths, "header.top") == []
    page.goto(f"{installation.base}/login")
    page.fill("[name=name]", "adi")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(re.compile("/board"))
    lists = [f"/{kind}?desk={desk}" for desk in DESKS for kind in ("board", "queue", "tickets/new")]
    assert too_wide(page, installation.base, lists, "header.bar") == []
