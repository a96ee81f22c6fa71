"""Quantities that a norm goes by, and the spans that they take."""

from dataclasses import replace
from math import ceil
from re import fullmatch

from helpdesk.sla.norms import ByQuantity, Span


class NotAQuantity(ValueError):
    """A quantity that is 0, negative or not a whole number."""


def quantity(value: object) -> int:
    """The whole number from 1 on that an attribute holds. Raises NotAQuantity."""
    text = str(value).strip()
    if not fullmatch(r"[0-9]{1,9}", text) or int(text) == 0:
        raise NotAQuantity(f"not a whole number from 1 on: {text[:20]!r}")
    return int(text)


def span_for(norm: ByQuantity, count: int) -> Span | None:
    """The span for `count` units; None beyond the last step where no formula goes on: as agreed."""
    for step in norm.steps:
        if count <= step.upto:
            return step.span
    last = norm.steps[-1]
    if norm.each is None or norm.add is None:
        return None
    further = ceil((count - last.upto) / norm.each)
    return replace(last.span, amount=last.span.amount + further * norm.add.amount)
