"""The main job, whole, as people do it: by mail and in a browser, from the first words to the closed ticket."""

import re
from datetime import timedelta
from email.message import EmailMessage

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import MONDAY
from tests.servers.ground import wait_until
from tests.servers.installation import PASSWORD, Installation
from tests.servers.mail import MailServer

pytestmark = pytest.mark.browser

PEMOHON = "pemohon@helpdesk.test"
DESK = "kptik-medan@helpdesk.test"


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, browser: Browser, installation: Installation) -> None:
        self.context = browser.new_context(locale="id-ID", viewport={"width": 1366, "height": 768})
        self.page: Page = self.context.new_page()
        self.base = installation.base
        self.said: list[str] = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def sign_in(self, name: str) -> None:
        self.page.goto(f"{self.base}/login")
        self.page.fill("[name=name]", name)
        self.page.fill("[name=password]", PASSWORD)
        self.page.press("[name=password]", "Enter")
        self.page.wait_for_url(re.compile(r"/(board|queue)"))

    def opens(self, path: str) -> None:
        self.page.goto(path if path.startswith("http") else f"{self.base}{path}")

    def does(self, action: str, **fields: str) -> None:
        """Press the button of an action; fill its form where it has one."""
        panel = self.page.locator(f"details#{action}")
        if panel.count():
            more = self.page.locator("details#more")
            if more.locator(f"details#{action}").count() and more.get_attribute("open") is None:
                more.locator("> summary").click()
            if panel.get_attribute("open") is None:
                panel.locator("> summary").click()
        form = self.page.locator(f"form[action$='/actions/{action}']").last
        for name, value in fields.items():
            field = form.locator(f"[name={name}]")
            if field.evaluate("e => e.tagName") == "SELECT":
                field.select_option(value)
            else:
                field.fill(value)
        with self.page.expect_navigation():
            form.locator("button[type=submit]").click()

    def status(self) -> str:
        return self.page.locator(".t-head .status").inner_text()


def write(mail: MailServer, subject: str, text: str, answers: EmailMessage | None = None) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"Siti Pemohon <{PEMOHON}>", DESK, subject
    message["Message-ID"] = f"<{abs(hash((subject, text)))}@kantor.example>"
    if answers is not None:
        message["In-Reply-To"] = answers["Message-ID"]
    message.set_content(text)
    mail.send(message, PEMOHON, DESK)


def answer_with(mail: MailServer, words: str, number: str = "") -> EmailMessage:
    """The newest mail to the requester whose subject has these words and the number."""

    def found() -> list[EmailMessage]:
        return [m for m in mail.mails("pemohon") if words in m["Subject"] and number in m["Subject"]]

    wait_until(lambda: bool(found()), f"no mail about {words!r}", 20)
    return found()[-1]


def number_of(mail: EmailMessage) -> str:
    found = re.search(r"MDN-2026-\d{6}", mail["Subject"])
    assert found
    return found.group()


def private_link(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    found = re.search(r"http://127\.0\.0\.1:\d+/t/\S+", body.get_content())
    assert found
    return found.group()


def fulfilled(agent: Person, technician: Person, number: str) -> None:
    """Layer 1 takes, classifies and escalates; the technician takes and fulfils; Layer 1 confirms."""
    agent.opens(f"/tickets/{number}")
    agent.does("take")
    agent.does("classify", item="itsm.8/reset-password")
    agent.does("escalate", group="rft-tik")
    technician.opens("/queue")
    expect(technician.page.locator(f"a[href*='{number}']").first).to_be_visible()
    technician.opens(f"/tickets/{number}")
    technician.does("take")
    technician.does("fulfil", note="Kata sandi diatur ulang.", label="reset")
    agent.opens(f"/tickets/{number}")
    agent.does("confirm-fulfilment")


def test_a_mail_goes_through_layer_1_and_the_rft_and_is_closed_with_a_rating(chromium, installation, mail_server):
    write(mail_server, "Lupa password email", "Selamat pagi, saya lupa password.")
    number = number_of(answer_with(mail_server, "sudah kami terima"))
    assert number == "MDN-2026-000001"
    agent, technician = Person(chromium, installation), Person(chromium, installation)
    agent.sign_in("rina")
    expect(agent.page.get_by_text("Lupa password email").first).to_be_visible()
    technician.sign_in("togar")
    fulfilled(agent, technician, number)
    requester = Person(chromium, installation)
    requester.opens(private_link(answer_with(mail_server, "konfirmasi", number)))
    expect(requester.page.get_by_text("Kata sandi diatur ulang.")).to_have_count(0)
    requester.page.locator("[name=rating][value='5']").check(force=True)
    requester.page.fill("[name=comment]", "Cepat sekali")
    with requester.page.expect_navigation():
        requester.page.locator("form[action$='/confirm'] button[type=submit]").click()
    agent.opens(f"/tickets/{number}")
    assert agent.status() == "Ditutup"
    expect(agent.page.get_by_text("Cepat sekali")).to_be_visible()
    assert [p.said for p in (agent, technician, requester)] == [[], [], []]


def test_a_ticket_is_reopened_on_day_7_and_refused_on_day_8(chromium, installation, mail_server):
    agent, technician = Person(chromium, installation), Person(chromium, installation)
    agent.sign_in("rina")
    technician.sign_in("togar")
    numbers = []
    for subject in ("Lupa password satu", "Lupa password dua"):
        write(mail_server, subject, "Mohon dibantu.")
        wait_until(lambda: len(mail_server.mails("pemohon")) > len(numbers) * 3, "no automatic reply", 20)
        numbers.append(number_of(mail_server.mails("pemohon")[-1]))
        fulfilled(agent, technician, numbers[-1])
        answer_with(mail_server, "konfirmasi", numbers[-1])
    seventh, eighth = numbers
    installation.set_now(MONDAY + timedelta(days=7, hours=15))
    write(
        mail_server,
        "Re: masih terkunci",
        "Masih terkunci, mohon dicek lagi.",
        answer_with(mail_server, "konfirmasi", seventh),
    )

    agent.sign_in("rina")  # a session does not last a week

    def reopened() -> bool:
        agent.opens(f"/tickets/{seventh}")
        return agent.status() == "Dikerjakan"

    wait_until(reopened, "the ticket was not reopened on day 7", 20)
    installation.set_now(MONDAY + timedelta(days=7, hours=16))

    def closed() -> bool:
        agent.opens(f"/tickets/{eighth}")
        return agent.status() == "Ditutup"

    wait_until(closed, "the worker did not close the other ticket after its window", 20)
    write(mail_server, "Re: belum beres", "Ternyata belum beres.", answer_with(mail_server, "konfirmasi", eighth))
    follow_up = number_of(answer_with(mail_server, "sudah kami terima", "MDN-2026-000003"))
    agent.opens(f"/tickets/{follow_up}")
    expect(agent.page.get_by_role("link", name=re.compile(eighth)).first).to_be_visible()
    agent.opens(f"/tickets/{eighth}")
    assert agent.status() == "Ditutup"
