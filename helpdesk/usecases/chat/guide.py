"""The guided part, which a person can ignore: which service, what its form asks, one question at a time, confirm."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from helpdesk.catalog.model import Attribute, Document, Item
from helpdesk.channels.chat.model import Choice, Kind
from helpdesk.channels.chat.words import Word, asked, day_in
from helpdesk.store.models import Ticket
from helpdesk.tickets.errors import DomainError
from helpdesk.tickets.words import Action, Status
from helpdesk.usecases.answers import asked_attributes, checked_attributes, checked_event
from helpdesk.usecases.chat.files import documents_here
from helpdesk.usecases.chat.naming import name_service
from helpdesk.usecases.chat.placing import add_to
from helpdesk.usecases.chat.turn import Turn
from helpdesk.usecases.deed import Deed
from helpdesk.usecases.documents import documents_asked, is_needed
from helpdesk.usecases.redaction import without_private_links
from helpdesk.usecases.short_notice import mention

GUIDE, SERVICE = "guide", "service"
LATER = "skip"


def choose_service(turn: Turn, ticket: Ticket, item_id: str) -> None:
    """The person pressed a service, or the way past the question."""
    if ticket.status != Status.NEW or ticket.item is not None:
        turn.ask({})
        turn.say(turn.phrase("already_read", number=ticket.number))
        return
    item = turn.context.item(item_id, ticket.catalog_version)
    if item is None or item.id not in turn.context.desk(ticket.desk).items:
        turn.ask({})
        turn.say(turn.phrase("guide_left", number=ticket.number))
        return
    step = {"name": GUIDE, "ticket": ticket.id, "item": item.id, "at": 0, "answers": {}, "event": None}
    before = turn.account.step
    came = before.get("documents", {}) if (before.get("ticket"), before.get("item")) == (ticket.id, item.id) else {}
    _go_on(turn, ticket, {**step, "documents": came})


def _questions(item: Item, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is asked, in order: ("attribute" | "event" | "document", id)."""
    asked_now = [("attribute", attribute.id) for attribute in asked_attributes(item)]
    asked_now += [("event", "")] if item.event_date else []
    documents = [d for d in documents_asked(item) if is_needed(d, answers) and not d.after_fulfilment]
    return asked_now + [("document", document.id) for document in documents]


def _item(turn: Turn, ticket: Ticket, step: Mapping[str, Any]) -> Item | None:
    return turn.context.item(str(step["item"]), ticket.catalog_version)


def _go_on(turn: Turn, ticket: Ticket, step: dict[str, Any]) -> None:
    """Ask the question at which the step stands, or show what was noted."""
    item = _item(turn, ticket, step)
    assert item is not None
    questions = _questions(item, step["answers"])
    turn.ask(step, patience=None)
    if step["at"] >= len(questions):
        _sum_up(turn, ticket, item, step)
        return
    kind, name = questions[step["at"]]
    place = {"step": step["at"] + 1, "steps": len(questions)}
    text, choices = _question(turn, item, kind, name, place)
    turn.say(text, [Choice(f"ans:{ticket.id}:{value}", title) for value, title in choices])


def _question(turn: Turn, item: Item, kind: str, name: str, place: dict[str, int]) -> tuple[str, list[tuple[str, str]]]:
    """The words of a question and its choices, (value, title)."""
    if kind == "event":
        way_on = [(LATER, turn.phrase("skip"))] if item.event_optional else []
        return turn.phrase("date_question", **place), way_on
    if kind == "document":
        document = next(d for d in documents_asked(item) if d.id == name)
        words = turn.phrase("document_question", name=document.name.get(turn.language), **place)
        return words, [(LATER, turn.phrase("later"))]
    attribute = item.attribute(name)
    assert attribute is not None
    words = turn.phrase(
        "question", name=attribute.name.get(turn.language), help=attribute.help.get(turn.language),
        kind=attribute.kind, minimum=attribute.minimum, **place,
    )  # fmt: skip
    choices = [(f"#{n}", title.get(turn.language)) for n, title in enumerate(attribute.choices.values())]
    return words, choices if attribute.required else [*choices, (LATER, turn.phrase("skip"))]


def _sum_up(turn: Turn, ticket: Ticket, item: Item, step: Mapping[str, Any]) -> None:
    lines = [(_name(item, key, turn.language), _shown(item, key, value, turn.language))
             for key, value in step["answers"].items()]  # fmt: skip
    if step["event"]:
        label = "Date" if turn.language == "en" else "Tanggal"
        lines.append((label, turn.when(datetime.fromisoformat(step["event"]))))
    choices = [Choice(f"ok:{ticket.id}", turn.phrase("right")), Choice(f"redo:{ticket.id}", turn.phrase("wrong"))]
    turn.say(turn.phrase("summary", item=item.name.get(turn.language), lines=lines), choices)


def _name(item: Item, key: str, language: str) -> str:
    attribute = item.attribute(key)
    return attribute.name.get(language) if attribute else key


def _shown(item: Item, key: str, value: object, language: str) -> str:
    attribute = item.attribute(key)
    named = attribute.choices.get(str(value)) if attribute else None
    return named.get(language) if named else str(value)


