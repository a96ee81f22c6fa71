"""An item of the catalogue as facts that can be compared and told."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from helpdesk.catalog.comparison import Fact
from helpdesk.catalog.model import Attribute, Catalog, Document, Item, Text
from helpdesk.catalog.norm_facts import norm_fact
from helpdesk.catalog.norm_sayings import (
    Asked,
    lead_time_said,
    norm_said,
    requester_deadline_said,
    start_said,
)
from helpdesk.catalog.sayings import CHANNELS, TYPES, Sayer, alike, in_both, phrase
from helpdesk.catalog.spans import day_counts, uncounted
from helpdesk.sla.norms import Span, Target, Unit


def item_fact(catalog: Catalog, item: Item) -> Fact:
    """All that the catalogue says of one item."""
    asked = {attribute.id: attribute for attribute in item.attributes}
    parts = (
        *_names(catalog, item),
        *_times(item.target, asked),
        *_service_level(item),
        *_needs(item, asked),
        *_outcome(item),
    )
    return Fact("item", item, _introduced(catalog, item, asked), item.id, item.name, parts)


def _introduced(catalog: Catalog, item: Item, asked: Asked) -> Text:
    norm = in_both(lambda tell: norm_said(item.target.norm, asked, tell))
    desks = [desk.name for desk in catalog.desks.values() if item.id in desk.items]
    if not desks:
        return phrase("offered nowhere", name=item.name, norm=norm)
    return phrase("due within", name=item.name, norm=norm, desks=in_both(lambda tell: tell.listed(desks)))


def text_facts(**texts: Text) -> Iterator[Fact]:
    """Wordings in both languages, those that are there."""
    for what, text in texts.items():
        if text.id or text.en:
            yield Fact(what, text, phrase("quoted", words=text))


def flag(what: str, *, value: bool) -> Fact:
    """A yes or no."""
    return Fact(what, value, in_both(lambda tell: tell.yes_no(answer=value)))


def _names(catalog: Catalog, item: Item) -> Iterator[Fact]:
    yield from text_facts(name=item.name, summary=item.summary)
    service = catalog.service_of(item)
    yield Fact("service", item.service, phrase("named", name=service.name, more=service.code))
    yield Fact("group", item.group, catalog.groups[item.group].name)
    yield Fact("calendar", item.calendar, alike(item.calendar))
    yield Fact("keywords", None, alike(""), words=tuple((word, alike(word)) for word in item.keywords))
    types = tuple((kind, Text(*TYPES[kind])) for kind in item.types)
    yield Fact("types", None, alike(""), words=types, ordered=True)  # the first one is what a ticket is unless said
    channels = tuple((channel, Text(*CHANNELS[channel])) for channel in item.channels_named)
    yield Fact("channels_named", None, alike(""), words=channels)


def _times(target: Target, asked: Asked) -> Iterator[Fact]:
    bare = uncounted(target)
    yield norm_fact(bare.norm, asked)
    for day_count in sorted(day_counts(target)):
        yield Fact("day_count", day_count, phrase(day_count.value))
    yield Fact("start", bare.start, in_both(lambda tell: start_said(bare.start, tell)))
    for reason in sorted(bare.stops):
        yield _hold(reason, bare.stops_when.get(reason, {}), asked)
    lead, deadline = bare.lead_time, bare.requester_deadline
    if lead:
        yield Fact("lead_time", lead, in_both(lambda tell: lead_time_said(lead, asked, tell)))
    if bare.extension:
        span = bare.extension.span
        yield Fact("extension", span, in_both(lambda tell: tell.say("once", span=tell.span(span))))
    if deadline:
        yield Fact("requester_deadline", deadline, in_both(lambda tell: requester_deadline_said(deadline, tell)))
    if bare.first_handling:
        yield _span("first_handling", bare.first_handling)


def _span(what: str, span: Span) -> Fact:
    return Fact(what, span, in_both(lambda tell: tell.span(span)))


def _hold(reason: str, when: Mapping[str, frozenset[str]], asked: Asked) -> Fact:
    name = in_both(lambda tell: tell.say(f"reason {reason}"))
    if not when:
        return Fact("holds_stop", when, phrase("hold always", reason=name), reason)
    condition = in_both(lambda tell: tell.condition(when, asked))
    return Fact("holds_stop", when, phrase("hold if", reason=name, condition=condition), reason)


def _service_level(item: Item) -> Iterator[Fact]:
    yield from text_facts(wording=item.wording)
    if item.response_minutes is not None:
        yield _minutes("response_minutes", item.response_minutes)
    yield Fact("warn_at", item.warn_at, alike(f"{round(item.warn_at * 100)}%"))
    yield Fact("reopen_days", item.reopen_days, phrase("days", count=item.reopen_days))


def _minutes(what: str, minutes: int) -> Fact:
    return _span(what, Span(Decimal(minutes), Unit.MINUTE))


def _needs(item: Item, asked: Asked) -> Iterator[Fact]:
    for attribute in item.attributes:
        yield _attribute(attribute)
    for document in item.documents:
        yield _document(document, asked)
    yield from _listed("requirements", item.requirements)
    yield flag("superior_cc", value=item.superior_cc)
    if item.event_date:
        yield Fact("event_date", item.event_optional, phrase("optional" if item.event_optional else "required"))
    if item.urgent_when:
        yield Fact("urgent_when", item.urgent_when, in_both(lambda tell: tell.condition(item.urgent_when, asked)))


def _listed(what: str, texts: tuple[Text, ...]) -> Iterator[Fact]:
    for text in texts:
        yield Fact(what, text, phrase("quoted", words=text), key=text.id, ordered=True)


def _outcome(item: Item) -> Iterator[Fact]:
    yield from _listed("products", item.products)
    yield from text_facts(fee=item.fee, complaints=item.complaints)


def _attribute(attribute: Attribute) -> Fact:
    choices = tuple(
        Fact("choices", name, phrase("quoted", words=name), key=value, ordered=True)
        for value, name in attribute.choices.items()
    )
    least = () if attribute.minimum is None else (Fact("minimum", attribute.minimum, alike(attribute.minimum)),)
    parts = (
        *text_facts(name=attribute.name, help=attribute.help),
        Fact("kind", attribute.kind, phrase(attribute.kind)),
        *choices,
        *least,
        flag("required", value=attribute.required),
        flag("by_staff", value=attribute.by_staff),
    )
    said = in_both(lambda tell: _asked(attribute, tell))
    return Fact("attributes", attribute, said, attribute.id, attribute.name, parts, ordered=True)


def _asked(attribute: Attribute, tell: Sayer) -> str:
    """`Lokasi (pilihan: Dekat atau Jauh; wajib diisi)`."""
    kind = tell.say(attribute.kind)
    if attribute.choices:
        kind = f"{kind}: {tell.either([tell.name(name) for name in attribute.choices.values()])}"
    need = tell.say("judged" if attribute.by_staff else "required" if attribute.required else "optional")
    return tell.say("named", name=tell.name(attribute.name), more=f"{kind}; {need}")


def _document(document: Document, asked: Asked) -> Fact:
    when = document.when
    condition = in_both(lambda tell: _needed(when, asked, tell))
    needed = (Fact("when", when, condition),) if when else ()
    parts = (
        *text_facts(name=document.name),
        flag("after_fulfilment", value=document.after_fulfilment),
        *needed,
    )
    said = phrase("named", name=document.name, more=condition) if when else document.name
    return Fact("documents", document, said, document.id, document.name, parts, ordered=True)


def _needed(when: Mapping[str, str], asked: Asked, tell: Sayer) -> str:
    """`Jumlah perangkat >4`, `Lokasi = Di luar kantor`."""
    said = [
        f"{tell.attribute(name, asked)} {value}" if value[0] in "<>=" else tell.condition({name: (value,)}, asked)
        for name, value in sorted(when.items())
    ]
    return tell.listed(said)
