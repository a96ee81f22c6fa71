"""Time norms, and what surrounds them, as a person says them."""

from collections.abc import Mapping

from helpdesk.catalog.model import Attribute
from helpdesk.catalog.sayings import CHANNELS, Sayer
from helpdesk.sla.norms import (
    AT_START,
    Anchor,
    AsAgreed,
    ByAttribute,
    ByChannel,
    ByQuantity,
    CalendarAnchored,
    EventRelative,
    Fixed,
    LeadTime,
    Norm,
    RequesterDeadline,
    Stage,
    Stages,
    Start,
)

Asked = Mapping[str, Attribute]
"""The attributes of the item by id: conditions are said with their names."""


def norm_said(norm: Norm, asked: Asked, tell: Sayer) -> str:
    """`4 jam kerja`, `menurut Jumlah perangkat: sampai 4: 1 hari kerja; …`."""
    match norm:
        case Fixed():
            return _fixed(norm, tell)
        case AsAgreed():
            return tell.say("as agreed")
        case ByQuantity():
            return _by_quantity(norm, asked, tell)
        case ByChannel():
            cases = [
                tell.say("by channel", channel=CHANNELS[channel][tell.place], norm=norm_said(inner, asked, tell))
                for channel, inner in norm.cases.items()
            ]
            return "; ".join((*cases, tell.say("otherwise", norm=norm_said(norm.default, asked, tell))))
        case ByAttribute():
            return "; ".join(
                tell.say("if", condition=tell.condition(case.when, asked), norm=norm_said(case.norm, asked, tell))
                for case in norm.cases
            )
        case EventRelative():
            return _event(norm, tell)
        case CalendarAnchored(month=None):
            return tell.say("by day", day=norm.day)
        case CalendarAnchored():
            return tell.say("by date", day=norm.day, month=tell.month(norm.month or 1))
        case Stages():
            return tell.say("stages", count=len(norm.stages))


def _fixed(norm: Fixed, tell: Sayer) -> str:
    said = tell.span(norm.span)
    if norm.lower is not None:
        said = tell.say("range", lower=tell.span(norm.lower), upper=said)
    return tell.say("about", span=said) if norm.approximate else said


def _by_quantity(norm: ByQuantity, asked: Asked, tell: Sayer) -> str:
    steps = "; ".join(tell.say("step", upto=step.upto, span=tell.span(step.span)) for step in norm.steps)
    named, beyond = tell.attribute(norm.attribute, asked), beyond_said(norm, tell)
    return tell.say("by quantity", attribute=named, steps=steps, beyond=beyond)


def beyond_said(norm: ByQuantity, tell: Sayer) -> str:
    """What holds for more than the last step names."""
    if norm.each is None or norm.add is None:
        return tell.say("beyond agreed", last=norm.steps[-1].upto)
    return tell.say("beyond formula", each=norm.each, span=tell.span(norm.add))


def _event(norm: EventRelative, tell: Sayer) -> str:
    if norm.span is None:
        return tell.say("on event")
    said = tell.say("before event" if norm.anchor is Anchor.BEFORE else "after event", span=tell.span(norm.span))
    return tell.say("event stage", norm=said) if norm.event_stage else said


def stage_said(stage: Stage, asked: Asked, tell: Sayer) -> str:
    """How long a stage takes, and how often it is repeated."""
    said = norm_said(stage.norm, asked, tell) if stage.norm else tell.say("no span")
    if isinstance(stage.repeat, str):
        named = tell.attribute(stage.repeat, asked)
        return tell.say("repeated by", norm=said, count=stage.times, attribute=named)
    return tell.say("repeated", norm=said, count=stage.repeat) if stage.repeat > 1 else said


def stage_waits(stage: Stage, tell: Sayer) -> str:
    """What a stage waits for."""
    if not stage.after:
        return tell.say("after the one before")
    if AT_START in stage.after:
        return tell.say("from the start")
    return tell.say("after stages", stages=tell.listed([f"“{name}”" for name in stage.after]))


def start_said(start: Start, tell: Sayer) -> str:
    """What starts the clock."""
    said = tell.say(start.kind.value, event=tell.rendered(start.event, start.event_english))
    return tell.say("assumed", start=said) if start.assumed else said


def lead_time_said(lead: LeadTime, asked: Asked, tell: Sayer) -> str:
    """How early the request must come."""
    if lead.attribute:
        spans = ", ".join(
            tell.say("value span", value=tell.value(lead.attribute, value, asked), span=tell.span(span))
            for value, span in lead.by.items()
        )
        named = tell.attribute(lead.attribute, asked)
        said = tell.say("lead time by", attribute=named, spans=spans, other=tell.span(lead.span))
    else:
        said = tell.span(lead.span)
    said = tell.say("before event", span=said)
    return tell.say("outside hours", lead=said) if lead.outside_hours else said


def requester_deadline_said(deadline: RequesterDeadline, tell: Sayer) -> str:
    """After how long a ticket lapses, and when the requester is reminded."""
    if deadline.remind is None:
        return tell.span(deadline.span)
    return tell.say("lapse and remind", span=tell.span(deadline.span), remind=tell.span(deadline.remind))
