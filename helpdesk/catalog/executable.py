"""What a catalogue may say and the desk cannot execute yet; the only place that knows."""

from helpdesk.sla.norms import Target

REQUESTER_DEADLINE = "requester's deadline"
"""The clocks count it; the sweep neither reminds nor lets a ticket lapse yet."""


def cannot_run(target: Target) -> tuple[str, ...]:
    """What of `target` the desk cannot execute yet; empty when it can execute all of it."""
    return (REQUESTER_DEADLINE,) if target.requester_deadline else ()
