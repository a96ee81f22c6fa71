"""The application under its production server, over real sockets."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import httpx
import pytest

from tests.servers import ground
from tests.web.conftest import PASSWORD
from tests.web.test_api import NEW


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def address(site, tmp_path) -> Iterator[str]:
    """`helpdesk serve` on a site with people; its address."""
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HELPDESK_")},
        "HELPDESK_DATA": str(site.data),
        "HELPDESK_SECRET_KEY": site.secret_key,
        "HELPDESK_TESTING": "1",
        "HELPDESK_TEST_NOW_FILE": str(site.test_now_file),
    }
    log = tmp_path / "serve.log"
    command = [sys.executable, "-m", "helpdesk", "serve", "--port", str(port)]
    with log.open("w") as output:
        server = subprocess.Popen(command, env=environment, stdout=output, stderr=output, cwd=tmp_path)
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        try:
            return httpx.get(f"{url}/healthz", timeout=2).status_code == 200
        except httpx.TransportError:
            return False

    try:
        ground.wait_until(answers, f"serve: {log}", 40)
        yield url
    finally:
        server.send_signal(signal.SIGTERM)
        assert server.wait(15) == 0


def test_it_is_ready_and_a_person_can_sign_in_and_out(address: str) -> None:
    with httpx.Client(base_url=address, follow_redirects=True) as browser:
        assert browser.get("/readyz").json()["missing"] == []
        page = browser.get("/login").text
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        board = browser.post("/login", data={"name": "rina", "password": PASSWORD, "csrf_token": token})
        assert (board.status_code, board.url.path) == (200, "/board")
        assert "2026-11-23" in board.text or "23 Nov 2026" in board.text
        token = board.text.split('name="csrf_token" value="')[1].split('"')[0]
        assert browser.post("/logout", data={"csrf_token": token}).url.path == "/login"
        assert browser.get("/board").url.path == "/login"


def test_many_callers_at_once_get_numbers_without_gap_and_every_key_once(address: str, populated) -> None:
    headers = {"Authorization": f"Bearer {populated[1]['rina']}"}

    def record(number: int) -> str:
        key = {"Idempotency-Key": f"key-{number % 12}"}
        answer = httpx.post(f"{address}/api/v1/tickets", json=NEW, headers=headers | key, timeout=60)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["number"])

    with ThreadPoolExecutor(8) as callers:
        numbers = list(callers.map(record, range(36)))
    assert sorted(set(numbers)) == [f"MDN-2026-{n:06d}" for n in range(1, 13)]


def test_of_two_who_act_at_once_one_is_told_that_it_is_too_late(address: str, populated) -> None:
    headers = {"Authorization": f"Bearer {populated[1]['rina']}"}
    with httpx.Client(base_url=f"{address}/api/v1", headers=headers, timeout=60) as api:
        number = api.post("/tickets", json=NEW).json()["number"]
        api.post(f"/tickets/{number}/actions/take")

        def fulfil(_who: int) -> int:
            body = {"note": "x", "label": "y"}
            return httpx.post(
                f"{address}/api/v1/tickets/{number}/actions/fulfil", json=body, headers=headers, timeout=60
            ).status_code

        with ThreadPoolExecutor(4) as callers:
            assert sorted(callers.map(fulfil, range(4))) == [200, 409, 409, 409]
        assert len([e for e in api.get(f"/tickets/{number}").json()["events"] if e["action"] == "fulfil"]) == 1
