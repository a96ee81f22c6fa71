"""A whole catalogue as facts, and what changed between two of them."""

from collections.abc import Iterator
from datetime import date

from helpdesk.catalog.comparison import Change, Fact, compare
from helpdesk.catalog.item_facts import flag, item_fact, text_facts
from helpdesk.catalog.model import Authority, CalendarSpec, Catalog, DatedHours, Desk, Group, Service, Text
from helpdesk.catalog.sayings import alike, in_both, phrase


def changes(old: Catalog, new: Catalog) -> tuple[Change, ...]:
    """What a person has to know of the step from `old` to `new`, in the order of the file.

    Comments, the order of the things, and what is written once or twice make no difference. What came or went with a
    whole item is not told again at every desk.
    """
    both = old.items.keys() & new.items.keys()
    return tuple(compare((*_facts(old, both),), (*_facts(new, both),)))


def things(found: tuple[Change, ...]) -> tuple[tuple[Change, ...], ...]:
    """The changes by the thing that they are about."""
    by_thing: dict[tuple[str, str], list[Change]] = {}
    for change in found:
        by_thing.setdefault((change.about, change.id), []).append(change)
    return tuple(tuple(group) for group in by_thing.values())


def _facts(catalog: Catalog, told: set[str]) -> Iterator[Fact]:
    head = (
        Fact("version", catalog.version, alike(catalog.version)),
        Fact("valid_from", catalog.valid_from, _said(catalog.valid_from)),
        Fact("legal_basis", catalog.legal_basis, alike(catalog.legal_basis)),
    )
    yield Fact("catalogue", None, alike(catalog.version), name=alike(catalog.version), parts=head)
    yield from map(_calendar, catalog.calendars.values())
    yield from map(_group, catalog.groups.values())
    yield from map(_authority, catalog.authorities.values())
    yield from (_service(catalog, service) for service in catalog.services.values())
    yield from (item_fact(catalog, item) for item in catalog.items.values())
    yield from (_desk(catalog, desk, told) for desk in catalog.desks.values())


def _said(day: date) -> Text:
    return in_both(lambda tell: tell.date(day))


def _calendar(calendar: CalendarSpec) -> Fact:
    opened = tuple((day, _said(day)) for day in sorted(calendar.opened))
    parts = (
        Fact("week", dict(calendar.week), in_both(lambda tell: tell.week(calendar.week))),
        *map(_dated, calendar.dated),
        *(_closed(day, name) for day, name in sorted(calendar.closed.items())),
        Fact("opened", None, alike(""), words=opened),
        flag("public_holidays", value=calendar.public_holidays),
        flag("joint_leave", value=calendar.joint_leave),
    )
    return Fact("calendar", calendar, alike(calendar.id), calendar.id, alike(calendar.id), parts)


def _dated(hours: DatedHours) -> Fact:
    week = in_both(lambda tell: tell.week(hours.week))
    said = phrase("between", name=hours.name, first=_said(hours.first), last=_said(hours.last), week=week)
    return Fact("dated", hours, said, key=hours.first.isoformat())


def _closed(day: date, name: Text) -> Fact:
    return Fact("closed", name, phrase("named", name=_said(day), more=name), key=day.isoformat())


def _group(group: Group) -> Fact:
    parts = (
        *text_facts(name=group.name),
        Fact("tier", group.tier, phrase(group.tier)),
        flag("shared", value=group.shared),
        *((Fact("ola", ola, in_both(lambda tell: tell.span(ola))),) if (ola := group.ola) else ()),
        *((Fact("calendar", group.calendar, alike(group.calendar)),) if group.calendar else ()),
    )
    return Fact("group", group, group.name, group.id, group.name, parts)


def _authority(authority: Authority) -> Fact:
    begins = authority.valid_from
    since = (Fact("valid_from", begins, _said(begins)),) if begins else ()
    parts = (
        *text_facts(name=authority.name),
        Fact("standard", authority.standard, alike(f"“{authority.standard}”")),
        *since,
    )
    return Fact("authority", authority, authority.name, authority.id, authority.name, parts)


def _service(catalog: Catalog, service: Service) -> Fact:
    authority = catalog.authorities.get(service.authority)
    published = (Fact("authority", service.authority, authority.name),) if authority else ()
    basis = tuple((law, alike(law)) for law in service.legal_basis)
    parts = (
        *text_facts(name=service.name),
        Fact("code", service.code, alike(service.code)),
        *published,
        Fact("legal_basis", None, alike(""), words=basis, ordered=True),
    )
    return Fact("service", service, service.name, service.id, service.name, parts)


def _desk(catalog: Catalog, desk: Desk, told: set[str]) -> Fact:
    items = tuple((item, catalog.items[item].name) for item in desk.items if item in told)
    groups = tuple((group, catalog.groups[group].name) for group in desk.groups)
    plain = ("prefix", "name", "calendar", "email", "whatsapp", "phone", "address")
    given = {what: getattr(desk, what) for what in plain}
    parts = (
        *(Fact(what, value, alike(value)) for what, value in given.items() if value),
        Fact("zone", desk.zone.key, alike(desk.zone.key)),
        Fact("visit_minutes", desk.visit_minutes, alike(str(desk.visit_minutes))),
        Fact("visits_at_once", desk.visits_at_once, alike(str(desk.visits_at_once))),
        Fact("groups", None, alike(""), words=groups, ordered=True),
        Fact("items", None, alike(""), words=items),
        *text_facts(complaints=desk.complaints),
    )
    return Fact("desk", desk, alike(desk.name), desk.id, alike(desk.name), parts)


def change_as_plain(change: Change) -> dict[str, object]:
    """A change for programs; `before` and `after` are null where there was or is nothing."""
    return {
        "about": change.about,
        "id": change.id,
        "name": _plain(change.name),
        "what": change.what or None,
        "inside": [_plain(text) for text in change.inside],
        "change": str(change.kind),
        "before": change.before and _plain(change.before),
        "after": change.after and _plain(change.after),
        "text": _plain(change.sentence),
    }


def _plain(text: Text) -> dict[str, str]:
    return {"id": text.id, "en": text.en}