def press_answer(turn: Turn, ticket: Ticket, value: str) -> None:
    """A choice of a question was pressed; one of an earlier question changes nothing."""
    step = turn.account.step
    if step.get("name") != GUIDE or step.get("ticket") != ticket.id:
        return
    item = _item(turn, ticket, step)
    if item is None:
        return
    questions = _questions(item, step["answers"])
    if step["at"] >= len(questions):
        return
    kind, name = questions[step["at"]]
    if value == LATER:
        _next(turn, ticket, step)
    elif kind == "attribute" and (attribute := item.attribute(name)) is not None:
        _press_choice(turn, ticket, step, attribute, value)


def _press_choice(turn: Turn, ticket: Ticket, step: dict[str, Any], attribute: Attribute, value: str) -> None:
    number = value.removeprefix("#")
    values = list(attribute.choices)
    if number.isascii() and number.isdigit() and len(number) < 5 and int(number) < len(values):
        _next(turn, ticket, step, {attribute.id: values[int(number)]})


def _next(
    turn: Turn, ticket: Ticket, step: Mapping[str, Any], given: Mapping[str, Any] | None = None, event: str = ""
) -> None:
    answers = {**step["answers"], **(given or {})}
    _go_on(turn, ticket, {**step, "at": step["at"] + 1, "answers": answers, "event": event or step["event"]})


def takes(turn: Turn) -> bool:
    """True when the message was the answer to the question that is open; else it is an ordinary message."""
    step = turn.account.step
    ticket = turn.own_ticket(step.get("ticket")) if step.get("name") == GUIDE else None
    item = _item(turn, ticket, step) if ticket is not None else None
    if ticket is None or item is None:
        return False
    questions = _questions(item, step["answers"])
    if step["at"] >= len(questions):
        return False
    kind, name = questions[step["at"]]
    if kind == "document":
        return _takes_document(turn, ticket, step, next(d for d in documents_asked(item) if d.id == name))
    if not turn.is_plain:
        return False
    if (word := asked(turn.said.text)) is not None and word.word is Word.SKIP:
        _next(turn, ticket, step)
        return True
    return _takes_event(turn, ticket, step) if kind == "event" else _takes_words(turn, ticket, step, item, name)


def _takes_document(turn: Turn, ticket: Ticket, step: Mapping[str, Any], document: Document) -> bool:
    if turn.said.media and turn.said.kind in (Kind.IMAGE, Kind.DOCUMENT):
        add_to(turn, ticket, turn.heard, document.id)
        came = {**step.get("documents", {}), document.id: turn.row.id}
        _next(turn, ticket, {**step, "documents": came})
        return True
    if (word := asked(turn.said.text)) is not None and word.word is Word.SKIP:
        _next(turn, ticket, step)
        return True
    return False


def _takes_event(turn: Turn, ticket: Ticket, step: Mapping[str, Any]) -> bool:
    zone = turn.context.desk(ticket.desk).zone
    day = day_in(turn.said.text, turn.context.now.astimezone(zone).date())
    try:
        event_at = checked_event(day, ticket.received_at, zone)
    except DomainError:
        return False
    if event_at is None or event_at.year > turn.context.now.year + 5:
        return False
    _next(turn, ticket, step, event=event_at.isoformat())
    return True


def _takes_words(turn: Turn, ticket: Ticket, step: Mapping[str, Any], item: Item, name: str) -> bool:
    attribute = item.attribute(name)
    assert attribute is not None
    typed = without_private_links(turn.said.text.strip())
    if attribute.kind == "choice":
        by_name = {
            title.get(lang).casefold(): value for value, title in attribute.choices.items() for lang in ("id", "en")
        }
        typed = by_name.get(typed.casefold(), typed)
    if attribute.kind == "integer":
        typed = next((part for part in typed.split() if part.isdigit()), typed)
    try:
        given = checked_attributes(item, {name: typed})
    except DomainError:
        return False
    _next(turn, ticket, step, given)
    return True


def confirm(turn: Turn, ticket: Ticket) -> None:
    """What was noted is right: the ticket gets its service, and the person is told until when it is done."""
    step = turn.account.step
    if step.get("name") != GUIDE or step.get("ticket") != ticket.id:
        return
    turn.ask({})
    item = _item(turn, ticket, step)
    if item is None or ticket.status != Status.NEW or ticket.item is not None:
        turn.say(turn.phrase("already_read", number=ticket.number))
        return
    event_at = datetime.fromisoformat(step["event"]).astimezone(UTC) if step["event"] else None
    deed = Deed(turn.session, turn.context, turn.requester, ticket, Action.SET)
    name_service(deed, item, step["answers"], event_at, documents_here(turn.session, step.get("documents", {})))
    due = turn.when(ticket.resolution_due_at)
    turn.say(turn.phrase("noted", number=ticket.number, item=item.name.get(turn.language), due=due), ticket=ticket)
    mention(turn.session, turn.context, ticket, Action.SET)


def start_over(turn: Turn, ticket: Ticket) -> None:
    """What was noted is wrong: the questions once more."""
    step = turn.account.step
    if step.get("name") == GUIDE and step.get("ticket") == ticket.id:
        choose_service(turn, ticket, str(step["item"]))
