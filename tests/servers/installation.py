"""A whole installation as processes: the web server and the worker, on any database and any mail server."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from tests.servers.ground import free_port, wait_until

PASSWORD = "kata-sandi-uji"


class Installation:
    """`helpdesk serve` and `helpdesk worker` in a folder of their own, at a time that the test sets.

    `mail` maps a desk to its IMAP and SMTP URLs.
    """

    def __init__(
        self, data: Path, mail: Mapping[str, tuple[str, str]], now: datetime | None, database: str = ""
    ) -> None:
        self.data, self.port = data, free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self._now = data / "now"
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        data.mkdir(parents=True, exist_ok=True)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("HELPDESK_")} | {
            "HELPDESK_DATA": str(data),
            "HELPDESK_SECRET_KEY": "only-for-the-tests-0123456789",
            "HELPDESK_BASE_URL": self.base,
            "HELPDESK_MAIL_FROM_START": "1",
        }
        if database:
            self.env["HELPDESK_DATABASE_URL"] = database
        if now is not None:
            self.env |= {"HELPDESK_TESTING": "1", "HELPDESK_TEST_NOW_FILE": str(self._now)}
            self.set_now(now)
        for desk, (imap, smtp) in mail.items():
            prefix = f"HELPDESK_{desk.replace('-', '_').upper()}"
            address = {f"{prefix}_ADDRESS": f"{desk}@helpdesk.test"}
            self.env |= {f"{prefix}_IMAP_URL": imap, f"{prefix}_SMTP_URL": smtp} | address

    def set_now(self, at: datetime) -> None:
        """The time that both processes take for the present; replaced whole, since they read it at any moment."""
        draft = self._now.with_suffix(".new")
        draft.write_text(at.isoformat(), encoding="utf-8")
        draft.replace(self._now)

    def run(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """One command to its end; an error shows what it said."""
        done = subprocess.run(
            [sys.executable, "-m", "helpdesk", *arguments],
            input=stdin, capture_output=True, text=True, env=self.env, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done

    def add_user(self, name: str, *arguments: str) -> None:
        """A staff user with the password PASSWORD."""
        self.run("user", "add", name, *arguments, stdin=PASSWORD)

    def start(self, name: str) -> subprocess.Popen[bytes]:
        """Start `serve` or `worker`."""
        extra = ["--port", str(self.port)] if name == "serve" else []
        with (self.data / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "helpdesk", name, *extra],
                stdout=log,
                stderr=log,
                env=self.env,
                start_new_session=True,
            )
        self._running[name] = process
        return process

    def is_ready(self) -> bool:
        """True when /readyz says so."""
        try:
            with urllib.request.urlopen(f"{self.base}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def is_alive(self) -> bool:
        """True when the web server answers at all."""
        try:
            with urllib.request.urlopen(f"{self.base}/healthz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def kill(self, name: str) -> None:
        """Kill a process and its children at once, as a machine that loses power would."""
        process = self._running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def start_all(self) -> None:
        """Start both and wait until they are ready."""
        self.start("serve")
        self.start("worker")
        wait_until(self.is_ready, "the installation is not ready", 30)

    def stop(self) -> None:
        """Stop what runs, as an administrator would."""
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()

    def log(self, name: str) -> str:
        """What a process has written."""
        return (self.data / f"{name}.log").read_text(encoding="utf-8")
