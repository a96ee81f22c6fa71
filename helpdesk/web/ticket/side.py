"""The right column of the ticket page: clocks with their reasons, time at each group, the rules of the item."""

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _

from helpdesk.catalog.model import Catalog, Item
from helpdesk.sla.clock import FIRST_HANDLING, stopping
from helpdesk.sla.explain import explain, start_in_words
from helpdesk.sla.hops import Hop
from helpdesk.sla.norms import StartKind
from helpdesk.sla.rules import EVENT_STAGE
from helpdesk.store.models import Ticket
from helpdesk.tickets.words import Channel, Status
from helpdesk.usecases.clocks import Standing
from helpdesk.web.board.clocks import Clock, Pill, Present, pill
from helpdesk.web.ticket.view import ClockSide, OwnTime, Rule, Share

ANSWERED_LATER = frozenset({Channel.EMAIL, Channel.NOTA_DINAS})
"""Channels on which the number alone is no answer: their response has a time of its own."""
_LOOKS = ("t0", "t1", "t2", "t3")


def _due(clock: Clock, at: Present) -> str:
    if clock.due_at is None:
        return ""
    if clock.done_at is None:
        return at.words.by % at.words.brief_with_zone(clock.due_at, at.now, at.zone)
    done, due = (at.words.brief(moment, at.now, at.zone) for moment in (clock.done_at, clock.due_at))
    return str(_("%(done)s, due %(due)s", done=done, due=due))


def story(standing: Standing, at: Present) -> tuple[str, ...]:
    """Why the deadline lies where it lies, in sentences."""
    item = standing.item
    return explain(
        standing.timeline,
        standing.facts,
        item.target if item else None,
        standing.calendar,
        language=at.words.language,
        wording=item.wording.id if item else "",
        names={a.id: a.name for a in item.attributes} if item else None,
    )


def clock_sides(response: Clock, resolution: Clock, why: tuple[str, ...], at: Present) -> tuple[ClockSide, ClockSide]:
    """Both clocks; the reasons stand under the one that has a due time."""
    name = _("First handling") if response.name == at.words.handling else _("Response")
    first = ClockSide(name, pill(response, at), _due(response, at))
    if resolution.due_at is not None:
        title = _("Why %(time)s?", time=at.words.brief(resolution.due_at, at.now, at.zone))
    else:
        title = _("How is this counted?")
    return first, ClockSide(_("Resolution"), pill(resolution, at), _due(resolution, at), title, why)


def milestones(standing: Standing, shown: ClockSide, at: Present) -> tuple[ClockSide, ...]:
    """What is due besides both clocks: the event, and the first handling unless it is the clock `shown` already."""
    none, names = Pill("none", "", ""), {FIRST_HANDLING: _("First handling"), EVENT_STAGE: _("Event")}
    found = (s for s in standing.timeline.stages if s.stage is None)
    return tuple(
        ClockSide(names[s.name], none, at.words.full(s.due_at, at.zone) if s.due_at else _("no date yet"))
        for s in found
        if names[s.name] != shown.name
    )


def starts_label(item: Item | None, language: str) -> str:
    """What starts the clock of the item; empty where it is the receipt."""
    start = item.target.start if item else None
    if start is None or start.kind is StartKind.RECEIVED:
        return ""
    named = {StartKind.DOCUMENTS: _("Documents complete since"), StartKind.DISPOSITION: _("Disposition given at")}
    return str(named[start.kind]) if start.kind in named else start_in_words(start, language)


def _group_name(group: str, catalog: Catalog, at: Present) -> str:
    known = catalog.groups.get(group)
    return known.name.get(at.words.language) if known else group


def shares(hops: Sequence[Hop], catalog: Catalog, at: Present) -> tuple[Share, ...]:
    """The working time at each group and on hold, as parts of a bar."""
    spent: dict[str, int] = {}
    for hop in hops:
        spent[hop.stay.group] = spent.get(hop.stay.group, 0) + hop.dwell_seconds // 60
        spent["hold"] = spent.get("hold", 0) + hop.held_seconds // 60
    total = sum(spent.values())
    if not total:
        return ()
    found, x = [], 0.0
    for number, (group, minutes) in enumerate((g, m) for g, m in spent.items() if m):
        width = 100 * minutes / total
        name = _("on hold") if group == "hold" else _group_name(group, catalog, at)
        look = "t3" if group == "hold" else _LOOKS[number % 3]
        found.append(Share(name, at.words.amount(minutes), f"{x:.1f}", f"{width:.1f}", look))
        x += width
    return tuple(found)


def own_times(hops: Sequence[Hop], catalog: Catalog, at: Present) -> tuple[OwnTime, ...]:
    """The operational clock of each stay at a group that has a target of its own, in order."""
    return tuple(
        OwnTime(_group_name(hop.stay.group, catalog, at), _own_time(hop, hop.due_at, at), hop.is_late(at.now))
        for hop in hops
        if hop.due_at is not None
    )


def _own_time(hop: Hop, due: datetime, at: Present) -> str:
    used = at.words.amount(hop.used_seconds // 60)
    return str(_("%(used)s used, due %(due)s", used=used, due=at.words.brief_with_zone(due, at.now, at.zone)))


def rules(item: Item | None, ticket: Ticket, catalog: Catalog, at: Present) -> tuple[Rule, ...]:
    """What the catalogue says of the item, and which holds stop the clock of this ticket."""
    if item is None:
        return ()
    language = at.words.language
    service, group = catalog.service_of(item), catalog.groups.get(item.group)
    found = [
        Rule(_("Service"), f"{service.code} {service.name.get(language)}"),
        Rule(_("Promise"), item.summary.get(language)),
        Rule(_("Group"), group.name.get(language) if group else item.group),
    ]
    if item.response_minutes and ticket.channel in ANSWERED_LATER:
        found.append(Rule(_("Response"), _("%(minutes)s working minutes (e-mail)", minutes=item.response_minutes)))
    stop = stopping(item.target, ticket.attributes)
    stops = [name for reason, name in at.words.hold.items() if reason in stop]
    found.append(Rule(_("Clock stops"), ", ".join(stops) or _("never")))
    found.append(Rule(_("Reopen"), _("within %(days)s calendar days", days=item.reopen_days)))
    return tuple(rule for rule in found if rule.says)


def status_look(status: str) -> str:
    """The CSS class of a status."""
    looks = {Status.NEW: "", Status.IN_PROGRESS: "on", Status.ON_HOLD: "hold", Status.CANCELLED: ""}
    return looks.get(Status(status), "done")
