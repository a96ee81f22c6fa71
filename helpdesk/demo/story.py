"""How the demo's tickets are told: who asks what and how long ago, and what happened then, in working time."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from helpdesk.demo.installation import DOMAIN, REQUESTERS
from helpdesk.demo.people import Someone
from helpdesk.tickets.words import Action, Channel

WORKING_DAY = 480
_SPAN = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?")


def minutes(span: str) -> int:
    """Working minutes of `2d3h10m`; a working day has eight hours. ValueError for anything else."""
    found = _SPAN.fullmatch(span)
    if found is None or not span:
        raise ValueError(f"not a span: {span!r}")
    days, hours, rest = (int(part or 0) for part in found.groups())
    return days * WORKING_DAY + hours * 60 + rest


def sample(name: str) -> Someone:
    """A sample requester, who has a mailbox of that name in the demo."""
    return Someone(REQUESTERS[name], f"{name}@{DOMAIN}")


ANSWERS = "answers"
"""The requester writes a mail: fields text, and perhaps file, machine (an automatic answer)."""
CONFIRMS, REOPENS, WITHDRAWS = "confirms", "reopens", "withdraws"
"""What the requester does by a button; fields as those of the action."""
RETURNS = "returns"
"""The last message to the requester comes back from their mail server."""


@dataclass(frozen=True, slots=True)
class Step:
    """What happened so many working minutes after the receipt. `who`: a staff user's name, "" for the requester.

    `what`: an action's name or one of the words above.
    """

    after: int
    who: str
    what: str
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One ticket: received `age` working minutes ago (`evening`: on the evening of that day), then its steps.

    `event_in`: the event's date, so many calendar days after it. `file` is the name of an attachment, `copy` an
    address in copy, `earlier` the reason for an earlier time of receipt than that of the recording.
    """

    desk: str
    channel: str
    who: Someone
    age: int
    subject: str
    text: str
    steps: tuple[Step, ...] = ()
    item: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    event_in: int | None = None
    copy: str = ""
    file: str = ""
    html: bool = False
    evening: bool = False
    earlier: str = ""


def mail(desk: str, who: Someone, age: str, subject: str, text: str, *steps: tuple[Step, ...], **more: Any) -> Story:
    """A ticket that came by e-mail."""
    told = tuple(step for part in steps for step in part)
    return Story(
        desk=desk, channel=Channel.EMAIL, who=who, age=minutes(age), subject=subject, text=text, steps=told, **more
    )


def form(
    desk: str, who: Someone, age: str, item: str, subject: str, text: str, *steps: tuple[Step, ...], **more: Any
) -> Story:
    """A ticket that came by the portal's form."""
    told = tuple(step for part in steps for step in part)
    return Story(
        desk=desk, channel=Channel.PORTAL, who=who, age=minutes(age), item=item, subject=subject, text=text,
        steps=told, **more,
    )  # fmt: skip


def recorded(
    desk: str, channel: Channel, who: Someone, age: str, subject: str, text: str, *steps: tuple[Step, ...], **more: Any
) -> Story:
    """A ticket that Layer 1 recorded for somebody on the telephone or at the counter, or for a nota dinas."""
    told = tuple(step for part in steps for step in part)
    return Story(desk=desk, channel=channel, who=who, age=minutes(age), subject=subject, text=text, steps=told, **more)


def does(after: str, who: str, what: str, **fields: Any) -> tuple[Step, ...]:
    """One step."""
    return (Step(minutes(after), who, what, fields),)


def triaged(after: str, who: str, item: str, group: str = "", **attributes: Any) -> tuple[Step, ...]:
    """Layer 1 takes the ticket, chooses the item, notes what it knows, and hands it to the group of the field."""
    at = minutes(after)
    steps = [Step(at, who, Action.TAKE), Step(at + 2, who, Action.CLASSIFY, {"item": item})]
    if attributes:
        steps.append(Step(at + 3, who, Action.SET, {"attributes": attributes}))
    if group:
        steps.append(Step(at + 4, who, Action.ESCALATE, {"group": group}))
    return tuple(steps)


def worked(after: str, who: str, until: str, note: str, label: str) -> tuple[Step, ...]:
    """A technician takes the ticket, and has done it at `until`."""
    fulfilled = Step(minutes(until), who, Action.FULFIL, {"note": note, "label": label})
    return (Step(minutes(after), who, Action.TAKE), fulfilled)


def told(after: str, who: str = "rina") -> tuple[Step, ...]:
    """Layer 1 confirms the fulfilment and the requester is told."""
    return (Step(minutes(after), who, Action.CONFIRM_FULFILMENT),)


def rated(after: str, rating: int, comment: str = "") -> tuple[Step, ...]:
    """The requester confirms."""
    return (Step(minutes(after), "", CONFIRMS, {"rating": rating, "comment": comment}),)


def answered(after: str, text: str, **more: Any) -> tuple[Step, ...]:
    """The requester answers by mail."""
    return (Step(minutes(after), "", ANSWERS, {"text": text, **more}),)
