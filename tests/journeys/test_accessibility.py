"""Every kind of page, looked at with axe-core: nothing may keep somebody with an aid or without a mouse away.

Findings of every weight count, also the moderate ones: there are none, so each new one is somebody's change.
"""

import re
from email.message import EmailMessage
from typing import Literal

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, Page, ViewportSize

from tests.journeys.test_the_whole_flow import answer_with, number_of, private_link
from tests.servers.installation import PASSWORD, Installation
from tests.servers.mail import MailServer

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

OFFICE, PHONE = {"width": 1366, "height": 768}, {"width": 360, "height": 740}
REPAIR = "/kptik-medan/bmn.3/asset-repair"
PEMOHON, DESK_HEAD = "pemohon@helpdesk.test", "atasan@helpdesk.test"
AXE = "axe.run(document, { resultTypes: ['violations'] }).then(found => found.violations)"
SETTLED = "!document.querySelector('.loading')"
"""The preview of a list has come; its script asks for it before the page counts as loaded."""
UNFOLD = "document.querySelectorAll('details').forEach(e => { e.removeAttribute('name'); e.open = true; })"


class Visitor:
    """Somebody at a browser who looks at pages with axe-core, and notes what it finds under the page's name."""

    def __init__(self, browser: Browser, base: str) -> None:
        # The pages allow no foreign script, so axe-core needs a context that does not ask them.
        self.context = browser.new_context(locale="id-ID", reduced_motion="reduce", bypass_csp=True)
        self.context.add_init_script(path=AXE_FILE_PATH)  # read once a page, not once a look
        self.page: Page = self.context.new_page()
        self.base, self.found = base, list[str]()
        self._in("id", "light", OFFICE)

    def _in(self, language: str, scheme: Literal["dark", "light"], size: ViewportSize) -> None:
        self.context.add_cookies([{"name": "lang", "value": language, "url": self.base}])
        self.page.emulate_media(color_scheme=scheme)
        self.page.set_viewport_size(size)

    def opens(self, path: str) -> Page:
        """Open a page in the visitor's language."""
        self.page.goto(path if path.startswith("http") else f"{self.base}{path}")
        return self.page

    def looks(self, name: str, *, answers_a_form: bool = False) -> None:
        """Look at the page, Indonesian in an office, then English on a dark phone with everything unfolded.

        A page that answers a form cannot be asked for again, and stays in its language.
        """
        self._finds(f"{name} in an office", "id")
        self._in("en", "dark", PHONE)
        if not answers_a_form:
            self.page.reload()
        self._finds(f"{name} on a phone", "id" if answers_a_form else "en", unfolded=True)
        self._in("id", "light", OFFICE)

    def _finds(self, name: str, language: str, *, unfolded: bool = False) -> None:
        self.page.wait_for_function(SETTLED)
        assert self.page.locator("html").get_attribute("lang") == language, name
        if unfolded:
            self.page.evaluate(UNFOLD)
        for fault in self.page.evaluate(AXE):
            where = "; ".join(str(node["html"])[:120] for node in fault["nodes"][:3])
            self.found.append(f"{name}: {fault['impact']} {fault['id']}: {where}")
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            self.found.append(f"{name}: {wide} px wider than the window")

    def signs_in(self, name: str) -> None:
        """Sign in as a staff user."""
        self.opens("/login")
        self.page.fill("[name=name]", name)
        self.page.fill("[name=password]", PASSWORD)
        self.page.press("[name=password]", "Enter")
        self.page.wait_for_url(re.compile("/(board|queue)"))

    def presses(self, selector: str) -> None:
        """Press a button that leads to the next page."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.evaluate("e => e.click()")  # an unfolded menu may lie over it

    def acts(self, number: str, action: str, **fields: str) -> None:
        """Do an action of the ticket page, in whatever menu it stands."""
        self.opens(f"/tickets/{number}").evaluate(UNFOLD)  # a field is filled in where it can be seen
        form = f"form[action$='/actions/{action}']"
        for name, value in fields.items():
            field = self.page.locator(f"{form} [name={name}]").last
            if field.evaluate("e => e.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        self.presses(f"{form} button[type=submit]")


def sends_a_request(requester: Visitor) -> None:
    """The portal from the choice of an office to the receipt, with a form that is refused on the way."""
    for name, path in (("offices", "/"), ("home", "/kptik-medan"), ("search", "/kptik-medan?q=laptop")):
        requester.opens(path)
        requester.looks(name)
    requester.opens("/chat/kptik-medan")
    requester.looks("chat")
    page = requester.opens("/chat/kptik-medan")
    page.fill("[name=text]", "Printer rusak")
    page.click(".line .btn")
    page.wait_for_selector(".bubble .choices")
    requester.looks("answered chat")
    page = requester.opens(REPAIR)
    requester.looks("form")
    page.evaluate("document.querySelectorAll('form').forEach(e => { e.noValidate = true; })")
    requester.presses("form[method=post] button[type=submit]")
    assert page.locator("[aria-invalid=true]").count() > 2
    requester.looks("refused form", answers_a_form=True)
    given = {
        "subject": "Kursi patah",
        "text": "Sandarannya lepas.",
        "name": "Siti",
        "email": PEMOHON,
        "superior": DESK_HEAD,
    }
    for name, value in given.items():
        page.fill(f"[name={name}]", value)
    requester.presses("form[method=post] button[type=submit]")
    requester.looks("receipt")


def reads_the_own_tickets(requester: Visitor, mail: MailServer) -> None:
    """My tickets, behind a code."""
    page = requester.opens("/my")
    requester.looks("address")
    page.fill("[name=email]", PEMOHON)
    requester.presses("main button[type=submit]")
    requester.looks("code", answers_a_form=True)
    body = answer_with(mail, "Kode masuk").get_body(("plain",))
    assert body is not None
    code = re.search(r"\d{6}", body.get_content())
    assert code
    page.fill("[name=code]", code.group())
    requester.presses("main button[type=submit]")
    requester.looks("my tickets")


def unreadable_mail(mail: MailServer) -> None:
    """A mail that says not who wrote it: it goes into quarantine."""
    message = EmailMessage()
    message["Subject"] = "Tanpa pengirim"
    message.set_content("Siapa saya?")
    mail.send(message, PEMOHON, "kptik-medan@helpdesk.test")


def works_on_it(staff: Visitor, number: str) -> None:
    """The pages of the staff, and the ticket from Layer 1 to the confirmation."""
    staff.opens("/login")
    staff.looks("sign-in")
    staff.signs_in("adi")
    for name, path in (
        ("counter", "/tickets/new"),
        ("outbox", "/outbox"),
        ("no such ticket", "/tickets/MDN-2026-999999"),
    ):
        staff.opens(path)
        staff.looks(name)
    staff.opens("/board?view=open")
    staff.looks("board")
    staff.opens("/quarantine")
    staff.looks("quarantine")
    staff.presses("main table a")
    staff.looks("quarantined message")
    staff.acts(number, "take")
    staff.acts(number, "escalate", group="rft-bmn")
    staff.looks("ticket")
    staff.opens("/queue")
    staff.looks("queue")
    staff.acts(number, "fulfil", note="Sandaran dipasang lagi.", label="kursi")
    staff.acts(number, "confirm-fulfilment")


def test_axe_finds_nothing_on_any_kind_of_page(
    chromium: Browser, installation: Installation, mail_server: MailServer
) -> None:
    unreadable_mail(mail_server)
    requester, staff = (Visitor(chromium, installation.base) for _ in range(2))
    sends_a_request(requester)
    number = number_of(answer_with(mail_server, "sudah kami terima"))
    reads_the_own_tickets(requester, mail_server)
    works_on_it(staff, number)
    link = private_link(answer_with(mail_server, "Mohon konfirmasi", number))
    requester.opens(link)
    requester.looks("ticket that asks for confirmation")
    requester.page.locator("[name=rating][value='4']").check(force=True)
    requester.page.fill("form[action$='/confirm'] [name=comment]", "Cepat dan ramah")
    requester.presses("form[action$='/confirm'] button[type=submit]")
    requester.looks("closed ticket with its rating")
    staff.opens(f"/tickets/{number}")
    staff.looks("closed ticket of the staff")
    assert requester.found + staff.found == []
