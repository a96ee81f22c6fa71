"""Take the pictures of the README: `python -m tests.journeys.pictures [FOLDER]`.

Starts a demo of its own in a temporary folder, on a standing clock in working hours, walks the README's first walk by
the words on the screen, and takes the pictures on the way. Not a test: pytest does not collect it.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path

from imapclient import IMAPClient
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from helpdesk.demo import installation, letters
from helpdesk.demo.installation import HOST, Demo
from tests.conftest import CHROMIUM, CHROMIUM_ARGS
from tests.journeys.small_png import small

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"
NOW = "2026-11-24T10:20:00+07:00"  # a Tuesday morning in Medan
OFFICE, PHONE = {"width": 1366, "height": 768}, {"width": 360, "height": 740}


def free_port() -> int:
    """A port that nobody listens at just now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def demo_running(data: Path) -> Iterator[Demo]:
    """A fresh demo. RuntimeError when it is not ready within two minutes."""
    env = {**os.environ, "HELPDESK_DATA": str(data), "HELPDESK_TESTING": "1", "HELPDESK_TEST_NOW": NOW}
    command = [sys.executable, "-m", "helpdesk", "demo", "--port", str(free_port())]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            if not any("Ctrl-C" in line for line in process.stdout):
                raise RuntimeError("the demo did not start")
            yield installation.read(data)
        finally:
            process.send_signal(signal.SIGINT)


def mails(demo: Demo, name: str) -> list[str]:
    """The texts of a requester's mails, oldest first."""
    mailbox = demo.mailbox(name)
    with IMAPClient(HOST, demo.imap_port, ssl=False) as client:
        client.login(mailbox.name, mailbox.password)
        client.select_folder("INBOX", readonly=True)
        fetched = client.fetch(client.search(), ["RFC822"]) if client.search() else {}
    bodies = [
        message_from_bytes(fetched[uid][b"RFC822"], policy=policy.default).get_body(("plain",))
        for uid in sorted(fetched)
    ]
    return [str(body.get_content()) for body in bodies if body is not None]


def next_mail(demo: Demo, name: str, before: int) -> str:
    """The text of the mail that comes after so many. RuntimeError when none comes within 30 s."""
    for _ in range(150):
        if len(found := mails(demo, name)) > before:
            return found[before]
        time.sleep(0.2)
    raise RuntimeError("no mail came")


def found_in(pattern: str, text: str) -> str:
    """The first match in a text that has one."""
    found = re.search(pattern, text)
    assert found, pattern
    return found.group()


class Person:
    """Somebody at a browser of their own, who knows only the words on the screen."""

    def __init__(self, browser: Browser, base: str, size: dict[str, int]) -> None:
        self.page: Page = browser.new_context(
            locale="id-ID", viewport=size, color_scheme="light", reduced_motion="reduce"
        ).new_page()
        self.base = base

    def opens(self, path: str) -> None:
        """Open a page of the site."""
        self.page.goto(path if path.startswith("http") else f"{self.base}{path}")

    def signs_in(self, demo: Demo, name: str) -> None:
        """Sign in as a staff user of the demo."""
        self.opens("/login")
        self.page.get_by_label("Nama pengguna").fill(name)
        self.page.get_by_label("Kata sandi").fill(next(s.password for s in demo.staff if s.name == name))
        self.page.get_by_role("button", name="Masuk").click()
        self.page.wait_for_url(re.compile("/(board|queue)"))

    def searches(self, number: str) -> None:
        """Type a number into the search field of the board."""
        self.page.get_by_role("searchbox").first.fill(number)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(re.compile(f"/tickets/{number}"))

    def shown(self, name: str) -> Locator:
        """The visible button, or heading of a small form, of exactly this name."""
        words = re.compile(rf"^\s*{name}\s*$")
        return self.page.locator("summary, button").filter(has_text=words, visible=True)

    def does(self, name: str, *, menu: str = "", **fields: str) -> None:
        """Press the button of this name, in a menu where one is given, and fill in its form where it has one."""
        if menu:
            self.shown(menu).first.click()
        button = self.shown(name).first
        if button.evaluate("e => e.tagName") == "SUMMARY":
            button.click()
            for field, value in fields.items():
                self.fills(self.page.locator(f"details[open] [name={field}]"), value)
            button = self.page.locator("details[open] form button[type=submit]").filter(visible=True).last
        self.presses(button)

    def presses(self, button: Locator) -> None:
        """Press a button that leads to the next page."""
        with self.page.expect_navigation(wait_until="networkidle"):
            button.click()

    def fills(self, field: Locator, value: str) -> None:
        """Write into a field, or choose from it by what it shows."""
        if field.evaluate("e => e.tagName") == "SELECT":
            label = field.locator("option").filter(has_text=value).first.inner_text()
            field.select_option(label=label)
        else:
            field.fill(value)

    def photographs(self, folder: Path, name: str) -> None:
        """Take a picture of the page, without the mark of the standing clock."""
        self.page.evaluate("document.querySelectorAll('.clockstand').forEach(e => e.remove())")
        self.page.mouse.move(0, 0)
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_function("!document.querySelector('.loading')")
        self.page.wait_for_timeout(500)
        self.takes(folder, name)

    def takes(self, folder: Path, name: str) -> None:
        """Take a picture of the page as it is."""
        (folder / f"{name}.png").write_bytes(small(self.page.screenshot()))


