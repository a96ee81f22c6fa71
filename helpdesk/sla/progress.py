"""How far a procedure has come: its plan with the recorded ends of its stages, and what comes next.

The recorded ends move nothing: the deadline is the planned end if every stage ends on its due (behaviour section 4).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from helpdesk.sla.facts import Timeline
from helpdesk.sla.norms import AT_START
from helpdesk.sla.rules import StageDue


def with_ends(line: Timeline, ends: Mapping[str, datetime]) -> Timeline:
    """The timeline with the recorded ends (aware, by name) of the stages that its norm names."""
    if not ends:
        return line
    stages = (replace(s, done_at=ends.get(s.name)) if s.stage is not None else s for s in line.stages)
    return replace(line, stages=tuple(stages))


def next_stages(stages: Sequence[StageDue]) -> frozenset[str]:
    """The names of the stages that have not ended and wait for none that has not; several may run side by side."""
    planned = [s for s in stages if s.stage is not None]
    ended = {s.name for s in planned if s.done_at is not None}
    found, before = set(), ""
    for due in planned:
        assert due.stage is not None
        awaited = due.stage.after or ((before,) if before else ())
        if due.name not in ended and all(name == AT_START or name in ended for name in awaited):
            found.add(due.name)
        before = due.name
    return frozenset(found)
