"""The real application on a fresh database, with staff of every role, for the tests of what HTTP shows."""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from jinja2.bccache import Bucket, BytecodeCache

from helpdesk.app import create_app
from helpdesk.config import Settings
from helpdesk.store.db import db, unit_of_work
from helpdesk.store.models import Ticket
from helpdesk.tickets.permission import Staff
from helpdesk.tickets.words import Role, Status
from helpdesk.usecases.context import Context
from helpdesk.usecases.people import add_token, add_user, staff_by_token
from helpdesk.usecases.recording import create_ticket
from helpdesk.web import session as sessions
from tests.servers.postgres import Postgres

MEDAN, SEMARANG = "kptik-medan", "kptik-semarang"
RESET = "itsm.8/reset-password"
PASSWORD = "rahasia-sekali"
START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
PEOPLE: dict[str, tuple[list[Role], list[str], list[str]]] = {
    "rina": ([Role.AGENT], [MEDAN], []),
    "tono": ([Role.TECHNICIAN], [MEDAN], ["rft-tik"]),
    "budi": ([Role.TECHNICIAN], [MEDAN], ["rft-bmn"]),
    "sari": ([Role.SUPERVISOR], [MEDAN], []),
    "joko": ([Role.AGENT], [SEMARANG], []),
    "dewi": ([Role.TECHNICIAN], [SEMARANG], ["rft-tik"]),
    "pusat": ([Role.TECHNICIAN], [], ["pusintek"]),
    "admin": ([Role.ADMINISTRATOR], [], []),
}
"""Who works where: name -> roles, desks, groups."""


class _Compiled(BytecodeCache):
    """Templates compiled by one application of this process serve the next ones, too."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._code.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


COMPILED = _Compiled()


def application(settings: Settings) -> Flask:
    """The application, as `create_app` makes it, with templates that need no second compilation."""
    app = create_app(settings)
    app.jinja_env.bytecode_cache = COMPILED
    return app


class World:
    """One application, its people and a clock that the test moves."""

    def __init__(self, app: Flask, tokens: dict[str, str], clock: Path) -> None:
        self.app, self.tokens, self._clock = app, tokens, clock
        self.now = START
        self.move()

    def move(self, **by: float) -> None:
        """Move the standing clock of the application."""
        self.now += timedelta(**by)
        self._clock.write_text(self.now.isoformat())

    @property
    def context(self) -> Context:
        """The context of a use case now."""
        of = self.app.extensions["helpdesk"]
        return Context(of.catalog, of.settings, self.now)

    def browser(self) -> FlaskClient:
        """A browser without cookies."""
        return self.app.test_client()

    def signed_in(self, name: str) -> FlaskClient:
        """A browser in which `name` has signed in, by the form."""
        browser = self.browser()
        answer = browser.post("/login", data={"name": name, "password": PASSWORD, "csrf_token": form_token(browser)})
        assert answer.status_code == 303, answer.text
        return browser

    def entered(self, name: str) -> FlaskClient:
        """A browser with a session of `name`, without the slow hashing of a sign-in."""
        return self._with_session(user_id=self.staff(name).id)

    def proved(self, address: str) -> FlaskClient:
        """A browser that has proved an address."""
        return self._with_session(address=address)

    def _with_session(self, **given: Any) -> FlaskClient:
        with self.app.test_request_context(method="POST"), unit_of_work() as database:
            sessions.begin(database, self.now, **given)
            token = sessions.current().sent_token
        browser = self.browser()
        browser.set_cookie("helpdesk", str(token))
        return browser

    def form_token(self, browser: FlaskClient) -> str:
        """The form token of a signed-in browser, as its pages show it."""
        cookie = browser.get_cookie("helpdesk")
        assert cookie is not None
        with self.app.test_request_context(headers={"Cookie": f"helpdesk={cookie.value}"}):
            sessions.current().load()
            return str(generate_csrf())

    def api(self, name: str) -> "Interface":
        """The JSON interface with the token of `name`."""
        return Interface(self.app.test_client(use_cookies=False), self.tokens[name])

    def staff(self, name: str) -> Staff:
        """The person as the rules see them."""
        with self.app.app_context():
            found = staff_by_token(db.session(), self.tokens[name])
        assert found is not None
        return found

    def ticket(self, status: Status = Status.NEW, group: str = "layer-1", desk: str = MEDAN, **given: Any) -> str:
        """A recorded ticket, put into the wanted status by the front door; its number."""
        agent = "rina" if desk == MEDAN else "joko"
        with self.app.app_context(), unit_of_work() as session:
            fields = {"desk": desk, "channel": "phone", "subject": "Lupa kata sandi", "text": "Mohon bantuan", **given}
            fields.setdefault("requester", {"name": "Wati", "email": "wati@example.id"})
            number = create_ticket(session, self.context, self.staff(agent), fields).number
        api = self.api(agent)
        if group != "layer-1":
            api.ok(number, "escalate", {"group": group})
        for action, fields in self._path(status):
            api.ok(number, action, fields)
        return number

    @staticmethod
    def _path(status: Status) -> list[tuple[str, dict[str, Any]]]:
        take, done = ("take", {}), ("fulfil", {"note": "Sudah", "label": "reset"})
        told = ("confirm-fulfilment", {})
        return {
            Status.NEW: [],
            Status.IN_PROGRESS: [take],
            Status.ON_HOLD: [take, ("hold", {"reason": "requester"})],
            Status.FULFILLED: [take, done],
            Status.RESOLVED: [take, done, told],
            Status.CLOSED: [take, done, told, ("confirm", {})],
            Status.CANCELLED: [("cancel", {"reason": "spam"})],
        }[status]

    def row(self, number: str) -> Ticket:
        """The row of a ticket, with its conversation."""
        with self.app.app_context():
            ticket = db.session.query(Ticket).filter_by(number=number).one()
            assert ticket.entries is not None and ticket.events is not None
            return ticket

    def sqlite(self) -> sqlite3.Connection:
        """The database itself (SQLite)."""
        return sqlite3.connect(self.context.settings.data / "helpdesk.sqlite3")

    def dump(self) -> str:
        """The whole database as text (SQLite)."""
        with closing(self.sqlite()) as connection:
            return "\n".join(connection.iterdump())


class Interface:
    """A caller of the JSON interface."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self._client, self._token = client, token

    def get(self, path: str, **given: Any) -> Any:
        """GET below /api/v1."""
        return self._client.get(f"/api/v1{path}", headers=self._headers(given), **given)

    def post(self, path: str, body: Any = None, **given: Any) -> Any:
        """POST a JSON body below /api/v1."""
        return self._client.post(f"/api/v1{path}", json=body, headers=self._headers(given), **given)

    def act(self, number: str, action: str, body: Any = None, **given: Any) -> Any:
        """Do an action on a ticket."""
        return self.post(f"/tickets/{number}/actions/{action}", {} if body is None else body, **given)

    def ok(self, number: str, action: str, body: Any = None) -> dict[str, Any]:
        """Do an action that must succeed; the ticket."""
        answer = self.act(number, action, body)
        assert answer.status_code == 200, (action, answer.json)
        return answer.json

    def _headers(self, given: dict[str, Any]) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}", **given.pop("headers", {})}


