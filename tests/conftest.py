"""What all tests share: real servers, both databases, one fixed clock, and no way out of the machine."""

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from helpdesk.config import Settings
from tests.servers import dovecot as dovecot_server
from tests.servers import exim as exim_server
from tests.servers import mail
from tests.servers import postgres as postgres_servers

CI = os.environ.get("CI") == "true"
CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
]
DESKS = ("kptik-medan", "kptik-semarang", "kptik-surabaya", "kptik-denpasar", "kptik-makassar")
LOOPBACK = ("127.", "::1", "localhost")


def _only_loopback(event: str, args: tuple[Any, ...]) -> None:
    """An audit hook: it sees every connection of this process, whichever library makes it."""
    if event not in {"socket.connect", "socket.sendto"}:
        return
    address = args[1]
    if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
        raise PermissionError(f"the tests stay on this machine: {event} {address[0]}")


sys.addaudithook(_only_loopback)


def _fail_where_skipped(report: Any) -> None:
    if CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped under CI: {report.longrepr}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    report = yield
    _fail_where_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Iterator[None]:
    report = yield
    _fail_where_skipped(report)
    return report


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first: journeys mostly wait for their processes, and at the end nobody would fill that time."""
    rooms = ("journeys", "demo", "house")
    items.sort(key=lambda item: next((i for i, room in enumerate(rooms) if room in item.path.parts), len(rooms)))


class StandingClock:
    """A clock that moves only when told to; give it wherever a `now` function is wanted."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def move(self, **by: float) -> datetime:
        """Move on, for example `move(days=7)`."""
        self.at += timedelta(**by)
        return self.at


@pytest.fixture
def now() -> StandingClock:
    """Monday 23 November 2026, 08:00 in Jakarta and Medan: a working day opens."""
    return StandingClock(datetime(2026, 11, 23, 1, 0, tzinfo=UTC))


@pytest.fixture(scope="session", autouse=True)
def slow_hasher() -> Iterator[Any]:
    """The product's own hashing of passwords, 0.3 s of processor time each; within the tests a quick one stands in."""
    from argon2 import PasswordHasher

    from helpdesk.usecases import people

    own = people._hasher
    people._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield own
    people._hasher = own


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres_servers.Postgres]:
    with postgres_servers.running() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> str:
    """Which database a test runs on; every test that takes it runs on both."""
    return str(request.param)


@pytest.fixture
def empty_database_url(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table."""
    if database == "sqlite":
        yield f"sqlite:///{tmp_path / 'helpdesk.sqlite3'}"
        return
    server = request.getfixturevalue("postgres_server")
    name = server.create()
    yield server.url(name)
    server.drop(name)


def _upgraded(url: str, data: Path) -> None:
    """Bring a database to the newest revision, through the product's own migrations."""
    from helpdesk.store.db import bare_app, db
    from helpdesk.store.schema import upgrade_database

    app = bare_app(_settings(url, data))
    upgrade_database(app)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A migrated SQLite database, as bytes."""
    import sqlite3

    folder = tmp_path_factory.mktemp("template")
    path = folder / "template.sqlite3"
    _upgraded(f"sqlite:///{path}", folder)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path.read_bytes()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: postgres_servers.Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a migrated PostgreSQL database that nobody is connected to."""
    name = postgres_server.create()
    _upgraded(postgres_server.url(name), tmp_path_factory.mktemp("template"))
    return name


@pytest.fixture(scope="session")
def postgres_database(postgres_server: postgres_servers.Postgres, postgres_template: str) -> str:
    """The name of the migrated database that one test after the other uses."""
    return postgres_server.create(postgres_template)


@pytest.fixture(scope="session")
def apps() -> dict[str, Any]:
    """Applications by the URL of their database: what one test compiled the next need not."""
    return {}


@pytest.fixture(scope="session")
def sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the SQLite database of one test after the other lies."""
    return tmp_path_factory.mktemp("sqlite") / "helpdesk.sqlite3"


@pytest.fixture
def database_url(database: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a fresh, migrated database; on SQLite and on PostgreSQL. The same URL for each test."""
    if database == "sqlite":
        path = request.getfixturevalue("sqlite_file")
        for old in path.parent.iterdir():
            old.unlink()
        path.write_bytes(request.getfixturevalue("sqlite_template"))
        yield f"sqlite:///{path}"
        return
    server, name = request.getfixturevalue("postgres_server"), request.getfixturevalue("postgres_database")
    server.empty(name)
    yield server.url(name)


def _settings(url: str, data: Path) -> Settings:
    return Settings(
        data=data,
        database_url=url,
        catalog=None,
        secret_key="only-for-the-tests-0123456789",
        base_url="http://127.0.0.1:8000",
        testing=True,
    )


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings with a fresh, migrated database and no channel."""
    return _settings(database_url, tmp_path)


@pytest.fixture
def mail_server(tmp_path: Path) -> Iterator[mail.MailServer]:
    """The embedded mail server with the five desks and two requesters, all at helpdesk.test."""
    accounts = {name: f"{name}@{mail.DOMAIN}" for name in (*DESKS, "pemohon", "pemohon2")}
    with mail.running(tmp_path / "mail", accounts) as server:
        yield server


@pytest.fixture
def dovecot() -> Iterator[dovecot_server.Dovecot]:
    """Dovecot with the same accounts. Mark the test `dovecot`."""
    if reason := dovecot_server.missing():
        pytest.skip(reason)
    with dovecot_server.running((*DESKS, "pemohon", "pemohon2")) as server:
        yield server


@pytest.fixture
def exim(dovecot: dovecot_server.Dovecot) -> Iterator[exim_server.Exim]:
    """Exim in front of `dovecot`. Mark the test `dovecot` and `exim`."""
    if reason := exim_server.missing():
        pytest.skip(reason)
    with exim_server.running((*DESKS, "pemohon", "pemohon2"), dovecot.lmtp) as server:
        yield server


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A Chromium that reaches only loopback. Mark the test `browser`.

    For one module: while it runs, nothing else in this process can run an event loop.
    """
    playwright = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed: make test-servers")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=str(CHROMIUM), args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any) -> Iterator[Any]:
    """A page in a fresh browser context, in Indonesian, 1366 x 768."""
    context = chromium.new_context(locale="id-ID", viewport={"width": 1366, "height": 768})
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()
