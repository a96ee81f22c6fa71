"""What must fit together in a catalogue: every name that is used exists, and nothing exists twice.

Looks at loaded data that may be incomplete where the schema found faults, and tells only what is certain.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from helpdesk.catalog.contradictions import (
    attribute_contradictions,
    calendar_contradictions,
    item_contradictions,
)
from helpdesk.catalog.item_rules import Finding, Path, attribute_findings, item_findings
from helpdesk.catalog.schema import ALL, Tier


def findings(data: Mapping[str, Any], line: Callable[[Path], int]) -> Iterator[Finding]:
    """Everything that does not fit together, as (path, message); `line` tells the line of a path."""
    for key in ("calendars", "groups", "services", "desks"):
        if data.get(key) == {}:
            yield (key,), "must not be empty"
    yield from attribute_findings(data.get("attributes") or {})
    yield from attribute_contradictions(data.get("attributes") or {}, line)
    yield from _calendars(data, line)
    yield from _groups(data)
    yield from _items(data, line)
    yield from _desks(data, line)


def _unknown(name: object, known: Iterable[str] | None, what: str, path: Path) -> Iterator[Finding]:
    if isinstance(name, str) and known is not None and name not in known:
        near = get_close_matches(name[:60], sorted(known), n=3)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(sorted(known)[:12])}"
        yield path, f'unknown {what} "{name[:60]}"; {hint}'


def _twice(entries: Iterable[tuple[str, Path]], what: str, line: Callable[[Path], int]) -> Iterator[Finding]:
    seen: dict[str, Path] = {}
    for value, path in entries:
        if value.casefold() in seen:
            yield path, f'the {what} "{value[:60]}" is already on line {line(seen[value.casefold()])}'
        elif value:
            seen[value.casefold()] = path


def _calendars(data: Mapping[str, Any], line: Callable[[Path], int]) -> Iterator[Finding]:
    for name, calendar in (data.get("calendars") or {}).items():
        path = ("calendars", name)
        week = calendar.get("week")
        if week is not None and not any(week.values()):
            yield (*path, "week"), "the calendar has no working time"
        for inner, message in calendar_contradictions(calendar, _inside(path, line)):
            yield (*path, *inner), message


def _inside(path: Path, line: Callable[[Path], int]) -> Callable[[Path], int]:
    return lambda inner: line((*path, *inner))


def _all_items(data: Mapping[str, Any]) -> Iterator[tuple[str, Path, Mapping[str, Any]]]:
    for service_id, service in (data.get("services") or {}).items():
        for item_id, item in (service.get("items") or {}).items():
            yield item_id, ("services", service_id, "items", item_id), item


def _items(data: Mapping[str, Any], line: Callable[[Path], int]) -> Iterator[Finding]:
    groups, calendars = data.get("groups"), data.get("calendars")
    for service_id, service in (data.get("services") or {}).items():
        authority = service.get("authority") or None
        yield from _unknown(authority, data.get("authorities"), "authority", ("services", service_id, "authority"))
        if service_id in (data.get("authorities") or {}):
            yield ("services", service_id), "an authority has the same id"
        if service.get("items") == {}:
            yield ("services", service_id, "items"), "must not be empty"
    yield from _twice(((item_id, path) for item_id, path, _ in _all_items(data)), "item", line)
    for _, path, item in _all_items(data):
        yield from _unknown(item.get("group"), groups, "group", (*path, "group"))
        yield from _unknown(item.get("calendar"), calendars, "calendar", (*path, "calendar"))
        within = _inside(path, line)
        for inner, message in (*item_findings(item, within), *item_contradictions(item, within)):
            yield (*path, *inner), message
        for inner, message in attribute_contradictions(item.get("attributes") or {}, within):
            yield (*path, *inner), message


def _groups(data: Mapping[str, Any]) -> Iterator[Finding]:
    for group_id, group in (data.get("groups") or {}).items():
        path = ("groups", group_id, "calendar")
        yield from _unknown(group.get("calendar") or None, data.get("calendars"), "calendar", path)


def _desks(data: Mapping[str, Any], line: Callable[[Path], int]) -> Iterator[Finding]:
    groups, calendars, desks = data.get("groups"), data.get("calendars"), data.get("desks") or {}
    services = data.get("services")
    offered = None if services is None else {*services, *(item_id for item_id, _, _ in _all_items(data)), ALL}
    offered = offered and offered | set(data.get("authorities") or ())
    for key, what in (("prefix", "prefix"), ("email", "mail address")):
        yield from _twice(((desk.get(key, ""), ("desks", desk_id, key)) for desk_id, desk in desks.items()), what, line)
    for desk_id, desk in desks.items():
        path = ("desks", desk_id)
        yield from _unknown(desk.get("calendar"), calendars, "calendar", (*path, "calendar"))
        for index, group in enumerate(desk.get("groups") or ()):
            yield from _unknown(group, groups, "group", (*path, "groups", index))
        for index, name in enumerate(desk.get("items") or ()):
            yield from _unknown(name, offered, "authority, service or item", (*path, "items", index))
        yield from _layer_1(desk, groups, (*path, "groups"))


def _layer_1(desk: Mapping[str, Any], groups: Mapping[str, Any] | None, path: Path) -> Iterator[Finding]:
    own = desk.get("groups")
    if own is None or groups is None or any(group not in groups or "tier" not in groups[group] for group in own):
        return
    if not any(groups[group]["tier"] is Tier.LAYER_1 for group in own):
        yield path, "the desk has no group of tier layer-1"
