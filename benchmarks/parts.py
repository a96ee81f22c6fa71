"""The parts of an installation as processes on loopback, for the benchmarks that need them running."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from helpdesk.config import desk_key

HOST, SECRET = "127.0.0.1", "only-for-the-benchmark-0123456789"
DESKS = ("kptik-medan", "kptik-semarang", "kptik-surabaya", "kptik-denpasar", "kptik-makassar")
ASKER = "pegawai"
DOMAIN = "ukur.example"


def free_port() -> int:
    """A port that nobody listens at just now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def process(
    arguments: list[str], env: Mapping[str, str], log: Path, *, piped: bool = False
) -> Iterator[subprocess.Popen[str]]:
    """Run `python ARGUMENTS` while the block lasts."""
    with log.open("ab") as out:
        started = subprocess.Popen(
            [sys.executable, *arguments],
            env={**os.environ, **env},
            stdout=subprocess.PIPE if piped else out,
            stderr=out,
            text=True,
        )
    try:
        yield started
    finally:
        started.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            started.wait(10)
        started.kill()
        started.wait()


@contextlib.contextmanager
def mail_server(folder: Path) -> Iterator[dict[str, int]]:
    """The embedded mail server with the desks' mailboxes and that of one requester; its ports."""
    users = [part for name in (*DESKS, ASKER) for part in ("--user", f"{name}:sandi:{name}@{DOMAIN}")]
    arguments = ["-m", "helpdesk.demo.mailserver", "--data", str(folder / "mail"), *users]
    with process(arguments, {}, folder / "mail.log", piped=True) as server:
        assert server.stdout
        line = server.stdout.readline()
        if not line:
            raise SystemExit((folder / "mail.log").read_text())
        yield json.loads(line)


def environment(folder: Path, ports: Mapping[str, int]) -> dict[str, str]:
    """The settings of an installation whose desks use that mail server."""
    env = {"HELPDESK_DATA": str(folder), "HELPDESK_SECRET_KEY": SECRET, "HELPDESK_MAIL_FROM_START": "1"}
    for desk in DESKS:
        prefix = f"HELPDESK_{desk_key(desk)}"
        env[f"{prefix}_IMAP_URL"] = f"imap://{desk}:sandi@{HOST}:{ports['imap']}/INBOX"
        env[f"{prefix}_SMTP_URL"] = f"smtp://{HOST}:{ports['smtp']}"
        env[f"{prefix}_ADDRESS"] = f"{desk}@{DOMAIN}"
    return env


def upgrade(env: Mapping[str, str]) -> None:
    """Bring the database to the newest revision."""
    subprocess.run([sys.executable, "-m", "helpdesk", "upgrade"], env={**os.environ, **env}, check=True)


def answers(url: str) -> bool:
    """True when there is a 200."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def await_answer(url: str, seconds: float = 60.0) -> None:
    """Wait until the page answers 200. Ends the program when it does not."""
    deadline = time.monotonic() + seconds
    while not answers(url):
        if time.monotonic() > deadline:
            raise SystemExit(f"{url} does not answer")
        time.sleep(0.1)
