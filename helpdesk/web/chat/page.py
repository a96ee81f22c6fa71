"""The conversation as values of its page: days, sides, times, words with their marks, what may be pressed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for
from markupsafe import Markup

from helpdesk.channels.chat.marks import marked_up
from helpdesk.channels.chat.model import Choice
from helpdesk.usecases.chat.visiting import Shown, ShownFile
from helpdesk.usecases.messages import zone_name
from helpdesk.web.portal.standard import Present
from helpdesk.web.portal.ticket import file_size
from helpdesk.web.portal.times import clock_time, day_in_words
from helpdesk.web.portal.words import _

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


@dataclass(frozen=True, slots=True)
class Paper:
    """A file in the conversation; `picture`: it is shown."""

    name: str
    size: str
    href: str
    picture: bool


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message. `side`: own, desk or auto. `day`: the heading above it, where a new day begins.

    `asks`: its choices wait for an answer; else they are folded away.
    """

    id: int
    side: str
    who: str
    text: Markup
    clock: str
    iso: str
    day: str = ""
    choices: tuple[Choice, ...] = ()
    asks: bool = False
    files: tuple[Paper, ...] = ()


def bubbles(messages: Sequence[Shown], at: Present) -> list[Bubble]:
    """The conversation, oldest first."""
    answered = max((shown.id for shown in messages if shown.own), default=0)
    found: list[Bubble] = []
    before: date | None = None
    for shown in messages:
        day = shown.at.astimezone(at.desk.zone).date()
        found.append(_bubble(shown, at, new_day=day != before, asks=shown.id > answered))
        before = day
    return found


def _bubble(shown: Shown, at: Present, *, new_day: bool, asks: bool) -> Bubble:
    local, present = shown.at.astimezone(at.desk.zone), at.now.astimezone(at.desk.zone)
    return Bubble(
        id=shown.id,
        side="own" if shown.own else "auto" if shown.automatic else "desk",
        who=_("You") if shown.own else _("Automatic answer") if shown.automatic else shown.author or at.desk.name,
        text=marked_up(shown.text),
        clock=f"{clock_time(local, at.language)} {zone_name(at.desk.zone, local)}",
        iso=local.isoformat(timespec="minutes"),
        day=day_in_words(local, present, at.language) if new_day else "",
        choices=shown.choices,
        asks=asks,
        files=tuple(_paper(at.desk.id, shown.id, number, file) for number, file in enumerate(shown.files)),
    )


def _paper(desk: str, message: int, number: int, file: ShownFile) -> Paper:
    href = url_for("chat.file", desk=desk, message=message, part=number)
    return Paper(file.name, file_size(file.size), href, file.media_type in PICTURES)
