"""A deadline told as a few sentences that a citizen understands, in Indonesian or English.

What counted, what was skipped and why, the rule in the standard's own words, and what is missing or awaited. The
sentences are made from the same timeline as the deadline, never beside it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from helpdesk.sla.clock import FIRST_HANDLING, stops
from helpdesk.sla.counted import WORKING_UNITS, by_whole_days, counting, off_between, span_of
from helpdesk.sla.facts import Facts, HoldPeriod, Timeline
from helpdesk.sla.hours import WorkingCalendar
from helpdesk.sla.norms import Start, StartKind, Target
from helpdesk.sla.phrases import PHRASES, Teller
from helpdesk.sla.promises import lead_time_kept
from helpdesk.sla.rules import Basis, StageDue, day_of
from helpdesk.sla.worktable import Named

ONE_DAY = timedelta(days=1)


def explain(
    timeline: Timeline,
    facts: Facts,
    target: Target | None,
    calendar: WorkingCalendar,
    *,
    language: str = "id",
    wording: str = "",
    names: Mapping[str, Named] | None = None,
    ids: bool = True,
    internal: Collection[str] = (),
) -> tuple[str, ...]:
    """The story of the ticket's deadline. `wording` is the original norm; `names` are those of the attributes.

    `ids`: a missing attribute is named with its id too, as those who enter it need it. `internal`: the attributes
    that are not named, as the desk itself finds them out.
    """
    tell = Teller(language, calendar.zone)
    missing = [_attribute(name, names or {}, tell, ids=ids) for name in timeline.missing if name not in internal]
    inspected = any(name in internal for name in timeline.missing)
    return tuple(
        _sentences(timeline, facts, target, calendar, tell=tell, wording=wording, missing=missing, inspected=inspected)
    )


def provisional(
    timeline: Timeline,
    *,
    language: str,
    names: Mapping[str, Named],
    choices: Mapping[str, Sequence[Named]],
    internal: Collection[str] = (),
) -> str:
    """That a deadline is the earliest one, and what is not known yet; empty where all is known or nothing is due.

    One sentence for all who are told a time: the portal, the receipt and the automatic reply. `choices` are the values
    that an attribute may have; they are named where only one attribute is missing. `internal`: the attributes that
    the desk finds out by its own inspection; the public is not told their names.
    """
    if not timeline.missing or timeline.resolution.due_at is None:
        return ""
    tell = Teller(language, ZoneInfo("UTC"))
    asked = [name for name in timeline.missing if name not in internal]
    if not asked:
        return tell.say("earliest inspected")
    missing = [_attribute(name, names, tell, ids=False) for name in asked]
    values = [tell.name(value) for value in choices.get(asked[0], ())]
    if len(missing) == 1 and values:
        missing = [f"{missing[0]} ({tell.either(values)})"]
    told = tell.say("earliest", names=tell.listed(missing))
    return f"{told} {tell.say('inspected')}" if len(asked) < len(timeline.missing) else told


def start_in_words(start: Start, language: str) -> str:
    """What starts a clock: documents, a disposition, or the event as the standard names it."""
    return _start_said(start, Teller(language, ZoneInfo("UTC")))


def _start_said(start: Start, tell: Teller) -> str:
    event = tell.rendered(start.event, start.event_english)
    return tell.say(f"start {start.kind.value}", name=event or tell.say("named event"))


def _sentences(
    line: Timeline,
    facts: Facts,
    target: Target | None,
    calendar: WorkingCalendar,
    *,
    tell: Teller,
    wording: str,
    missing: Sequence[str],
    inspected: bool,
) -> Iterator[str]:
    yield tell.say("received", when=tell.when(facts.received_at))
    if target is not None:
        yield from _start(line, facts, target, calendar, tell)
    yield from _response(line, facts, target, tell)
    if wording:
        yield tell.say("wording", wording=wording.strip().rstrip("."))
    if target is None:
        return
    if line.awaiting is not None:
        return
    if missing:
        yield tell.say("missing", names=tell.listed(missing))
    if inspected:
        yield tell.say("inspected" if missing else "earliest inspected")
    yield from _basis(line, facts, calendar, tell)
    yield from _lead_time(facts, target, calendar, tell)
    if line.resolution.due_at is None:
        yield tell.say("no due")
        return
    if line.span is not None and line.basis is Basis.SPAN:
        yield from counting(line, facts, calendar, tell)
    yield from _holds(line, facts, target, calendar, tell)
    yield from _result(line, facts, calendar, tell)


def _attribute(attribute: str, names: Mapping[str, Named], tell: Teller, *, ids: bool) -> str:
    if attribute not in names:
        return attribute
    return f"{tell.name(names[attribute])} ({attribute})" if ids else tell.name(names[attribute])


def _response(line: Timeline, facts: Facts, target: Target | None, tell: Teller) -> Iterator[str]:
    clock = line.response
    if clock.due_at is None:
        if target is not None:
            yield tell.say("no norm")
    elif clock.done_at is not None and clock.done_at == clock.due_at != facts.first_action_at:
        yield tell.say("response now")
    else:
        yield tell.say("response", when=tell.when(clock.due_at))
    for stage in line.stages:
        if stage.name == FIRST_HANDLING and stage.due_at is not None:
            yield tell.say("first handling", when=tell.when(stage.due_at))


def _start(line: Timeline, facts: Facts, target: Target, calendar: WorkingCalendar, tell: Teller) -> Iterator[str]:
    kind = target.start.kind
    event = _start_said(target.start, tell)
    if target.start.assumed and facts.cycle_started_at is None:
        yield tell.say("start assumed", event=event)
    if line.awaiting is not None:
        yield tell.say("awaiting", event=event)
        return
    begun = facts.received_at
    if facts.cycle_started_at is not None:
        begun = facts.cycle_started_at
        yield tell.say("reopened", when=tell.when(begun))
    elif kind is not StartKind.RECEIVED and facts.starts_at is not None:
        begun = facts.starts_at
        yield tell.say("started", event=event, when=tell.when(begun))
    starts = line.resolution.starts_at
    if starts is None or calendar.is_working(begun) or line.basis not in (Basis.SPAN, Basis.STAGES):
        return
    if not by_whole_days(line.span):
        yield tell.say("moved", when=tell.when(starts))
    elif calendar.day(starts) != calendar.day(begun):
        yield tell.say("moved to a day", day=tell.day(calendar.day(starts)))


def _basis(line: Timeline, facts: Facts, calendar: WorkingCalendar, tell: Teller) -> Iterator[str]:
    due = line.resolution.due_at
    match line.basis:
        case Basis.SPAN if line.span is not None:
            yield tell.say("rule", amount=tell.span(line.span))
            if line.approximate:
                yield tell.say("about", amount=tell.span(line.span))
        case Basis.AGREED:
            yield tell.say("agreed" if due is not None else "not agreed")
        case Basis.EVENT if facts.event_at is not None and due is not None:
            event = day_of(facts.event_at, calendar)
            yield tell.say("event", day=tell.day(event))
            before = calendar.day(due) <= event
            yield tell.say("moved back" if before else "after event")
            begins, ends = (due, calendar.end_of(event - ONE_DAY)) if before else (calendar.end_of(event), due)
            if facts.cycle_started_at is None:
                yield from off_between(begins, ends, calendar, tell)
        case Basis.EVENT:
            yield tell.say("no event")
        case Basis.DATE:
            yield tell.say("date")
            yield tell.say("moved back")
        case Basis.STAGES:
            yield tell.say("stages")
            yield from _stages(line, tell)
            if line.resolution.starts_at is not None and due is not None:
                yield from off_between(line.resolution.starts_at, due, calendar, tell)
        case _:
            yield tell.say("no rule")


def stage_title(due: StageDue, language: str) -> str:
    """`4b2a. Pembahasan di dalam kantor (5×)`, in English where the stage is rendered."""
    if due.stage is None:
        return due.name
    name = due.stage.english if language == "en" and due.stage.english else due.name
    number = f"{due.stage.step}. " if due.stage.step else ""
    return f"{number}{name}{f' ({due.count}×)' if due.count > 1 else ''}"


def _stages(line: Timeline, tell: Teller) -> Iterator[str]:
    spans = [span for due in line.stages if due.stage is not None and (span := span_of(due)) is not None]
    if any(by_whole_days(span) for span in spans):
        yield tell.say("stages end of day")
    if any(span.unit not in WORKING_UNITS for span in spans):
        yield tell.say("stages calendar days")
    for due in line.stages:
        if due.stage is None:
            continue
        name = stage_title(due, tell.language)
        if due.done_at is not None:
            yield tell.say("stage done", name=name, when=tell.when(due.done_at))
            continue
        if due.stage.norm is None and due.starts_at is not None:
            yield tell.say("stage without norm", name=name)
        elif due.due_at is None:
            yield tell.say("stage open", name=name)
        elif due.expected_at is not None:
            yield tell.say("stage range", name=name, first=tell.when(due.expected_at), when=tell.when(due.due_at))
        else:
            yield tell.say("stage", name=name, when=tell.when(due.due_at))


def _lead_time(facts: Facts, target: Target, calendar: WorkingCalendar, tell: Teller) -> Iterator[str]:
    lead = target.lead_time
    if (
        lead is None
        or lead_time_kept(target, facts.attributes, facts.received_at, facts.event_at, calendar) is not False
    ):
        return
    yield tell.say("late request", amount=tell.span(lead.by.get(facts.attributes.get(lead.attribute, ""), lead.span)))


def _holds(line: Timeline, facts: Facts, target: Target, calendar: WorkingCalendar, tell: Teller) -> Iterator[str]:
    for hold in facts.holds:
        words = {"start": tell.when(hold.from_at), "reason": _reason(hold, tell)}
        if not stops(hold.reason, target, facts.attributes):
            yield tell.say("hold on", **words)
        elif hold.to_at is None and line.resolution.on_hold:
            yield tell.say("on hold", **words, amount=tell.duration(line.resolution.remaining_seconds or 0))
        elif hold.to_at is not None:
            counted = tell.duration(calendar.between(hold.from_at, hold.to_at))
            yield tell.say("hold", **words, end=tell.when(hold.to_at), amount=counted)


def _reason(hold: HoldPeriod, tell: Teller) -> str:
    phrase = f"reason {hold.reason}"
    return tell.say(phrase) if phrase in PHRASES else hold.reason


def _result(line: Timeline, facts: Facts, calendar: WorkingCalendar, tell: Teller) -> Iterator[str]:
    due = line.resolution.due_at
    if due is None:
        return
    if line.extended:
        yield tell.say("extended")
    if line.expected_at is not None:
        yield tell.say("expected", when=tell.when(line.expected_at))
    yield tell.say("due", when=tell.when(due))
    for year in calendar.unknown_years(min(facts.received_at, due), due):
        yield tell.say("unknown year", year=year)
