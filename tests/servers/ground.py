"""What every test server stands on: a folder of its own, an unprivileged user, a free port, a lifeline."""

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

PR_SET_PDEATHSIG = 1
HOST = "127.0.0.1"


def user_name() -> str:
    """The user that servers run as: PostgreSQL, Dovecot and Exim refuse to work as root."""
    return "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name


def die_with_parent() -> None:
    """For `preexec_fn`: the kernel sends SIGTERM when the process that started this one ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


@contextlib.contextmanager
def folder(name: str) -> Iterator[Path]:
    """A short-named folder (socket paths are limited to 107 bytes) that belongs to the servers' user."""
    path = Path(tempfile.mkdtemp(prefix=f"{name}-", dir="/tmp"))
    try:
        path.chmod(0o755)
        give(path)
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def give(path: Path) -> None:
    """Hand a file or folder to the servers' user."""
    if os.geteuid() == 0:
        account = pwd.getpwnam(user_name())
        os.chown(path, account.pw_uid, account.pw_gid)


def start(command: list[str], log: Path) -> subprocess.Popen[bytes]:
    """Start a server as the servers' user; it gets SIGTERM when this process dies in whatever way."""
    account = pwd.getpwnam(user_name())
    as_user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    with log.open("ab") as out:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd="/",
            env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C", "TZ": "UTC"},
            preexec_fn=die_with_parent,  # noqa: PLW1509 - one system call, nothing that could wait for a lock
            **as_user,
        )


def stop(process: subprocess.Popen[bytes], with_signal: int = signal.SIGTERM, seconds: float = 10) -> None:
    """Stop a server, if need be by force."""
    if process.poll() is None:
        process.send_signal(with_signal)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def wait_until(ready: Callable[[], bool], what: str, seconds: float = 10) -> None:
    """Wait until `ready()`; TimeoutError names what never came."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.01)


def listens(port: int) -> bool:
    """True when something accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex((HOST, port)) == 0
