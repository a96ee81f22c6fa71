"""The named places at which an answer to a browser or a program may fail: all of a change or nothing of it."""

from collections.abc import Callable, Iterator

import pytest

from helpdesk import failpoints
from helpdesk.store.db import db
from tests.servers.killed import in_a_killed_process
from tests.web.conftest import MEDAN, World

NEW = {
    "desk": MEDAN,
    "channel": "phone",
    "subject": "Lupa kata sandi",
    "text": "Mohon bantuan",
    "requester": {"name": "Wati", "email": "wati@example.id"},
}


@pytest.fixture(autouse=True)
def nothing_stays_armed() -> Iterator[None]:
    yield
    failpoints.arm("")


def killed_in(world: World, request: Callable[[], object]) -> None:
    """The request in a process that dies by kill -9 on the way."""
    with world.app.app_context():
        db.engine.dispose()
    in_a_killed_process(request)


@pytest.mark.parametrize("how", ["kill", "database", "disk"])
def test_a_creation_whose_answer_is_lost_is_answered_when_it_is_sent_again(world: World, how: str) -> None:
    api, key = world.api("rina"), {"Idempotency-Key": "a-key-1"}

    def create() -> int:
        return int(api.post("/tickets", NEW, headers=key).status_code)

    failpoints.arm(f"web.after_commit_before_response:{how}")
    if how == "kill":
        killed_in(world, create)
        failpoints.arm("")
    else:
        assert create() >= 500
    assert create() == 201
    assert len(api.get("/tickets").json["tickets"]) == 1


@pytest.mark.parametrize("how", ["kill", "database", "disk"])
def test_a_merge_that_fails_in_the_middle_has_changed_nothing(world: World, how: str) -> None:
    first, second = world.ticket(), world.ticket()
    before, api = world.dump(), world.api("rina")
    failpoints.arm(f"web.merge_mid:{how}")
    if how == "kill":
        killed_in(world, lambda: api.act(first, "merge", {"number": second}))
        failpoints.arm("")
    else:
        assert api.act(first, "merge", {"number": second}).status_code >= 500
    assert world.dump() == before
    api.ok(first, "merge", {"number": second})
