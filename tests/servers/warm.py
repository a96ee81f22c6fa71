"""A warm interpreter that forks `helpdesk` commands: each a process of its own, without the second for imports and for
reading the catalogue.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.servers.ground import wait_until

PROGRAM = """
import functools, json, os, signal, sys
import helpdesk.cli, helpdesk.commands.serving, helpdesk.store.schema, helpdesk.worker
from helpdesk.catalog import source
from helpdesk.resources import catalog_path
from sqlalchemy.orm import configure_mappers
source.load_file = functools.cache(source.load_file)
source.load_file(catalog_path())
configure_mappers()
signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead leave nothing behind
print("ready", flush=True)
for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        log = os.open(json.loads(line)["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        try:
            helpdesk.cli.cli(json.loads(line)["arguments"], prog_name="helpdesk")
        finally:
            os._exit(0)
    print(pid, flush=True)
"""


class Warm:
    """Starts commands in the environment given; each runs until it is killed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(self, log: Path, *arguments: str) -> int:
        """Start a command; its process id."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps({"log": str(log), "arguments": arguments}) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    @staticmethod
    def kill(pid: int) -> None:
        """kill -9, and wait until nothing is left of it."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        wait_until(lambda: not Path(f"/proc/{pid}").exists(), "a killed process is still there")


@contextlib.contextmanager
def running(environment: Mapping[str, str]) -> Iterator[Warm]:
    """Start a warm interpreter, stop it at the end."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    )
    assert process.stdin and process.stdout
    try:
        assert process.stdout.readline() == "ready\n"
        yield Warm(process)
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()
