"""`helpdesk demo`: one command starts everything, and nothing is left when it ends, however it ends."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.servers.ground import free_port, wait_until

READY_SECONDS, STOP_SECONDS = 60, 10


class Demo:
    """A demo in a folder of its own."""

    def __init__(self, data: Path) -> None:
        self.data, self.port = data, free_port()
        self.process: subprocess.Popen[str] | None = None
        self.shown = ""

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "helpdesk", "demo", *arguments]
        return subprocess.run(command, capture_output=True, text=True, env=self._env(), timeout=READY_SECONDS)

    def start(self, *arguments: str) -> None:
        """Start it, and wait until it says that it is ready."""
        command = [sys.executable, "-m", "helpdesk", "demo", "--port", str(self.port), *arguments]
        out = self.data.with_name(f"{self.data.name}.out")
        with out.open("w") as file:
            self.process = subprocess.Popen(command, stdout=file, stderr=file, text=True, env=self._env())

        def said() -> bool:
            assert self.process is not None
            if self.process.poll() is not None:
                raise RuntimeError(out.read_text() + self.log("serve") + self.log("worker"))
            return "Ctrl-C" in out.read_text()

        wait_until(said, "the demo is not ready", READY_SECONDS)
        self.shown = out.read_text()

    def end(self, with_signal: int = signal.SIGTERM) -> int:
        """Send a signal and wait for the end of the demo."""
        assert self.process is not None
        self.process.send_signal(with_signal)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def processes(self) -> list[int]:
        """All living processes of this demo, known by its folder in their environment."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                try:
                    if f"HELPDESK_DATA={self.data}\0".encode() in (entry / "environ").read_bytes():
                        found.append(int(entry.name))
                except OSError:
                    continue
        return found

    def log(self, name: str) -> str:
        path = self.data / "logs" / f"{name}.log"
        return path.read_text() if path.exists() else ""

    def kept(self) -> dict[str, object]:
        return json.loads((self.data / "demo.json").read_text())

    def inbox(self, name: str = "pemohon") -> list[str]:
        done = self.run("inbox", name)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    @property
    def telephones(self) -> str:
        return f"http://127.0.0.1:{self.kept()['phones']['port']}"

    def says(self, person: str, on: str, text: str) -> None:
        """Somebody writes on a telephone."""
        given = {"who": person, "on": on, "text": text}
        assert httpx.post(f"{self.telephones}/say", data=given, trust_env=False).status_code == 204

    def on_telephone(self, person: str, on: str) -> str:
        """What the telephone shows."""
        return httpx.get(f"{self.telephones}/part", params={"who": person, "on": on}, trust_env=False).text

    def get(self, path: str) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
            return answer.status

    def _env(self) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("HELPDESK_")}
        return {**clean, "HELPDESK_DATA": str(self.data)}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demo for all tests here; each leaves it running or starts it again."""
    made = Demo(tmp_path_factory.mktemp("demo") / "var")
    yield made
    if made.process is not None and made.process.poll() is None:
        made.end()
    for left in made.processes():
        os.kill(left, signal.SIGKILL)


@pytest.fixture
def running(demo: Demo) -> Demo:
    if demo.process is None or demo.process.poll() is not None:
        demo.start()
    return demo


def test_it_says_where_to_look_and_who_can_sign_in(running: Demo) -> None:
    assert f"http://127.0.0.1:{running.port}/" in running.shown
    for account in running.kept()["staff"]:
        assert f"{account['name']} " in running.shown
        assert account["password"] in running.shown
    assert {account["role"] for account in running.kept()["staff"]} == {
        "agent",
        "technician",
        "supervisor",
        "administrator",
    }
    assert running.get("/readyz") == 200


def test_what_is_secret_is_readable_by_its_owner_only(running: Demo) -> None:
    for name in ("secret_key", "demo.json", "mail-accounts.json"):
        assert (running.data / name).stat().st_mode & 0o777 == 0o600, name
    assert running.data.stat().st_mode & 0o777 == 0o700


def test_a_mail_gets_the_automatic_reply_with_the_number_within_five_seconds(running: Demo) -> None:
    before = len(running.inbox())
    sent = running.run("send", "--as", "pemohon", "--to", "kptik-medan", "Lupa password email")
    assert sent.returncode == 0, sent.stderr
    assert "@" in sent.stdout
    assert len(sent.stdout.splitlines()) == 1
    wait_until(lambda: len(running.inbox()) > before, "no automatic reply", 5)
    assert "MDN-20" in running.inbox()[0]
    text = running.run("inbox", "pemohon", "--read").stdout
    assert re.search(r"^http://127\.0\.0\.1:\d+/t/\S+$", text, re.MULTILINE), "the mail shows its private link"


def test_an_unknown_person_or_desk_is_named_with_those_that_exist(running: Demo) -> None:
    for arguments in (("send", "--as", "siapa", "--to", "kptik-medan", "x"), ("inbox", "siapa")):
        done = running.run(*arguments)
        assert done.returncode != 0
        assert done.stdout == ""
        assert "pemohon2" in done.stderr


def test_a_second_demo_says_that_one_is_running(running: Demo) -> None:
    done = running.run("--port", str(free_port()))
    assert done.returncode == 1
    assert f"http://127.0.0.1:{running.port}" in done.stderr
    assert running.get("/readyz") == 200


@pytest.mark.browser
def test_a_telephone_shows_the_automatic_answer_and_hears_the_agent(running: Demo, chromium: Browser) -> None:
    phone, agent = (chromium.new_context(locale="id-ID").new_page() for _person in range(2))
    faults: list[str] = []
    phone.on("console", lambda message: faults.append(message.text))
    phone.goto(running.telephones)
    siti = phone.locator("[data-who=pemohon]")
    siti.get_by_placeholder("Tulis pesan").fill("Saya lupa password email")
    siti.get_by_role("button", name="Kirim").click()
    answer = siti.locator(".bubble.desk .body").last
    expect(answer).to_contain_text("Nomor tiket", timeout=10_000)
    found = re.search(r"MDN-\d{4}-\d{6}", answer.inner_text())
    assert found
    name, password = next((a["name"], a["password"]) for a in running.kept()["staff"] if a["role"] == "agent")
    agent.goto(f"http://127.0.0.1:{running.port}/login?next=/tickets/{found.group()}")
    agent.fill("[name=name]", name)
    agent.fill("[name=password]", password)
    agent.press("[name=password]", "Enter")
    agent.wait_for_url("**/tickets/**")
    agent.locator("form[action$='/actions/reply'] [name=text]").fill("Kami atur ulang *sekarang*.")
    agent.locator("form[action$='/actions/reply'] button[type=submit]").click()
    expect(answer).to_have_text("Kami atur ulang sekarang.", timeout=10_000)
    assert faults == []


@pytest.mark.parametrize("on", ["whatsapp", "telegram"])
def test_the_number_is_on_the_telephone_within_two_seconds(running: Demo, on: str) -> None:
    running.says("pemohon2", on, "printer rusak")
    wait_until(lambda: "Nomor tiket" in running.on_telephone("pemohon2", on), "no answer", 2)


def test_the_telephones_obey_no_other_site(running: Demo) -> None:
    given = {"who": "pemohon", "on": "telegram", "text": "dari situs lain"}
    for headers in ({"Origin": "https://situs.example"}, {"Host": "situs.example"}):
        refused = httpx.post(f"{running.telephones}/say", data=given, headers=headers, trust_env=False)
        assert refused.status_code == 403
    assert "situs lain" not in running.on_telephone("pemohon", "telegram")


def test_ctrl_c_ends_it_within_ten_seconds_and_a_second_start_finds_nothing_new(running: Demo) -> None:
    running.run("send", "--as", "pemohon2", "--to", "kptik-makassar", "Pinjam proyektor")
    wait_until(lambda: len(running.inbox("pemohon2")) > 0, "no automatic reply")
    running.says("pemohon2", "telegram", "printer rusak, tolong")
    wait_until(lambda: "Nomor tiket" in running.on_telephone("pemohon2", "telegram"), "no answer on the telephone")
    before, kept = (running.inbox("pemohon"), running.inbox("pemohon2")), running.kept()
    assert len(running.processes()) >= 5
    assert running.end(signal.SIGINT) == 0
    assert running.processes() == []
    for arguments in (("send", "--as", "pemohon", "--to", "kptik-medan", "x"), ("inbox", "pemohon")):
        done = running.run(*arguments)
        assert (done.returncode, done.stdout) == (1, "")
        assert "helpdesk demo" in done.stderr
    running.start()
    time.sleep(2)
    assert (running.inbox("pemohon"), running.inbox("pemohon2")) == before
    assert running.kept() == kept
    running.says("pemohon2", "telegram", "status")
    wait_until(lambda: "printer rusak" in running.on_telephone("pemohon2", "telegram"), "the desk has forgotten it")


def test_nothing_outlives_a_kill_of_the_demo_and_fresh_starts_over(running: Demo) -> None:
    passwords = running.kept()["staff"]
    running.end(signal.SIGKILL)
    wait_until(lambda: running.processes() == [], "a process is left", STOP_SECONDS)
    running.start("--fresh")
    assert running.inbox() == []
    assert running.kept()["staff"] != passwords


def test_a_part_that_dies_ends_the_demo_and_leaves_no_process(running: Demo) -> None:
    (server,) = [p for p in running.processes() if b"mailserver" in Path(f"/proc/{p}/cmdline").read_bytes()]
    os.kill(server, signal.SIGKILL)
    assert running.process is not None
    assert running.process.wait(STOP_SECONDS + 5) == 1
    assert running.processes() == []


def test_fresh_never_empties_a_folder_of_something_else(tmp_path: Path) -> None:
    other = Demo(tmp_path)
    (tmp_path / "surat.txt").write_text("penting")
    done = other.run("--fresh", "--port", str(other.port))
    assert done.returncode == 1
    assert (tmp_path / "surat.txt").read_text() == "penting"


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    other = Demo(tmp_path / "var")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", other.port))
        taken.listen()
        done = other.run("--port", str(other.port))
    assert done.returncode == 1
    assert str(other.port) in done.stderr
    assert other.processes() == []
