"""Named places at which a test makes the product fail: killed, without its database, with a full disk, or slow.

Off unless `HELPDESK_TESTING=1` and `HELPDESK_FAILPOINTS` say otherwise, or a test arms them. A production process pays
one look into an empty dictionary a place.
"""

import errno
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

NAMES = (
    "intake.before_fetch",
    "intake.after_fetch_before_commit",
    "intake.after_commit_before_flag",
    "intake.after_flag",
    "intake.before_parse",
    "intake.after_parse_before_ticket",
    "intake.after_ticket_before_state",
    "intake.blob_half_written",
    "intake.blob_written_before_row",
    "outbox.after_enqueue",
    "outbox.after_claim",
    "outbox.after_connect",
    "outbox.after_data_before_250",
    "outbox.after_250_before_commit",
    "scheduler.after_due_select",
    "scheduler.after_claim",
    "scheduler.after_effect_before_commit",
    "telegram.after_commit_before_offset",
    "webhook.after_verify_before_commit",
    "webhook.after_commit_before_200",
    "web.after_commit_before_response",
    "web.merge_mid",
    "admin.catalog_loaded_before_swap",
    "admin.oauth_after_refresh_before_store",
)
"""Every place there is. At each of them tests kill the process and take the database away, and they fill the disk at
all but `telegram`, `webhook` and the last one, where nothing but the database writes: for `intake`, `outbox` and
`scheduler` in `tests/journeys/test_fail_points.py`, which names the tests of the others. Four of the worker's are gone
through on PostgreSQL too, everything else on SQLite.

There is none for a server that takes some recipients of one message and refuses others: a message to several people is
several rows of the outbox, each sent in a transaction of SMTP with one recipient, and refused alone.
"""


@dataclass(slots=True)
class _Armed:
    """What happens at a place, at its `left`-th visit from now on and at no other."""

    what: str
    seconds: float
    left: int


_armed: dict[str, _Armed] = {}
_database_error: Callable[[str], Exception] = ConnectionError


def database_fails_with(error: Callable[[str], Exception]) -> None:
    """What `database` raises, made from the name of the place; said by the room of the database, above this one."""
    global _database_error  # noqa: PLW0603
    _database_error = error


def failpoint(name: str) -> None:
    """Fail here if a test wants it: may not return, or raise what a database that is away or a full disk raises."""
    if _armed and (armed := _armed.get(name)) is not None:
        armed.left -= 1
        if armed.left == 0:
            _fail(name, armed)


def _fail(name: str, armed: _Armed) -> None:
    if armed.what == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if armed.what == "database":
        raise _database_error(name)
    if armed.what == "disk":
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)
    time.sleep(armed.seconds)


def arm(orders: str) -> None:
    """Arm by orders such as `outbox.after_claim:kill@2,intake.after_flag:sleep:0.5`; the text replaces earlier ones.

    An order is `name:kill|database|disk|sleep:seconds`, with `@k` at the k-th visit (default: the first). Raises
    ValueError for an unknown name or order.
    """
    armed = {}
    for order in filter(None, orders.split(",")):
        spec, _, visit = order.partition("@")
        name, _, rest = spec.partition(":")
        what, _, seconds = rest.partition(":")
        if name not in NAMES or what not in {"kill", "database", "disk", "sleep"}:
            raise ValueError(f"unknown fail point: {order}")
        armed[name] = _Armed(what, float(seconds or 0), int(visit or 1))
    _armed.clear()
    _armed.update(armed)


def arm_from(env: Mapping[str, str]) -> None:
    """Arm what the environment orders; nothing outside of tests. Raises ValueError."""
    if env.get("HELPDESK_TESTING") == "1":
        arm(env.get("HELPDESK_FAILPOINTS", ""))


arm_from(os.environ)
