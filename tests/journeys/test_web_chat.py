"""The chat of the portal in a real browser, whole: from "Halo" to stars, closed, and open once more."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.test_the_whole_flow import Person
from tests.servers.installation import Installation

pytestmark = pytest.mark.browser

HERE = "/chat/kptik-medan"


class Visitor(Person):
    """Somebody who chats."""

    def writes(self, text: str) -> None:
        self.page.get_by_label("Pesan Anda").fill(text)
        self.page.keyboard.press("Enter")
        expect(self.page.locator(".bubble.own .body").last).to_have_text(text)

    def presses(self, name: str) -> None:
        words = re.compile(rf"^\s*{name}\s*$")
        self.page.locator(".choices:visible .btn").filter(has_text=words).last.click()

    def hears(self, words: str | re.Pattern[str]) -> str:
        """The newest message of the desk, once it has these words."""
        said = self.page.locator(".bubble:not(.own) .body").last
        expect(said).to_contain_text(words, timeout=6000)
        return said.inner_text()


def resolves(agent: Person, number: str) -> None:
    agent.opens(f"/tickets/{number}")
    if agent.page.locator("form[action$='/actions/take']").count():
        agent.does("take")
    agent.does("fulfil", note="Kata sandi diatur ulang.", label="reset")
    agent.does("confirm-fulfilment")


def answers_the_guide(page: Page) -> None:
    """Every question of the guide by its first button, until what was noted is shown."""
    for _question in range(8):
        buttons = page.locator(".bubble").last.locator(".choices .btn")
        expect(buttons.first).to_be_enabled()
        if buttons.filter(has_text=re.compile("^Benar")).count():
            buttons.first.click()
            return
        shown = page.locator(".bubble").count()
        buttons.last.click()
        expect(page.locator(".bubble")).not_to_have_count(shown)
        expect(page.locator(".bubble").last).not_to_have_class(re.compile("own"))


def test_from_halo_to_stars_and_open_once_more(chromium: Browser, installation: Installation) -> None:
    visitor, agent = Visitor(chromium, installation), Person(chromium, installation)
    visitor.page.set_viewport_size({"width": 360, "height": 740})
    visitor.opens("/kptik-medan")
    visitor.page.get_by_role("link", name="Chat dengan kami").click()
    visitor.writes("Halo")
    visitor.hears("Tulis saja")
    visitor.writes("Saya lupa password email")
    found = re.search(r"MDN-2026-\d{6}", visitor.hears("pilih layanannya"))
    assert found
    visitor.page.locator(".choices .btn").filter(has_text=re.compile("password", re.IGNORECASE)).first.click()
    expect(visitor.page.locator(".bubble.own").last).to_contain_text(re.compile("password", re.IGNORECASE))
    answers_the_guide(visitor.page)
    visitor.hears("paling lambat")
    agent.sign_in("rina")
    agent.opens(f"/tickets/{found.group()}")
    agent.does("take")
    agent.does("reply", text="Kami atur ulang sekarang.")
    visitor.hears("Kami atur ulang sekarang.")
    expect(visitor.page.locator(".bubble.desk header").last).to_contain_text("rina")
    expect(visitor.page.locator("#news")).to_contain_text("Kami atur ulang sekarang.")
    resolves(agent, found.group())
    visitor.hears(found.group())
    visitor.presses("Selesai")
    visitor.hears("nilai")
    visitor.presses("★★★★★")
    visitor.hears("komentar")
    visitor.writes("Cepat sekali")
    visitor.hears("ditutup")
    agent.opens(f"/tickets/{found.group()}")
    assert agent.status() == "Ditutup"
    expect(agent.page.get_by_text("Cepat sekali").first).to_be_visible()
    visitor.writes(f"belum selesai {found.group()}")
    visitor.hears("Apa yang belum")
    agent.opens(f"/tickets/{found.group()}")
    assert agent.status() == "Dikerjakan"
    assert (visitor.said, agent.said) == ([], [])
