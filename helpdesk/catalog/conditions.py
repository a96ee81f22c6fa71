"""The conditions under which a document is needed: a comparison of whole numbers such as ">=4", or one choice."""

import operator
import re
from collections.abc import Callable
from typing import Any, NamedTuple

_COMPARISON = re.compile(r"(>=|<=|>|<|=)\s*(\d{1,6})", re.ASCII)
_OPERATORS: dict[str, Callable[[int, int], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}


class Comparison(NamedTuple):
    """A sign (>=, <=, >, < or =) and the whole number that an answer is compared with."""

    sign: str
    number: int

    def holds(self, answer: int) -> bool:
        """True when the answer compares so."""
        return _OPERATORS[self.sign](answer, self.number)


def comparison(condition: str) -> Comparison | None:
    """The comparison that a condition states; None for one that names a choice."""
    found = _COMPARISON.fullmatch(condition)
    return Comparison(found[1], int(found[2])) if found else None


def holds(condition: str, answer: Any) -> bool:
    """True when an answer, a whole number or a choice as stored, fulfils the condition."""
    compared = comparison(condition)
    return compared.holds(int(answer)) if compared else str(answer) == condition