def form_token(browser: FlaskClient, path: str = "/login") -> str:
    """The form token on a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(path).text)
    assert found, f"no form on {path}"
    return found.group(1)


def _people(app: Flask) -> dict[str, str]:
    catalog = app.extensions["helpdesk"].catalog
    with app.app_context(), unit_of_work() as session:
        for name, (roles, desks, groups) in PEOPLE.items():
            add_user(session, catalog, START, name=name, password=PASSWORD, roles=roles, desks=desks, groups=groups)
        return {name: add_token(session, START, name) for name in PEOPLE}


def _ticking(settings: Settings, clock: Path) -> Settings:
    clock.write_text(START.isoformat())
    return replace(settings, test_now_file=clock)


def _closed(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def populated(sqlite_template: bytes, tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, dict[str, str]]:
    """A database with the people in it, made once: hashing their passwords takes a second."""
    folder = tmp_path_factory.mktemp("people")
    path = folder / "people.sqlite3"
    path.write_bytes(sqlite_template)
    app = application(_ticking(_settings(f"sqlite:///{path}", folder), folder / "now"))
    tokens = _people(app)
    _closed(app)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path.read_bytes(), tokens


def _settings(url: str, data: Path) -> Settings:
    return Settings(
        data=data,
        database_url=url,
        catalog=None,
        secret_key="only-for-the-tests-0123456789",
        base_url="http://127.0.0.1:8000",
        testing=True,
    )


@pytest.fixture(scope="session")
def site_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site; emptied before each test."""
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="session")
def applications() -> dict[str, Flask]:
    """Applications by their database, used by one test after the other: what they compiled once they keep."""
    return {}


def _emptied(site_folder: Path) -> None:
    for inside in site_folder.iterdir():
        if inside.is_dir():
            shutil.rmtree(inside)
        else:
            inside.unlink()


@pytest.fixture
def site(populated: tuple[bytes, dict[str, str]], site_folder: Path) -> Settings:
    """Settings of a site with people (SQLite)."""
    _emptied(site_folder)
    path = site_folder / "helpdesk.sqlite3"
    path.write_bytes(populated[0])
    return _ticking(_settings(f"sqlite:///{path}", site_folder), site_folder / "now")


@pytest.fixture
def world(site: Settings, populated: tuple[bytes, dict[str, str]], applications: dict[str, Flask]) -> Iterator[World]:
    """The application with its people (SQLite)."""
    app = applications.get("sqlite") or applications.setdefault("sqlite", application(site))
    yield World(app, populated[1], site.data / "now")
    _closed(app)


@pytest.fixture(scope="session")
def populated_postgres(
    postgres_server: Postgres, postgres_template: str, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, dict[str, str]]:
    """The name of a PostgreSQL database with the people in it, and their tokens."""
    name, folder = postgres_server.create(postgres_template), tmp_path_factory.mktemp("people")
    app = application(_ticking(_settings(postgres_server.url(name), folder), folder / "now"))
    tokens = _people(app)
    _closed(app)
    return name, tokens


@pytest.fixture
def both(
    database: str, request: pytest.FixtureRequest, site_folder: Path, applications: dict[str, Flask]
) -> Iterator[World]:
    """The application with its people, once on SQLite and once on PostgreSQL."""
    if database == "sqlite":
        yield request.getfixturevalue("world")
        return
    server: Postgres = request.getfixturevalue("postgres_server")
    template, tokens = request.getfixturevalue("populated_postgres")
    _emptied(site_folder)
    name = server.create(template, "web")
    if "postgres" not in applications:
        applications["postgres"] = application(_ticking(_settings(server.url(name), site_folder), site_folder / "now"))
    yield World(applications["postgres"], tokens, site_folder / "now")
    _closed(applications["postgres"])
    server.drop(name)
