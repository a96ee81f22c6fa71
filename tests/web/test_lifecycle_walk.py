"""Status x action x role x own or other desk, through the JSON interface and through the forms of the pages.

What must come out is told by this file alone: the tables of behaviour section 3, written down a second time.
"""

from contextlib import closing
from typing import Any

import pytest

from helpdesk.store.db import db
from helpdesk.tickets.words import Action, Status
from helpdesk.usecases.handling import ACTIONS
from tests.web.conftest import RESET, SEMARANG, World

GROUP = "rft-tik"
WORKING = {"new", "in_progress"}
OPEN = {*WORKING, "on_hold", "fulfilled"}
EVERY = {s.value for s in Status}
FROM: dict[str, set[str]] = {
    "take": WORKING,
    "classify": WORKING,
    "assign": WORKING,
    "set": {*WORKING, "on_hold"},
    "escalate": WORKING,
    "hand-back": WORKING,
    "reply": EVERY - {"cancelled"},
    "note": EVERY,
    "hold": {"in_progress"},
    "resume": {"on_hold"},
    "extend": set(),  # the item of this walk allows no extension
    "fulfil": {"in_progress"},
    "confirm-fulfilment": {"fulfilled"},
    "send-back": {"fulfilled"},
    "confirm": {"resolved"},
    "close": set(),
    "reopen": {"resolved", "closed"},
    "cancel": OPEN,
    "merge": OPEN,
    "split": OPEN,
    "link": OPEN,
}
AGENTS, GROUPS = {"rina", "sari", "admin"}, {"tono"}
HERE = {"rina", "tono", "budi", "sari", "pusat", "admin"}
WHO: dict[str, set[str]] = {
    **dict.fromkeys(("reply", "note", "hold", "resume", "cancel", "merge", "split", "link"), HERE),
    **dict.fromkeys(("classify", "assign", "confirm-fulfilment", "send-back", "confirm", "reopen"), AGENTS),
    **dict.fromkeys(("take", "set", "escalate", "hand-back", "fulfil"), AGENTS | GROUPS),
    "extend": {"sari", "admin"},
    "close": set(),
}
EVERYBODY = ("rina", "tono", "budi", "sari", "joko", "dewi", "pusat", "admin")


def test_the_walk_knows_every_action() -> None:
    assert set(FROM) == set(WHO) == {a.value for a in ACTIONS} == {a.value for a in Action} - {"open"}


def fields(action: str, other: str, message: int) -> dict[str, Any]:
    return {
        "classify": {"priority": 2},
        "assign": {"assignee": "rina"},
        "set": {"agreed_due_at": "2026-12-30T10:00:00+07:00"},
        "escalate": {"group": GROUP},
        "hand-back": {"group": GROUP, "reason": "x"},
        "reply": {"text": "x"},
        "note": {"text": "x"},
        "hold": {"reason": "requester"},
        "extend": {"reason": "x", "due_at": "2026-12-30T10:00:00+07:00"},
        "fulfil": {"note": "x", "label": "y"},
        "send-back": {"reason": "x"},
        "reopen": {"reason": "x"},
        "cancel": {"reason": "spam"},
        "merge": {"number": other},
        "link": {"number": other},
        "split": {"entries": [message]},
    }.get(action, {})


def expected(name: str, action: str, status: str) -> int:
    """The answer that behaviour sections 3 and 7 promise. A new ticket is still with Layer 1, not with the group."""
    if name not in HERE:
        return 404
    here = WHO[action] - (GROUPS if status == "new" and WHO[action] == AGENTS | GROUPS else set())
    if name not in here:
        return 403
    return 200 if status in FROM[action] else 409


def fingerprint(world: World, number: str) -> tuple[Any, ...]:
    """What any action changes: the row, its conversation, its history."""
    with closing(world.sqlite()) as database:
        ticket = database.execute("SELECT id, version, status FROM ticket WHERE number = ?", [number]).fetchone()
        counted = "SELECT count(*) FROM {} WHERE ticket_id = ?"
        counts = [database.execute(counted.format(table), ticket[:1]) for table in ("entry", "event")]
        return *ticket, *(count.fetchone() for count in counts)


class Walk:
    """One ticket in one status, acted on and put back by copying the database."""

    def __init__(self, world: World, status: str) -> None:
        self.world, self.status = world, status
        self.number = world.ticket(Status(status), group="layer-1" if status == "new" else GROUP, item=RESET)
        self.other = world.ticket()
        self.message = world.api("rina").get(f"/tickets/{self.number}").json["entries"][0]["id"]
        self._path = world.context.settings.data / "helpdesk.sqlite3"
        self._kept = self._snapshot()

    def _snapshot(self) -> bytes:
        with closing(self.world.sqlite()) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return self._path.read_bytes()

    def restore(self) -> None:
        """Put the database back as it was."""
        with self.world.app.app_context():
            db.engine.dispose()
        for suffix in ("-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        self._path.write_bytes(self._kept)


@pytest.mark.parametrize("status", sorted(EVERY))
def test_the_interface_does_what_the_lifecycle_says(world: World, status: str) -> None:
    walk, wrong = Walk(world, status), []
    for name in EVERYBODY:
        for action in FROM:
            before = fingerprint(world, walk.number)
            answer = world.api(name).act(walk.number, action, fields(action, walk.other, walk.message))
            after, wanted = fingerprint(world, walk.number), expected(name, action, status)
            if answer.status_code != wanted or (before != after) != (wanted == 200):
                wrong.append((name, action, answer.status_code, wanted))
            if before != after:
                walk.restore()
    assert wrong == []


def as_form(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value[:16] if name.endswith("_at") else value for name, value in given.items()}


@pytest.mark.parametrize("status", sorted(EVERY))
def test_the_pages_do_what_the_lifecycle_says(world: World, status: str) -> None:
    browsers = {name: world.entered(name) for name in EVERYBODY}
    tokens = {name: world.form_token(browser) for name, browser in browsers.items()}
    walk, wrong = Walk(world, status), []
    for name, browser in browsers.items():
        for action in FROM:
            before = fingerprint(world, walk.number)
            data = {**as_form(fields(action, walk.other, walk.message)), "csrf_token": tokens[name]}
            answer = browser.post(f"/tickets/{walk.number}/actions/{action}", data=data)
            after, wanted = fingerprint(world, walk.number), expected(name, action, status)
            shown = 303 if wanted == 200 else wanted
            if answer.status_code != shown or (before != after) != (wanted == 200):
                wrong.append((name, action, answer.status_code, shown))
            if before != after:
                walk.restore()
    assert wrong == []


def test_a_document_that_is_due_with_the_request_opens_no_way_back_into_set(world: World) -> None:
    for status in ("fulfilled", "resolved", "closed", "cancelled"):
        number = world.ticket(Status(status), group=GROUP, item="itsm.9/software-supply")
        for name in EVERYBODY:
            answer = world.api(name).act(number, "set", {"documents": {"serial-numbers": True}})
            wanted = expected(name, "set", status)
            assert answer.status_code == wanted, (status, name)


def test_a_ticket_of_another_desk_is_unknown_to_every_action(world: World) -> None:
    number = world.ticket(desk=SEMARANG)
    for name in ("rina", "tono", "budi", "sari"):
        for action in FROM:
            assert world.api(name).act(number, action, {}).status_code == 404
    assert [e["action"] for e in world.api("joko").get(f"/tickets/{number}").json["events"]] == ["open"]
