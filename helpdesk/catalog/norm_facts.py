"""A time norm as facts: of a norm with several rules or stages, each is compared by itself."""

from dataclasses import replace

from helpdesk.catalog.comparison import Fact
from helpdesk.catalog.model import Text
from helpdesk.catalog.norm_sayings import Asked, beyond_said, norm_said, stage_said, stage_waits
from helpdesk.catalog.sayings import CHANNELS, alike, in_both, phrase
from helpdesk.sla.norms import ByAttribute, ByChannel, ByQuantity, Case, Norm, Stage, Stages, Step


def norm_fact(norm: Norm, asked: Asked) -> Fact:
    """The norm of an item; `asked` are its attributes by id."""
    parts = _parts(norm, asked)
    shape = f"{type(norm).__name__} {norm.attribute if isinstance(norm, ByQuantity) else ''}"
    return Fact("norm", norm, in_both(lambda tell: norm_said(norm, asked, tell)), parts=parts, shape=shape)


def _parts(norm: Norm, asked: Asked) -> tuple[Fact, ...]:
    match norm:
        case ByQuantity():
            beyond = in_both(lambda tell: beyond_said(norm, tell))
            steps = (_step(norm.attribute, step, asked) for step in norm.steps)
            return (*steps, Fact("beyond", (norm.each, norm.add), beyond))
        case ByChannel():
            cases = (
                _rule(channel, phrase("through", channel=Text(*CHANNELS[channel])), inner, asked)
                for channel, inner in norm.cases.items()
            )
            return (*cases, _rule("", phrase("else"), norm.default, asked))
        case ByAttribute():
            return tuple(_case(case, asked) for case in norm.cases)
        case Stages():
            return tuple(_stage(stage, asked) for stage in norm.stages)
        case _:
            return ()


def _step(attribute: str, step: Step, asked: Asked) -> Fact:
    name = in_both(lambda tell: tell.say("quantity", upto=step.upto, attribute=tell.attribute(attribute, asked)))
    return _timed(str(step.upto), name, step.span, in_both(lambda tell: tell.span(step.span)))


def _case(case: Case, asked: Asked) -> Fact:
    key = str(sorted((name, sorted(values)) for name, values in case.when.items()))
    name = in_both(lambda tell: tell.say("under", condition=tell.condition(case.when, asked)))
    return replace(_rule(key, name, case.norm, asked), ordered=True)  # the first line that holds wins


def _rule(key: str, name: Text, norm: Norm, asked: Asked) -> Fact:
    return _timed(key, name, norm, in_both(lambda tell: norm_said(norm, asked, tell)))


def _timed(key: str, name: Text, value: object, time: Text) -> Fact:
    return Fact("rule", value, phrase("rule", name=name, norm=time), key, name, (Fact("time", value, time),))


def _stage(stage: Stage, asked: Asked) -> Fact:
    name = alike(f"“{stage.name}”")
    time = in_both(lambda tell: stage_said(stage, asked, tell))
    given = {what: getattr(stage, what) for what in ("english", "step", "performed_by", "checked_by")}
    note = in_both(lambda tell: tell.rendered(stage.note, stage.note_english))
    parts = (
        Fact("time", (stage.norm, stage.repeat, stage.times), time),
        Fact("after", stage.after, in_both(lambda tell: stage_waits(stage, tell))),
        *(Fact(what, value, alike(value)) for what, value in given.items() if value),
        *((Fact("note", (stage.note, stage.note_english), note),) if stage.note or stage.note_english else ()),
    )
    return Fact("stages", stage, phrase("named", name=name, more=time), stage.name, name, parts, ordered=True)
