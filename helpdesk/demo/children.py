"""Child processes that never outlive the demo, however it ends."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

PR_SET_PDEATHSIG = 1  # prctl(2): the kernel sends the signal when the parent dies, even by kill -9


def _follow_parent(parent: int) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before the line above
        os._exit(1)


@dataclass(frozen=True, slots=True)
class Child:
    """A process of the demo, leader of a process group of its own; it writes its log to `log`."""

    name: str
    process: subprocess.Popen[str]
    log: Path

    def ended(self) -> bool:
        """True when it runs no more."""
        return self.process.poll() is not None

    def last_words(self, lines: int = 15) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def start(name: str, arguments: list[str], env: Mapping[str, str], logs: Path, *, piped: bool = False) -> Child:
    """Start `python ARGUMENTS` with its log in `logs`; `piped`: its standard output can be read here."""
    log = logs / f"{name}.log"
    with log.open("ab") as out:
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if piped else out,
            stderr=out,
            env=dict(env),
            text=True,
            start_new_session=True,
            preexec_fn=partial(_follow_parent, os.getpid()),  # noqa: PLW1509 - the demo starts its processes from its only thread
        )
    return Child(name, process, log)


def stop(children: list[Child], seconds: float) -> None:
    """Ask all to stop, wait at most `seconds`, then end what is left of their process groups."""
    for child in children:
        if not child.ended():
            child.process.terminate()
    deadline = time.monotonic() + seconds
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.0, deadline - time.monotonic()))
    for child in children:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
