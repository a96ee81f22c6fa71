"""When a message is tried again, and until when: 1, 5, 15, 60 minutes, then hourly, for 72 hours."""

from datetime import timedelta
from hashlib import sha256

RETRY_MINUTES = (1, 5, 15, 60)
JITTER = 0.1
"""By at most this part a wait is longer, so that what failed together is not tried together for ever."""
SERVER_DOWN = timedelta(seconds=5)
GIVE_UP_AFTER = timedelta(hours=72)
OVERDUE = GIVE_UP_AFTER + timedelta(hours=2)
"""Who has not come to a last try by then, because the destination rests, is given up without one."""
TELL_AFTER = timedelta(hours=1)
"""An agent's message that has not gone out by then is told of on its ticket."""


def wait_after(attempts: int, message_id: str) -> timedelta:
    """How long a message waits after that many tries; the same message and try always wait equally long."""
    minutes = RETRY_MINUTES[min(max(attempts, 1), len(RETRY_MINUTES)) - 1]
    spread = int.from_bytes(sha256(f"{message_id} {attempts}".encode()).digest()[:4], "big") / 2**32
    return timedelta(minutes=minutes * (1 + JITTER * spread))
