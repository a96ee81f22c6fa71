"""`helpdesk demo`: the mail server, the web application and the worker on one machine, started and ended together."""

import fcntl
import json
import select
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from helpdesk.catalog.model import Catalog
from helpdesk.demo import children, installation
from helpdesk.demo.children import Child
from helpdesk.demo.installation import Demo, DemoError

START_SECONDS = 60.0
STOP_SECONDS = 7.0
WHEREABOUTS = """
Meja layanan siap. / The helpdesk is ready.

  Portal pemohon / requesters   {base}/
  Chat di / on the portal       {base}/chat/{desk}
  Petugas / staff               {base}/login
  Telepon / telephones          {phones}/      (WhatsApp, Telegram)

  Nama / name      Kata sandi / password   Peran / role
{staff}

  Surel / mail, di terminal lain / in another terminal:
    {program} demo send --as pemohon --to {desk} "Lupa password email"
    {program} demo inbox pemohon

  Meja / desks: {desks}
  Data: {data}    Catatan / logs: {data}/logs    Berhenti / stop: Ctrl-C
"""


class Ending(Exception):
    """Somebody asked the demo to end."""


def _end(_number: int, _frame: FrameType | None) -> None:
    raise Ending


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Only one demo a data folder; the kernel lets go of the lock when the process ends in whatever way."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (data / "demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            port = installation.read(data).http_port if (data / installation.STATE).exists() else "?"
            where = f"http://{installation.HOST}:{port}"
            raise DemoError(f"Demo sudah berjalan di {where}. / The demo is running already at {where}.") from error
        yield


def _fail(child: Child) -> DemoError:
    return DemoError(f"Berhenti / stopped: {child.name}. {child.log}:\n{child.last_words()}")


def _start_mail(demo: Demo, data: Path, env: dict[str, str]) -> Child:
    ports = ["--imap-port", str(demo.imap_port), "--smtp-port", str(demo.smtp_port)]
    accounts = ["--users-file", str(data / "mail-accounts.json")]
    arguments = ["-m", "helpdesk.demo.mailserver", "--data", str(data / "mail"), *accounts, *ports]
    return children.start("mail", arguments, env, data / "logs", piped=True)


def _start_phones(demo: Demo, data: Path, catalog: Catalog, env: dict[str, str]) -> Child:
    desk = catalog.desks[installation.chatting_desk(catalog)]
    about = ["--desk", desk.id, "--name", desk.name, "--zone", desk.zone.key]
    arguments = ["-m", "helpdesk.demo.phones", "--port", str(demo.phones.port), *about]
    return children.start("phones", arguments, env, data / "logs")


def _await_mail(mail: Child) -> None:
    assert mail.process.stdout
    readable, _, _ = select.select([mail.process.stdout], [], [], START_SECONDS)
    if not readable or not json.loads(mail.process.stdout.readline() or "null"):
        raise _fail(mail)


def _await_end(child: Child) -> None:
    if child.process.wait(START_SECONDS) != 0:
        raise _fail(child)


def _is_ready(demo: Demo) -> bool:
    try:
        with urllib.request.urlopen(f"http://{installation.HOST}:{demo.http_port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _await_ready(demo: Demo, running: list[Child]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _is_ready(demo):
        for child in running:
            if child.ended():
                raise _fail(child)
        if time.monotonic() > deadline:
            raise DemoError(f"Belum siap setelah / not ready after {START_SECONDS:.0f} s: {running[-1].log.parent}")
        time.sleep(0.1)


def whereabouts(demo: Demo, data: Path, catalog: Catalog) -> str:
    """Where to look, and who can sign in."""
    return WHEREABOUTS.format(
        base=f"http://{installation.HOST}:{demo.http_port}",
        staff="\n".join(f"  {s.name:<16} {s.password:<23} {s.role}" for s in demo.staff),
        program=sys.argv[0] if sys.argv[0].endswith("/helpdesk") else "helpdesk",
        desk=next(iter(catalog.desks)),
        desks=", ".join(catalog.desks),
        phones=f"http://{installation.HOST}:{demo.phones.port}",
        data=data,
    )


def _launch(demo: Demo, data: Path, catalog: Catalog, running: list[Child]) -> None:
    env = installation.environment(demo, data, catalog)
    logs = data / "logs"
    logs.mkdir(exist_ok=True)
    for old in logs.glob("*.log"):
        old.unlink()
    running.append(_start_mail(demo, data, env))
    _await_end(children.start("prepare", ["-m", "helpdesk.demo.prepare"], env, logs))
    _await_mail(running[0])
    running.append(_start_phones(demo, data, catalog, env))
    running.append(children.start("serve", ["-m", "helpdesk", "serve", "--port", str(demo.http_port)], env, logs))
    running.append(children.start("worker", ["-m", "helpdesk", "worker"], env, logs))
    _await_ready(demo, running)


def _watch(running: list[Child]) -> None:
    while True:
        for child in running:
            if child.ended():
                raise _fail(child)
        time.sleep(0.5)


def _end_all(running: list[Child]) -> None:
    """The mail server last: the others finish what they are sending."""
    children.stop(running[1:], STOP_SECONDS - 2)
    children.stop(running[:1], 2)


def run(data: Path, catalog: Catalog, http_port: int, say: Callable[[str], None], *, fresh: bool = False) -> None:
    """Run the demo until SIGINT, SIGTERM or SIGHUP; `say` gets what to show when it is ready.

    Raises DemoError when it cannot start or a part of it ends by itself.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    running: list[Child] = []
    try:
        with _alone(data):
            if fresh:
                installation.forget(data)
            demo = installation.settle(data, catalog, http_port)
            try:
                _launch(demo, data, catalog, running)
                say(whereabouts(demo, data, catalog))
                _watch(running)
            finally:
                for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                    signal.signal(number, signal.SIG_IGN)
                _end_all(running)
    except Ending:
        return
