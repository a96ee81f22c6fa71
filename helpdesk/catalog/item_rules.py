"""What must fit together within one item: its norm, its attributes, its documents."""

from collections.abc import Iterator, Mapping
from itertools import product
from math import prod
from typing import Any

from helpdesk.catalog.schema import AttributeKind
from helpdesk.sla.norms import ByAttribute, ByChannel, ByQuantity, Norm, Stages

Path = tuple[str | int, ...]
Finding = tuple[Path, str]
Lines = Any
"""Path -> the line of the file on which it stands."""

MOST_COMBINATIONS = 5000


def parts_of(norm: Norm | None, path: Path = ("norm",)) -> Iterator[tuple[Norm, Path]]:
    """A norm and all the norms inside it, each with its path in the item."""
    if norm is None:
        return
    yield norm, path
    if isinstance(norm, ByChannel):
        for channel, inner in norm.cases.items():
            yield from parts_of(inner, (*path, "by_channel", channel))
        yield from parts_of(norm.default, (*path, "otherwise"))
    elif isinstance(norm, ByAttribute):
        for index, case in enumerate(norm.cases):
            yield from parts_of(case.norm, (*path, "by_attribute", index, "norm"))
    elif isinstance(norm, Stages):
        for stage in norm.stages:
            yield from parts_of(stage.norm, (*path, "stages", stage.name, "norm"))


def item_findings(item: Mapping[str, Any], line: Lines) -> Iterator[Finding]:
    """What does not fit together in one item, with paths inside the item; `line` tells the line of such a path."""
    attributes = item.get("attributes")
    if attributes is not None:
        yield from attribute_findings(attributes)
        yield from _conditions(item, attributes)
        for norm, path in parts_of(item.get("norm")):
            yield from _norm_attributes(norm, path, attributes)
            if isinstance(norm, ByAttribute):
                yield from _table(norm, (*path, "by_attribute"), attributes, line)


def attribute_findings(attributes: Mapping[str, Any], path: Path = ("attributes",)) -> Iterator[Finding]:
    """What does not fit together in a table of attributes."""
    for name, attribute in attributes.items():
        kind = attribute.get("kind")
        if kind is None:
            continue
        if kind is AttributeKind.CHOICE and not attribute.get("choices", {"": ""}):
            yield (*path, name), "a choice needs `choices`"
        if kind is not AttributeKind.CHOICE and attribute.get("choices"):
            yield (*path, name, "choices"), "only an attribute of kind choice has choices"
        if kind is not AttributeKind.INTEGER and attribute.get("minimum") is not None:
            yield (*path, name, "minimum"), "only an attribute of kind integer has a minimum"


def _named(attributes: Mapping[str, Any], name: str, kind: AttributeKind, path: Path) -> Iterator[Finding]:
    if name not in attributes:
        known = ", ".join(sorted(attributes)) or "none"
        yield path, f'unknown attribute "{name[:60]}"; the item has {known}'
    elif attributes[name].get("kind") not in {kind, None}:
        yield path, f'the attribute "{name}" must be of kind {kind} here'


def _values(attributes: Mapping[str, Any], when: Mapping[str, Any], path: Path) -> Iterator[Finding]:
    for name, values in when.items():
        if not isinstance(values, tuple | frozenset):
            continue
        yield from _named(attributes, name, AttributeKind.CHOICE, (*path, name))
        choices = attributes.get(name, {}).get("choices")
        if not choices:
            continue
        for value in sorted(set(values) - choices.keys()):
            yield (*path, name), _no_value(name, value, choices)


def _no_value(name: str, value: str, choices: Mapping[str, Any]) -> str:
    return f'the attribute "{name}" has no value "{value[:60]}"; it has {", ".join(choices)}'


def _conditions(item: Mapping[str, Any], attributes: Mapping[str, Any]) -> Iterator[Finding]:
    yield from _values(attributes, item.get("urgent_when") or {}, ("urgent_when",))
    for reason, when in (item.get("holds_stop") or {}).items():
        yield from _values(attributes, when, ("holds_stop", reason))
    for name, document in (item.get("documents") or {}).items():
        for attribute, condition in (document.get("when") or {}).items():
            path = ("documents", name, "when", attribute)
            if isinstance(condition, str) and condition[0] in "<>=":
                yield from _named(attributes, attribute, AttributeKind.INTEGER, path)
            elif isinstance(condition, str):
                yield from _values(attributes, {attribute: (condition,)}, path[:-1])
    lead = item.get("lead_time") or {}
    if "by" in lead:
        yield from _named(attributes, lead["by"], AttributeKind.CHOICE, ("lead_time", "by"))
        choices = attributes.get(lead["by"], {}).get("choices") or lead["spans"]
        for value in sorted(lead["spans"].keys() - choices.keys()):
            yield ("lead_time", "spans", value), _no_value(lead["by"], value, choices)


def _norm_attributes(norm: Norm, path: Path, attributes: Mapping[str, Any]) -> Iterator[Finding]:
    if isinstance(norm, ByQuantity):
        yield from _named(attributes, norm.attribute, AttributeKind.INTEGER, (*path, "by_quantity"))
    elif isinstance(norm, Stages):
        for stage in norm.stages:
            if isinstance(stage.repeat, str):
                where = (*path, "stages", stage.name, "repeat")
                yield from _named(attributes, stage.repeat, AttributeKind.INTEGER, where)
    elif isinstance(norm, ByAttribute):
        for index, case in enumerate(norm.cases):
            yield from _values(attributes, case.when, (*path, "by_attribute", index, "when"))


def _table(norm: ByAttribute, path: Path, attributes: Mapping[str, Any], line: Lines) -> Iterator[Finding]:
    """Gaps of a decision table, and its lines that can never be reached."""
    names = sorted({name for case in norm.cases for name in case.when})
    choices = [tuple(attributes.get(name, {}).get("choices", ())) for name in names]
    if prod(map(len, choices)) > MOST_COMBINATIONS:
        yield path, f"the decision table has more than {MOST_COMBINATIONS} combinations"
        return
    reached: set[int] = set()
    beaten: dict[int, set[int]] = {}
    for combination in product(*choices):
        values = dict(zip(names, combination, strict=True))
        matching = [i for i, case in enumerate(norm.cases) if all(values[n] in case.when[n] for n in case.when)]
        if not matching:
            told = ", ".join(f"{name}={value}" for name, value in values.items())
            yield path, f"the decision table has no line for {told}"
            return
        reached.add(matching[0])
        for index in matching[1:]:
            beaten.setdefault(index, set()).add(matching[0])
    for index in sorted(beaten.keys() - reached):
        lines = " and ".join(str(line((*path, before))) for before in sorted(beaten[index]))
        same = all(norm.cases[before].norm == norm.cases[index].norm for before in beaten[index])
        verb = "repeats" if same else "contradicts"
        yield (*path, index), f"{verb} line {lines}: what stands earlier holds, so this line is never reached"
