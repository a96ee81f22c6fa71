"""Two places of a catalogue that cannot both hold: each finding stands at one of them and names the line of the other.

Spans of different units are compared as people mean them (`spans.longer`): a working day is eight working hours, a week
five working days.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Any

from helpdesk.catalog.calendar_fields import WEEKDAYS
from helpdesk.catalog.conditions import comparison
from helpdesk.catalog.item_rules import Finding, Lines, Path, parts_of
from helpdesk.catalog.schema import EventDate
from helpdesk.catalog.spans import longer
from helpdesk.sla.norms import Anchor, AsAgreed, ByQuantity, EventRelative, Fixed, Span, StartKind, Unit


def item_contradictions(item: Mapping[str, Any], line: Lines) -> Iterator[Finding]:
    """What cannot hold together within one item, with paths inside it; `line` tells the line of such a path."""
    yield from _event(item, line)
    yield from _documents(item, line)
    yield from _quantities(item, line)
    yield from _first_handling(item, line)
    yield from _lead_time(item, line)
    norms = [norm for norm, _ in parts_of(item.get("norm"))]
    if item.get("extension") and norms and isinstance(norms[0], AsAgreed):
        yield ("extension",), _against(("norm",), line, "a date that is agreed cannot be extended")


def _against(path: Path, line: Lines, why: str) -> str:
    return f"contradicts line {line(path)}: {why}"


def _event(item: Mapping[str, Any], line: Lines) -> Iterator[Finding]:
    asked = item.get("event_date", "")
    if asked is None:
        for norm, path in parts_of(item.get("norm")):
            if isinstance(norm, EventRelative):
                why = "the norm is relative to an event, so the item must ask for the `event_date`"
                yield path, _against(("event_date",), line, why)
        if item.get("lead_time"):
            why = "a lead time is kept before an event, so the item must ask for the `event_date`"
            yield ("lead_time",), _against(("event_date",), line, why)
    elif asked is EventDate.OPTIONAL and isinstance(item.get("norm"), EventRelative):
        why = "the date of the event is optional there, and without it there is no deadline"
        yield ("norm",), _against(("event_date",), line, why)


def _documents(item: Mapping[str, Any], line: Lines) -> Iterator[Finding]:
    documents = item.get("documents")
    before = documents is None or any(not document.get("after_fulfilment") for document in documents.values())
    start, deadline = item.get("start"), item.get("requester_deadline")
    if start and start.get("at") is StartKind.DOCUMENTS and not before:
        why = "the clock starts at complete documents, but the item needs no documents"
        yield ("start",), _against(("documents",), line, why)
    if deadline and not before:
        why = "it is for missing documents, but the item needs no documents"
        yield ("requester_deadline",), _against(("documents",), line, why)
    lapse, remind = (deadline or {}).get("lapse_after"), (deadline or {}).get("remind_before")
    if lapse and remind and not longer(lapse, remind):
        lapses = ("requester_deadline", "lapse_after")
        yield ("requester_deadline", "remind_before"), _against(lapses, line, "must be shorter than `lapse_after`")
    attributes = item.get("attributes") or {}
    for name, document in (documents or {}).items():
        for attribute, condition in (document.get("when") or {}).items():
            least = attributes.get(attribute, {}).get("minimum")
            if isinstance(condition, str) and isinstance(least, int) and _never(condition, least):
                where = ("attributes", attribute, "minimum")
                yield ("documents", name, "when", attribute), _against(where, line, f"there are at least {least}")


def _never(condition: str, least: int) -> bool:
    """True where no number from `least` on fulfils the condition."""
    found = comparison(condition)
    return found is not None and found.sign in {"<", "<=", "="} and found.number < least + (found.sign == "<")


def _quantities(item: Mapping[str, Any], line: Lines) -> Iterator[Finding]:
    attributes = item.get("attributes") or {}
    for norm, path in parts_of(item.get("norm")):
        if not isinstance(norm, ByQuantity):
            continue
        least = attributes.get(norm.attribute, {}).get("minimum")
        for step in norm.steps:
            if isinstance(least, int) and step.upto < least:
                why = f"there are at least {least}, so this step is never reached"
                yield (*path, "steps", str(step.upto)), _against(("attributes", norm.attribute, "minimum"), line, why)
        for before, step in pairwise(norm.steps):
            if longer(before.span, step.span):
                why = f"{step.upto} would take less time than {before.upto}"
                yield (*path, "steps", str(step.upto)), _against((*path, "steps", str(before.upto)), line, why)


def _first_handling(item: Mapping[str, Any], line: Lines) -> Iterator[Finding]:
    handling = item.get("first_handling")
    if not isinstance(handling, Span):
        return
    if handling.unit not in {Unit.MINUTE, Unit.HOUR}:
        yield ("first_handling",), "must be in minutes or hours"
        return
    for norm, path in parts_of(item.get("norm")):
        spans = {Fixed: lambda n: n.span, ByQuantity: lambda n: n.steps[0].span}.get(type(norm))
        if "stages" not in path and spans and longer(handling, spans(norm)):
            yield ("first_handling",), _against(path, line, "the first handling would come after the deadline")


def _lead_time(item: Mapping[str, Any], line: Lines) -> Iterator[Finding]:
    lead = item.get("lead_time") or {}
    spans: dict[Path, Span] = {(key,): lead[key] for key in ("span", "otherwise") if isinstance(lead.get(key), Span)}
    spans |= {("spans", key): span for key, span in (lead.get("spans") or {}).items() if isinstance(span, Span)}
    for inside, span in spans.items():
        if span.unit not in {Unit.WORKING_DAY, Unit.DAY, Unit.WEEK}:
            yield ("lead_time", *inside), "must be in working days, days or weeks"
    if lead.get("outside_hours"):
        return
    for norm, path in parts_of(item.get("norm")):
        if isinstance(norm, EventRelative) and norm.anchor is Anchor.BEFORE and norm.span:
            for inside, span in spans.items():
                if longer(norm.span, span):
                    why = "who asks as late as that allows would ask after the deadline"
                    yield path, _against(("lead_time", *inside), line, why)


def attribute_contradictions(
    attributes: Mapping[str, Any], line: Lines, path: Path = ("attributes",)
) -> Iterator[Finding]:
    """What cannot hold together within a table of attributes."""
    for name, attribute in attributes.items():
        if attribute.get("required") is True and attribute.get("by_staff") is True:
            why = "what the desk judges is never asked, so it cannot be required"
            yield (*path, name, "required"), _against((*path, name, "by_staff"), line, why)


def calendar_contradictions(calendar: Mapping[str, Any], line: Lines) -> Iterator[Finding]:
    """What cannot hold together within a calendar, with paths inside it."""
    dated = _dated(calendar)
    for index, hours in dated.items():
        if hours["last"] < hours["first"]:
            why = "is before `first`"
            yield ("dated", index, "last"), _against(("dated", index, "first"), line, why)
    for index, hours in dated.items():
        for other, earlier in dated.items():
            first, last = max(hours["first"], earlier["first"]), min(hours["last"], earlier["last"])
            if other < index and first <= last:
                why = f"both sets of hours would hold on {first}"
                yield ("dated", index, "first"), _against(("dated", other, "first"), line, why)
    yield from _opened(calendar, dated, line)


def _dated(calendar: Mapping[str, Any]) -> dict[int, Mapping[str, Any]]:
    """The hours between two dates whose dates are right, by their place in the list."""
    given = enumerate(calendar.get("dated") or ())
    return {i: hours for i, hours in given if isinstance(hours, dict) and {"first", "last"} <= hours.keys()}


def _opened(calendar: Mapping[str, Any], dated: Mapping[int, Mapping[str, Any]], line: Lines) -> Iterator[Finding]:
    for index, day in enumerate(calendar.get("opened") or ()):
        if not isinstance(day, date):
            continue
        if day in (calendar.get("closed") or {}):
            yield ("opened", index), _against(("closed", str(day)), line, "the day is closed there")
        within: list[Path] = [("dated", i) for i, hours in dated.items() if hours["first"] <= day <= hours["last"]]
        week = dated[int(within[-1][1])].get("week") if within else calendar.get("week")
        if week is not None and not week.get(day.weekday()):
            where = (*(within[-1] if within else ()), "week")
            yield ("opened", index), _against(where, line, f"no hours stand there for {WEEKDAYS[day.weekday()]}")