def walk(demo: Demo, browser: Browser, folder: Path) -> None:
    """The README's first walk, with pictures."""
    base = f"http://{HOST}:{demo.http_port}"
    text = "Selamat pagi, saya lupa password email. Mohon dibantu."
    before = len(mails(demo, "pemohon"))
    letters.send(demo, "pemohon", "kptik-medan", "Lupa password email", text)
    number = found_in(r"MDN-\d{4}-\d{6}", next_mail(demo, "pemohon", before))
    agent, technician, requester = (Person(browser, base, OFFICE) for _ in range(3))
    phone = Person(browser, base, PHONE)
    agent.signs_in(demo, "agen")
    agent.photographs(folder, "board")
    agent.searches(number)
    agent.does("Ambil")
    agent.does("Klasifikasi", menu="Lainnya", item="Reset password")
    agent.photographs(folder, "ticket")
    agent.does("Eskalasi")
    technician.signs_in(demo, "teknisi")
    technician.photographs(folder, "queue")
    phone.signs_in(demo, "teknisi")
    phone.photographs(folder, "phone")
    technician.opens(f"/tickets/{number}")
    technician.does("Ambil")
    technician.does("Penuhi", note="Kata sandi diatur ulang dan diuji bersama pemohon.", label="reset")
    agent.opens(f"/tickets/{number}")
    agent.does("Konfirmasi")
    requester.opens("/kptik-medan")
    requester.photographs(folder, "portal-home")
    requester.opens(found_in(r"http://\S+/t/\S+", next_mail(demo, "pemohon", before + 1)))
    requester.photographs(folder, "portal-ticket")
    requester.page.locator("[name=rating][value='5']").check(force=True)
    requester.presses(requester.page.get_by_role("button", name="Ya, selesai"))
    agent.opens(f"/tickets/{number}")
    if agent.page.locator(".t-head .status").inner_text() != "Ditutup":
        raise RuntimeError(f"{number} was not closed")


def chats(demo: Demo, browser: Browser, folder: Path) -> None:
    """The chat of the portal on a phone, and the two telephones of the demo."""
    visitor = Person(browser, f"http://{HOST}:{demo.http_port}", PHONE)
    visitor.opens("/chat/kptik-medan")
    visitor.page.get_by_label("Nama Anda").fill("Dewi")
    for text, answer in (("Saya lupa password email", "pilih layanannya"), ("status", "Status:")):
        visitor.page.get_by_label("Pesan Anda").fill(text)
        visitor.page.get_by_role("button", name="Kirim").click()
        visitor.page.locator(".bubble.auto").filter(has_text=answer).last.wait_for()
    visitor.photographs(folder, "chat")
    owner = Person(browser, f"http://{HOST}:{demo.phones.port}", OFFICE)
    owner.opens("/")
    owner.page.locator("[data-who=pemohon2] [data-on=telegram]").click()
    for who, text in (("pemohon", "Printer di lantai 3 rusak"), ("pemohon2", "Minta akun VPN")):
        telephone = owner.page.locator(f"[data-who={who}]")
        telephone.locator("textarea").fill(text)
        telephone.get_by_role("button", name="Kirim").click()
        telephone.locator(".bubble.desk").filter(has_text="Nomor tiket").wait_for()
    owner.page.wait_for_timeout(1500)
    owner.takes(folder, "telephones")


def main() -> int:
    """Take all pictures into the folder named on the command line, else into docs/pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    data = Path(tempfile.mkdtemp(prefix="pictures-"))
    try:
        with demo_running(data) as demo, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=CHROMIUM_ARGS)
            walk(demo, browser, folder)
            chats(demo, browser, folder)
            browser.close()
    finally:
        shutil.rmtree(data, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
