"""What the form of the telephone and the counter offers, and how its fields are read."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from marshmallow import fields
from werkzeug.datastructures import MultiDict

from helpdesk.catalog.model import Catalog, Item
from helpdesk.store.counter_models import Turn
from helpdesk.tickets.errors import marked as _l
from helpdesk.tickets.verification import Verified
from helpdesk.tickets.words import Channel
from helpdesk.usecases.documents import documents_asked
from helpdesk.usecases.turns import waited_minutes
from helpdesk.web.api.shapes import NewTicket, RequesterGiven
from helpdesk.web.board.phrases import phrases
from helpdesk.web.board.view import Choice as Option
from helpdesk.web.fields import (
    LARGEST_NUMBER,
    LONG,
    WORDING,
    Choice,
    DayOrMoment,
    Form,
    Listed,
    Truth,
    Whole,
    Words,
    as_day,
)
from helpdesk.web.schemas import in_zone
from helpdesk.web.ticket.options import attribute_field, items_offered
from helpdesk.web.ticket.view import AttributeField, Options

BY_HAND = (Channel.PHONE, Channel.WALK_IN, Channel.NOTA_DINAS)
_PLAIN = ("desk", "item", "channel", "subject", "text", "received_at", "reason", "event_at", "verified", "answer",
          "label", "note")  # fmt: skip


class CallerGiven(RequesterGiven):
    """Who asks; with an id where the person was chosen from those whom the desk knows."""

    id = Whole(1, LARGEST_NUMBER, allow_none=True)


class LetterGiven(Form):
    """A nota dinas."""

    number = Words(100, line=True)
    date = DayOrMoment()


class CounterTicket(NewTicket):
    """The fields of the counter's form: those of `POST /tickets`, and what only somebody who talks with them knows."""

    requester = fields.Nested(CallerGiven, required=True, error_messages={**WORDING})
    documents = Listed(Words(200), 100)
    verified = Choice(tuple(Verified), _l("Choose how the person was verified."))
    letter = fields.Nested(LetterGiven)
    answer = Words(LONG)
    settled = Truth()
    label = Words(60, line=True)
    note = Words(LONG)
    turn = Whole(1, LARGEST_NUMBER)


@dataclass(frozen=True, slots=True)
class Offered:
    """A service with its items, and the ids of the desks that offer it, with spaces between them."""

    name: str
    choices: tuple[Option, ...]
    desks: str


@dataclass(frozen=True, slots=True)
class Questions:
    """What the chosen service asks: its attributes, the date of its event, the documents to be handed over."""

    attributes: tuple[AttributeField, ...] = ()
    event: bool = False
    documents: tuple[Option, ...] = ()

    @property
    def any(self) -> bool:
        """True when there is something to ask."""
        return bool(self.attributes or self.event or self.documents)


def offered(catalog: Catalog, desks: Collection[str], language: str) -> tuple[Offered, ...]:
    """What the desks offer; a service of one authority among several begins with the name of its desk.

    The page shows only those of the chosen desk; without scripts the names tell them apart.
    """
    at: dict[Options, list[str]] = {}
    for desk in desks:
        for options in items_offered(catalog, catalog.desks[desk], language, None):
            at.setdefault(options, []).append(desk)

    def name(options: Options, offering: list[str]) -> str:
        alone = len(offering) == 1 and len(desks) > 1
        return f"{catalog.desks[offering[0]].name}: {options.name}" if alone else options.name

    return tuple(Offered(name(o, offering), o.choices, " ".join(offering)) for o, offering in at.items())


def keywords(catalog: Catalog, desks: Collection[str]) -> Mapping[str, str]:
    """The words by which people look for an item, by its id."""
    return {item.id: " ".join(item.keywords) for desk in desks for item in catalog.items_of(desk) if item.keywords}


@dataclass(frozen=True, slots=True)
class Waiter:
    """The number that the person at the counter waited with, and how long."""

    id: int
    number: int
    waited: str


def waiter(turn: Turn, now: datetime, language: str) -> Waiter:
    """The same of a row."""
    return Waiter(turn.id, turn.number, phrases(language).amount(waited_minutes(turn, now)))


def questions(item: Item | None, language: str, came: Collection[str] = ()) -> Questions:
    """What the item asks; `came`: the documents ticked off already."""
    if item is None:
        return Questions()
    return Questions(
        tuple(attribute_field(a, None, language) for a in item.attributes),
        item.event_date,
        tuple(Option(d.id, d.name.get(language), d.id in came) for d in documents_asked(item)),
    )


def ways_to_verify() -> dict[str, str]:
    """How a person may be verified, in the language of the page; nothing was done stands first."""
    return {
        Verified.NONE: _("not verified"),
        Verified.KNOWN: _("known to me"),
        Verified.CARD: _("identity card seen"),
        Verified.CALLED_BACK: _("called back on a number from the directory"),
        Verified.CODE: _("code from their e-mail"),
    }


def given(form: MultiDict[str, str], catalog: Catalog) -> dict[str, Any]:
    """What the form says, as JSON would say it: empty fields left out, local times with the desk's offset."""
    found: dict[str, Any] = {name: form[name] for name in _PLAIN if form.get(name, "").strip()}
    desk = catalog.desks.get(str(found.get("desk")))
    for name in ("received_at", "event_at"):
        if name in found and desk is not None and not as_day(found[name]):
            found[name] = in_zone(found[name], desk.zone)
    for part in ("requester", "letter", "attributes"):
        inside = {k.partition(".")[2]: v.strip() for k, v in form.items() if k.startswith(f"{part}.") and v.strip()}
        if inside or part == "requester":
            found[part] = inside
    found["requester"] |= {
        name: int(value) for name, value in found["requester"].items() if name == "id" and whole(value)
    }
    if whole(form.get("turn", "")):
        found["turn"] = int(form["turn"])
    if form.getlist("documents"):
        found["documents"] = form.getlist("documents")
    return found | ({"settled": True} if form.get("settled") else {})


def whole(text: str) -> bool:
    """True for the digits of an id."""
    return text.isascii() and text.isdigit() and len(text) < 16
