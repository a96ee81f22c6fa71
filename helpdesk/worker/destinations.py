"""Which destinations rest: a domain that takes nothing must not keep the sender from all the others."""

from collections.abc import Callable
from dataclasses import dataclass

TROUBLES_IN_A_ROW = 3
"""So many messages in a row that a destination did not take make it rest."""
SLOW_SECONDS = 20.0
"""A destination that failed and took so long about it rests at once."""
RESTS = (60.0, 300.0, 900.0, 3600.0)
"""Seconds of rest, longer each time; then one message is tried."""
MOST_RESTING = 100
MOST_KNOWN = 5_000


@dataclass(slots=True)
class _Trouble:
    in_a_row: int = 0
    rests: int = 0
    until: float = 0.0


def domain_of(recipient: str) -> str:
    """What stands behind the `@` of an address, in lower case."""
    return recipient.rpartition("@")[2].lower()


class Destinations:
    """The domains to which a desk's mail does not get through just now, as one sender knows it. For one thread."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._troubles: dict[tuple[str, str], _Trouble] = {}

    def resting(self) -> list[tuple[str, str]]:
        """(desk, domain) of those that are left alone now; at most a hundred, the longest resting ones."""
        now = self._now()
        found = [(trouble.until, key) for key, trouble in self._troubles.items() if trouble.until > now]
        return [key for _until, key in sorted(found, reverse=True)[:MOST_RESTING]]

    def is_well(self, desk: str, recipient: str) -> None:
        """The server took a message for it, or refused it for good: it answers."""
        self._troubles.pop((desk, domain_of(recipient)), None)

    def is_in_trouble(self, desk: str, recipient: str, seconds: float) -> None:
        """A message for it failed for now, after so many seconds."""
        if len(self._troubles) >= MOST_KNOWN:
            self._troubles = {key: self._troubles[key] for key in self.resting()}
        trouble = self._troubles.setdefault((desk, domain_of(recipient)), _Trouble())
        trouble.in_a_row += TROUBLES_IN_A_ROW if seconds >= SLOW_SECONDS else 1
        if trouble.in_a_row >= TROUBLES_IN_A_ROW:
            trouble.until = self._now() + RESTS[min(trouble.rests, len(RESTS) - 1)]
            trouble.rests += 1
