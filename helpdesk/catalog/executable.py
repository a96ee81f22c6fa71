"""What a catalogue may say and the clocks cannot execute yet; the only place that knows."""

from collections.abc import Iterator

from helpdesk.catalog.item_rules import parts_of
from helpdesk.sla.norms import CalendarAnchored, Stages, StartKind, Target

NOT_EXECUTED = frozenset(
    {
        "stages repeated by an attribute",
        "calendar-anchored norm",
        "extension",
        "requester's deadline",
        "start at disposition",
        "start at a named event",
    }
)
"""Names of kinds, as `kinds_of` gives them. Remove one when the clocks execute it."""


def kinds_of(target: Target) -> Iterator[str]:
    """The names of the kinds of behaviour that need more than a norm read off a table."""
    for norm, _ in parts_of(target.norm):
        if isinstance(norm, Stages):
            repeated = any(isinstance(stage.repeat, str) for stage in norm.stages)
            yield "stages repeated by an attribute" if repeated else "stages"
        if isinstance(norm, CalendarAnchored):
            yield "calendar-anchored norm"
    if target.extension:
        yield "extension"
    if target.requester_deadline:
        yield "requester's deadline"
    if target.start.kind is StartKind.DISPOSITION:
        yield "start at disposition"
    if target.start.kind is StartKind.EVENT:
        yield "start at a named event"


def cannot_run(target: Target) -> tuple[str, ...]:
    """What of `target` the clocks cannot execute yet, without repetition; empty when they can execute all of it."""
    return tuple(dict.fromkeys(kind for kind in kinds_of(target) if kind in NOT_EXECUTED))
