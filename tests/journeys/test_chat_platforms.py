"""The conversation end to end: the platform's protocol on loopback, our two processes, an agent at the interface."""

import json
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Protocol

import pytest

from helpdesk.demo.telegram_server import TelegramServer
from helpdesk.demo.whatsapp_server import CloudApi, Trouble
from tests.journeys.conftest import MEDAN, MONDAY
from tests.servers.ground import wait_until
from tests.servers.installation import Installation
from tests.servers.whatsapp import BOT, running, variables

SARI = "6281100000001"
TOKEN = "123456:ABCdefGHIjklMNOpqrs"


class Phone(Protocol):
    """A person's telephone on one platform."""

    def types(self, text: str) -> None: ...

    def presses(self, title: str) -> None: ...

    def got(self) -> list[tuple[str, dict[str, str]]]: ...


class WhatsAppPhone:
    def __init__(self, api: CloudApi, account: str = SARI) -> None:
        self.api, self.account = api, account

    def types(self, text: str) -> None:
        assert self.api.says(BOT, self.account, "text", {"body": text}, name="Sari") == 200

    def presses(self, title: str) -> None:
        payload = next(p for _text, choices in reversed(self.got()) for t, p in choices.items() if t.startswith(title))
        part = {"type": "button_reply", "button_reply": {"id": payload, "title": title}}
        assert self.api.says(BOT, self.account, "interactive", part, name="Sari") == 200

    def got(self) -> list[tuple[str, dict[str, str]]]:
        """Every message so far: its words, and its choices by their titles."""
        return [_shown(taken.body) for taken in self.api.to(self.account)]


def _shown(body: dict[str, Any]) -> tuple[str, dict[str, str]]:
    if body["type"] != "interactive":
        return body.get("text", {}).get("body", ""), {}
    part = body["interactive"]
    rows = [row for section in part["action"].get("sections", []) for row in section["rows"]]
    choices = {row["title"]: row["id"] for row in rows}
    choices |= {b["reply"]["title"]: b["reply"]["id"] for b in part["action"].get("buttons", [])}
    return part["body"]["text"], choices


class TelegramPhone:
    def __init__(self, server: TelegramServer, chat: int = 7700) -> None:
        self.bot, self.chat = server.bot, chat

    def types(self, text: str) -> None:
        self.bot.say(self.chat, text, name="Sari")

    def presses(self, title: str) -> None:
        data = next(p for _text, choices in reversed(self.got()) for t, p in choices.items() if t.startswith(title))
        self.bot.press(self.chat, data)

    def got(self) -> list[tuple[str, dict[str, str]]]:
        """Every message so far: its words, and its choices by their titles."""
        mine = [sent for sent in self.bot.sent if sent.chat_id == self.chat]
        return [(sent.text, dict(button for row in sent.buttons for button in row)) for sent in mine]


class Agent:
    """Rina at the interface for programs."""

    def __init__(self, installation: Installation) -> None:
        self.base = installation.base
        self.token = installation.run("token", "add", "rina").stdout.strip()

    def asks(self, path: str, body: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(
            f"{self.base}/api/v1{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def does(self, number: str, action: str, **fields: Any) -> None:
        self.asks(f"/tickets/{number}/actions/{action}", fields)

    def new_one(self) -> dict[str, Any]:
        """The only ticket that nobody has touched."""
        [ticket] = self.asks(f"/tickets?desk={MEDAN}&status=new")["tickets"]
        return dict(ticket)


class Place:
    """One desk that is reached by both platforms, with its processes."""

    def __init__(self, site: Installation, api: CloudApi, telegram: TelegramServer) -> None:
        self.site, self.api, self.agent = site, api, Agent(site)
        self.phones: dict[str, Phone] = {
            "whatsapp": WhatsAppPhone(api),
            "telegram": TelegramPhone(telegram),
        }


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, staffed: bytes) -> Iterator[Place]:
    with running() as api, TelegramServer(TOKEN) as telegram:
        site = Installation(tmp_path_factory.mktemp("chats") / "var", {}, MONDAY)
        bot = {"HELPDESK_TELEGRAM_API_URL": telegram.url, "HELPDESK_KPTIK_MEDAN_TELEGRAM_TOKEN": TOKEN}
        site.env |= variables(api.api_url) | bot
        api.webhook = f"{site.base}/hooks/whatsapp"
        (site.data / "helpdesk.sqlite3").write_bytes(staffed)
        site.start_all()
        yield Place(site, api, telegram)
        site.stop()


def hears(phone: Phone, words: str, within: float = 5.0) -> float:
    """Wait until the newest message has these words; the seconds that it took."""
    began = time.monotonic()
    wait_until(lambda: bool(phone.got()) and words in phone.got()[-1][0], f"no answer with {words!r}", within)
    return time.monotonic() - began


@pytest.mark.parametrize("platform", ["whatsapp", "telegram"])
def test_from_halo_to_the_stars_and_back_again(place: Place, platform: str) -> None:
    phone, agent = place.phones[platform], place.agent
    phone.types("Halo")
    hears(phone, "Tulis saja keperluan Anda")
    phone.types("Saya lupa password email kantor")
    assert hears(phone, "Nomor tiket") < 2.5
    ticket = agent.new_one()
    number = ticket["number"]
    assert (ticket["channel"], ticket["requester"]["name"], ticket["status"]) == (platform, "Sari", "new")
    agent.does(number, "take")
    agent.does(number, "reply", text="Selamat pagi, sedang kami periksa.")
    hears(phone, "sedang kami periksa")
    agent.does(number, "classify", item="itsm.8/reset-password")
    hears(phone, number)
    agent.does(number, "fulfil", note="diatur ulang", label="password")
    agent.does(number, "confirm-fulfilment")
    hears(phone, "Apakah sudah beres?")
    phone.presses("Selesai")
    hears(phone, "Berapa nilai Anda")
    phone.presses("★★★★★")
    hears(phone, "Ada komentar?")
    phone.types("cepat")
    hears(phone, "ditutup")
    assert agent.asks(f"/tickets/{number}")["rating"] == 5
    phone.types("belum selesai")
    hears(phone, "dibuka kembali")
    assert agent.asks(f"/tickets/{number}")["status"] == "in_progress"


def test_what_the_platform_refuses_waits_or_is_shown_and_no_token_is_told(place: Place) -> None:
    site, api, agent = place.site, place.api, place.agent
    phone = WhatsAppPhone(api, "6281100000009")
    api.trouble += [Trouble(429, 130429, headers={"Retry-After": "1"}), Trouble(503, 131016, path="/messages")]
    phone.types("printer rusak")
    for minutes in range(1, 61):  # the retries are noted at whatever time it is then, so time has to go on
        site.set_now(MONDAY + timedelta(minutes=minutes))
        time.sleep(0.5)
        if phone.got():
            break
    hears(phone, "Nomor tiket")
    assert api.trouble == []
    number = agent.new_one()["number"]
    api.trouble.append(Trouble(400, 131026, "Message undeliverable", path="/messages"))
    agent.does(number, "reply", text="Sudah kami terima.")

    def undelivered() -> bool:
        return any("131026" in entry["text"] for entry in agent.asks(f"/tickets/{number}")["entries"])

    wait_until(undelivered, "the refusal does not show on the ticket", 10)
    logs = site.log("worker") + site.log("serve")
    assert "EAAG" not in logs and TOKEN not in logs
